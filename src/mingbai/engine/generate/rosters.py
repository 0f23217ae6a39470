"""Rosters as offices hand them in: months in order, a sheet a sub-item and town, told by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine.generate.columns import binary
from mingbai.engine.generate.enrolment import Enrolled, clean_rows
from mingbai.engine.generate.lots import Ints, Lots
from mingbai.engine.generate.places import course_codes, town_codes, village_codes
from mingbai.engine.generate.plan import Plan, SubItem
from mingbai.engine.generate.population import Population
from mingbai.engine.generate.rows import NONE, STRANGE_GRADE, Rows, join_rows

#: Rows of one file, and of one group of rows in it.
ROWS_A_PART: Final = 1_000_000
_ROWS_A_GROUP: Final = 122_880
#: The first rows of a sheet are its title and its head.
FIRST_LINE: Final = 4
_STRANGE: Final = "另定"
_KEYS: Final = (
    ("id_key", "id", "id"), ("account_key", "account", "account"), ("phone_key", "phone", "phone"),
    ("name_key", "name", "name"), ("household_key", "household", "household"),
    ("head_key", "head", "id"),
)  # fmt: skip
#: Keys are random bytes: compressing them costs time and saves nothing.
_COMPRESSION: Final = {name: "NONE" for name, _, _ in _KEYS}

#: Sheet and line of marked rows, by mark.
Marks = dict[int, str]
Blocks = Iterator[tuple[SubItem, int, Rows]]


def roster_blocks(
    population: Population, plan: Plan, enrolled: Mapping[str, Enrolled],
    planted: Mapping[tuple[int, int], list[Rows]],
) -> Blocks:  # fmt: skip
    """Rows of each month and sub-item, clean and planted, in the order of people."""
    for month in range(1, 13):
        for place, sub_item in enumerate(plan.sub_items):
            parts = list(planted.get((place, month), ()))
            if month in sub_item.months:
                theirs = enrolled[sub_item.id]
                parts.insert(0, clean_rows(population, plan, sub_item, theirs, month))
            rows = join_rows(parts) if parts else None
            if rows is None or not len(rows["person"]):
                continue
            order = np.argsort(rows["person"], kind="stable")
            yield sub_item, month, {name: column[order] for name, column in rows.items()}


def write_rosters(
    folder: Path, population: Population, plan: Plan, blocks: Blocks, marks: Marks,
    progress: Callable[[int], None],
) -> int:  # fmt: skip
    """Write `part-*.parquet`; put sheet and line of each marked row into `marks`; rows written."""
    folder.mkdir(parents=True)
    towns = town_codes(np.arange(population.towns))
    villages = pa.array(village_codes(population.villages, population.towns))
    done = 0
    with ThreadPoolExecutor(max_workers=1) as hand:
        writer = _Writer(folder, hand)
        for sub_item, month, rows in blocks:
            table = _told(population.lots, plan, sub_item, month, rows, towns, villages)
            note_marks(marks, rows["mark"], table["table"], table["line"])
            writer.add(table)
            done += table.num_rows
            progress(done)
        writer.close()
    return done


def note_marks(marks: Marks, column: Ints, sheets: pa.ChunkedArray, lines: pa.Array) -> None:
    """Remember where the rows stand that bear a mark."""
    for place in np.flatnonzero(column != NONE).tolist():
        marks[int(column[place])] = f"{sheets[place]}:{lines[place]}"


class _Writer:
    """Gathers blocks into files of about ROWS_A_PART rows; one file is written while the next is
    made.
    """

    def __init__(self, folder: Path, hand: Executor) -> None:
        self._folder, self._hand = folder, hand
        self._waiting: list[pa.Table] = []
        self._rows, self._part = 0, 0
        self._writing: Future[None] | None = None

    def add(self, table: pa.Table) -> None:
        """Take a block; a file is begun when the next block would make it too long."""
        for start in range(0, table.num_rows, ROWS_A_PART):
            piece = table.slice(start, ROWS_A_PART)
            if self._rows and self._rows + piece.num_rows > ROWS_A_PART:
                self._begin_file()
            self._waiting.append(piece)
            self._rows += piece.num_rows

    def close(self) -> None:
        """Write what is left, and wait for it."""
        self._begin_file()
        self._wait()

    def _begin_file(self) -> None:
        self._wait()
        path = self._folder / f"part-{self._part:05d}.parquet"
        self._writing = self._hand.submit(write_table, pa.concat_tables(self._waiting), path)
        self._waiting, self._rows, self._part = [], 0, self._part + 1

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()


def write_table(table: pa.Table, path: Path) -> None:
    """Write a Parquet file whose text reads back as text, whatever it was held as."""
    compression = {name: _COMPRESSION.get(name, "SNAPPY") for name in table.column_names}
    coded = [name for name in table.column_names if name not in _COMPRESSION]
    pq.write_table(
        table, path, store_schema=False, row_group_size=_ROWS_A_GROUP, compression=compression,
        use_dictionary=coded, write_statistics=coded,
    )  # fmt: skip


def _told(
    lots: Lots, plan: Plan, sub_item: SubItem, month: int, rows: Rows, towns: list[str],
    villages: pa.Array,
) -> pa.Table:  # fmt: skip
    """A block as a table of the columns that checks know, with sheet and line of each row."""
    count = len(rows["person"])
    columns: dict[str, pa.Array] = {}
    for name, serials, kind in _KEYS:
        columns[name] = key_column(lots, kind, rows[serials])
    town = rows["sheet"]
    period = f"{plan.year}年{month}月"
    sheets = [f"{sub_item.title}-{code}-{period}" for code in towns]
    columns["sub_item"] = _coded(rows["benefit"], pa.array([each.id for each in plan.sub_items]))
    columns["town"] = _coded(rows["town"], pa.array(towns))
    columns["village"] = _coded(rows["village"], villages)
    for name, source, kind in (
        ("period", "period", pa.int32()), ("amount", "amount", pa.int64()),
        ("birth_date", "birth", pa.date32()), ("sex", "sex", pa.int8()),
        ("start_date", "start", pa.date32()), ("end_date", "end", pa.date32()),
    ):  # fmt: skip
        columns[name] = numbers_column(rows[source], kind)
    grade = rows["grade"]
    grades = pa.array([*(name for name, _ in sub_item.amounts), _STRANGE])
    columns["grade"] = _coded(np.where(grade == STRANGE_GRADE, len(grades) - 1, grade), grades)
    courses, place = np.unique(rows["course"], return_inverse=True)
    codes = pa.array(course_codes(courses))
    columns["course"] = _coded(np.where(rows["course"] == NONE, NONE, place), codes)
    columns["table"] = _coded(town, pa.array(sheets))
    # People stand in the order of towns, so a sheet's rows are neighbours.
    line = np.arange(count) - np.searchsorted(town, town) + FIRST_LINE
    columns["line"] = pa.array(line.astype(np.int32))
    return pa.table(columns)


def key_column(lots: Lots, kind: str, serials: Ints) -> pa.Array:
    """Stand-in keys of serials; NONE becomes null."""
    known = serials != NONE
    if not known.any():
        return pa.nulls(len(serials), pa.binary())
    return binary(lots.keys(kind, np.where(known, serials, 0)), None if known.all() else known)


def numbers_column(values: Ints, kind: pa.DataType) -> pa.Array:
    """Whole numbers or days as an Arrow column; NONE becomes null."""
    narrow = np.int8 if kind == pa.int8() else np.int64 if kind == pa.int64() else np.int32
    unknown = values == NONE
    held = pa.array(np.where(unknown, 0, values).astype(narrow), mask=unknown)
    return held.view(kind) if pa.types.is_date32(kind) else held


def _coded(places: Ints, names: pa.Array) -> pa.Array:
    """Text by its place in `names`; NONE becomes null."""
    index = pa.array(places.astype(np.int32), mask=places == NONE)
    return pa.DictionaryArray.from_arrays(index, names)
