"""What the last comparison read and found, sealed aside, so that the next looks only at changes.

It is a memo, never a record: every part of it names the sheets it was read from, sheets never
change, and whatever does not fit what is live now is read anew. Rows lie in segments: a whole
comparison writes one, a following one adds a small one with what arrived. Columns that identify
people are keyed digests; the files are sealed besides.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.base.aside import drop_aside, read_aside, write_aside

#: A change of what is kept here, or how, makes all memos of before worthless.
_SHAPE: Final = 2
_INDEX: Final = "index"
#: So many segments are read; one more, and the next comparison starts over.
_SEGMENTS: Final = 24

#: Where a row stands, "file:sheet" -> what the live sheets of that place are, in order.
Places = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Memory:
    """Tables by kind with the places they were read from, and what rules found in them.

    ``rules`` maps each rule to the text of its spec: a rule that reads otherwise now is new.
    ``held`` names the segment that holds the rows of each place.
    """

    places: dict[str, Places] = field(default_factory=dict)
    tables: dict[str, pa.Table] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    findings: pa.Table | None = None
    segments: tuple[str, ...] = ()
    held: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Whether the segments are so many that starting over is cheaper."""
        return len(self.segments) >= _SEGMENTS


def recall(year: int) -> Memory:
    """What the last comparison of a year left; an empty memory where nothing fits or opens."""
    index = _opened(year, _INDEX)
    if index is None or index[0].get("shape") != _SHAPE:
        return Memory()
    head, found = index
    tables: dict[str, list[pa.Table]] = {}
    for name in head["segments"]:
        segment = _opened(year, name)
        if segment is None:
            return Memory()
        for kind, table in segment[1].items():
            tables.setdefault(kind, []).append(_current(_plain(table), head["held"][kind], name))
    return Memory(
        places={
            kind: {place: tuple(sheets) for place, sheets in places.items()}
            for kind, places in head["places"].items()
        },
        tables={kind: pa.concat_tables(parts) for kind, parts in tables.items()},
        rules=head["rules"],
        findings=found["findings"],
        segments=tuple(head["segments"]),
        held=head["held"],
    )


def _current(table: pa.Table, held: Mapping[str, str], segment: str) -> pa.Table:
    """The rows of places that no later segment brought anew and no correction took away."""
    stale = [place for place in table["table"].unique().to_pylist() if held.get(place) != segment]
    if not stale:
        return table
    return table.filter(pc.invert(pc.is_in(table["table"], value_set=pa.array(stale))))


def remember(
    year: int,
    before: Memory,
    *,
    places: Mapping[str, Places],
    arrived: Mapping[str, pa.Table],
    rules: Mapping[str, str],
    findings: pa.Table,
) -> None:
    """Keep what this comparison read and found, after what ``before`` holds already."""
    content = _closed({}, {kind: _encoded(table) for kind, table in arrived.items()})
    name = f"rows-{hashlib.sha256(content).hexdigest()[:32]}"
    write_aside(_folder(year), name, content)
    held = {
        kind: {
            place: before.held[kind][place]
            if before.places.get(kind, {}).get(place) == sheets
            else name
            for place, sheets in part.items()
        }
        for kind, part in places.items()
    }
    head = {
        "shape": _SHAPE,
        "segments": [*(each for each in before.segments if each != name), name],
        "places": places,
        "held": held,
        "rules": rules,
    }
    write_aside(_folder(year), _INDEX, _closed(head, {"findings": findings}))
    drop_aside(_folder(year), keep=(_INDEX, *before.segments, name))


def _folder(year: int) -> str:
    return f"comparison-{year}"


def _opened(year: int, name: str) -> tuple[dict[str, Any], dict[str, pa.Table]] | None:
    content = read_aside(_folder(year), name)
    if content is None:
        return None
    (length,) = struct.unpack_from("<Q", content)
    head = json.loads(content[8 : 8 + length])
    tables, start = {}, 8 + length
    for kind, size in head.pop("tables").items():
        with pa.ipc.open_stream(pa.py_buffer(memoryview(content)[start : start + size])) as reader:
            tables[kind] = reader.read_all()
        start += size
    return head, tables


def _closed(head: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> bytes:
    parts = {}
    for kind, table in tables.items():
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        parts[kind] = sink.getvalue().to_pybytes()
    sizes = {kind: len(part) for kind, part in parts.items()}
    text = json.dumps({**head, "tables": sizes}).encode()
    # Each part begins where Arrow can read it in place.
    text += b" " * (-(len(text) + 8) % 64)
    return b"".join((struct.pack("<Q", len(text)), text, *parts.values()))


def _encoded(table: pa.Table) -> pa.Table:
    """Words that repeat a thousandfold are kept once."""
    columns = [
        column.combine_chunks().dictionary_encode() if pa.types.is_string(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


def _plain(table: pa.Table) -> pa.Table:
    columns: Iterable[pa.ChunkedArray] = (
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    )
    return pa.table(list(columns), names=table.column_names)
