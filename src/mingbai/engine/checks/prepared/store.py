"""A prepared copy of tables: rows folded and numbered once, for any rules, and added to in place.

Schema `copy` holds, of each folded table (one with people and many rows):

- `<name>_spells`: one row for all rows that differ in nothing but the month, keys as numbers;
- `<name>_rows`: of each row its spell, place, month, sheet and line;
- `<name>_sheets`: the sheets' names;
- `<name>_tally`: what rows add up to by sub-item, town and month;
- `<name>_several_…`: values that several people (names, …) share, and perhaps a few more.

Other tables stand there whole, keys as numbers. The copy tells no more than the tables it was made
from, can be thrown away at any time, and is made again from them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import duckdb
import pyarrow as pa

from mingbai.engine.checks.machines.sources import PLACE, TYPES, Source, open_source
from mingbai.engine.checks.prepared import folding, marking
from mingbai.engine.checks.shapes import COLUMNS, CannotCheck, check_identifier
from mingbai.engine.checks.sharing import LISTED
from mingbai.engine.checks.tallies import tally_rows

#: Tables with people are folded from so many rows on.
FOLD_FROM: Final = 50_000
#: The copy's file in its folder.
FILE: Final = "checks.duckdb"


class NumbersCollide(RuntimeError):
    """Two different values got one number (once in millions of counties): prepare with another
    seed.
    """


@dataclass(frozen=True)
class Held:
    """A table of the copy: its columns (of COLUMNS), rows, and whether it is folded."""

    name: str
    columns: frozenset[str]
    row_count: int
    is_folded: bool

    @property
    def told(self) -> list[str]:
        """What its rows tell beside place, month, sheet and line."""
        return folding.kept_columns(self.columns)

    @property
    def relation(self) -> str:
        """What tells each key of the table in clear."""
        return f"{self.name}_spells" if self.is_folded else self.name


class Prepared:
    """The copy, in memory or in a folder. Close it, or use it in a `with`."""

    def __init__(
        self,
        machine: duckdb.DuckDBPyConnection,
        spill: tempfile.TemporaryDirectory[str],
        *,
        threads: int,
        seed: int,
    ) -> None:
        self.machine = machine
        self.threads = threads
        self.seed = seed
        self.tables: dict[str, Held] = {}
        self._spill = spill

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the memory, the file and the folder for spilling."""
        self.machine.close()
        self._spill.cleanup()

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Fold more rows into the copy; they stand behind those that are there."""
        for name, rows in tables.items():
            held = self._held(name)
            source = open_source(name, rows)
            missing = sorted(held.columns - source.columns)
            if missing:
                raise CannotCheck(f"table {name!r} lacks {', '.join(missing)}")
            with self._given(source, held.columns, first=held.row_count) as relation:
                if held.is_folded:
                    self._fold(held, relation)
                else:
                    self._write(held, relation)
            self._note(Held(name, held.columns, held.row_count + source.row_count, held.is_folded))

    def withdraw(self, sheets: Mapping[str, Collection[str]]) -> None:
        """Take the rows of some sheets (values of the column `table`) out of the copy."""
        run = self.machine.execute
        for name, theirs in sheets.items():
            held = self._held(name)
            for sheet in sorted(theirs):
                run("INSERT INTO copy._went VALUES (?)", [sheet])
            if held.is_folded:
                marking.withdraw_rows(self.machine, name, theirs, held.told)
                continue
            listed = [sorted(theirs)]
            there = f'FROM copy.{name} WHERE list_contains(?, "table")'
            told = ", ".join(f'"{column}"' for column in held.told)
            run(f"INSERT INTO copy.{name}_touched SELECT {told} {there}", listed)
            run(f"DELETE {there}", listed)

    def forget(self) -> None:
        """Count as touched what comes or goes from here on."""
        folded = {held.name: held.is_folded for held in self.tables.values()}
        marking.forget_marks(self.machine, folded)

    def _held(self, name: str) -> Held:
        if name not in self.tables:
            raise CannotCheck(f"no table {name!r} was prepared")
        return self.tables[name]

    # -- making ----------------------------------------------------------------------------------

    def take(self, name: str, given: pa.Table | Path, *, fold_from: int) -> None:
        """Make the copy of one table."""
        source = open_source(check_identifier(name), given)
        columns = frozenset(source.columns & set(COLUMNS))
        folded = "id_key" in columns and source.row_count >= fold_from
        held = Held(name, columns, source.row_count, folded)
        typed = ", ".join(f'"{column}" {_type(column)}' for column in held.told)
        self.machine.execute(f"CREATE TABLE copy.{name}_touched ({typed})")
        with self._given(source, columns, first=0) as relation:
            if folded:
                self._declare(held, typed)
                self._fold(held, relation)
            else:
                self._write(held, relation)
        self._note(held)

    @contextmanager
    def _given(self, source: Source, columns: frozenset[str], *, first: int) -> Iterator[str]:
        """Name rows of a source, with their places in the whole table from `first` on."""
        told = {*columns, "id_key", "period", "town", *PLACE}
        given = source.columns
        if source.arrow is not None:
            self.machine.register("_arrow", source.read(told))
            origin, row, given = "_arrow", f"{first} + row", frozenset(told)
        else:
            files = ", ".join("'" + str(file).replace("'", "''") + "'" for file in source.files)
            origin = f"read_parquet([{files}], file_row_number = true)"
            starts = [first + sum(source.counts[:nth]) for nth in range(len(source.files))]
            row = f"CAST({starts} AS BIGINT[])[CAST(file_index AS BIGINT) + 1] + file_row_number"
        listed = [f"{row} AS row"]
        for column in sorted(told):
            value = f'"{column}"' if column in given else "NULL"
            value = f"CAST({value} AS {TYPES[COLUMNS.get(column) or PLACE[column]]})"
            if column == "table":
                value = f"coalesce({value}, '{source.name}')"
            listed.append(f'{value} AS "{column}"')
        self.machine.execute(
            f"CREATE OR REPLACE TEMP VIEW _given AS SELECT {', '.join(listed)} FROM {origin}"  # noqa: S608
        )
        try:
            yield "_given"
        finally:
            self.machine.execute("DROP VIEW _given")
            if source.arrow is not None:
                self.machine.unregister("_arrow")

    def _declare(self, held: Held, told: str) -> None:
        """Empty tables for what a folded table holds."""
        name = held.name
        run = self.machine.execute
        clear = "".join(f', "_{c}" BLOB' for c in held.told if c in folding.SHOWN)
        run(f"CREATE TABLE copy.{name}_sheets (sheet INTEGER, name VARCHAR)")
        run(
            f"CREATE TABLE copy.{name}_rows"
            " (spell UBIGINT, row BIGINT, period INTEGER, sheet INTEGER, line INTEGER)"
        )
        run(
            f"CREATE TABLE copy.{name}_spells (spell UBIGINT, proof UBIGINT, times BIGINT,"
            f" months UBIGINT, era BIGINT, first_period INTEGER, last_period INTEGER,"
            f" {told}{clear})"
        )
        run(
            f"CREATE TABLE copy.{name}_tally (sub_item VARCHAR, town VARCHAR, period INTEGER,"
            " rows BIGINT, first BIGINT, first_person BIGINT, first_amount BIGINT, amount BIGINT)"
        )
        for listed in LISTED:
            if listed.columns <= held.columns:
                run(f"CREATE TABLE copy.{listed.of(name)} (value UBIGINT)")

    def _write(self, held: Held, relation: str) -> None:
        """Keep the rows of a small table as they are."""
        told = ", ".join([*map(folding.numbered, held.told), *folding.shown(held.told)])
        rows = f'SELECT r.row, r.period, r.line, r."table", {told} FROM {relation} AS r'  # noqa: S608
        if held.name in self.tables:
            listed = ", ".join(f'"{column}"' for column in held.told)
            self.machine.execute(f"INSERT INTO copy.{held.name} {rows}")
            self.machine.execute(
                f"INSERT INTO copy.{held.name}_touched SELECT {listed} FROM ({rows})"  # noqa: S608
            )
        else:
            self.machine.execute(f"CREATE TABLE copy.{held.name} AS {rows}")

    def _fold(self, held: Held, relation: str) -> None:
        """Fold rows into what is there."""
        run, name = self.machine.execute, held.name
        run(
            f"INSERT INTO copy.{name}_sheets"  # noqa: S608 - checked names, here and below
            f" SELECT row_number() OVER () + (SELECT count(*) FROM copy.{name}_sheets), sheet"
            f' FROM (SELECT DISTINCT "table" AS sheet FROM {relation} ORDER BY sheet)'
            f" WHERE sheet NOT IN (SELECT name FROM copy.{name}_sheets)"
        )
        fresh = folding.number_rows(relation, held.told, f"copy.{name}_sheets", self.seed)
        run(f"CREATE TEMP TABLE _fresh AS {fresh}")
        run(f"CREATE TEMP TABLE _grouped AS {folding.group_rows('_fresh')}")
        is_first = held.name not in self.tables
        self._merge(held, relation)
        if not is_first:
            marking.mark_spells(self.machine, name, "_grouped", held.told)
        run(f"INSERT INTO copy.{name}_rows SELECT * EXCLUDE (proof) FROM _fresh")  # noqa: S608
        run("DROP TABLE _fresh")
        run(f"INSERT INTO copy.{name}_tally {tally_rows(relation)}")
        for listed in LISTED:
            if listed.columns <= held.columns:
                touched = "_new" if listed.several else "_grouped"
                run(listed.extend(name, None if is_first else touched))
        run("DROP TABLE _grouped")
        run("DROP TABLE _new")

    def _merge(self, held: Held, relation: str) -> None:
        """Spells of before get more months, others come."""
        run, name = self.machine.execute, held.name
        odd = run(
            f"SELECT 1 FROM _grouped AS g LEFT JOIN copy.{name}_spells AS s ON g.spell = s.spell"  # noqa: S608
            " WHERE g.proof <> g.other_proof OR g.proof <> s.proof LIMIT 1"
        )
        if odd.fetchone() is not None:
            raise NumbersCollide(f"table {name!r}")
        run(
            "CREATE TEMP TABLE _new AS FROM _grouped"  # noqa: S608
            f" WHERE spell NOT IN (SELECT spell FROM copy.{name}_spells)"
        )
        run(
            f"UPDATE copy.{name}_spells AS s SET times = s.times + g.times,"  # noqa: S608
            " months = s.months | g.months,"
            " first_period = least(s.first_period, g.first_period),"
            " last_period = greatest(s.last_period, g.last_period)"
            " FROM _grouped AS g WHERE g.spell = s.spell"
        )
        spells = folding.tell_spells(relation, "_new", held.told)
        # Most rules look at a few sub-items: what lies together is passed over together.
        run(f"INSERT INTO copy.{name}_spells {spells} ORDER BY r.sub_item")

    def _note(self, held: Held) -> None:
        """Write down what the copy holds."""
        self.tables[held.name] = held
        told = {
            "seed": self.seed,
            "tables": [
                [each.name, sorted(each.columns), each.row_count, each.is_folded]
                for each in self.tables.values()
            ],
        }
        self.machine.execute(
            "CREATE OR REPLACE TABLE copy._held AS SELECT ? AS told", [json.dumps(told)]
        )


def _type(column: str) -> str:
    return "UBIGINT" if folding.is_key(column) else TYPES[COLUMNS[column]]
