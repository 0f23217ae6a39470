"""The newest counting of the insured: the county, its towns, villages and people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.base.secrets import unseal
from mingbai.intake.masking import mask_cell
from mingbai.registry.models import CoverageCount, CoverageGap, VillageCoverage
from mingbai.registry.queries.names import town_names, village_names


@dataclass(frozen=True)
class PlaceCoverage:
    """A town or village: heads due, covered, left out and on the roll; rate as a ratio."""

    code: str
    name: str
    due_count: int
    covered_count: int
    left_out_count: int
    insured_count: int
    twice_count: int
    silent_count: int

    @property
    def ratio(self) -> Decimal | None:
        """Covered of due; None where nobody is due."""
        return Decimal(self.covered_count) / self.due_count if self.due_count else None


@dataclass(frozen=True)
class ShownGap:
    """One person who differs, masked, with the row that tells so."""

    gap: CoverageGap
    name: str
    town: str
    village: str


def newest_count(*, to: Asker, year: int, sub_item: str) -> CoverageCount | None:
    """The newest counting of a sub-item and year."""
    found = CoverageCount.objects.seen_by(to).filter(year=year, sub_item=sub_item)
    return found.order_by("-id").first()


def ratio_of(count: CoverageCount) -> Decimal | None:
    """Covered of due in the whole county; None where nobody is due."""
    return Decimal(count.covered_count) / count.due_count if count.due_count else None


def town_coverage(count: CoverageCount, *, to: Asker) -> list[PlaceCoverage]:
    """The towns the asker may see, in the order of their codes."""
    rows = VillageCoverage.objects.seen_by(to).filter(count=count).values("town")
    sums = {name: Sum(name) for name in _COUNTS}
    found = list(rows.annotate(**sums).order_by("town"))
    silent = _silent(count, to)
    names = town_names()
    return [
        _place(row, row["town"], names.get(row["town"], "未写明镇"), silent.get(row["town"], 0))
        for row in found
    ]


def village_coverage(count: CoverageCount, *, to: Asker, town: str) -> list[PlaceCoverage]:
    """The villages of one town, those with the lowest rate first."""
    rows = VillageCoverage.objects.seen_by(to).filter(count=count, town=town)
    found = list(rows.values("village", *_COUNTS))
    names = village_names(row["village"] for row in found)
    places = [
        _place(
            row,
            row["village"],
            names.get(row["village"], "未写明村（居）"),
            int(bool(row["village"]) and not row["insured_count"]),
        )
        for row in found
    ]
    return sorted(places, key=lambda place: (place.ratio is None, place.ratio or 0, place.code))


def gaps_seen(
    count: CoverageCount, *, to: Asker, kind: str, town: str = "", village: str = ""
) -> ScopedQuerySet[CoverageGap]:
    """People of one kind who differ, by town and village; all of the asker's where not given."""
    found = CoverageGap.objects.seen_by(to).filter(count=count, kind=kind)
    if town:
        found = found.filter(town=town)
    if village:
        found = found.filter(village=village)
    return found.order_by("town", "village", "id")


def show_gaps(gaps: Iterable[CoverageGap]) -> list[ShownGap]:
    """Unseal and mask at once: the clear names never leave this function."""
    listed = list(gaps)
    towns, villages = town_names(), village_names(gap.village for gap in listed)
    return [
        ShownGap(
            gap,
            mask_cell(
                unseal("coveragegap.name", bytes(gap.name_sealed), bytes(gap.person_key)), "name"
            ),
            towns.get(gap.town, gap.town),
            villages.get(gap.village, ""),
        )
        for gap in listed
    ]


_COUNTS = ("due_count", "covered_count", "left_out_count", "insured_count", "twice_count")


def _place(row: Mapping[str, Any], code: str, name: str, silent: int) -> PlaceCoverage:
    return PlaceCoverage(
        code=code, name=name, silent_count=silent, **{each: row[each] for each in _COUNTS}
    )


def _silent(count: CoverageCount, to: Asker) -> dict[str, int]:
    rows = VillageCoverage.objects.seen_by(to).filter(~Q(village=""), count=count, insured_count=0)
    silent: dict[str, int] = {}
    for town in rows.values_list("town", flat=True):
        silent[town] = silent.get(town, 0) + 1
    return silent
