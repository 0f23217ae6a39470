"""Rows of many live sheets as one table, each still knowing its file, sheet and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import polars as pl

from mingbai.base.models import Division
from mingbai.base.scope import Asker
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets, sheet_table

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
    "start_date": pl.Date(),
    "event_date": pl.Date(),
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
    sheet's. Rejected rows are left out unless asked for. Memory: one copy of the wanted columns.
    """
    wanted = [*ORIGIN, *columns]
    frames = [
        frame.select(wanted)
        for frame in _frames(sheets=sheets, to=to, columns=columns, rejected=rejected)
        if frame.height
    ]
    if not frames:
        return pl.DataFrame(schema={name: _SCHEMA[name] for name in wanted})
    rows = pl.concat(frames, rechunk=True)
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


def _frames(
    *, sheets: Iterable[Sheet], to: Asker, columns: Sequence[str], rejected: bool
) -> Iterator[pl.DataFrame]:
    needed = {"line", "verdict", *columns} & set(_CANONICAL)
    if "town" in columns:
        needed.add("village")
    for sheet in sheets:
        table = sheet_table(sheet, to=to)
        present = [name for name in table.column_names if name in needed]
        frame = pl.DataFrame(table.select(present)).with_columns(
            *(pl.col(name).cast(_CANONICAL[name]) for name in present),
            *(pl.lit(None, _CANONICAL[name]).alias(name) for name in needed.difference(present)),
        )
        if not rejected:
            frame = frame.filter(pl.col("verdict").fill_null(0) < REJECTED)
        yield _with_sheet(frame, sheet, columns)


def _with_sheet(frame: pl.DataFrame, sheet: Sheet, columns: Sequence[str]) -> pl.DataFrame:
    added = [
        pl.lit(sheet.file_id, pl.Int64).alias("origin_file_id"),
        pl.lit(sheet.number, pl.Int32).alias("origin_sheet"),
        pl.col("line").alias("origin_line"),
        pl.lit(sheet.roster, pl.String).alias("roster"),
    ]
    if "sub_item" in columns:
        added.append(pl.col("sub_item").fill_null(pl.lit(sheet.sub_item, pl.String)))
    if "period" in columns:
        added.append(pl.col("period").fill_null(pl.lit(sheet.period, pl.Int32)))
    if "town" in columns:
        by_village = pl.when(pl.col("village").str.contains(r"^\d{12}$")).then(
            pl.col("village").str.slice(0, 9)
        )
        town = pl.coalesce(pl.col("town"), pl.lit(sheet.town_id, pl.String), by_village)
        added.append(town.fill_null(""))
    return frame.with_columns(added)
