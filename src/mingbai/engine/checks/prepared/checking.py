"""Runs specs over a prepared copy: sieves over its spells, then rows of the people found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final, TypeVar

import duckdb
import polars as pl

from mingbai.engine.checks.findings import PLACED
from mingbai.engine.checks.prepared import folding
from mingbai.engine.checks.prepared.store import Held, NumbersCollide, Prepared
from mingbai.engine.checks.shapes import CannotCheck, CheckSpec
from mingbai.engine.checks.sharing import LISTED
from mingbai.engine.checks.spells import Sieve

#: Where a statement tells a key as a finding's cause, it tells the key's number here.
_TOLD_KEY: Final = "lower(hex("
#: What a statement gives of each hit.
_HIT: Final = (
    pl.col("code").cast(pl.String),
    pl.col("person").cast(pl.UInt64),
    pl.col("cause").cast(pl.String),
    pl.col("table").cast(pl.String),
    pl.col("row").cast(pl.Int64),
    pl.col("subject").cast(pl.Boolean),
    pl.col("fact1").cast(pl.Int64),
    pl.col("fact2").cast(pl.Int64),
)
_Each = TypeVar("_Each")
_Result = TypeVar("_Result")
_MARK: Final = "\x1fkey "


def run_prepared(
    prepared: Prepared,
    specs: Sequence[CheckSpec],
    *,
    near: Mapping[int, str] = MappingProxyType({}),
) -> Iterator[tuple[int, pl.DataFrame]]:
    """The hits of each spec (PLACED) with its number. `near` names for some specs the key within
    whose touched values alone they look.
    """
    needed = _needed(prepared, specs)
    with _workplace(prepared) as machine:
        _declare(prepared, machine, needed, specs)
        for column in sorted(set(near.values())):
            _declare_near(prepared, machine, needed, column)
        look = _Look(prepared, machine, needed, specs, near)
        look.find_people()
        look.fetch_people()
        hits = _in_turns(prepared.threads, machine, look.hits, range(len(specs)))
        if not hits:
            return
        placed = _place(prepared, machine, pl.concat(hits), list(needed))
        told = _tell_keys(prepared, machine, placed)
    for (number,), theirs in told.partition_by("spec", as_dict=True).items():
        yield int(number), theirs


def _needed(prepared: Prepared, specs: Sequence[CheckSpec]) -> dict[str, set[str]]:
    """The tables that specs ask for, in the order in which they do, and the columns of each."""
    needed: dict[str, set[str]] = {}
    for spec in specs:
        for name, columns in spec.needs().items():
            if name not in prepared.tables:
                raise CannotCheck(f"rule {spec.rule}: no table {name!r} was prepared")
            missing = sorted(set(columns) - prepared.tables[name].columns)
            if missing:
                raise CannotCheck(f"rule {spec.rule}: table {name!r} lacks {', '.join(missing)}")
            needed.setdefault(name, set()).update(columns)
    return needed


@contextmanager
def _workplace(prepared: Prepared) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database beside the copy for what one run makes."""
    machine = prepared.machine.cursor()
    machine.execute("ATTACH ':memory:' AS work")
    try:
        yield machine
    finally:
        machine.execute("SET search_path = 'memory'")
        machine.execute("DETACH work")
        machine.close()


