"""After some sheets came or went: checks only what can have changed, and keeps the rest.

A finding is decided within one value of its spec's grain. So the values that stand in sheets that
came or went are enough: all rows of these values are checked anew, findings about their rows are
dropped, all others stay. Where a context changed (a month handed in for the first time), what
shares its columns is checked anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import polars as pl
import pyarrow as pa

from mingbai.engine.checks.findings import FINDING_SCHEMA, gather_findings
from mingbai.engine.checks.machines.duckdb import (
    declare_tables,
    open_duckdb,
    run_spec,
)
from mingbai.engine.checks.machines.sources import Source, open_source
from mingbai.engine.checks.ordering import number_findings, sort_findings
from mingbai.engine.checks.run import check, open_sources
from mingbai.engine.checks.shapes import CheckSpec

#: Where more than this share of all rows came or went, everything is checked: that is faster.
WORTH: Final = 0.02


@dataclass(frozen=True)
class _Nearby:
    """Specs that are checked among the rows that share a touched value of `columns` (none: among
    all), in the schema `name`. `changed` names the contexts whose changes touch values too.
    """

    name: str
    columns: tuple[str, ...]
    changed: frozenset[str]
    specs: tuple[int, ...]


def recheck(
    findings: pa.Table,
    tables: Mapping[str, pa.Table | Path],
    specs: Iterable[CheckSpec],
    *,
    arrived: Mapping[str, Collection[str]],
    withdrawn: Mapping[str, pa.Table],
    threads: int = 2,
    memory: str = "1GB",
) -> pa.Table:
    """The findings of `check(tables, specs)`, from those before some sheets came or went.

    `findings` are those of the same specs (each rule once) over the tables as they were, `tables`
    are as they are now. `arrived` names the sheets (values of the column `table`) that are new in
    each table, `withdrawn` holds the rows that are there no more. A corrected sheet is both, under
    one name or two. Other rows stand in the order in which they stood, and no two tables share the
    name of a sheet. Sorted by rule as in `specs`, then by sheet and line.
    """
    wanted = list(specs)
    opened, needed = open_sources(tables, wanted)
    # Rows are picked several times: cast them once.
    sources = {name: each.settle(needed[name]) for name, each in opened.items()}
    gone = {name: open_source(name, rows) for name, rows in withdrawn.items() if name in sources}
    with open_duckdb(sources, threads=threads, memory=memory) as machine:
        declare_tables(machine, sources, needed)
        touched = _declare_changes(machine, sources, gone, needed, arrived)
        if sum(touched.values()) > WORTH * sum(each.row_count for each in sources.values()):
            return sort_findings(check(tables, wanted, threads=threads, memory=memory), wanted)
        changed = _changed_contexts(machine, wanted)
        groups = _group(machine, wanted, touched, changed)
        old = number_findings(findings, wanted)
        hits = []
        for group in groups:
            _gather_nearby(machine, group, wanted, sources, needed)
            old = _drop(machine, old, group, wanted)
            hits += list(_run(machine, group, wanted, list(sources)))
    found = gather_findings(wanted, pl.concat(hits)) if hits else FINDING_SCHEMA.empty_table()
    kept = old.select(FINDING_SCHEMA.names).to_arrow(compat_level=pl.CompatLevel.oldest())
    return sort_findings(pa.concat_tables([kept.cast(FINDING_SCHEMA), found]), wanted)


def _declare_changes(
    machine: duckdb.DuckDBPyConnection,
    sources: Mapping[str, Source],
    gone: Mapping[str, Source],
    needed: Mapping[str, set[str]],
    arrived: Mapping[str, Collection[str]],
) -> dict[str, int]:
    """Name the rows that `came` and `went`, both in `touched`, and the others in `kept`."""
    for schema in ("came", "went", "touched", "kept"):
        machine.execute(f"CREATE SCHEMA {schema}")
    machine.execute("CREATE TABLE touched._sheets (role VARCHAR, sheet VARCHAR)")
    counts = {}
    for name, source in sources.items():
        for sheet in sorted(arrived.get(name, ())):
            machine.execute("INSERT INTO touched._sheets VALUES (?, ?)", [name, sheet])
        columns = ", ".join(f'"{column}"' for column in source.told(needed[name]))
        listed = f"SELECT sheet FROM touched._sheets WHERE role = '{name}'"  # noqa: S608
        new = f'"table" IN ({listed})'
        pick_rows(machine, source, needed[name], "came", new)
        if name in gone:
            machine.register(f"_gone_{name}", gone[name].read(needed[name]))
            told = columns.replace(_SHEET, f"coalesce({_SHEET}, '{name}') AS {_SHEET}")
            left = f"SELECT {told} FROM _gone_{name}"  # noqa: S608 - checked names
        else:
            left = f"SELECT {columns} FROM came.{name} LIMIT 0"  # noqa: S608 - checked names
        machine.execute(f"CREATE TABLE went.{name} AS {left}")
        machine.execute(
            f"CREATE VIEW touched.{name} AS"  # noqa: S608 - checked names
            f" SELECT {columns} FROM came.{name} UNION ALL FROM went.{name}"
        )
        machine.execute(f"CREATE VIEW kept.{name} AS FROM whole.{name} WHERE NOT ({new})")
        counted = machine.execute(f"SELECT count(*) FROM touched.{name}")  # noqa: S608
        counts[name] = counted.fetchall()[0][0]
    return counts


_SHEET: Final = '"table"'


def pick_rows(
    machine: duckdb.DuckDBPyConnection,
    source: Source,
    columns: set[str],
    schema: str,
    condition: str,
) -> None:
    """Make `<schema>.<table>` of some rows `r`. Of Arrow only these are ever put together."""
    name = source.name
    if source.arrow is None:
        machine.execute(
            f"CREATE TABLE {schema}.{name} AS SELECT r.* FROM whole.{name} AS r"  # noqa: S608
            f" WHERE {condition}"
        )
        return
    rows = f"SELECT r.row FROM whole.{name} AS r WHERE {condition} ORDER BY r.row"  # noqa: S608
    places = machine.sql(rows).to_arrow_table().column("row")
    machine.register(f"_picked_{name}", source.read(columns).take(places))
    sheet = f"coalesce({_SHEET}, '{name}') AS {_SHEET}"
    machine.execute(
        f"CREATE TABLE {schema}.{name} AS"  # noqa: S608 - checked names
        f" SELECT * REPLACE ({sheet}) FROM _picked_{name}"
    )
    machine.unregister(f"_picked_{name}")


def _changed_contexts(
    machine: duckdb.DuckDBPyConnection, specs: Sequence[CheckSpec]
) -> dict[str, set[str]]:
    """Make the contexts; the columns of each that is no longer what it was. `touched._…` tells
    how. Each row of a context stands for some row of its table, so parts make up the whole.
    """
    changed = {}
    for name, text in {n: t for spec in specs for n, t in spec.contexts().items()}.items():
        for schema in ("kept", "came", "went"):
            machine.execute(f"SET search_path = '{schema},whole'")
            machine.execute(f"CREATE TABLE {schema}._{name} AS {text}")
        machine.execute(f"CREATE TABLE whole.{name} AS FROM kept._{name} UNION FROM came._{name}")
        machine.execute(
            f"CREATE TABLE touched._{name} AS ("
            f"(FROM came._{name} EXCEPT FROM went._{name})"
            f" UNION (FROM went._{name} EXCEPT FROM came._{name})) EXCEPT FROM kept._{name}"
        )
        rows = machine.execute(f"FROM touched._{name}")
        if rows.fetchone() is not None:
            changed[name] = {column[0] for column in rows.description or ()}
    return changed


def _group(
    machine: duckdb.DuckDBPyConnection,
    specs: Sequence[CheckSpec],
    touched: Mapping[str, int],
    changed: Mapping[str, set[str]],
) -> list[_Nearby]:
    """Which specs are concerned, by what they share."""
    shared: dict[tuple[tuple[str, ...], frozenset[str]], list[int]] = {}
    for number, spec in enumerate(specs):
        moved = frozenset(set(spec.contexts()) & set(changed))
        if not moved and not _concerned(machine, spec, touched):
            continue
        grain = spec.grain()
        if moved:
            columns = tuple(c for c in grain if all(c in changed[name] for name in moved))
        else:
            columns = grain[:1] if grain and grain[0].endswith("_key") else grain
        shared.setdefault((columns, moved), []).append(number)
    return [
        _Nearby(f"near_{nth}", columns, moved, tuple(numbers))
        for nth, ((columns, moved), numbers) in enumerate(shared.items())
    ]


def _concerned(
    machine: duckdb.DuckDBPyConnection, spec: CheckSpec, touched: Mapping[str, int]
) -> bool:
    """Whether a row came or went that the spec looks at."""
    for name in spec.needs():
        if touched[name] and (name != spec.table or not spec.sub_items):
            return True
    if not touched[spec.table]:
        return False
    listed = ", ".join(f"$sub_item_{n}" for n in range(len(spec.sub_items)))
    found = machine.execute(
        f"SELECT 1 FROM touched.{spec.table} WHERE sub_item IN ({listed}) LIMIT 1",  # noqa: S608
        {f"sub_item_{n}": sub_item for n, sub_item in enumerate(spec.sub_items)},
    )
    return found.fetchone() is not None


def _gather_nearby(
    machine: duckdb.DuckDBPyConnection,
    group: _Nearby,
    specs: Sequence[CheckSpec],
    sources: Mapping[str, Source],
    needed: Mapping[str, set[str]],
) -> None:
    """Make the group's schema: of each table the rows that share a touched value."""
    machine.execute(f"CREATE SCHEMA {group.name}")
    if not group.columns:
        return
    roles = {name for number in group.specs for name in specs[number].needs()}
    sharing = sorted(name for name in roles if set(group.columns) <= needed[name])
    listed = ", ".join(group.columns)
    values = " UNION ".join(
        f"SELECT {listed} FROM {relation}"  # noqa: S608 - checked names
        for relation in (
            *(f"touched.{name}" for name in sharing),
            *(f"touched._{name}" for name in sorted(group.changed)),
        )
    )
    machine.execute(f"CREATE TABLE {group.name}._values AS {values}")
    same = " AND ".join(f"v.{column} IS NOT DISTINCT FROM r.{column}" for column in group.columns)
    there = f"EXISTS (SELECT 1 FROM {group.name}._values AS v WHERE {same})"  # noqa: S608
    for name in sharing:
        pick_rows(machine, sources[name], needed[name], group.name, there)


