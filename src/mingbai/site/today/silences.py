"""Who has not reported this month."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from mingbai.delivery.queries import silence
from mingbai.intake.queries import live_sheets
from mingbai.site.today.asked import Asked

#: Tables that every office sends each month; rosters may rightly skip months.
_MONTHLY: Final = ("progress", "funds", "information")


@dataclass(frozen=True)
class Quiet:
    """An office that has not reported this month, and what is missing."""

    office: str
    what: str
    tag: str = "未报"
    tone: str = "bad"


def silences_of(asked: Asked) -> tuple[Quiet, ...]:
    """Offices with sub-items unreported, or without a table that they sent the month before."""
    missing: dict[str, list[str]] = defaultdict(list)
    for quiet in silence(to=asked.to, year=asked.year, period=asked.period):
        names = [item.name for item in quiet.sub_items]
        missing[quiet.office_name].append(f"进度：{_listed(names)}")
    for office, tables in _tables_missing(asked).items():
        missing[office].append(f"上月交过、本月没交：{_listed(tables)}")
    return tuple(Quiet(office, "；".join(what)) for office, what in missing.items())


def _tables_missing(asked: Asked) -> dict[str, list[str]]:
    """Office -> monthly tables it handed in the month before but not this month."""
    year, month = divmod(asked.period, 100)
    if month == 1:
        return {}
    rows = live_sheets(to=asked.to, year=year).filter(
        kind__in=_MONTHLY, month__in=(month - 1, month)
    )
    found: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    names = rows.order_by("office__code", "roster_name").values_list(
        "office__name", "roster_name", "sub_item", "month"
    )
    for office, roster, sub_item, of_month in names:
        found[office, roster, sub_item or ""].add(of_month or 0)
    missing: dict[str, list[str]] = defaultdict(list)
    for (office, roster, _), seen in found.items():
        if month not in seen and roster not in missing[office]:
            missing[office].append(roster)
    return {office: tables for office, tables in missing.items() if tables}


def _listed(names: list[str], most: int = 3) -> str:
    rest = f"等 {len(names)} 项" if len(names) > most else ""
    return "、".join(names[:most]) + rest