def _declare(
    prepared: Prepared,
    machine: duckdb.DuckDBPyConnection,
    needed: Mapping[str, Set[str]],
    specs: Sequence[CheckSpec],
) -> None:
    """Name in `whole` what statements speak of: tables, spells, contexts."""
    run = machine.execute
    for schema in ("whole", "tallied", "sieved"):
        run(f"CREATE SCHEMA work.{schema}")
    run(f"CREATE MACRO work.whole.told_key(number) AS '{_MARK}' || CAST(number AS VARCHAR)")
    for name in needed:
        held = prepared.tables[name]
        if not held.is_folded:
            run(f"CREATE VIEW work.whole.{name} AS FROM copy.{name}")
            continue
        run(f"CREATE VIEW work.whole.{name}_tally AS FROM copy.{name}_tally")
        run(f"CREATE VIEW work.whole.{name} AS {folding.tell_rows(name, held.told)}")
        run(f"CREATE VIEW work.whole.{name}_spells AS FROM copy.{name}_spells")
        run(
            f"CREATE VIEW work.tallied.{name} AS"  # noqa: S608 - a checked name
            f" SELECT sub_item, town, period FROM copy.{name}_tally"
        )
        for listed in LISTED:
            if listed.columns <= held.columns:
                run(
                    f"CREATE VIEW work.whole.{listed.narrowed(name)} AS"  # noqa: S608
                    f" FROM copy.{name}_spells WHERE {listed.value} IN"
                    f" (SELECT value FROM copy.{listed.of(name)})"
                )
    run("SET search_path = 'work.tallied,work.whole'")
    for context, text in {n: t for spec in specs for n, t in spec.contexts().items()}.items():
        run(f"CREATE TABLE work.whole.{context} AS {text}")


def _declare_near(
    prepared: Prepared,
    machine: duckdb.DuckDBPyConnection,
    needed: Mapping[str, Set[str]],
    column: str,
) -> None:
    """Name in `near_<column>` the spells of its touched values."""
    run = machine.execute
    sharing = [held for held in prepared.tables.values() if column in held.columns]
    values = " UNION ".join(f"SELECT {column} FROM copy.{each.name}_touched" for each in sharing)  # noqa: S608
    run(f"CREATE SCHEMA work.near_{column}")
    run(f"CREATE TABLE work.near_{column}._values AS {values}")
    for held in sharing:
        if held.is_folded and held.name in needed:
            views = [each.narrowed(held.name) for each in LISTED if each.columns <= held.columns]
            for view in (f"{held.name}_spells", *views):
                run(
                    f"CREATE VIEW work.near_{column}.{view} AS"  # noqa: S608 - checked names
                    f" SELECT s.* FROM work.whole.{view} AS s WHERE {is_near('s', column)}"
                )


def is_near(alias: str, column: str) -> str:
    """Whether a row's value is among the touched ones."""
    same = f"v.{column} IS NOT DISTINCT FROM {alias}.{column}"
    return f"EXISTS (SELECT 1 FROM work.near_{column}._values AS v WHERE {same})"  # noqa: S608


