"""The roll of applicants behind a posting: whose application waits at this stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import F, OuterRef, Q, Subquery

from mingbai.base.models import Division
from mingbai.base.scope import ScopedQuerySet
from mingbai.base.secrets import unseal
from mingbai.registry.actions.roll import Roll, RollLine, grade_names
from mingbai.registry.models import Application, ApplicationStep, PostedRow, PostingStep
from mingbai.rulebook import Book

_WHY: Final = "a posting shows everybody whose application waits for it"
#: Stage of posting -> state of the applications that are shown at it.
_WAITS: Final[Mapping[str, tuple[str, ...]]] = {
    "first_review": ("department_review", "county_approval"),
    "approval": ("posting",),
}


def read_applicants(*, sub_item: str, town: str, stage: str, channel: str, book: Book) -> Roll:
    """Everybody of a town whose application has come to this stage and hangs nowhere yet.

    Somebody already on this channel's posting of the stage is left out (``posted``), unless that
    posting was given up or taken down before its end.
    """
    every = Application.objects.unscoped(_WHY).filter(sub_item=sub_item, town=town)
    posted = _posted(sub_item, town, stage, channel)
    villages = dict(
        Division.objects.unscoped("names of divisions are public")
        .filter(level="village", parent=town)
        .values_list("code", "name")
    )
    grades = grade_names(sub_item, book)
    found = list(_waiting(every.order_by("village", "id"), stage))
    lines = [_line(each, villages, grades) for each in found if each.pk not in posted]
    left = {"posted": len(found) - len(lines)} if len(lines) < len(found) else {}
    return Roll(tuple(lines), left)


def _waiting(every: ScopedQuerySet[Application], stage: str) -> ScopedQuerySet[Application]:
    """Those of them whose newest step waits for this stage of posting."""
    newest = ApplicationStep.objects.unscoped(_WHY).filter(application=OuterRef("pk"))
    state = Subquery(newest.order_by("-number").values("state")[:1])
    return every.alias(state=state).filter(state__in=_WAITS[stage])


def _posted(sub_item: str, town: str, stage: str, channel: str) -> frozenset[int]:
    steps = PostingStep.objects.unscoped(_WHY)
    early = Q(step="taken_down", step_date__lte=F("posting__last_date"))
    void = steps.filter(Q(step="dropped") | early)
    rows = PostedRow.objects.unscoped(_WHY).filter(
        posting__sub_item=sub_item, posting__town=town, posting__stage=stage,
        posting__channel=channel, application_number__isnull=False,
    )  # fmt: skip
    rows = rows.exclude(posting__in=void.values("posting"))
    numbers = rows.values_list("application_number", flat=True)
    return frozenset(number for number in numbers if number is not None)


def _line(each: Application, villages: Mapping[str, str], grades: Mapping[str, str]) -> RollLine:
    name, number = _open(each, "name"), _open(each, "id_number")
    phone, account = _open(each, "phone"), _open(each, "account")
    values = {
        "name": name,
        "id_number": number,
        "phone": phone,
        "village": villages.get(each.village, ""),
        "grade": grades.get(each.grade, each.grade),
        "amount": "",
    }
    known = tuple(value for value in (number, phone, account) if value)
    return RollLine(None, each.pk, each.village, None, values, known, (name,))


def _open(each: Application, name: str) -> str:
    column = {"id_number": "id_sealed"}.get(name, f"{name}_sealed")
    blob = getattr(each, column)
    return unseal(f"application.{name}", bytes(blob), bytes(each.id_key)) if blob else ""
