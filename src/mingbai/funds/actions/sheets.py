"""An office's monthly fund table becomes entries; what does not fit is listed, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import pyarrow as pa
from django.db import transaction
from django.db.models import Q, Sum

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.engine.money import show_money
from mingbai.funds.actions.entries import (
    NewEntry,
    summary_of,
    write_entries,
    write_reversals,
)
from mingbai.funds.models import FundEntry
from mingbai.funds.queries import standing_entries
from mingbai.programme.queries import sub_item_codes

_HOUSE = Asker.system("a fund table is entered for the county as a whole")
_REJECTED = 3

#: Column of the month's amount -> kind of entry.
_MONTHLY: Mapping[str, FundEntry.Kind] = {
    "arrived_month": FundEntry.Kind.ARRIVAL,
    "released_month": FundEntry.Kind.RELEASE,
    "spent_month": FundEntry.Kind.SPENDING,
}
#: Column the office added up itself -> kind of entry it must agree with.
_TOTALS: Mapping[str, FundEntry.Kind] = {
    "budget": FundEntry.Kind.BUDGET,
    "arrived_total": FundEntry.Kind.ARRIVAL,
    "released_total": FundEntry.Kind.RELEASE,
    "spent_total": FundEntry.Kind.SPENDING,
}
_TEXTS: Mapping[str, str] = {
    "unknown_sub_item": "项目名称不在当年清单内，本行未入账；请按清单核对名称后重报",
    "negative": "{what}填了负数 {said} 元，本行该数未入账；减少拨付请退回更正，由县民生办冲销",
    "reported_twice": "{what}本月已由另一张表报过，本行该数未入账；请与报过的单位核对后由一家报送",
    "total_differs": "{what}填 {said} 元，按各月入账合计为 {held} 元；"
    "请核对本月数，或补报漏报的月份",
    "budget_differs": "{what}填 {said} 元，县定预算为 {held} 元；请核对预算文件",
}

Code = Literal["unknown_sub_item", "negative", "reported_twice", "total_differs", "budget_differs"]


@dataclass(frozen=True)
class FundDiscrepancy:
    """One cell of a fund table that does not fit; amounts in 分."""

    line: int
    sub_item: str
    tier: str
    code: Code
    column: str = ""
    said: int = 0
    held: int = 0

    @property
    def message(self) -> str:
        """What is wrong, on which line, and what to do next."""
        labels = {
            "budget": "年度预算",
            "arrived_month": "本月到位",
            "released_month": "本月拨付",
            "spent_month": "本月支出",
            "arrived_total": "累计到位",
            "released_total": "累计拨付",
            "spent_total": "累计支出",
        }
        text = _TEXTS[self.code].format(
            what=labels.get(self.column, ""),
            said=show_money(self.said),
            held=show_money(self.held),
        )
        return f"第 {self.line} 行：{text}。"


@dataclass(frozen=True)
class FundSheetResult:
    """What a table became: entries written, earlier ones undone, what did not fit."""

    entries: tuple[FundEntry, ...]
    reversals: tuple[FundEntry, ...]
    discrepancies: tuple[FundDiscrepancy, ...]


@dataclass(frozen=True)
class _Place:
    """Where the table came from and which month it reports."""

    file_id: int
    sheet: int
    period: int

    @property
    def last_day(self) -> date:
        """When the month's amounts count."""
        return month_end(self.period)


def enter_fund_sheet(
    *,
    table: pa.Table,
    origin_file_id: int,
    origin_sheet: int,
    year: int,
    period: int,
    replaces: tuple[int, int] | None,
    by: User | None,
    at: datetime,
) -> FundSheetResult:
    """Enter a month's fund table; a corrected one undoes what the sheet it replaces had entered.

    ``table``: canonical columns ``line verdict sub_item tier`` and any of ``budget arrived_month
    released_month spent_month arrived_total released_total spent_total``, amounts in 分; rejected
    rows (verdict 3) are passed over, a row without a tier counts under ``other``. ``replaces`` is
    (file, sheet) of the earlier sheet. The same sheet again writes nothing. An amount already
    reported for that sub-item, tier and month by another sheet is listed, not counted twice.
    """
    if period // 100 != year:
        raise ValueError(f"period {period} is not in {year}")
    place = _Place(origin_file_id, origin_sheet, period)
    rows = [row for row in table.to_pylist() if row.get("verdict") != _REJECTED]
    with transaction.atomic():
        if _entries_from(place.file_id, place.sheet, year):
            return FundSheetResult((), (), ())
        stale = _entries_from(*replaces, year) if replaces else []
        known = sub_item_codes(to=_HOUSE, year=year)
        taken = _taken(place, stale)
        fresh, problems = _read_rows(rows, place, known, taken)
        reversals: tuple[FundEntry, ...] = ()
        entries: tuple[FundEntry, ...] = ()
        if stale or fresh:
            payload = {**summary_of(fresh), "file": place.file_id, "sheet": place.sheet}
            payload |= {"period": period, "reversed": len(stale)}
            act = record_act("enter_fund_sheet", by=by, at=at, payload=payload)
            reversals = write_reversals(stale, act, note="更正表替换原表")
            entries = write_entries(fresh, act)
        problems += _check_totals(rows, place, known)
    problems.sort(key=lambda each: (each.line, each.column))
    return FundSheetResult(entries, reversals, tuple(problems))


