"""Doubts about the classes of a year, the open ones first, with the class each is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.delivery.models import ClassAnswer, ClassDoubt, ClassRoll, TrainingClass
from mingbai.delivery.queries.classes import DoubtShown
from mingbai.delivery.queries.reports import newest_sheets

_WHY: Final = "which class a roll is of; the doubts are scoped"
_OPEN: Final = Q(holds=True) & (
    Q(answer__isnull=True) | Q(answer__decision=ClassAnswer.Decision.CONFIRMED)
)
#: States that a list may be asked for, with their words.
STATES: Final[dict[str, str]] = {"open": "未核清", "answered": "已核", "note": "只提示"}


@dataclass(frozen=True)
class DoubtListed:
    """One doubt with its class; none where the roll has not been joined to one."""

    shown: DoubtShown
    training_class: TrainingClass | None

    @property
    def state(self) -> str:
        """Open, answered, or only a note."""
        if self.shown.is_open:
            return "open"
        return "answered" if self.shown.answer else "note"


def doubts_seen(*, to: Asker, year: int, state: str = "") -> ScopedQuerySet[ClassDoubt]:
    """The year's doubts about rolls that stand, those gone with a correction left out."""
    found = ClassDoubt.objects.seen_by(to).filter(
        entered_sheet__sheet__year=year, entered_sheet__in=newest_sheets()
    )
    found = found.exclude(answer__decision=ClassAnswer.Decision.GONE)
    if state == "open":
        found = found.filter(_OPEN)
    elif state == "answered":
        found = found.filter(answer__isnull=False).exclude(_OPEN)
    elif state == "note":
        found = found.filter(holds=False, answer__isnull=True)
    told = found.select_related(
        "answer__answered_by", "entered_sheet__sheet__office", "entered_sheet__sheet__receipt"
    )
    return told.order_by("entered_sheet_id", "-holds", "pk")


def open_doubts_count(*, to: Asker, year: int) -> int:
    """How many doubts keep classes from counting; one query."""
    return doubts_seen(to=to, year=year, state="open").order_by().count()


def with_classes(doubts: list[ClassDoubt]) -> list[DoubtListed]:
    """Doubts of one page with their classes; one query."""
    slots = {each.entered_sheet.sheet.slot for each in doubts}
    rolls = ClassRoll.objects.unscoped(_WHY).filter(slot__in=slots)
    classes = {roll.slot: roll.training_class for roll in rolls.select_related("training_class")}
    return [
        DoubtListed(
            DoubtShown(each, getattr(each, "answer", None)),
            classes.get(each.entered_sheet.sheet.slot),
        )
        for each in doubts
    ]
