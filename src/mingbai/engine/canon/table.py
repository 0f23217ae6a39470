"""A raw sheet becomes a canonical table and a table of faults, whole columns at a time.

Regular cells are decided by each type's expression in one pass over the sheet; what it leaves
undecided is judged by the type's plain twin, once for each distinct content.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.cells import read_cell
from mingbai.engine.canon.shapes import (
    BLANKS,
    REJECT,
    CanonColumn,
    CanonResult,
    CanonType,
    Reading,
    Remark,
    Value,
)
from mingbai.engine.canon.types import type_of
from mingbai.engine.canon.types.derived import derived_columns
from mingbai.engine.reading.shapes import ERROR, FORMULA, RawSheet

FAULT_SCHEMA: Final = pa.schema(
    [
        pa.field("line", pa.int32(), nullable=False),
        pa.field("column", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("severity", pa.int8(), nullable=False),
        pa.field("params", pa.string(), nullable=False),
    ]
)
_POLARS: Final[dict[pa.DataType, pl.DataType]] = {
    pa.string(): pl.String(),
    pa.int64(): pl.Int64(),
    pa.int32(): pl.Int32(),
    pa.int8(): pl.Int8(),
    pa.date32(): pl.Date(),
}


def canonical_table(
    raw: RawSheet,
    *,
    columns: Sequence[CanonColumn],
    first_line: int,
    last_line: int | None = None,
    skip_lines: Collection[int] = (),
    defaults: Mapping[str, Value] | None = None,
    as_of: dt.date,
) -> CanonResult:
    """Read lines `first_line` to `last_line` (both included) of a sheet by its columns.

    `skip_lines` (sums, notes) give no rows. `defaults` give a canonical value to every row of a
    column that the sheet does not have; a cell left empty is never filled. `as_of` bounds births.
    """
    types = check_columns(raw, columns, as_of=as_of)
    frame = _take_lines(raw, first_line, last_line, skip_lines)
    given = defaults or {}
    wide = _read_fast(frame, columns, types)
    left = _count_left(wide, columns)
    values: dict[str, pl.Series] = {}
    faults = _Faults()
    for index, (column, kind) in enumerate(zip(columns, types, strict=True)):
        if column.place is None:
            values[column.name] = _constant(column, kind, given, len(frame))
            if column.required and column.name not in given:
                faults.add_missing(frame["line"].to_list(), column.name)
            continue
        if column.required and left[f"b{index}"]:
            blank = wide["line"].filter(wide[f"t{index}"].is_null())
            faults.add_missing(blank.to_list(), column.name)
        values[column.name] = wide[f"v{index}"]
        if left[f"o{index}"]:
            values[column.name] = _settle(wide, index, column, kind, faults)
    return _assemble(frame["line"], columns, types, values, faults)


def check_columns(
    raw: RawSheet, columns: Sequence[CanonColumn], *, as_of: dt.date
) -> list[CanonType]:
    """The type of each column; raises ValueError for a map that does not fit the sheet."""
    names = [column.name for column in columns]
    reserved = {"line", "verdict"} | {
        name for column in columns for name, _ in derived_columns(column)
    }
    if len(set(names)) != len(names) or reserved & set(names):
        raise ValueError("column names must be unique and not reserved")
    for column in columns:
        if column.place is not None and column.place > raw.width:
            raise ValueError(f"column {column.name}: the sheet has only {raw.width} columns")
    return [type_of(column, as_of=as_of) for column in columns]


def _take_lines(
    raw: RawSheet, first_line: int, last_line: int | None, skip_lines: Collection[int]
) -> pl.DataFrame:
    frame = pl.from_arrow(raw.cells)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - narrows the type, a table is a frame
    keep = pl.col("line") >= first_line
    if last_line is not None:
        keep &= pl.col("line") <= last_line
    if skip_lines:
        keep &= ~pl.col("line").is_in(sorted(skip_lines))
    return frame.filter(keep)


def _read_fast(
    frame: pl.DataFrame, columns: Sequence[CanonColumn], types: Sequence[CanonType]
) -> pl.DataFrame:
    """Columns t, k and v of each sheet column: trimmed text, kind, value where it is regular."""
    trimmed = [pl.col("line")]
    fast = []
    for index, (column, kind) in enumerate(zip(columns, types, strict=True)):
        if column.place is not None:
            trimmed += _trimmed(column.place, index)
            fast.append(_fast(kind, index))
    return frame.select(trimmed).with_columns(fast)


# Hundreds of sheets have the same columns: making their expressions costs more than running them.
@lru_cache(maxsize=1024)
def _trimmed(place: int, index: int) -> tuple[pl.Expr, pl.Expr]:
    text = pl.col(f"c{place}").str.strip_chars(BLANKS)
    return pl.when(text != "").then(text).alias(f"t{index}"), pl.col(f"k{place}").alias(f"k{index}")


@lru_cache(maxsize=1024)
def _fast(kind: CanonType, index: int) -> pl.Expr:
    text, its_kind = pl.col(f"t{index}"), pl.col(f"k{index}")
    plain_cell = (its_kind != ERROR) & (its_kind != FORMULA)
    read = pl.when(plain_cell).then(kind.fast(text, its_kind))
    return read.cast(_POLARS[kind.arrow]).alias(f"v{index}")


@lru_cache(maxsize=1024)
def _left(index: int) -> tuple[pl.Expr, pl.Expr]:
    text, value = pl.col(f"t{index}"), pl.col(f"v{index}")
    left = value.is_null() & text.is_not_null()
    return text.null_count().alias(f"b{index}"), left.sum().alias(f"o{index}")


def _count_left(wide: pl.DataFrame, columns: Sequence[CanonColumn]) -> dict[str, int]:
    """How many cells of each column are blank (b) and how many left undecided (o), in one pass."""
    counts: list[pl.Expr] = []
    for index, column in enumerate(columns):
        counts += _left(index) if column.place is not None else ()
    return wide.select(counts).row(0, named=True) if counts else {}


class _Faults:
    """Faults as they are found, one list a column: sheets have few, and Python lists are quick."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, str, str, int, str]] = []

    def add_missing(self, lines: Iterable[int], column: str) -> None:
        self.rows.extend((line, column, "empty", REJECT, "{}") for line in lines)

    def add(self, line: int, column: str, remarks: tuple[Remark, ...]) -> None:
        for remark in remarks:
            self.rows.append((line, column, remark.code, remark.severity, remark.params_json))

    def worst(self) -> dict[int, int]:
        """Highest severity of each line that has any."""
        found: dict[int, int] = {}
        for line, _, _, severity, _ in self.rows:
            found[line] = max(found.get(line, 0), severity)
        return found

    def table(self) -> pa.Table:
        if not self.rows:
            return FAULT_SCHEMA.empty_table()
        self.rows.sort(key=lambda row: row[0])  # stable: columns keep their order within a line
        columns = list(zip(*self.rows, strict=True))
        arrays = [pa.array(c, f.type) for c, f in zip(columns, FAULT_SCHEMA, strict=True)]
        return pa.Table.from_arrays(arrays, schema=FAULT_SCHEMA)


