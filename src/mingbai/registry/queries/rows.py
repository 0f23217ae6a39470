"""Rows of many live sheets as one table, each still knowing its file, sheet and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import polars as pl
import pyarrow as pa

from mingbai.base.models import Division
from mingbai.base.scope import Asker
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets, sheet_tables
from mingbai.registry.queries.keys import with_known_keys

REJECTED: Final = 3
"""The verdict of a row that the gate refused."""

#: What a roster row may carry; columns a sheet does not have are null.
_CANONICAL: Final[dict[str, pl.DataType]] = {
    "line": pl.Int32(),
    "verdict": pl.Int8(),
    "id_key": pl.Binary(),
    "account_key": pl.Binary(),
    "phone_key": pl.Binary(),
    "name_key": pl.Binary(),
    "id_number": pl.String(),
    "name": pl.String(),
    "account": pl.String(),
    "phone": pl.String(),
    "birth_date": pl.Date(),
    "sex": pl.Int8(),
    "village": pl.String(),
    "town": pl.String(),
    "sub_item": pl.String(),
    "period": pl.Int32(),
    "amount": pl.Int64(),
    "grade": pl.String(),
    "income": pl.Int64(),
    "start_date": pl.Date(),
    "end_date": pl.Date(),
    "course": pl.String(),
    "measure": pl.String(),
    "total_done": pl.String(),
    "event_date": pl.Date(),
    "head_name": pl.String(),
    "household_number": pl.String(),
    "relation": pl.String(),
    "reason": pl.String(),
    "assignee": pl.String(),
    "due_date": pl.Date(),
}
ORIGIN: Final = ("origin_file_id", "origin_sheet", "origin_line")
_SCHEMA: Final[dict[str, pl.DataType]] = {
    **{name: kind for name, kind in _CANONICAL.items() if name != "line"},
    "origin_file_id": pl.Int64(),
    "origin_sheet": pl.Int32(),
    "origin_line": pl.Int32(),
    "roster": pl.String(),
}


def roster_rows(
    *, sheets: Iterable[Sheet], to: Asker, columns: Sequence[str], rejected: bool = False
) -> pl.DataFrame:
    """Stack the rows of sheets, in the order of receipt (file, sheet, line).

    ``columns`` are those wanted beside ``origin_file_id``, ``origin_sheet``, ``origin_line``; the
    rest never leaves the sealed files. A row without its own sub-item, month or town has its
    sheet's. Whatever document a row names, ``id_key`` is the one under which the rows of that
    person meet (``known_keys``). Rejected rows are left out unless asked for. Memory: one copy of
    the wanted columns.
    """
    needed = {"line", *columns} & set(_CANONICAL)
    needed |= {"village"} if "town" in columns else set()
    needed |= set() if rejected else {"verdict"}
    wanted = list(dict.fromkeys((*ORIGIN, *columns, *({"verdict"} & needed))))
    frames = [
        _frame(sheet, table, wanted)
        for sheet, table in sheet_tables(sheets, to=to, columns=needed)
        if table.num_rows
    ]
    if not frames:
        return pl.DataFrame(schema={name: _SCHEMA[name] for name in (*ORIGIN, *columns)})
    rows = pl.concat(frames, rechunk=True)
    if not rejected:
        rows = rows.filter(pl.col("verdict").fill_null(0) < REJECTED)
    rows = rows.select(*ORIGIN, *columns)
    if "id_key" in columns:
        rows = with_known_keys(rows)
    # The same bytes handed in by two offices are one row, not a duplicate claim.
    return rows.sort(ORIGIN, maintain_order=True).unique(ORIGIN, keep="first", maintain_order=True)


def live_rows(
    *, to: Asker, year: int, kind: str, columns: Sequence[str], rejected: bool = False
) -> pl.DataFrame:
    """Rows of the year's live sheets of one kind (``subsidy``, ``list``, ``training``)."""
    sheets = live_sheets(to=to, year=year, kind=kind)
    return roster_rows(sheets=sheets, to=to, columns=columns, rejected=rejected)


def village_codes() -> dict[tuple[str, str], str]:
    """(town code, village name) -> village code, for rosters that name villages."""
    rows = Division.objects.unscoped("codes of divisions are public").filter(level="village")
    return {(code[:9], name): code for code, name in rows.values_list("code", "name")}


def with_village_codes(rows: pl.DataFrame) -> pl.DataFrame:
    """Turn village names into codes; a name nobody knows is left empty, the row keeps it."""
    known = [(town, name, code) for (town, name), code in village_codes().items()]
    schema = {"town": pl.String(), "village": pl.String(), "code": pl.String()}
    names = pl.DataFrame(known, schema=schema, orient="row")
    found = rows.join(names, on=("town", "village"), how="left", maintain_order="left")
    is_code = pl.col("village").str.contains(r"^\d{12}$")
    village = pl.when(is_code).then(pl.col("village")).otherwise(pl.col("code"))
    return found.with_columns(village.fill_null("").alias("village")).drop("code")


def _frame(sheet: Sheet, table: pa.Table, wanted: Sequence[str]) -> pl.DataFrame:
    """One sheet's rows with the wanted columns, in one pass: there are a thousand sheets."""
    present = frozenset(table.column_names)

    def cell(name: str) -> pl.Expr:
        return pl.col(name).cast(_CANONICAL[name]) if name in present else _none(name)

    made = {
        "origin_file_id": lambda: pl.lit(sheet.file_id, pl.Int64),
        "origin_sheet": lambda: pl.lit(sheet.number, pl.Int32),
        "origin_line": lambda: cell("line"),
        "roster": lambda: pl.lit(sheet.roster, pl.String),
        "sub_item": lambda: cell("sub_item").fill_null(pl.lit(sheet.sub_item, pl.String)),
        "period": lambda: cell("period").fill_null(pl.lit(sheet.period, pl.Int32)),
        "town": lambda: _town(cell, sheet),
    }
    parts = [(made[name]() if name in made else cell(name)).alias(name) for name in wanted]
    return pl.DataFrame(table).select(parts)


def _none(name: str) -> pl.Expr:
    return pl.lit(None, _CANONICAL[name])


def _town(cell: Callable[[str], pl.Expr], sheet: Sheet) -> pl.Expr:
    """The row's own town, its sheet's, or the one its village's code lies in."""
    village = cell("village")
    by_village = pl.when(village.str.contains(r"^\d{12}$")).then(village.str.slice(0, 9))
    return pl.coalesce(cell("town"), pl.lit(sheet.town_id, pl.String), by_village).fill_null("")
