"""Handed-in rosters as intake leaves them: sealed canonical tables behind frozen sheets."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
from django.db import transaction

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.base.secrets import blind_many
from mingbai.intake.models import Receipt, Sheet
from mingbai.intake.packing import bundle, pack
from mingbai.rulebook import (
    Absence,
    AmountRule,
    Book,
    Check,
    Exclusion,
    PresenceList,
    Schedule,
    SubItem,
)

YEAR = 2021
DIBAO = "hardship-relief.rural-dibao"
TEKUN = "hardship-relief.tekun"
CASES = "medical-aid.cases"
SCHOOL = "kindergarten.aid"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_serial = itertools.count(1)


def id_number(n: int, born: str = "19600101", sex: int = 1) -> str:
    """A number under the unallocated region 340299."""
    body = f"340299{born}{2 * (n % 499) + sex:03d}"
    rest = sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[rest]


def row(n: int, **more: Any) -> dict[str, Any]:
    """One accepted roster row for person number ``n``."""
    born = f"19{60 + n // 499:02d}0101"
    return {
        "name": f"演{chr(0x4E00 + n)}",
        "id_number": id_number(n, born),
        "birth_date": date(int(born[:4]), 1, 1),
        "sex": 1,
        "village": "340223100001",
        "account": f"62170000{n:08d}",
        "phone": f"138{n:08d}",
        "amount": 50_000,
        "grade": None,
        "start_date": None,
        "period": None,
        "verdict": 0,
        **more,
    }


_TYPES = {
    "line": pa.int32(), "verdict": pa.int8(), "name": pa.string(), "id_number": pa.string(),
    "birth_date": pa.date32(), "sex": pa.int8(), "village": pa.string(), "account": pa.string(),
    "phone": pa.string(), "amount": pa.int64(), "grade": pa.string(), "start_date": pa.date32(),
    "period": pa.int32(), "event_date": pa.date32(), "employer": pa.string(),
    "end_date": pa.date32(), "course": pa.string(), "sub_item": pa.string(),
    "measure": pa.string(), "total_done": pa.string(), "head_name": pa.string(),
    "household_number": pa.string(), "relation": pa.string(), "income": pa.int64(),
}  # fmt: skip


def table_of(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """The table intake keeps: canonical columns, ``line``, ``verdict`` and blind keys."""
    lines = [{"line": place + 3, **each} for place, each in enumerate(rows)]
    names = [name for name in _TYPES if any(name in each for each in lines)]
    arrays = {n: pa.array([each.get(n) for each in lines], _TYPES[n]) for n in names}
    arrays["id_key"] = blind_many("id_number", arrays["id_number"])
    arrays["name_key"] = blind_many("name_only", arrays["name"])
    for column in ("account", "phone"):
        if column in arrays:
            arrays[f"{column}_key"] = blind_many(column, arrays[column])
    return pa.table(arrays)


def hand_in(
    tree: Any,
    at: Any,
    rows: Sequence[dict[str, Any]],
    *,
    sub_item: str | None = DIBAO,
    month: int | None = 1,
    town: str = "340223100",
    kind: str = "subsidy",
    roster: str = "subsidy",
    follows: Sheet | None = None,
    office: Any = None,
) -> Sheet:
    """A sheet handed in by a town; ``follows`` makes it the correction of an earlier one."""
    office = office or (tree.office_a if town == "340223100" else tree.office_b)
    table = table_of(rows)
    rejected = sum(1 for each in rows if each.get("verdict", 0) >= 3)
    with transaction.atomic():
        act = record_act("receive_file", by=tree.clerk, at=at)
        content = f"workbook {next(_serial)}".encode()
        file = store_file(content, kind="workbook", by=tree.clerk, at=at)
        sealed = store_file(bundle([pack(table)]), kind="table", by=tree.clerk, at=at)
        counts = {
            "row_count": len(rows),
            "accepted_count": len(rows) - rejected,
            "rejected_count": rejected,
        }
        receipt = Receipt.objects.create(
            file=file, original_name="花名册.xlsx", office=office, outcome="accepted",
            received_at=at, received_by=tree.clerk, sheet_count=1, act=act, **counts,
        )  # fmt: skip
        slot = follows.slot if follows else f"slot-{next(_serial)}"
        return Sheet.objects.create(
            receipt=receipt, file=file, number=1, name="Sheet1", office=office, roster=roster,
            roster_name="花名册", kind=kind, sub_item=sub_item,
            town_id=town if kind == "subsidy" else None, year=YEAR, month=month,
            header={"place": 0}, warned_count=0, noted_count=0, table=sealed, cells=sealed,
            slot=slot, turn=follows.turn + 1 if follows else 1, part=1,
            follows=follows, book_digest="b" * 64, act=act, **counts,
        )  # fmt: skip


def amount_rule(sub_item: str, **more: Any) -> AmountRule:
    """A monthly fixed amount of 500 元, unless told otherwise."""
    return AmountRule(
        **{
            "sub_item": sub_item, "item": "standard", "name": "标准", "from_date": date(2021, 1, 1),
            "to_date": None, "kind": "fixed", "per": "month", "amount_fen": 50_000, "grades": {},
            "min_fen": None, "max_fen": None, "level": "county", "value_is": "demonstration",
            "source": "演示", **more,
        }
    )  # fmt: skip


def sub_item(code: str, *amounts: AmountRule, checks: tuple[Check, ...] = ()) -> SubItem:
    """A subsidy with its amounts and checks."""
    return SubItem(
        code=code, programme=code.split(".")[0], name=f"子项{code.split('.')[1]}",
        summary_name=code, listed_as="", kind="subsidy", kind_note="", lead_office="civil",
        unit="人", measures=(), roster="subsidy", checks=checks, amounts=amounts,
        schedule=Schedule("linear", (), date(2021, 1, 1), date(2021, 12, 31), "demonstration", ""),
        budgets={}, budget_value_is="demonstration", budget_source="", aliases=(),
    )  # fmt: skip


def exclusion(first: str, second: str, effect: str = "hold") -> Exclusion:
    """Two sub-items one person may not draw at once."""
    return Exclusion(
        first, second, date(2021, 1, 1), None, effect, "不得重复享受", "demonstration", "演示"
    )


def presence(roster: str, applies_to: tuple[str, ...], effect: str = "hold") -> PresenceList:
    """A list that speaks against sub-items."""
    return PresenceList(
        roster, applies_to, date(2021, 1, 1), None, effect, "在名单中", "demonstration", "演示"
    )


def small_book(
    *items: SubItem,
    exclusions: tuple[Exclusion, ...] = (),
    lists: tuple[PresenceList, ...] = (),
    absences: tuple[Absence, ...] = (),
    digest: str = "d" * 64,
) -> Book:
    """A year's book of a few sub-items."""
    from mingbai.rulebook import Programme

    found = items or (sub_item(DIBAO, amount_rule(DIBAO)),)
    programme = Programme(
        code="hardship-relief", number=1, local_number=1, name="困难群体救助",
        short_name="困难救助", summary_name="困难救助", status="own", status_reason="",
        group="continued", field="", lead_office="civil", sub_items=tuple(found),
        aliases=(), source="演示",
    )  # fmt: skip
    index = {("programme", programme.code): programme}
    index.update({("sub_item", each.code): each for each in found})
    return Book(
        year=YEAR, county="340223", county_name="南陵县", province_source="", county_source="",
        programmes=(programme,), rosters=(), exclusions=exclusions, lists=lists,
        absences=absences, offices=(),
        sites=(), divisions=(), cases=(), digest=digest, files=(), _index=index,
    )  # fmt: skip
