"""What a row is held against before it is saved: a year's live rows, found by key in microseconds.

Kept in the process and made anew from whatever sheets came since; a sheet never changes, so what
was read of it stays right. About 120 bytes a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.base.models import Act
from mingbai.base.scope import Asker
from mingbai.engine.checks import COLUMNS as COLUMN_TYPES
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets
from mingbai.registry.queries.keys import keys_digest, known_keys
from mingbai.registry.queries.rows import roster_rows
from mingbai.registry.queries.specs import COMPARED, TELLING, AtHand

_HOUSE: Final = Asker.system("a row is held against every roster and list of the county")
_KINDS: Final = {
    "roster": (("subsidy", "training"), COMPARED),
    "list": (("list",), ("id_key", "event_date", "roster")),
}
_IN_ORDER: Final = [(name, "ascending") for name in ("origin_file_id", "origin_sheet", "line")]
#: What a sheet's rows depend on.
_TOLD: Final = ("pk", "table__sha256", "roster", "sub_item", "town_id", "year", "month")
KEYS: Final = ("id_key", "account_key", "phone_key")


@dataclass(frozen=True)
class Places:
    """Where each value of a key stands: the first eight bytes of it in order, and the rows."""

    heads: np.ndarray[Any, np.dtype[np.uint64]]
    rows: np.ndarray[Any, np.dtype[np.int64]]

    @classmethod
    def of(cls, keys: pa.ChunkedArray) -> Places:
        """Null keys stand nowhere."""
        column = pl.Series(keys)
        there = np.flatnonzero(column.is_not_null().to_numpy())
        told = column.drop_nulls().bin.slice(0, 8).bin.reinterpret(dtype=pl.UInt64)
        heads = told.to_numpy()
        order = np.argsort(heads, kind="stable")
        return cls(heads[order], there[order])

    def find(self, key: bytes | None) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Rows whose key begins alike, in the order of receipt."""
        if key is None:
            return np.empty(0, np.int64)
        head = np.frombuffer(key[:8], np.uint64)
        first = np.searchsorted(self.heads, head, "left")[0]
        last = np.searchsorted(self.heads, head, "right")[0]
        return np.sort(self.rows[first:last])


@dataclass(frozen=True)
class Table:
    """Rows of one role with their places by key."""

    rows: pa.Table
    places: Mapping[str, Places]

    @classmethod
    def of(cls, rows: pa.Table) -> Table:
        """A table that can be asked by every key it has."""
        kept = [key for key in KEYS if key in rows.column_names]
        return cls(rows, {key: Places.of(rows[key]) for key in kept})

    def near(self, column: str, key: bytes | None) -> list[dict[str, Any]]:
        """The rows with this key, in the order of receipt."""
        found = self.places[column].find(key)
        rows: list[dict[str, Any]] = self.rows.take(pa.array(found)).to_pylist()
        return [row for row in rows if row[column] == key]


