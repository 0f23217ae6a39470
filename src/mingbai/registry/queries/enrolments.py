"""Rights in force as pages show them: their steps, open proposals, and which are to be reviewed."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from django.db.models import CharField, Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.registry.models import ChangeVerdict, Enrolment, EnrolmentChange, EnrolmentStep
from mingbai.rulebook import Book
from mingbai.rulebook.model.procedures import INTERVAL_MONTHS

_WHY: Final = "the state of a right that is seen already"


def enrolment_seen(pk: int, *, to: Asker) -> Enrolment | None:
    """One enrolment with its person, when the asker may see it."""
    return Enrolment.objects.seen_by(to).select_related("person").filter(pk=pk).first()


def steps_of_enrolment(enrolment: Enrolment, *, to: Asker) -> ScopedQuerySet[EnrolmentStep]:
    """The steps of an enrolment's life, oldest first."""
    steps = EnrolmentStep.objects.seen_by(to).filter(enrolment=enrolment)
    return steps.select_related("step_by", "made_by").order_by("number")


def changes_seen(*, to: Asker, sub_item: str = "", town: str = "") -> ScopedQuerySet[Any]:
    """Proposals that nobody has decided yet, oldest first."""
    rows = EnrolmentChange.objects.seen_by(to).filter(verdict__isnull=True)
    if sub_item:
        rows = rows.filter(enrolment__sub_item=sub_item)
    if town:
        rows = rows.filter(enrolment__town=town)
    return rows.select_related("enrolment__person", "made_by").order_by("made_at", "id")


#: Written out, not handed over: only so SQLite sees that the index of what happened later will do.
_TAKEN_OVER: Final = Func(template="'taken_over'", output_field=CharField())


def open_change(enrolment: Enrolment, *, to: Asker) -> EnrolmentChange | None:
    """The proposal about an enrolment that waits for its verdict."""
    return changes_seen(to=to).filter(enrolment=enrolment).first()


def refused_changes(enrolment: Enrolment, *, to: Asker) -> ScopedQuerySet[ChangeVerdict]:
    """What was proposed about an enrolment and refused, oldest first."""
    rows = ChangeVerdict.objects.seen_by(to).filter(change__enrolment=enrolment, verdict="refused")
    return rows.select_related("change__made_by", "verdict_by").order_by("id")


def reviews_due(
    *, to: Asker, book: Book, period: int, sub_item: str = "", town: str = ""
) -> ScopedQuerySet[Any]:
    """Rights in force whose last review lies the book's interval back, longest ago first.

    Each with ``last_period`` (of its last review, or when it began) and ``grade``. Rights reviewed
    on event only are never due by time, suspended ones wait for another decision.
    """
    steps = EnrolmentStep.objects.unscoped(_WHY).filter(enrolment=OuterRef("pk"))
    newest = steps.order_by("-number")
    rows = Enrolment.objects.seen_by(to).filter(end_period__isnull=True)
    if sub_item:
        rows = rows.filter(sub_item=sub_item)
    if town:
        rows = rows.filter(town=town)
    rows = rows.annotate(
        last_period=Coalesce(
            Subquery(newest.filter(step="reviewed").values("from_period")[:1]), F("since_period")
        ),
        grade=Coalesce(Subquery(newest.exclude(grade="").values("grade")[:1]), Value("")),
        is_suspended=Exists(
            steps.filter(step="suspended").exclude(
                Exists(
                    EnrolmentStep.objects.unscoped(_WHY).filter(
                        enrolment=OuterRef("enrolment"),
                        step__in=("restored", "ended"),
                        number__gt=OuterRef("number"),
                    )
                )
            )
        ),
    )
    due = _due(book, period)
    return (
        rows.filter(due, is_suspended=False)
        .select_related("person")
        .order_by("last_period", "sub_item", "id")
    )


def suspended_too_long(*, to: Asker, book: Book, period: int) -> ScopedQuerySet[Any]:
    """Rights stopped for longer than the book allows, the longest first; somebody must decide."""
    over: dict[int, list[str]] = defaultdict(list)
    for rule in book.procedures:
        over[back(period, rule.suspension_months)].append(rule.sub_item)
    late = Q(pk__in=[])
    for limit, sub_items in over.items():
        late |= Q(enrolment__sub_item__in=sub_items, from_period__lte=limit)
    later = EnrolmentStep.objects.unscoped(_WHY).filter(
        enrolment=OuterRef("enrolment"),
        step__in=("restored", "ended"),
        number__gt=OuterRef("number"),
    )
    stops = (
        EnrolmentStep.objects.unscoped(_WHY)
        .filter(late, ~Q(step=_TAKEN_OVER), step="suspended", to_period__isnull=True)
        .exclude(Exists(later))
    )
    rows = Enrolment.objects.seen_by(to).filter(pk__in=stops.values("enrolment"))
    return (
        rows.annotate(
            last_period=Subquery(stops.filter(enrolment=OuterRef("pk")).values("from_period")[:1])
        )
        .select_related("person")
        .order_by("last_period", "id")
    )


def _due(book: Book, period: int) -> Q:
    """For each interval the sub-items and grades that have it, and how long ago is too long."""
    plain: dict[int, list[str]] = defaultdict(list)
    graded = Q(pk__in=[])
    for rule in book.procedures:
        if months := INTERVAL_MONTHS.get(rule.review):
            plain[months].append(rule.sub_item)
        for grade, interval in rule.review_grades.items():
            if interval != rule.review and (months := INTERVAL_MONTHS.get(interval)):
                limit = back(period, months)
                graded |= Q(
                    sub_item=rule.sub_item, grade=grade,
                    since_period__lte=limit, last_period__lte=limit,
                )  # fmt: skip
    for months, sub_items in plain.items():
        # What began later cannot be due; said first, it spares looking at its steps.
        limit = back(period, months)
        graded |= Q(sub_item__in=sub_items, since_period__lte=limit, last_period__lte=limit)
    return graded


def back(period: int, months: int) -> int:
    """The month so many months before one given as yyyymm."""
    years, month = divmod(period // 100 * 12 + period % 100 - 1 - months, 12)
    return years * 100 + month + 1
