"""The oracle: the same canon cell by cell in plain Python, slow and obvious."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pyarrow as pa

from mingbai.engine.canon.cells import read_cell
from mingbai.engine.canon.shapes import (
    BLANKS,
    REJECT,
    CanonColumn,
    CanonResult,
    CanonType,
    Remark,
    Value,
)
from mingbai.engine.canon.table import FAULT_SCHEMA, check_columns
from mingbai.engine.canon.types.derived import derived_columns
from mingbai.engine.reading.shapes import RawSheet


def canonical_table_plain(
    raw: RawSheet,
    *,
    columns: Sequence[CanonColumn],
    first_line: int,
    last_line: int | None = None,
    skip_lines: Collection[int] = (),
    defaults: Mapping[str, Value] | None = None,
    as_of: dt.date,
) -> CanonResult:
    """Same arguments and result as canonical_table."""
    types = check_columns(raw, columns, as_of=as_of)
    rows: list[dict[str, object]] = []
    faults: list[dict[str, object]] = []
    for cells in raw.cells.to_pylist():
        line = cells["line"]
        if line < first_line or (last_line is not None and line > last_line):
            continue
        if line in skip_lines:
            continue
        row: dict[str, object] = {"line": line}
        worst = 0
        for column, kind in zip(columns, types, strict=True):
            value, remarks = _read(cells, column, kind, defaults or {})
            row |= {column.name: value, **_derived(column, value)}
            for remark in remarks:
                worst = max(worst, remark.severity)
                faults.append(
                    {"line": line, "column": column.name, "code": remark.code,
                     "severity": remark.severity, "params": remark.params_json}
                )  # fmt: skip
        rows.append(row | {"verdict": worst})
    return CanonResult(
        pa.Table.from_pylist(rows, schema=_schema(columns, types)),
        pa.Table.from_pylist(faults, schema=FAULT_SCHEMA),
    )


def _read(
    cells: Mapping[str, Any], column: CanonColumn, kind: CanonType, given: Mapping[str, Value]
) -> tuple[Value | None, tuple[Remark, ...]]:
    text = "" if column.place is None else (cells[f"c{column.place}"] or "").strip(BLANKS)
    if text:
        reading = read_cell(text, cells[f"k{column.place}"], column, kind)
        return reading.value, reading.remarks
    if column.place is None and column.name in given:
        return given[column.name], ()
    return None, (Remark("empty", REJECT),) if column.required else ()


def _derived(column: CanonColumn, value: Value | None) -> dict[str, Value | None]:
    told = isinstance(value, str)
    return {
        name: also.plain(str(value)) if told else None for name, also in derived_columns(column)
    }


def _schema(columns: Sequence[CanonColumn], types: Sequence[CanonType]) -> pa.Schema:
    fields = [pa.field("line", pa.int32(), nullable=False)]
    for column, kind in zip(columns, types, strict=True):
        fields.append(pa.field(column.name, kind.arrow))
        fields += [pa.field(name, also.arrow) for name, also in derived_columns(column)]
    return pa.schema([*fields, pa.field("verdict", pa.int8(), nullable=False)])
