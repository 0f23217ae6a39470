"""People who qualify and are not enrolled, as a list to visit: village by village."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.registry.models import Finding, Person, SurveyEntry, Visit
from mingbai.registry.queries.findings import LEFT_OUT, findings_seen

_WHY: Final = "the newest visit of a finding the asker may already see"


def left_out(
    *, to: Asker, year: int, town: str = "", sub_item: str = "", state: str = "open"
) -> ScopedQuerySet[Any]:
    """Findings of people left out with ``village``, newest ``outcome`` and number of visits.

    ``entry_id`` is their entry of the survey once they were taken over; visits stand there then.

    ``state`` is ``open`` for those still to be found out about, ``done`` for the others, "" for
    all. Ordered as one walks: town, village, person.
    """
    found = findings_seen(to=to, year=year, state="open" if state == "open" else "", about=LEFT_OUT)
    if state == "done":
        found = found.exclude(decision__in=("open", "reopened"))
    if town:
        found = found.filter(town=town)
    if sub_item:
        found = found.filter(sub_item=sub_item)
    about = Q(finding=OuterRef("pk")) | Q(entry__finding=OuterRef("pk"))
    visits = Visit.objects.unscoped(_WHY).filter(about).order_by("-id")
    entries = SurveyEntry.objects.unscoped(_WHY).filter(finding=OuterRef("pk"))
    homes = Person.objects.unscoped("the village somebody is to be visited in").filter(
        id_key=OuterRef("person_key")
    )
    listed: ScopedQuerySet[Any] = found.annotate(
        village=Coalesce(Subquery(homes.values("village")[:1]), Value("")),
        entry_id=Subquery(entries.values("pk")[:1]),
        outcome=Coalesce(Subquery(visits.values("outcome")[:1]), Value("")),
        visit_count=Coalesce(
            Subquery(visits.values("number")[:1]), Value(0), output_field=IntegerField()
        ),
    ).order_by("town", "village", "sub_item", "id")
    return listed


def visits_of(finding: Finding, *, to: Asker) -> ScopedQuerySet[Visit]:
    """Visits about one finding, oldest first."""
    found = Visit.objects.seen_by(to).filter(finding=finding).order_by("number")
    return found.select_related("recorded_by")


@dataclass(frozen=True)
class VisitCount:
    """How far a town is with its visits."""

    town: str
    count: int
    visited: int
    done: int


def visit_counts(*, to: Asker, year: int) -> list[VisitCount]:
    """Towns with people left out: how many, visited at least once, and found out about."""
    rows = (
        left_out(to=to, year=year, state="")
        .order_by()
        .values("town")
        .annotate(
            found=Count("id"),
            seen=Count("id", filter=Q(visit_count__gt=0)),
            done=Count("id", filter=~Q(decision__in=("open", "reopened"))),
        )
        .order_by("town")
    )
    return [VisitCount(r["town"], r["found"], r["seen"], r["done"]) for r in rows]
