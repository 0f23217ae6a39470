"""Correction forms as each office may see them: what is asked, how it stands, what is late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets
from mingbai.registry.models import (
    CorrectionItem,
    CorrectionSlip,
    CorrectionStep,
    Finding,
    FindingEvidence,
)

_WHY: Final = "the state of a form the asker may already see"
_Step: Final = CorrectionStep.Step
CLOSED: Final = (_Step.ACCEPTED, _Step.REMOVED, _Step.SETTLED)
ANSWERED: Final = (_Step.CORRECTED, _Step.EXPLAINED)
#: Of items with their step: those that are not done.
_OPEN: Final = Q(step__isnull=True) | ~Q(step__in=CLOSED)


def with_step(items: ScopedQuerySet[Any]) -> ScopedQuerySet[Any]:
    """Annotate items with the ``step`` they stand at ("" while nobody answered)."""
    steps = CorrectionStep.objects.unscoped(_WHY).filter(item=OuterRef("pk")).order_by("-number")
    return items.annotate(
        step=Subquery(steps.values("step")[:1]), step_number=Subquery(steps.values("number")[:1])
    )


def slips_seen(*, to: Asker, year: int, state: str = "") -> ScopedQuerySet[Any]:
    """Forms with counts of items, the most pressing first; ``state`` open|closed|"".

    Each carries ``item_count``, ``answered_count`` (waiting for the county) and ``closed_count``.
    """
    found: ScopedQuerySet[Any] = CorrectionSlip.objects.seen_by(to).filter(year=year)
    items = CorrectionItem.objects.unscoped(_WHY)
    closed = with_step(items).filter(step__in=CLOSED)
    answered = with_step(items).filter(step__in=ANSWERED)
    found = found.select_related("office").annotate(
        item_count=Count("items", distinct=True),
        closed_count=Count("items", distinct=True, filter=Q(items__in=closed.values("pk"))),
        answered_count=Count("items", distinct=True, filter=Q(items__in=answered.values("pk"))),
        is_open=Exists(with_step(items).filter(_OPEN, slip=OuterRef("pk"))),
    )
    if state:
        found = found.filter(is_open=state == "open")
    return found.order_by("-is_open", "due_date", "number")


def slip_seen(pk: int, *, to: Asker) -> CorrectionSlip | None:
    """One form, when the asker may see it."""
    found = CorrectionSlip.objects.seen_by(to).filter(pk=pk)
    return found.select_related("office", "issued_by").first()


def slip_of_finding(finding: Finding, *, to: Asker) -> CorrectionSlip | None:
    """The newest form a finding stood on, when the asker may see it."""
    items = CorrectionItem.objects.seen_by(to).filter(finding=finding).select_related("slip")
    newest = items.order_by("-turn").first()
    return newest.slip if newest else None


def items_of(slip: CorrectionSlip, *, to: Asker) -> list[Any]:
    """The form's items in order, with step, finding and person."""
    items = with_step(CorrectionItem.objects.seen_by(to).filter(slip=slip))
    return list(items.select_related("finding", "finding__person").order_by("position"))


def item_seen(pk: int, *, to: Asker) -> Any:
    """One item with its step, when the asker may see its form."""
    items = with_step(CorrectionItem.objects.seen_by(to).filter(pk=pk))
    return items.select_related("slip", "finding").first()


def steps_of_items(items: Iterable[CorrectionItem], *, to: Asker) -> dict[int, list[Any]]:
    """Item -> its steps, oldest first."""
    found: dict[int, list[Any]] = {}
    steps = CorrectionStep.objects.seen_by(to).filter(item__in=[item.pk for item in items])
    for step in steps.select_related("step_by", "sheet").order_by("item_id", "number"):
        found.setdefault(step.item_id, []).append(step)
    return found


@dataclass(frozen=True)
class Spot:
    """A row that an item is about: which sheet of which file, and the line."""

    file: int
    sheet: int
    line: int


def spots_of_items(items: Iterable[CorrectionItem], *, most: int = 5) -> dict[int, list[Spot]]:
    """Finding -> the first of its doubted rows. For those who see the items."""
    wanted = [item.finding_id for item in items]
    rows = FindingEvidence.objects.unscoped("rows behind items the asker may see")
    rows = rows.filter(finding__in=wanted, is_subject=True)
    found: dict[int, list[Spot]] = {}
    told = ("finding_id", "origin_file_id", "origin_sheet", "origin_line")
    for finding, *place in rows.order_by(*told).values_list(*told):
        kept = found.setdefault(finding, [])
        if len(kept) < most:
            kept.append(Spot(*place))
    return found


def sheets_after(slip: CorrectionSlip, *, to: Asker) -> list[Sheet]:
    """Live sheets handed in by the form's office after it was sent: where a correction may be."""
    sheets = live_sheets(to=to, year=slip.year).filter(office=slip.office, act__gt=slip.act_id)
    return list(sheets.select_related("receipt").order_by("-id")[:50])


@dataclass(frozen=True)
class Pressing:
    """Open forms of an asker's scope: how many, late ones among them, and items to re-check."""

    open_count: int
    late_count: int
    to_check: int


def pressing_slips(*, to: Asker, year: int, on: date) -> Pressing:
    """What of the forms presses on a day."""
    found = slips_seen(to=to, year=year, state="open").order_by()
    late = found.filter(due_date__lt=on).count()
    items = with_step(CorrectionItem.objects.seen_by(to).filter(slip__year=year))
    waiting = items.filter(step__in=ANSWERED).count()
    return Pressing(found.count(), late, waiting)
