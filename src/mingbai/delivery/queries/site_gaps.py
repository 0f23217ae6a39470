"""Ledgers of works against progress tables: what sites have done, and what offices reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mingbai.base.scope import Asker
from mingbai.delivery.queries.reports import standing_reports
from mingbai.delivery.queries.sites import SiteStanding, quantities_done
from mingbai.delivery.queries.standing import newest_by_town, standings


@dataclass(frozen=True)
class SiteGap:
    """One sub-item, of the county or of one town, whose sites do not add up to the report."""

    sub_item: str
    name: str
    town: str
    unit: str
    on_sites: Decimal
    reported: Decimal | None

    @property
    def message(self) -> str:
        """What differs, and what to do."""
        said = "没有报进度" if self.reported is None else f"报 {_plain(self.reported)}{self.unit}"
        return (
            f"进度表{said}，工程台账各工地合计 {_plain(self.on_sites)}{self.unit}；"
            "请核对后更正其中一方。"
        )


def site_gaps(
    *, to: Asker, year: int, cutoff: date, found: Sequence[SiteStanding]
) -> tuple[SiteGap, ...]:
    """Where the quantities of sites differ from the first measure's reports; four queries.

    Only sub-items whose ledgers give quantities are held against; a town only where it reports.
    """
    by_place = quantities_done(found)
    if not by_place:
        return ()
    names = {each.site.town_id: each.site.town.name for each in found}
    towns = _by_town(to, year, cutoff)
    gaps: list[SiteGap] = []
    for standing in standings(to=to, year=year, cutoff=cutoff):
        item = standing.sub_item
        inside = {town: sum_ for (code, town), sum_ in by_place.items() if code == item.code}
        if item.kind != "works" or not inside or not standing.measures:
            continue
        part = standing.measures[0]
        measure = part.measure
        whole = sum(inside.values(), Decimal(0))
        if not to.towns and part.done != whole:
            gaps.append(SiteGap(item.code, item.name, "", measure.unit, whole, part.done))
        reported = towns.get((item.code, measure.code), {})
        gaps += [
            SiteGap(item.code, item.name, names[town], measure.unit, done, reported[town])
            for town, done in sorted(inside.items())
            if town in reported and reported[town] != done
        ]
    return tuple(gaps)


def _by_town(to: Asker, year: int, cutoff: date) -> Mapping[tuple[str, str], Mapping[str, Decimal]]:
    """Sub-item and measure -> town -> the newest total its towns reported."""
    grouped = defaultdict(list)
    for report in standing_reports(to=to, year=year, through=cutoff):
        grouped[report.sub_item, report.measure].append(report)
    return {
        key: {each.town: each.total_done for each in newest_by_town(reports) if each.town}
        for key, reports in grouped.items()
    }


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