@dataclass(frozen=True)
class Ground:
    """A year's rosters and lists as they are now, and what is at hand to check with.

    ``known_keys`` maps numbers that mean a person to the key under which that person's rows meet.
    """

    year: int
    roster: Table
    lists: Mapping[str, Table]
    at_hand: AtHand
    known_keys: Mapping[bytes, bytes]
    plans: dict[tuple[object, ...], Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Kept:
    """What a year's ground was made of: how far the ledger was, the newest sheet, who is who, and
    the rows by kind and place.
    """

    head: tuple[object, ...]
    newest: tuple[object, ...]
    keys: str
    sheets: Mapping[str, Mapping[str, tuple[object, ...]]]
    tables: Mapping[str, pa.Table]
    ground: Ground


_kept: dict[int, _Kept] = {}
_lock: Final = Lock()


def ground_of(year: int) -> Ground:
    """What is live in a year; sheets are opened once in a process's life.

    Two queries while the ledger stands still, a few more when something else was done since. At
    most two years are kept.
    """
    with _lock:
        head, newest = _head(), _newest(year)
        kept = _kept.pop(year, None)
        if kept is None or (kept.head, kept.newest) != (head, newest):
            keys = keys_digest()
            if kept is not None and (kept.newest, kept.keys) == (newest, keys):
                kept = replace(kept, head=head)
            else:
                usable = kept if kept is not None and kept.keys == keys else None
                kept = _gather(year, (head, newest, keys), usable)
        while len(_kept) > 1:
            _kept.pop(next(iter(_kept)))
        _kept[year] = kept
        return kept.ground


def _head() -> tuple[object, ...]:
    acts = Act.objects.unscoped("whether anything was done since").order_by("-seq")
    return acts.values_list("seq", "hash").first() or ()


def _newest(year: int) -> tuple[object, ...]:
    """The year's newest sheet and the head of the ledger that wrote it: it names all before it."""
    sheets = Sheet.objects.unscoped("whether anything came since").filter(year=year)
    told = sheets.order_by("-id").values_list("id", "file__sha256", "act__hash")
    return told.first() or ()


def _gather(
    year: int,
    state: tuple[tuple[object, ...], tuple[object, ...], str],
    before: _Kept | None,
) -> _Kept:
    sheets, tables = {}, {}
    for kind, (kinds, columns) in _KINDS.items():
        live = live_sheets(to=_HOUSE, year=year).filter(kind__in=kinds)
        sheets[kind], numbers = _places(live)
        known = before.sheets[kind] if before else {}
        stale = [place for place, told in known.items() if sheets[kind].get(place) != told]
        fresh = [place for place, told in sheets[kind].items() if known.get(place) != told]
        opened = live.filter(pk__in=[number for place in fresh for number in numbers[place]])
        parts = [_read(opened, columns)]
        if before:
            gone = pc.is_in(before.tables[kind]["table"], value_set=pa.array(stale, pa.string()))
            parts.append(before.tables[kind].filter(pc.invert(gone)))
        tables[kind] = pa.concat_tables(parts).combine_chunks().sort_by(_IN_ORDER)
    return _Kept(*state, sheets, tables, _ground(year, tables))


def _places(
    live: Any,
) -> tuple[dict[str, tuple[object, ...]], dict[str, list[int]]]:
    """Place -> what its sheets are, and their numbers: the same bytes from two offices are one."""
    told: dict[str, tuple[object, ...]] = {}
    numbers: dict[str, list[int]] = {}
    for file, number, *rest in live.order_by("id").values_list("file_id", "number", *_TOLD):
        place = f"{file}:{number}"
        told[place] = (*told.get(place, ()), *rest)
        numbers.setdefault(place, []).append(rest[0])
    return told, numbers


def _read(sheets: Any, columns: Sequence[str]) -> pa.Table:
    """Rows of sheets as the engine wants them, with where each came from."""
    rows = roster_rows(sheets=sheets, to=_HOUSE, columns=columns)
    place = pl.format("{}:{}", "origin_file_id", "origin_sheet").alias("table")
    frame = rows.with_columns(place).rename({"origin_line": "line"})
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    kinds = {field.name: COLUMN_TYPES.get(field.name, field.type) for field in table.schema}
    kinds |= {name: pa.string() for name in ("table", "roster") if name in kinds}
    return table.cast(pa.schema(list(kinds.items())))


def _ground(year: int, tables: Mapping[str, pa.Table]) -> Ground:
    roster = tables["roster"]
    listed = tables["list"].filter(pc.is_valid(tables["list"]["id_key"]))
    lists = {
        name: Table.of(listed.filter(pc.equal(listed["roster"], name)))
        for name in listed["roster"].unique().to_pylist()
    }
    pairs = known_keys()
    keys = dict(zip(pairs["id_key"].to_list(), pairs["known_key"].to_list(), strict=True))
    return Ground(year, Table.of(roster), lists, _at_hand(roster, lists), keys)


def _at_hand(roster: pa.Table, lists: Mapping[str, Table]) -> AtHand:
    """As a comparison sees it, but for progress, which says nothing of one row."""
    told = {name: pc.is_valid(roster[name]) for name in (*TELLING, "course")}
    rows = pl.DataFrame(
        pa.table({**told, "sub_item": roster["sub_item"], "table": roster["table"]})
    )
    rows = rows.filter(pl.col("sub_item").is_not_null())
    sheets = rows.group_by("sub_item", "table").agg(pl.col(*TELLING, "course").any())
    counted = sheets.group_by("sub_item").agg(
        pl.col(*TELLING).not_().sum(), pl.col("course").any(), total=pl.len()
    )
    return AtHand(
        sub_items=frozenset(counted["sub_item"].to_list()),
        trained=frozenset(counted.filter("course")["sub_item"].to_list()),
        lists=frozenset(lists),
        lacking={
            row["sub_item"]: {column: (row[column], row["total"]) for column in TELLING}
            for row in counted.iter_rows(named=True)
        },
    )