def _entries_from(file_id: int, sheet: int, year: int) -> list[FundEntry]:
    found = standing_entries(to=_HOUSE, year=year)
    return list(found.filter(origin_file_id=file_id, origin_sheet=sheet))


def _taken(place: _Place, stale: list[FundEntry]) -> frozenset[tuple[str, str, str]]:
    """What other standing sheets reported for this month: (sub-item, tier, kind)."""
    found = (
        standing_entries(to=_HOUSE, year=place.period // 100)
        .filter(period=place.period, origin_file__isnull=False)
        .exclude(Q(kind=FundEntry.Kind.BUDGET) | Q(pk__in=[entry.pk for entry in stale]))
    )
    return frozenset(found.values_list("sub_item", "tier", "kind"))


def _read_rows(
    rows: list[dict[str, Any]],
    place: _Place,
    known: frozenset[str],
    taken: frozenset[tuple[str, str, str]],
) -> tuple[list[NewEntry], list[FundDiscrepancy]]:
    fresh: list[NewEntry] = []
    problems: list[FundDiscrepancy] = []
    for row in rows:
        code, tier, line = row.get("sub_item") or "", _tier(row), row["line"]
        if code not in known:
            problems.append(FundDiscrepancy(line, code, tier, "unknown_sub_item"))
            continue
        for column, kind in _MONTHLY.items():
            amount = row.get(column) or 0
            if amount < 0:
                problems.append(FundDiscrepancy(line, code, tier, "negative", column, amount))
            elif amount and (code, tier, str(kind)) in taken:
                problems.append(FundDiscrepancy(line, code, tier, "reported_twice", column, amount))
            elif amount:
                fresh.append(_entry(kind, code, tier, amount, line, place))
    return fresh, problems


def _entry(
    kind: FundEntry.Kind, code: str, tier: str, amount: int, line: int, place: _Place
) -> NewEntry:
    return NewEntry(
        kind=kind,
        sub_item=code,
        tier=tier,
        amount=amount,
        entry_date=place.last_day,
        period=place.period,
        origin_file_id=place.file_id,
        origin_sheet=place.sheet,
        origin_line=line,
    )


def _tier(row: Mapping[str, Any]) -> str:
    return row.get("tier") or FundEntry.Tier.OTHER


def _check_totals(
    rows: list[dict[str, Any]], place: _Place, known: frozenset[str]
) -> list[FundDiscrepancy]:
    """Hold the office's own totals against the ledger; several rows of one key add up first."""
    held = _held(place)
    keys = Counter((row.get("sub_item"), _tier(row)) for row in rows)
    problems = []
    for row in rows:
        code, tier = row.get("sub_item") or "", _tier(row)
        if code not in known:
            continue
        for column, kind in _TOTALS.items():
            said, own = row.get(column), held.get((code, tier, str(kind)), 0)
            if said is None or keys[code, tier] > 1 or said == own:
                continue
            what: Code = "budget_differs" if kind == FundEntry.Kind.BUDGET else "total_differs"
            problems.append(FundDiscrepancy(row["line"], code, tier, what, column, said, own))
    return problems


def _held(place: _Place) -> dict[tuple[str, str, str], int]:
    sums = (
        standing_entries(to=_HOUSE, year=place.period // 100)
        .filter(period__lte=place.period)
        .order_by()
        .values("sub_item", "tier", "kind")
        .annotate(fen=Sum("amount"))
    )
    return {(row["sub_item"], row["tier"], row["kind"]): int(row["fen"]) for row in sums}