def _settle(
    wide: pl.DataFrame, index: int, column: CanonColumn, kind: CanonType, faults: _Faults
) -> pl.Series:
    """Values of one column; what the expression left open goes to the plain twin."""
    lines, text, value = wide["line"], wide[f"t{index}"], wide[f"v{index}"]
    open_rows = (value.is_null() & text.is_not_null()).arg_true()
    known: dict[tuple[str, int], Reading] = {}
    found: list[Value | None] = []
    cells = zip(
        lines.gather(open_rows).to_list(),
        text.gather(open_rows).to_list(),
        wide[f"k{index}"].gather(open_rows).to_list(),
        strict=True,
    )
    for line, written, its_kind in cells:
        reading = known.get((written, its_kind))
        if reading is None:
            reading = known[written, its_kind] = read_cell(written, its_kind, column, kind)
        found.append(reading.value)
        if reading.remarks:
            faults.add(line, column.name, reading.remarks)
    return value.scatter(open_rows, pl.Series(found, dtype=_POLARS[kind.arrow]))


def _constant(
    column: CanonColumn, kind: CanonType, given: Mapping[str, Value], count: int
) -> pl.Series:
    value = given.get(column.name)
    return pl.Series(column.name, [value], _POLARS[kind.arrow]).new_from_index(0, count)


def _assemble(
    lines: pl.Series, columns: Sequence[CanonColumn], types: Sequence[CanonType],
    values: Mapping[str, pl.Series], faults: _Faults,
) -> CanonResult:  # fmt: skip
    made = pl.DataFrame([lines, *(values[c.name].alias(c.name) for c in columns)])
    fields = [pa.field("line", pa.int32(), nullable=False)]
    derived: list[pl.Expr] = []
    for column, kind in zip(columns, types, strict=True):
        fields.append(pa.field(column.name, kind.arrow))
        for name, also in derived_columns(column):
            derived.append(also.fast(pl.col(column.name)).alias(name))
            fields.append(pa.field(name, also.arrow))
    fields.append(pa.field("verdict", pa.int8(), nullable=False))
    worst = faults.worst()
    verdict: pl.Series | pl.Expr = pl.lit(0, pl.Int8).alias("verdict")
    if worst:
        found = [worst.get(line, 0) for line in lines.to_list()]
        verdict = pl.Series("verdict", found, pl.Int8)
    schema = pa.schema(fields)
    made = made.with_columns(*derived, verdict).select(schema.names)
    table = made.to_arrow(compat_level=pl.CompatLevel.oldest())
    return CanonResult(table.cast(schema), faults.table())
