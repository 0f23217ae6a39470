"""Finds the few people whom a check may concern, before it looks closely.

One pass folds a table into spells. Each check's sieve, a condition that every person it could name
fulfils, runs over the spells. A second pass fetches all rows of the people left, and only these
meet the check's own statement. So a sieve may let too many through but loses nobody (a property
test holds it), and what is found is decided by one statement everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

import duckdb

from mingbai.engine.checks.machines.sources import Source
from mingbai.engine.checks.shapes import CheckSpec
from mingbai.engine.checks.spells import Sieve, fold


def sieve_people(
    machine: duckdb.DuckDBPyConnection,
    sources: Mapping[str, Source],
    needed: Mapping[str, Set[str]],
    specs: Sequence[CheckSpec],
) -> dict[int, tuple[str, ...]]:
    """Make `sieved` (and `by_…`) and say which schemas each spec with a sieve runs against."""
    sieves = {id(spec): (spec, sieve) for spec in specs if (sieve := spec.sieve()) is not None}
    machine.execute("SET search_path = 'whole'")
    machine.execute("CREATE TABLE whole.found (id_key BLOB, by_key VARCHAR, value BLOB)")
    for name, columns in needed.items():
        if any(f"{name}_spells" in sieve.text for _, sieve in sieves.values()):
            text = fold(f"whole._bare_{name}", columns)
            machine.execute(f"CREATE TABLE whole.{name}_spells AS {text}")
    for sieve in _different(sieve for _, sieve in sieves.values()):
        value = "NULL" if sieve.by == "id_key" else sieve.by
        machine.execute(
            f"INSERT INTO whole.found SELECT DISTINCT id_key, '{sieve.by}', {value}"  # noqa: S608
            f" FROM ({sieve.text})",
            dict(sieve.values),
        )
    fetch_people(machine, sources, {n for spec, _ in sieves.values() for n in spec.needs()}, needed)
    for by in sorted({sieve.by for _, sieve in sieves.values()} - {"id_key"}):
        machine.execute(f"CREATE SCHEMA by_{by}")
        for name in {spec.table for spec, sieve in sieves.values() if sieve.by == by}:
            machine.execute(
                f"CREATE TABLE by_{by}.{name} AS SELECT * FROM sieved.{name}"  # noqa: S608
                f" WHERE {by} IS NULL"
                f" OR {by} IN (SELECT value FROM whole.found WHERE by_key = '{by}')"
            )
    return {key: _schemas(sieve.by) for key, (_, sieve) in sieves.items()}


def _different(sieves: Iterable[Sieve]) -> list[Sieve]:
    """Each once: rules that differ in severity only ask the same."""
    return list({(s.text, tuple(sorted(s.values.items())), s.by): s for s in sieves}.values())


def _schemas(by: str) -> tuple[str, ...]:
    return ("sieved", "whole") if by == "id_key" else (f"by_{by}", "sieved", "whole")


def fetch_people(
    machine: duckdb.DuckDBPyConnection,
    sources: Mapping[str, Source],
    names: Iterable[str],
    needed: Mapping[str, Set[str]],
) -> None:
    """Make `sieved`: all rows of the people in `whole.found`, of each table that has people."""
    machine.execute("CREATE TABLE whole.people AS SELECT DISTINCT id_key FROM whole.found")
    machine.execute("CREATE SCHEMA sieved")
    for name in names:
        if "id_key" in needed[name]:
            machine.execute(f"CREATE TABLE sieved.{name} AS {_fetch(sources[name])}")


def _fetch(source: Source) -> str:
    """The statement for all rows of the people left. Rows without a person count as one."""
    bare = f"whole._bare_{source.name}"
    return f"""
        WITH fetched AS MATERIALIZED (
            SELECT * FROM {bare}
            WHERE id_key IN (SELECT id_key FROM whole.people WHERE id_key IS NOT NULL)
            UNION ALL
            SELECT * FROM {bare}
            WHERE id_key IS NULL AND EXISTS (FROM whole.people WHERE id_key IS NULL)
        ) {numbered(source, "fetched")}
        """  # noqa: S608 - checked names


def numbered(source: Source, relation: str) -> str:
    """A relation of bare rows with each row's place in the whole table."""
    if source.arrow is not None:
        return f"FROM {relation}"
    return f"""
        SELECT p.first + b._at AS row, b.* EXCLUDE (_file, _at)
        FROM {relation} AS b JOIN whole._parts_{source.name} AS p ON b._file = p.file
        """  # noqa: S608 - checked names
