"""Finds the few people whom a check may concern, before it looks closely.

One pass folds a table into spells. Each check's sieve, a condition that every person it could name
fulfils, runs over the spells. A second pass fetches all rows of the people left, and only these
meet the check's own statement. So a sieve may let too many through but loses nobody (a property
test holds it), and what is found is decided by one statement everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

import duckdb
import pyarrow as pa

from mingbai.engine.checks.machines.sources import Source
from mingbai.engine.checks.shapes import COLUMNS, CheckSpec
from mingbai.engine.checks.sharing import LISTED
from mingbai.engine.checks.spells import Sieve, fold


def sieve_people(
    machine: duckdb.DuckDBPyConnection,
    sources: Mapping[str, Source],
    needed: Mapping[str, Set[str]],
    specs: Sequence[CheckSpec],
) -> dict[int, str]:
    """Make `sieved`, and say which schema each spec with a sieve runs against (by its id)."""
    sieves = {id(spec): (spec, sieve) for spec in specs if (sieve := spec.sieve()) is not None}
    machine.execute("SET search_path = 'whole'")
    machine.execute("CREATE TABLE whole.found (sieve INTEGER, id_key BLOB, value BLOB)")
    for name in needed:
        folded: set[str] = set()
        for spec, sieve in sieves.values():
            if f"{name}_spells" in sieve.text:
                folded.update(spec.needs().get(name, ()))
        if folded:
            _fold_table(machine, name, folded)
    numbers: dict[object, int] = {}
    for _, sieve in sieves.values():
        if sieve.content() not in numbers:
            number = numbers[sieve.content()] = len(numbers)
            value = "NULL" if sieve.by == "id_key" else sieve.by
            machine.execute(
                f"INSERT INTO whole.found SELECT DISTINCT {number}, id_key, {value}"  # noqa: S608
                f" FROM ({sieve.text})",
                dict(sieve.values),
            )
    fetch_people(machine, sources, {n for spec, _ in sieves.values() for n in spec.needs()}, needed)
    for spec, sieve in sieves.values():
        _declare_sieved(machine, numbers[sieve.content()], spec, sieve, needed)
    return {key: f"sieved_{numbers[sieve.content()]}" for key, (_, sieve) in sieves.items()}


def _fold_table(machine: duckdb.DuckDBPyConnection, name: str, columns: Set[str]) -> None:
    """Make the spells of a table. The pass is bound by how wide its rows are, not by how many
    groups there are, so words are numbered first.
    """
    codes = {}
    for column in sorted(columns):
        if COLUMNS[column] == pa.string():
            codes[column] = f"whole.{name}_{column}"
            machine.execute(
                f"CREATE TYPE {codes[column]} AS ENUM (SELECT DISTINCT {column}"  # noqa: S608
                f" FROM whole._bare_{name} WHERE {column} IS NOT NULL)"
            )
    text = fold(f"whole._bare_{name}", columns, codes)
    machine.execute(f"CREATE TABLE whole.{name}_spells AS {text}")
    for listed in LISTED:
        if listed.columns <= columns:
            view = listed.narrowed(name)
            machine.execute(f"CREATE VIEW whole.{view} AS FROM whole.{name}_spells")


def fetch_people(
    machine: duckdb.DuckDBPyConnection,
    sources: Mapping[str, Source],
    names: Iterable[str],
    needed: Mapping[str, Set[str]],
) -> None:
    """Make `sieved`: all rows of the people in `whole.found`, once for each sieve that found them,
    of each table that has people.
    """
    machine.execute("CREATE TABLE whole.finders AS SELECT DISTINCT sieve, id_key FROM whole.found")
    machine.execute("CREATE SCHEMA sieved")
    for name in names:
        if "id_key" in needed[name]:
            rows = numbered(sources[name], f"whole._bare_{name}")
            machine.execute(
                f"CREATE TABLE sieved.{name} AS SELECT f.sieve AS _sieve, r.*"  # noqa: S608
                f" FROM ({rows}) AS r JOIN whole.finders AS f"
                " ON r.id_key IS NOT DISTINCT FROM f.id_key"
            )


def _declare_sieved(
    machine: duckdb.DuckDBPyConnection,
    number: int,
    spec: CheckSpec,
    sieve: Sieve,
    needed: Mapping[str, Set[str]],
) -> None:
    """Name in `sieved_<number>` the rows that this sieve found."""
    schema = f"sieved_{number}"
    machine.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for name in spec.needs():
        if "id_key" in needed[name]:
            theirs = ""
            if sieve.by != "id_key" and name == spec.table:
                values = f"SELECT value FROM whole.found WHERE sieve = {number}"  # noqa: S608
                theirs = f" AND ({sieve.by} IS NULL OR {sieve.by} IN ({values}))"
            machine.execute(
                f"CREATE OR REPLACE VIEW {schema}.{name} AS"  # noqa: S608 - checked names
                f" SELECT * EXCLUDE (_sieve) FROM sieved.{name}"
                f" WHERE _sieve = {number}{theirs}"
            )


def numbered(source: Source, relation: str) -> str:
    """A relation of bare rows with each row's place in the whole table."""
    if source.arrow is not None:
        return f"FROM {relation}"
    return f"""
        SELECT p.first + b._at AS row, b.* EXCLUDE (_file, _at)
        FROM {relation} AS b JOIN whole._parts_{source.name} AS p ON b._file = p.file
        """  # noqa: S608 - checked names
