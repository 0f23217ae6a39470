"""Judge one sheet: the engine reads its cells, the rules look at its rows, the worst counts."""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import cast

import polars as pl
import pyarrow as pa

from mingbai.engine.canon import FAULT_SCHEMA, NOTE, REJECT, WARN, canonical_table
from mingbai.engine.reading import RawSheet
from mingbai.intake.judge.codes import canon_columns
from mingbai.intake.judge.rules import find_remarks
from mingbai.intake.recognise import Recognised
from mingbai.rulebook import Book


@dataclass(frozen=True)
class Counts:
    """Rows of a sheet by their verdict; every row is either accepted or rejected."""

    rows: int
    rejected: int
    warned: int
    noted: int

    @property
    def accepted(self) -> int:
        """Rows that were let through, with or without a remark."""
        return self.rows - self.rejected


@dataclass(frozen=True)
class Judgement:
    """`table`: canonical columns with `line` and `verdict`; `verdicts`: line, column, code,
    severity, params. `sub_items`: those that rows name, for tables that name one in each row.
    """

    table: pa.Table
    verdicts: pa.Table
    counts: Counts
    sub_items: frozenset[str]


def judge_sheet(raw: RawSheet, found: Recognised, *, book: Book) -> Judgement:
    """Judge every row; a row's verdict is the worst of its cells' and its own."""
    read = canonical_table(
        raw,
        columns=canon_columns(found, book=book),
        first_line=found.header_lines[-1] + 1,
        skip_lines=found.skipped.lines,
        defaults=_defaults(found),
        as_of=last_day(found),
    )
    rows = cast("pl.DataFrame", pl.from_arrow(read.table))
    faults = cast("pl.DataFrame", pl.from_arrow(read.faults))
    remarks = find_remarks(rows, faults, found, book=book)
    table, said = read.table, read.faults
    if len(remarks):
        both = pl.concat([faults.cast(remarks.schema), remarks]).sort("line", maintain_order=True)
        said = both.to_arrow().cast(FAULT_SCHEMA)
        table = _with_verdict(table, both)
    return Judgement(
        table=table,
        verdicts=said,
        counts=_counts(table),
        sub_items=_sub_items(rows, found),
    )


def _with_verdict(table: pa.Table, said: pl.DataFrame) -> pa.Table:
    """The table with each row's verdict the worst that was said of it."""
    lines = cast("pl.Series", pl.from_arrow(table["line"])).to_frame("line")
    worst = said.group_by("line").agg(pl.col("severity").max().alias("worst"))
    verdict = lines.join(worst, on="line", how="left", maintain_order="left")["worst"]
    return table.set_column(
        table.column_names.index("verdict"),
        pa.field("verdict", pa.int8(), nullable=False),
        verdict.fill_null(0).cast(pl.Int8).to_arrow(),
    )


def _defaults(found: Recognised) -> dict[str, str | int]:
    """What the title says for every row, where the roster has a column that the sheet lacks."""
    said: dict[str, str | int | None] = {
        "period": found.year * 100 + found.month if found.month else None,
        "sub_item": found.sub_item,
        "town": found.town,
    }
    own = {column.name for column in found.roster.columns} - set(found.columns)
    return {name: value for name, value in said.items() if name in own and value is not None}


def last_day(found: Recognised) -> date:
    """The last day of the sheet's month, or of its year: nobody on it was born later."""
    month = found.month or 12
    return date(found.year, month, calendar.monthrange(found.year, month)[1])


def _counts(table: pa.Table) -> Counts:
    found = Counter(table["verdict"].to_pylist())
    return Counts(table.num_rows, rejected=found[REJECT], warned=found[WARN], noted=found[NOTE])


def _sub_items(rows: pl.DataFrame, found: Recognised) -> frozenset[str]:
    if "sub_item" not in rows.columns:
        return frozenset()
    return frozenset(rows["sub_item"].drop_nulls().unique().to_list())
