"""Applications as pages show them: what each waits for, whose turn it is, what is late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Case, Count, DateField, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.base.secrets import unseal
from mingbai.intake.masking import mask_cell
from mingbai.registry.models import Application, ApplicationPaper, ApplicationStep
from mingbai.registry.queries.hands import PERMISSION
from mingbai.rulebook import Book

#: States at which nothing waits any more.
CLOSED: Final = ("refused", "withdrawn", "done")
#: Days before its limit at which an application is told to be due soon.
SOON: Final = timedelta(days=3)
_COLUMNS: Final = {"id_number": "id_sealed", "name": "name_sealed", "phone": "phone_sealed",
                   "account": "account_sealed"}  # fmt: skip


@dataclass(frozen=True)
class ShownApplication:
    """The applicant masked, for pages."""

    name: str
    id_number: str
    phone: str
    account: str


@dataclass(frozen=True)
class Waiting:
    """How many applications wait for this asker, how many are past their limit or close to it."""

    count: int
    late: int
    soon: int


def applications_seen(
    *, to: Asker, state: str = "", sub_item: str = "", town: str = "", late_on: date | None = None
) -> ScopedQuerySet[Any]:
    """Applications within scope, with ``state``, ``limit`` (its due date) and ``last_number``.

    ``state`` may be ``open``; ``late_on`` keeps those past their limit on a day.
    """
    rows = with_state(Application.objects.seen_by(to))
    if state == "open":
        rows = rows.exclude(state__in=CLOSED)
    elif state:
        rows = rows.filter(state=state)
    if sub_item:
        rows = rows.filter(sub_item=sub_item)
    if town:
        rows = rows.filter(town=town)
    if late_on is not None:
        rows = rows.exclude(state__in=CLOSED).filter(limit__lt=late_on)
    closed = Case(When(state__in=CLOSED, then=1), default=0)
    return rows.order_by(closed, "limit", "id")


def application_seen(pk: int, *, to: Asker) -> Application | None:
    """One application, when the asker may see it."""
    return with_state(Application.objects.seen_by(to)).filter(pk=pk).first()


def with_state(rows: ScopedQuerySet[Application]) -> ScopedQuerySet[Any]:
    """Each with its newest step's ``state``, ``last_number``, and ``limit``: what waits is due."""
    newest = (
        ApplicationStep.objects.unscoped("the state of a row that is seen already")
        .filter(application=OuterRef("pk"))
        .order_by("-number")
    )
    return rows.annotate(
        state=Subquery(newest.values("state")[:1]),
        last_number=Subquery(newest.values("number")[:1]),
        limit=Coalesce(
            Subquery(newest.values("due_date")[:1]), F("due_date"), output_field=DateField()
        ),
    )


def my_turn(*, to: Asker, book: Book) -> Q:
    """The applications that wait for this asker's own hand, as a filter over ``with_state``."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for rule in book.procedures:
        for step in rule.steps:
            if to.may(PERMISSION[step.role]) and step.code != "survey":
                found[step.code, step.office].append(rule.sub_item)
    mine = Q(pk__in=[])
    for (state, level), sub_items in found.items():
        place = {
            "town": Q(town__in=to.towns),
            "village": Q(town__in=to.towns),
            "department": Q(sub_item__in=to.sub_items),
            "county": Q() if to.sees_all else Q(pk__in=[]),
        }[level]
        if state != "posting":
            mine |= Q(state=state, sub_item__in=sub_items) & place
        if state == "in_force":
            # What is on the boards waits for the same hand, once the days are over.
            mine |= Q(state="posting", sub_item__in=sub_items) & place
    return mine


def count_waiting(*, to: Asker, book: Book, on: date) -> Waiting:
    """What waits for this asker's hand on a day. One query."""
    rows = applications_seen(to=to, state="open").filter(my_turn(to=to, book=book)).order_by()
    sums = rows.aggregate(
        count=Count("id"),
        late=Count("id", filter=Q(limit__lt=on)),
        soon=Count("id", filter=Q(limit__gte=on, limit__lte=on + SOON)),
    )
    return Waiting(**sums)


def application_steps(application: Application, *, to: Asker) -> ScopedQuerySet[ApplicationStep]:
    """Every step of an application, oldest first."""
    steps = ApplicationStep.objects.seen_by(to).filter(application=application)
    return steps.select_related("step_by", "office").order_by("number")


def application_papers(application: Application, *, to: Asker) -> ScopedQuerySet[ApplicationPaper]:
    """The papers of an application, oldest first."""
    papers = ApplicationPaper.objects.seen_by(to).filter(application=application)
    return papers.select_related("file", "added_by").order_by("id")


def show_application(application: Application) -> ShownApplication:
    """Unseal and mask at once: the clear values never leave this function."""
    shown = {}
    for name, column in _COLUMNS.items():
        blob = getattr(application, column)
        clear = (
            unseal(f"application.{name}", bytes(blob), bytes(application.id_key)) if blob else ""
        )
        shown[name] = mask_cell(clear, name) if clear else ""
    return ShownApplication(**shown)


def show_names(applications: Iterable[Application]) -> dict[int, str]:
    """Application -> masked name, for lists."""
    return {each.pk: show_application(each).name for each in applications}
