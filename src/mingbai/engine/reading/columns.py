"""Rows of Python values become Arrow columns of text and kind, a block of rows at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.reading.shapes import BOOLEAN, DATE, ERROR, FORMULA, NUMBER, TEXT

BLOCK_ROWS: Final = 16_384
ERROR_TEXTS: Final = (
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
)  # fmt: skip
_KIND_OF: Final[dict[type, int]] = {
    str: TEXT, float: NUMBER, int: NUMBER, bool: BOOLEAN, dt.date: DATE, dt.datetime: DATE,
    dt.time: DATE, dt.timedelta: DATE,
}  # fmt: skip
Special = Mapping[tuple[int, int], tuple[str, int]]


def show_number(value: float | int) -> str:
    """Shortest exact spelling; whole numbers without a point while a float still holds them."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


_SHOW: Final[dict[type, Callable[[Any], str]]] = {
    str: str,
    float: show_number,
    int: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    dt.date: dt.date.isoformat,
    dt.datetime: lambda value: value.isoformat(" "),
    dt.time: dt.time.isoformat,
    dt.timedelta: str,
}


def sheet_table(
    rows: Iterable[Sequence[object]], *, first_line: int, skip_columns: int, width: int,
    special: Special,
) -> pa.Table:  # fmt: skip
    """Build the table of RawSheet.cells from rows that start at `first_line`, all of one width."""
    blocks: list[pa.RecordBatch] = []
    block: list[Sequence[object]] = []
    line = first_line
    for row in rows:
        block.append(row)
        if len(block) == BLOCK_ROWS:
            blocks.append(_block(block, line, skip_columns, width, special))
            line += len(block)
            block = []
    if block:
        blocks.append(_block(block, line, skip_columns, width, special))
    return pa.Table.from_batches(blocks, schema=_schema(width))


def _schema(width: int) -> pa.Schema:
    fields = [pa.field("line", pa.int32(), nullable=False)]
    for index in range(1, width + 1):
        fields.append(pa.field(f"c{index}", pa.string()))
        fields.append(pa.field(f"k{index}", pa.int8(), nullable=False))
    return pa.schema(fields)


def _block(
    rows: list[Sequence[object]], line: int, skip_columns: int, width: int, special: Special
) -> pa.RecordBatch:
    count = len(rows)
    arrays: list[pa.Array] = [pa.array(range(line, line + count), pa.int32())]
    empty = pa.nulls(count, pa.string()), pa.array(bytes(count), pa.int8())
    by_column = _special_by_column(special, line, count)
    columns: list[Sequence[object]] = [()] * skip_columns + list(zip(*rows, strict=True))
    filled = None
    for index in range(width):
        values = columns[index] if index < len(columns) and columns[index] else None
        text, kind = _column(values) if values is not None else empty
        if index + 1 in by_column:
            text, kind = _overlay(text, kind, by_column[index + 1])
        arrays += [text, kind]
        has = pc.is_valid(text)
        filled = has if filled is None else pc.or_(filled, has)
    batch = pa.RecordBatch.from_arrays(arrays, schema=_schema(width))
    if filled is None:
        return batch.slice(0, 0)
    return batch if pc.all(filled).as_py() else batch.filter(filled)


def _column(values: Sequence[object]) -> tuple[pa.Array, pa.Array]:
    types = set(map(type, values))
    if types == {str}:
        text = pa.array(values, pa.string())
        kind = None
    else:
        show = _SHOW
        spelled = [v if type(v) is str else show[type(v)](v) for v in values]
        text = pa.array(spelled, pa.string())
        kind = pa.array(list(map(_KIND_OF.__getitem__, map(type, values))), pa.int8())
    blank = pc.equal(text, "")
    if kind is None:
        kind = pc.cast(pc.invert(blank), pa.int8())
    elif pc.any(blank).as_py():
        kind = pc.if_else(blank, pa.scalar(0, pa.int8()), kind)
    text = pc.if_else(blank, pa.scalar(None, pa.string()), text)
    return text, _mark_text(text, kind)


def _mark_text(text: pa.Array, kind: pa.Array) -> pa.Array:
    """Text that is really a formula or an error value gets its own kind."""
    for test, mark in (
        (pc.starts_with(text, "="), FORMULA),
        (pc.starts_with(text, "#"), ERROR),
    ):
        if pc.any(test).as_py():
            if mark == ERROR:
                test = pc.is_in(text, pa.array(ERROR_TEXTS))
            hit = pc.fill_null(pc.and_(test, pc.equal(kind, TEXT)), False)
            kind = pc.if_else(hit, pa.scalar(mark, pa.int8()), kind)
    return kind


def _special_by_column(special: Special, line: int, count: int) -> dict[int, dict[int, Any]]:
    found: dict[int, dict[int, Any]] = {}
    for (at, column), value in special.items():
        if line <= at < line + count:
            found.setdefault(column, {})[at - line] = value
    return found


def _overlay(
    text: pa.Array, kind: pa.Array, marks: dict[int, tuple[str, int]]
) -> tuple[pa.Array, pa.Array]:
    texts, kinds = text.to_pylist(), kind.to_pylist()
    for at, (shown, mark) in marks.items():
        if texts[at] is None:
            texts[at], kinds[at] = shown, mark
    return pa.array(texts, pa.string()), pa.array(kinds, pa.int8())
