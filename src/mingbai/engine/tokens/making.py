"""A roster becomes tokens: canonical identifiers under a key, sorted, nothing beside them."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.canon import CanonColumn, canonical_table
from mingbai.engine.reading.shapes import TEXT, RawSheet
from mingbai.engine.tokens.faults import CannotCompare
from mingbai.engine.tokens.keys import check_purpose, derive_check, derive_key
from mingbai.engine.tokens.shapes import (
    LINE_SCHEMA,
    MAP_SCHEMA,
    TOKEN_BYTES,
    TOKEN_SCHEMA,
    Label,
    RowMap,
    TokenFile,
)

#: What may be compared, and what it is called.
KINDS: Final[Mapping[str, str]] = {
    "id_number": "身份证号",
    "account": "银行账号",
    "phone": "联系电话",
}


@dataclass(frozen=True)
class Tokens:
    """Tokens to hand over, the map to keep, lines that take no part (table string, line int32),
    and how many tokens are dummies.
    """

    tokens: TokenFile
    row_map: RowMap
    left_out: pa.Table
    padding: int


def make_tokens(
    rows: pa.Table,
    *,
    secret: bytes,
    purpose: str,
    as_of: dt.date,
    by: str = "id_number",
    pad_to: int | None = None,
    draw: Callable[[int], bytes] | None = None,
) -> Tokens:
    """Tokens of `rows`: a column named `by` as text, `line` int32, optionally `table` string.

    Identifiers are made canonical first, so that 15 and 18 digits of one person meet; a line whose
    identifier cannot be read takes no part and is named. `pad_to` fills up with dummy tokens
    from `draw` (a source of that many random bytes), so that the file's size says less.
    """
    if by not in KINDS:
        raise CannotCompare(f"不能按“{by}”比对。可用的是：{'、'.join(KINDS)}。")
    purpose = check_purpose(purpose)
    label = Label(purpose, by, derive_check(secret, purpose, by))
    column = _canonical(rows.column(by), by, as_of=as_of).dictionary_encode().combine_chunks()
    key = derive_key(secret, purpose, by)
    made = [_token(key, value) for value in column.dictionary.to_pylist()]
    places = column.indices
    kept = pc.is_valid(places)
    tokens = pa.array(made, pa.binary(TOKEN_BYTES)).take(places.drop_null())
    sheets = rows.column("table") if "table" in rows.column_names else _named("roster", rows)
    lines = rows.column("line")
    row_map = pa.table([tokens, sheets.filter(kept), lines.filter(kept)], schema=MAP_SCHEMA)
    unread = pc.invert(kept)
    padding = _padding(len(made), pad_to)
    if padding:
        assert draw is not None  # noqa: S101 - whoever pads brings a source
        made += [draw(TOKEN_BYTES) for _ in range(padding)]
    return Tokens(
        tokens=TokenFile(
            label, pa.table([pa.array(sorted(made), pa.binary(TOKEN_BYTES))], schema=TOKEN_SCHEMA)
        ),
        row_map=RowMap(label, row_map.sort_by([(name, "ascending") for name in MAP_SCHEMA.names])),
        left_out=pa.table([sheets.filter(unread), lines.filter(unread)], schema=LINE_SCHEMA),
        padding=padding,
    )


def _token(key: bytes, value: str) -> bytes:
    return hmac.digest(key, value.encode(), "sha256")[:TOKEN_BYTES]


def _canonical(column: pa.ChunkedArray, by: str, *, as_of: dt.date) -> pa.ChunkedArray:
    """One spelling for each thing, null where it cannot be read."""
    count = len(column)
    lines = pa.array(range(1, count + 1), pa.int32())
    kinds = pa.array([TEXT], pa.int8()).take(pa.array([0] * count, pa.int32()))
    raw = RawSheet("", 1, False, pa.table([lines, column, kinds], names=["line", "c1", "k1"]))
    read = canonical_table(raw, columns=[CanonColumn(by, by, 1)], first_line=1, as_of=as_of)
    return read.table.column(by)


def _named(name: str, rows: pa.Table) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array([name] * rows.num_rows, pa.string())])


def _padding(count: int, pad_to: int | None) -> int:
    if pad_to is None:
        return 0
    if pad_to < count:
        raise CannotCompare(f"实有 {count} 个，超过要补足的 {pad_to} 个。请把 --pad-to 设得更大。")
    return pad_to - count