def _drop(
    machine: duckdb.DuckDBPyConnection,
    old: pl.DataFrame,
    group: _Nearby,
    specs: Sequence[CheckSpec],
) -> pl.DataFrame:
    """What was found among rows that are checked anew is found anew, or is no more."""
    anew = pl.col("spec").is_in(group.specs)
    if not group.columns:
        return old.filter(~anew)
    made = machine.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = ?", [group.name]
    )
    places = " UNION ALL ".join(
        f'SELECT "table", line FROM {group.name}.{name}'  # noqa: S608 - checked names
        f' UNION ALL SELECT "table", line FROM touched.{name}'
        for (name,) in made.fetchall()
        if name != "_values"
    )
    rows = pl.from_arrow(machine.sql(places).to_arrow_table())
    assert isinstance(rows, pl.DataFrame)  # noqa: S101 - narrows the type
    there = old.filter(anew).join(rows, on=["table", "line"], how="anti", nulls_equal=True)
    return pl.concat([old.filter(~anew), there])


def _run(
    machine: duckdb.DuckDBPyConnection,
    group: _Nearby,
    specs: Sequence[CheckSpec],
    roles: Sequence[str],
) -> Iterator[pl.DataFrame]:
    machine.execute(f"SET search_path = '{group.name},whole'")
    for number in group.specs:
        yield run_spec(machine, number, specs[number], roles)
