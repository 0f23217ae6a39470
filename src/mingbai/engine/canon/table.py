"""A raw sheet becomes a canonical table and a table of faults, whole columns at a time.

Regular cells are decided by each type's expression in one pass over the sheet; what it leaves
undecided is judged by the type's plain twin, once for each distinct content.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
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
    Value,
)
from mingbai.engine.canon.types import type_of
from mingbai.engine.canon.types.id_number import derive_birth_date, derive_sex
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
    values: dict[str, pl.Series] = {}
    faults: list[pl.DataFrame] = []
    for index, (column, kind) in enumerate(zip(columns, types, strict=True)):
        if column.place is None:
            values[column.name] = _constant(column, kind, given, len(frame))
            if column.required and column.name not in given:
                faults.append(_missing(frame["line"], column.name))
            continue
        values[column.name] = _settle(wide, index, column, kind, faults)
    return _assemble(frame["line"], columns, types, values, faults)


def check_columns(
    raw: RawSheet, columns: Sequence[CanonColumn], *, as_of: dt.date
) -> list[CanonType]:
    """The type of each column; raises ValueError for a map that does not fit the sheet."""
    names = [column.name for column in columns]
    reserved = {"line", "verdict"} | {
        name for column in columns if column.type == "id_number" for name in derived_names(column)
    }
    if len(set(names)) != len(names) or reserved & set(names):
        raise ValueError("column names must be unique and not reserved")
    for column in columns:
        if column.place is not None and column.place > raw.width:
            raise ValueError(f"column {column.name}: the sheet has only {raw.width} columns")
    return [type_of(column, as_of=as_of) for column in columns]


def derived_names(column: CanonColumn) -> tuple[str, str]:
    """Names of birth date and sex that an ID column gives beside itself."""
    prefix = "" if column.name == "id_number" else column.name + "_"
    return f"{prefix}birth_date", f"{prefix}sex"


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
    trimmed = [pl.col("line")]
    fast = []
    for index, (column, kind) in enumerate(zip(columns, types, strict=True)):
        if column.place is None:
            continue
        text = pl.col(f"c{column.place}").str.strip_chars(BLANKS)
        trimmed.append(pl.when(text != "").then(text).alias(f"t{index}"))
        trimmed.append(pl.col(f"k{column.place}").alias(f"k{index}"))
        plain_cell = ~pl.col(f"k{index}").is_in([ERROR, FORMULA])
        read = kind.fast(pl.col(f"t{index}"), pl.col(f"k{index}"))
        fast.append(pl.when(plain_cell).then(read).alias(f"v{index}"))
    return frame.select(trimmed).with_columns(fast)


def _settle(
    wide: pl.DataFrame, index: int, column: CanonColumn, kind: CanonType,
    faults: list[pl.DataFrame],
) -> pl.Series:  # fmt: skip
    """Values of one column; what the expression left open goes to the plain twin."""
    text, value = wide[f"t{index}"], wide[f"v{index}"].cast(_POLARS[kind.arrow])
    blank = text.is_null()
    if column.required and blank.any():
        faults.append(_missing(wide["line"].filter(blank), column.name))
    open_rows = (value.is_null() & ~blank).arg_true()
    if not len(open_rows):
        return value
    left = wide.select("line", text=f"t{index}", kind=f"k{index}")[open_rows]
    read = _read_plain(left.select("text", "kind").unique(), column, kind)
    joined = left.join(read, on=["text", "kind"], how="left", maintain_order="left")
    said = joined.filter(pl.col("remarks").list.len() > 0).explode("remarks")
    if len(said):
        faults.append(
            said.select("line", pl.lit(column.name).alias("column"), "remarks").unnest("remarks")
        )
    return value.scatter(open_rows, joined["value"])


def _read_plain(distinct: pl.DataFrame, column: CanonColumn, kind: CanonType) -> pl.DataFrame:
    texts, kinds = distinct["text"].to_list(), distinct["kind"].to_list()
    readings = [read_cell(t, k, column, kind) for t, k in zip(texts, kinds, strict=True)]
    remark = pl.Struct({"code": pl.String, "severity": pl.Int8, "params": pl.String})
    remarks = [
        [{"code": r.code, "severity": r.severity, "params": r.params_json} for r in reading.remarks]
        for reading in readings
    ]
    return distinct.with_columns(
        pl.Series("value", [reading.value for reading in readings], _POLARS[kind.arrow]),
        pl.Series("remarks", remarks, pl.List(remark)),
    )


def _constant(
    column: CanonColumn, kind: CanonType, given: Mapping[str, Value], count: int
) -> pl.Series:
    value = given.get(column.name)
    return pl.Series(column.name, [value], _POLARS[kind.arrow]).new_from_index(0, count)


def _missing(lines: pl.Series, column: str) -> pl.DataFrame:
    return pl.DataFrame({"line": lines}).with_columns(
        pl.lit(column).alias("column"),
        pl.lit("empty").alias("code"),
        pl.lit(REJECT, pl.Int8).alias("severity"),
        pl.lit("{}").alias("params"),
    )


def _assemble(
    lines: pl.Series, columns: Sequence[CanonColumn], types: Sequence[CanonType],
    values: Mapping[str, pl.Series], faults: list[pl.DataFrame],
) -> CanonResult:  # fmt: skip
    made = [lines] + [values[column.name].alias(column.name) for column in columns]
    table = pl.DataFrame(made)
    fields = [pa.field("line", pa.int32(), nullable=False)]
    for column, kind in zip(columns, types, strict=True):
        fields.append(pa.field(column.name, kind.arrow))
        if column.type == "id_number":
            birth, sex = derived_names(column)
            number = pl.col(column.name)
            table = table.with_columns(
                derive_birth_date(number).alias(birth), derive_sex(number).alias(sex)
            )
            fields += [pa.field(birth, pa.date32()), pa.field(sex, pa.int8())]
    fields.append(pa.field("verdict", pa.int8(), nullable=False))
    if faults:
        said = pl.concat(faults).sort("line", maintain_order=True)
        worst = said.group_by("line").agg(pl.col("severity").max().alias("verdict"))
        table = table.join(worst, on="line", how="left", maintain_order="left")
        table = table.with_columns(pl.col("verdict").fill_null(0))
        fault_table = _to_arrow(said, FAULT_SCHEMA)
    else:
        table = table.with_columns(pl.lit(0, pl.Int8).alias("verdict"))
        fault_table = FAULT_SCHEMA.empty_table()
    return CanonResult(_to_arrow(table, pa.schema(fields)), fault_table)


def _to_arrow(frame: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    arrow = frame.select(schema.names).to_arrow(compat_level=pl.CompatLevel.oldest())
    return arrow.cast(schema)
