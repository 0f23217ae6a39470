"""Rolls of training classes as tables: who is listed, with the lines they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from mingbai.base.scope import Asker
from mingbai.delivery.models import EnteredSheet
from mingbai.delivery.queries.reports import newest_sheets
from mingbai.intake.models import REJECT
from mingbai.intake.queries import sheet_tables

#: What a check may read of a roll; names and numbers stay in the sheet.
_READ = ("line", "verdict", "id_key", "phone_key", "name_key", "course", "start_date", "end_date")


@dataclass(frozen=True, slots=True)
class Seat:
    """One line of a roll, known by keys."""

    entered_id: int
    line: int
    id_key: bytes
    phone_key: bytes | None
    name_key: bytes | None
    course: str
    start_date: date | None
    end_date: date | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a roll as those who may see the sheet see him."""

    line: int
    id_key: bytes
    name: str
    id_number: str
    phone: str
    village: str
    passed: str


def roll_sheets(*, year: int) -> tuple[EnteredSheet, ...]:
    """The year's training rosters that stand, by receipt; one query."""
    found = newest_sheets().filter(sheet__year=year, sheet__kind="training")
    return tuple(found.select_related("sheet__office", "sheet__receipt").order_by("sheet_id"))


def roll_numbered(pk: int) -> EnteredSheet | None:
    """One training roster, to find its class by."""
    found = EnteredSheet.objects.unscoped("only its class is asked, and that is scoped")
    return found.filter(pk=pk).select_related("sheet").first()


def seats_of(sheets: Iterable[EnteredSheet], *, to: Asker) -> dict[int, tuple[Seat, ...]]:
    """Entered sheet -> its seats by line; rejected lines and lines without a key left out."""
    numbers = {each.sheet_id: each.pk for each in sheets}
    opened = [each.sheet for each in sheets]
    found: dict[int, tuple[Seat, ...]] = {}
    for sheet, table in sheet_tables(opened, to=to, columns=set(_READ)):
        pk = numbers[sheet.pk]
        found[pk] = tuple(_seat(pk, row) for row in table.to_pylist() if _stands(row))
    return found


def _stands(row: Mapping[str, Any]) -> bool:
    return row.get("verdict") != REJECT and bool(row.get("id_key"))


def _seat(entered: int, row: Mapping[str, Any]) -> Seat:
    return Seat(
        entered,
        row["line"],
        row["id_key"],
        row.get("phone_key"),
        row.get("name_key"),
        row.get("course") or "",
        row.get("start_date"),
        row.get("end_date"),
    )


def listed_on(entered: EnteredSheet, *, to: Asker) -> tuple[Listed, ...]:
    """The people of one roll in its order, for who may see the sheet; nothing for others."""
    wanted = ("line", "verdict", "id_key", "name", "id_number", "phone", "village", "passed")
    found: list[Listed] = []
    for _, table in sheet_tables([entered.sheet], to=to, columns=set(wanted)):
        found += [_listed(row) for row in table.to_pylist() if _stands(row)]
    return tuple(found)


def _listed(row: Mapping[str, Any]) -> Listed:
    told = {name: row.get(name) or "" for name in ("name", "id_number", "phone", "passed")}
    return Listed(row["line"], row["id_key"], village=row.get("village") or "", **told)


def as_table(seats: Iterable[Seat], sub_items: Mapping[int, str]) -> pa.Table:
    """Seats as the engine wants them; a class is a course of its own, so that two courses of one
    name in two classes are two places."""
    given = list(seats)
    ends = [each.end_date for each in given]
    return pa.table(
        {
            "line": pa.array([each.line for each in given], pa.int32()),
            "table": pa.array([str(each.entered_id) for each in given], pa.string()),
            "id_key": pa.array([each.id_key for each in given], pa.binary(16)),
            "phone_key": pa.array([each.phone_key for each in given], pa.binary(16)),
            "sub_item": pa.array([sub_items[each.entered_id] for each in given], pa.string()),
            "course": pa.array([str(each.entered_id) for each in given], pa.string()),
            "start_date": pa.array([each.start_date for each in given], pa.date32()),
            "end_date": pa.array(ends, pa.date32()),
            "period": pa.array(
                [None if day is None else day.year * 100 + day.month for day in ends], pa.int32()
            ),
        }
    )
