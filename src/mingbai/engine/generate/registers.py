"""The other tables: people with clear values, lists of other offices, what must be found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine.generate.cases.planting import Expected, Lines
from mingbai.engine.generate.cases.totals import Line
from mingbai.engine.generate.columns import (
    account_numbers,
    id_numbers,
    phone_numbers,
    spell_names,
)
from mingbai.engine.generate.lots import Ints, Lots
from mingbai.engine.generate.places import CLOSED_TOWN, course_codes, town_codes, village_codes
from mingbai.engine.generate.population import Population
from mingbai.engine.generate.rosters import (
    Marks,
    key_column,
    note_marks,
    numbers_column,
    write_table,
)
from mingbai.engine.generate.rows import LINES_FROM, NONE

_AT_ONCE = 500_000

TRUTH_SCHEMA = pa.schema(
    [
        pa.field("rule", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("person", pa.binary()),
        pa.field("cause", pa.string(), nullable=False),
        pa.field("rows", pa.int32(), nullable=False),
        pa.field("amount", pa.int64(), nullable=False),
        pa.field("person_number", pa.int64()),
    ]
)


def write_people(path: Path, population: Population, progress: Callable[[int], None]) -> None:
    """Everybody with name, numbers and keys, in order; half a million at a time."""
    towns = pa.array(town_codes(np.arange(population.towns)))
    villages = pa.array(village_codes(population.villages, population.towns))
    writer: pq.ParquetWriter | None = None
    for start in range(0, len(population), _AT_ONCE):
        people = np.arange(start, min(start + _AT_ONCE, len(population)))
        table = people_table(population, people, towns, villages)
        if writer is None:
            writer = pq.ParquetWriter(path, table.schema, store_schema=False, use_dictionary=False)
        writer.write_table(table, row_group_size=122_880)
        progress(int(people[-1]) + 1)
    assert writer is not None  # noqa: S101 - a population is never empty
    writer.close()


def people_table(
    population: Population, people: Ints, towns: pa.Array, villages: pa.Array
) -> pa.Table:
    """Clear values of some people beside the keys that stand for them."""
    lots, birth = population.lots, population.birth[people].astype(np.int64)
    home = population.household[people].astype(np.int64)
    name = population.name[people].astype(np.int64)
    return pa.table(
        {
            "person": people,
            "name": spell_names(name),
            "id_number": id_numbers(birth, population.sequence[people].astype(np.int64)),
            "birth_date": numbers_column(birth, pa.date32()),
            "sex": np.where(population.male[people], 1, 2).astype(np.int8),
            "town": towns.take(pa.array(population.town(people))),
            "village": villages.take(pa.array(population.village[people])),
            "household": home,
            "head": population.heads[home],
            "phone": phone_numbers(people),
            "account": account_numbers(people),
            "id_key": key_column(lots, "id", people),
            "name_key": key_column(lots, "name", name),
            "phone_key": key_column(lots, "phone", people),
            "account_key": key_column(lots, "account", people),
            "household_key": key_column(lots, "household", home),
        }
    )


def write_list(
    path: Path, population: Population, parts: Sequence[Lines], marks: Marks
) -> int:  # fmt: skip
    """One line a person, in no order of theirs; put each marked line's place into `marks`."""
    lots = population.lots
    people, days, towns, marked = (
        np.concatenate([getattr(part, column) for part in parts])
        for column in ("people", "days", "towns", "marks")
    )
    order = np.argsort(lots.draw(f"lines of {path.stem}", np.arange(len(people))), kind="stable")
    people, days, towns, marked = people[order], days[order], towns[order], marked[order]
    codes = pa.array([*town_codes(np.arange(population.towns)), CLOSED_TOWN])
    place = pa.array(np.where(towns == -1, population.towns, towns), mask=towns == NONE)
    table = pa.table(
        {
            "id_key": key_column(lots, "id", people),
            "town": codes.take(place),
            "event_date": numbers_column(days, pa.date32()),
            "line": np.arange(LINES_FROM, LINES_FROM + len(people), dtype=np.int32),
        }
    )
    note_marks(marks, marked, pa.chunked_array([[path.stem] * len(people)]), table["line"])
    write_table(table, path)
    return len(people)


def write_progress(path: Path, lines: Sequence[Line]) -> int:
    """The office's own progress table, a line a sub-item, month, town and measure."""
    columns = dict(zip(Line._fields, zip(*lines, strict=True), strict=True))
    kinds = {"period": pa.int32(), "claimed": pa.int64()}
    table = pa.table(
        {name: pa.array(cells, kinds.get(name, pa.string())) for name, cells in columns.items()}
    )
    places = pa.array(range(LINES_FROM, LINES_FROM + len(lines)), pa.int32())
    write_table(table.append_column("line", places), path)
    return len(lines)


def write_seats(path: Path, seats: Sequence[tuple[Ints, Ints]]) -> int:
    """How many seats each course was given."""
    courses = np.concatenate([each for each, _ in seats])
    table = pa.table(
        {
            "course": pa.array(course_codes(courses)),
            "claimed": numbers_column(np.concatenate([each for _, each in seats]), pa.int64()),
            "line": np.arange(LINES_FROM, LINES_FROM + len(courses), dtype=np.int32),
        }
    )
    write_table(table, path)
    return len(courses)


def write_truth(path: Path, lots: Lots, expected: Sequence[Expected], marks: Marks) -> int:
    """The findings that must come out, by rule and code."""
    tables = [_truth_table(lots, each, marks) for each in expected]
    table = pa.concat_tables(tables).combine_chunks()
    write_table(table, path)
    return int(table.num_rows)


def write_spared(path: Path, lots: Lots, spared: Mapping[str, Sequence[Ints]]) -> int:
    """People about whom a rule must find nothing although they look like its case."""
    rules = [name for name, lists in spared.items() for people in lists for _ in people]
    people = np.concatenate([people for lists in spared.values() for people in lists])
    table = pa.table(
        {"rule": rules, "person": key_column(lots, "id", people), "person_number": people}
    )
    write_table(table, path)
    return len(people)


def _truth_table(lots: Lots, each: Expected, marks: Marks) -> pa.Table:
    size = len(each.person)
    if each.marked:
        causes = [f"row {marks[each.first_mark + nth]}" for nth in range(size)]
    elif isinstance(each.cause, str):
        causes = [each.cause] * size
    else:
        causes = list(each.cause)
    columns = [
        pa.array([each.rule] * size),
        pa.array([each.code] * size),
        key_column(lots, "id", each.person),
        pa.array(causes, pa.string()),
        pa.array(each.rows.astype(np.int32)),
        pa.array(each.amount.astype(np.int64)),
        pa.array(each.person, mask=each.person == NONE),
    ]
    return pa.table(columns, schema=TRUTH_SCHEMA)