class _Look:
    """One run: whom the sieves found, their rows, and the hits among them."""

    def __init__(
        self,
        prepared: Prepared,
        machine: duckdb.DuckDBPyConnection,
        needed: Mapping[str, Set[str]],
        specs: Sequence[CheckSpec],
        near: Mapping[int, str],
    ) -> None:
        self.near = near
        self.prepared = prepared
        self.machine = machine
        self.needed = needed
        self.specs = specs
        self.sieves: dict[int, Sieve] = {}
        self.numbers: dict[object, int] = {}
        for number, spec in enumerate(specs):
            sieve = spec.sieve() if prepared.tables[spec.table].is_folded else None
            if sieve is not None:
                self.sieves[number] = sieve
                self.numbers.setdefault(self._content(number), len(self.numbers))

    def _content(self, number: int) -> object:
        """What tells the sieve of a spec from others."""
        return self.sieves[number].content(), self.near.get(number)

    def find_people(self) -> None:
        """Run each different sieve once."""
        self.machine.execute(
            "CREATE TABLE work.whole.found (sieve INTEGER, id_key UBIGINT, value UBIGINT)"
        )
        different = {self.numbers[self._content(each)]: each for each in self.sieves}

        def find(machine: duckdb.DuckDBPyConnection, number: int) -> None:
            sieve, column = self.sieves[different[number]], self.near.get(different[number])
            near = f"work.near_{column}," if column else ""
            value = "NULL" if sieve.by == "id_key" else sieve.by
            machine.execute(f"SET search_path = '{near}work.whole'")
            machine.execute(
                f"INSERT INTO work.whole.found SELECT DISTINCT {number}, id_key, {value}"  # noqa: S608
                f" FROM ({sieve.text})",
                dict(sieve.values),
            )

        _in_turns(self.prepared.threads, self.machine, find, different)

    def fetch_people(self) -> None:
        """Make `sieved`: all rows of the people found, once for each sieve that found them."""
        run = self.machine.execute
        run(
            "CREATE TABLE work.whole.finders AS SELECT DISTINCT sieve, id_key FROM work.whole.found"
        )
        names = {name for number in self.sieves for name in self.specs[number].needs()}
        names = {name for name in names if "id_key" in self.needed[name]}
        for name in sorted(names):
            held = self.prepared.tables[name]
            rows = _rows_of_people(held, folding.kept_columns(set(self.needed[name])))
            run(f"CREATE TABLE work.sieved.{name} AS {rows}")
        for number in self.sieves:
            self._declare_sieved(number, names)

    def _declare_sieved(self, nth: int, fetched: Set[str]) -> None:
        """Name in `sieved_<n>` the rows that the sieve of a spec found."""
        spec, sieve, number = self.specs[nth], self.sieves[nth], self.numbers[self._content(nth)]
        self.machine.execute(f"CREATE SCHEMA IF NOT EXISTS work.sieved_{number}")
        for name in fetched & set(spec.needs()):
            theirs = ""
            if sieve.by != "id_key" and name == spec.table:
                values = f"SELECT value FROM work.whole.found WHERE sieve = {number}"  # noqa: S608
                theirs = f" AND ({sieve.by} IS NULL OR {sieve.by} IN ({values}))"
            if self.near.get(nth, "id_key") != "id_key" and name == spec.table:
                theirs += f" AND {is_near('r', self.near[nth])}"
            self.machine.execute(
                f"CREATE OR REPLACE VIEW work.sieved_{number}.{name} AS"  # noqa: S608
                f" SELECT * EXCLUDE (_sieve) FROM work.sieved.{name} AS r"
                f" WHERE _sieve = {number}{theirs}"
            )

    def hits(self, machine: duckdb.DuckDBPyConnection, number: int) -> pl.DataFrame:
        """What one spec hits, keys as numbers."""
        spec = self.specs[number]
        path = "work.whole"
        if number in self.sieves:
            path = f"work.sieved_{self.numbers[self._content(number)]},{path}"
        machine.execute(f"SET search_path = '{path}'")
        query = spec.query()
        if self.prepared.tables[spec.table].is_folded:
            query = spec.tallied_query() or query
        text = query.text.replace(_TOLD_KEY, "told_key((")
        found = pl.from_arrow(machine.sql(text, params=dict(query.values)).to_arrow_table())
        assert isinstance(found, pl.DataFrame)  # noqa: S101 - narrows the type
        return found.select(pl.lit(number, pl.Int32).alias("spec"), *_HIT)


def _rows_of_people(held: Held, columns: Sequence[str]) -> str:
    told = ", ".join(f's."{column}"' for column in columns)
    if not held.is_folded:
        return f"""
            SELECT f.sieve AS _sieve, s.row, s.period, s.line, s."table", {told}
            FROM copy.{held.name} AS s JOIN work.whole.finders AS f
            ON s.id_key IS NOT DISTINCT FROM f.id_key
            """  # noqa: S608 - checked names
    return f"""
        SELECT f.sieve AS _sieve, r.row, r.period, r.line, h.name AS "table", {told}
        FROM copy.{held.name}_rows AS r
        JOIN copy.{held.name}_spells AS s ON r.spell = s.spell
        JOIN work.whole.finders AS f ON s.id_key IS NOT DISTINCT FROM f.id_key
        JOIN copy.{held.name}_sheets AS h ON r.sheet = h.sheet
        """  # noqa: S608 - checked names


