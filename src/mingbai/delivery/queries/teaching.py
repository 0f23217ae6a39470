"""Classes held, seats taught and certificates, as they count at a day and a ledger entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Min, Q

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.delivery.models import Certificate, ClassRoll, TrainingClass, TrainingHead
from mingbai.delivery.queries.reports import sound_sheets

_WHY: Final = "which roll a class has; the classes are scoped"


@dataclass(frozen=True)
class Taught:
    """One class that was held: its seats on the roll, those passed, and where the roll stands.

    A person listed twice in one course is one seat.
    """

    training_class: TrainingClass
    entered_id: int
    file_id: int | None
    sheet_number: int | None
    first_line: int | None
    listed_count: int
    passed_count: int


def taught_classes(*, to: Asker, year: int, through: date, as_of: int | None) -> tuple[Taught, ...]:
    """Classes that ended by a day, whose roll counts and is not doubted; three queries."""
    sheets = sound_sheets(as_of)
    rolls = ClassRoll.objects.unscoped(_WHY).filter(training_class__year=year)
    if as_of is not None:
        rolls = rolls.filter(act_id__lte=as_of)
    slots = dict(rolls.values_list("slot", "training_class_id"))
    classes = TrainingClass.objects.seen_by(to).filter(year=year, end_date__lte=through)
    held = {one.pk: one for one in classes.filter(pk__in=slots.values()).order_by("number")}
    heads = (
        TrainingHead.objects.unscoped(_WHY)
        .filter(year=year, entered_sheet__in=sheets.filter(sheet__slot__in=list(slots)))
        .order_by()
        .values("entered_sheet", "entered_sheet__sheet__slot", "origin_file", "origin_sheet")
        .annotate(
            line=Min("origin_line"),
            listed=Count("seat_key", distinct=True),
            passed=Count("seat_key", distinct=True, filter=Q(passed=True)),
        )
    )
    found = [
        Taught(
            held[slots[row["entered_sheet__sheet__slot"]]],
            row["entered_sheet"],
            row["origin_file"],
            row["origin_sheet"],
            row["line"],
            row["listed"],
            row["passed"],
        )
        for row in heads
        if slots[row["entered_sheet__sheet__slot"]] in held
    ]
    return tuple(sorted(found, key=lambda each: each.training_class.number))


def seats_taught(one: Taught) -> ScopedQuerySet[TrainingHead]:
    """The lines of one class's roll in order; the class was shown to the asker."""
    found = TrainingHead.objects.unscoped(_WHY).filter(entered_sheet=one.entered_id)
    return found.order_by("origin_line", "id")


def certificates_given(
    *, to: Asker, year: int, through: date, as_of: int | None
) -> ScopedQuerySet[Certificate]:
    """Certificates issued by a day, in the order of the register."""
    found = Certificate.objects.seen_by(to).filter(year=year, issued_date__lte=through)
    if as_of is not None:
        found = found.filter(act_id__lte=as_of)
    return found.order_by("number")


def classes_numbered(numbers: Iterable[int], *, to: Asker) -> dict[int, Any]:
    """Classes by primary key, for their names."""
    return TrainingClass.objects.seen_by(to).in_bulk(list(numbers))
