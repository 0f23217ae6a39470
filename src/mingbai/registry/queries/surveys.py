"""The survey (摸底): who may qualify, how their visits stand, and how far each town is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.base.secrets import unseal
from mingbai.intake.masking import mask_cell
from mingbai.registry.models import Application, SurveyEntry, Visit

_WHY: Final = "visits and applications of an entry the asker may already see"
#: After these nobody has to go again.
SETTLED: Final = ("applied", "unwilling", "not_qualified", "moved")


@dataclass(frozen=True)
class ShownEntry:
    """An entry as a page may show it: masked, with its newest visit."""

    entry: Any
    name: str
    id_number: str
    phone: str


@dataclass(frozen=True)
class SurveyCount:
    """How far a town is: entered, visited at least once, found out about, applied."""

    town: str
    count: int
    visited: int
    done: int
    applied: int


def survey_seen(
    *, to: Asker, year: int, town: str = "", sub_item: str = "", state: str = ""
) -> ScopedQuerySet[Any]:
    """Entries with ``outcome`` and ``visit_count`` of their newest visit, and ``has_applied``.

    ``state`` is ``open`` for those somebody still has to see, ``done`` for the others, "" for all.
    Ordered as one walks: town, village.
    """
    visits = Visit.objects.unscoped(_WHY).filter(entry=OuterRef("pk")).order_by("-number")
    asked = Application.objects.unscoped(_WHY).filter(
        id_key=OuterRef("id_key"), sub_item=OuterRef("sub_item")
    )
    found: ScopedQuerySet[Any] = (
        SurveyEntry.objects.seen_by(to)
        .filter(year=year)
        .annotate(
            outcome=Coalesce(Subquery(visits.values("outcome")[:1]), Value("")),
            visit_count=Coalesce(
                Subquery(visits.values("number")[:1]), Value(0), output_field=IntegerField()
            ),
            has_applied=Exists(asked),
        )
        .order_by("town", "village", "id")
    )
    if town:
        found = found.filter(town=town)
    if sub_item:
        found = found.filter(sub_item=sub_item)
    if state:
        settled = Q(outcome__in=SETTLED)
        found = found.filter(settled if state == "done" else ~settled)
    return found


def listed_by_sheet(files: Iterable[int]) -> dict[tuple[int, int], int]:
    """(file, sheet number) -> people listed from it; one query, for those who see the sheets."""
    rows = SurveyEntry.objects.unscoped(_WHY).filter(
        origin_file__in=list(files), source=SurveyEntry.Source.WORKBOOK
    )
    counted = rows.order_by().values("origin_file_id", "origin_sheet").annotate(n=Count("id"))
    return {(row["origin_file_id"], row["origin_sheet"] or 0): row["n"] for row in counted}


def entry_seen(pk: int, *, to: Asker) -> SurveyEntry | None:
    """One entry, when the asker may see it."""
    return SurveyEntry.objects.seen_by(to).filter(pk=pk).first()


def survey_counts(*, to: Asker, year: int) -> list[SurveyCount]:
    """Towns with entries; one query."""
    rows = (
        survey_seen(to=to, year=year)
        .order_by()
        .values("town")
        .annotate(
            found=Count("id"),
            seen=Count("id", filter=Q(visit_count__gt=0)),
            done=Count("id", filter=Q(outcome__in=SETTLED)),
            applied=Count("id", filter=Q(outcome="applied")),
        )
        .order_by("town")
    )
    return [SurveyCount(r["town"], r["found"], r["seen"], r["done"], r["applied"]) for r in rows]


def show_entries(entries: Iterable[Any]) -> list[ShownEntry]:
    """Unseal and mask at once: the clear values never leave this function."""
    return [
        ShownEntry(
            each,
            *(mask_cell(value, name) for name, value in open_entry(each).items()),
        )
        for each in entries
    ]


def open_entry(entry: SurveyEntry) -> dict[str, str]:
    """``name id_number phone`` of an entry in clear, to be masked or applied with at once."""
    anchor = bytes(entry.id_key or entry.name_key)
    sealed = {
        "name": entry.name_sealed,
        "id_number": entry.id_sealed,
        "phone": entry.phone_sealed,
    }
    return {
        name: unseal(f"surveyentry.{name}", bytes(blob), anchor) if blob else ""
        for name, blob in sealed.items()
    }