def _in_turns(
    threads: int,
    machine: duckdb.DuckDBPyConnection,
    do: Callable[[duckdb.DuckDBPyConnection, _Each], _Result],
    many: Iterable[_Each],
) -> list[_Result]:
    """Do the same for many, side by side: small statements are planned on one thread each."""

    def once(each: _Each) -> _Result:
        with machine.cursor() as mine:
            return do(mine, each)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(once, many))


def _place(
    prepared: Prepared, machine: duckdb.DuckDBPyConnection, hits: pl.DataFrame, roles: Sequence[str]
) -> pl.DataFrame:
    """Where each hit stands, for the hits of all specs at once."""
    parts = []
    for number, name in enumerate(roles):
        theirs = hits.filter(table=name)
        rows = theirs.select(pl.col("row").unique()).to_arrow()
        machine.register("_rows", rows)
        told = machine.sql(_places(prepared.tables[name])).to_arrow_table()
        machine.unregister("_rows")
        place = pl.from_arrow(told)
        assert isinstance(place, pl.DataFrame)  # noqa: S101 - narrows the type
        role = pl.lit(number, pl.Int32).alias("role")
        parts.append(theirs.join(place, on="row", how="left").with_columns(role))
    return pl.concat(parts)


def _places(held: Held) -> str:
    if not held.is_folded:
        return f"""
            SELECT r.row, r."table" AS sheet, r.line, r.amount, r.sub_item
            FROM copy.{held.name} AS r SEMI JOIN _rows AS w ON r.row = w.row
            """  # noqa: S608 - a checked name
    return f"""
        SELECT r.row, h.name AS sheet, r.line, s.amount, s.sub_item
        FROM copy.{held.name}_rows AS r JOIN _rows AS w ON r.row = w.row
        JOIN copy.{held.name}_spells AS s ON r.spell = s.spell
        JOIN copy.{held.name}_sheets AS h ON r.sheet = h.sheet
        """  # noqa: S608 - a checked name


def _tell_keys(
    prepared: Prepared, machine: duckdb.DuckDBPyConnection, hits: pl.DataFrame
) -> pl.DataFrame:
    """Keys for the numbers in hits."""
    marked = hits["cause"].str.starts_with(_MARK)
    causes = hits.filter(marked)["cause"].unique()
    numbers = pl.concat(
        [hits["person"].drop_nulls().unique(), causes.str.slice(len(_MARK)).cast(pl.UInt64)]
    ).unique()
    machine.register("_wanted", pl.DataFrame({"number": numbers}).to_arrow())
    parts = [
        f"SELECT DISTINCT s.{column} AS number, s._{column} AS key FROM copy.{held.relation} AS s"  # noqa: S608
        f" SEMI JOIN _wanted AS w ON s.{column} = w.number"
        for held in prepared.tables.values()
        for column in folding.SHOWN
        if column in held.columns
    ]
    keys = pl.from_arrow(machine.sql(" UNION ".join(parts)).to_arrow_table())
    assert isinstance(keys, pl.DataFrame)  # noqa: S101 - narrows the type
    machine.unregister("_wanted")
    if keys["number"].is_duplicated().any():
        raise NumbersCollide("among the people found")
    named = keys.with_columns(
        pl.format(_MARK + "{}", "number").alias("cause"),
        pl.col("key").bin.encode("hex").alias("hex"),
    )
    return (
        hits.join(keys, left_on="person", right_on="number", how="left", maintain_order="left")
        .with_columns(pl.col("key").alias("person"))
        .join(named.select("cause", "hex"), on="cause", how="left", maintain_order="left")
        .with_columns(pl.coalesce("hex", "cause").alias("cause"))
        .select(pl.col(n).cast(t) for n, t in PLACED.items())
    )
