"""Judge one sheet: the engine reads its cells, the rules look at its rows, the worst counts."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import cast

import polars as pl
import pyarrow as pa

from mingbai.engine.canon import FAULT_SCHEMA, NOTE, REJECT, WARN, canonical_table
from mingbai.engine.reading import RawSheet
from mingbai.intake.judge.codes import canon_columns
from mingbai.intake.judge.rules import REMARK, find_remarks
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
    faults = cast("pl.DataFrame", pl.from_arrow(read.faults)).select(
        pl.col(name).cast(kind) for name, kind in REMARK.items()
    )
    said = pl.concat([faults, find_remarks(rows, faults, found, book=book)])
    said = said.sort("line", maintain_order=True)
    worst = said.group_by("line").agg(pl.col("severity").max().alias("worst"))
    verdict = (
        rows.select("line")
        .join(worst, on="line", how="left", maintain_order="left")["worst"]
        .fill_null(0)
        .cast(pl.Int8)
    )
    table = read.table.set_column(
        read.table.column_names.index("verdict"),
        pa.field("verdict", pa.int8(), nullable=False),
        verdict.to_arrow(),
    )
    return Judgement(
        table=table,
        verdicts=said.to_arrow().cast(FAULT_SCHEMA),
        counts=_counts(verdict),
        sub_items=_sub_items(rows, found),
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


def _counts(verdict: pl.Series) -> Counts:
    found = dict(verdict.value_counts().rows())
    return Counts(
        rows=len(verdict),
        rejected=found.get(REJECT, 0),
        warned=found.get(WARN, 0),
        noted=found.get(NOTE, 0),
    )


def _sub_items(rows: pl.DataFrame, found: Recognised) -> frozenset[str]:
    if "sub_item" not in rows.columns:
        return frozenset()
    return frozenset(rows["sub_item"].drop_nulls().unique().to_list())
