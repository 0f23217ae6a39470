"""DuckDB: in process, columnar, spills to disk; the default.

Named tables stand in schemas: `whole` holds everything given, `sieved` the rows of the people whom
some check may concern (see `sieving`), `sieved_<n>` those of one sieve. A check runs against the
narrowest that is enough for it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from typing import Final

import duckdb
import polars as pl

from mingbai.engine.checks.findings import PLACED
from mingbai.engine.checks.machines import sieving
from mingbai.engine.checks.machines.sources import PLACE, TYPES, Source
from mingbai.engine.checks.shapes import COLUMNS, CheckSpec

#: Below so many rows a sieve costs more than it saves.
SIEVE_FROM: Final = 50_000


def run_duckdb(
    sources: Mapping[str, Source],
    needed: Mapping[str, Set[str]],
    specs: Sequence[CheckSpec],
    *,
    threads: int,
    memory: str,
    sieve_from: int = SIEVE_FROM,
) -> Iterator[tuple[int, pl.DataFrame]]:
    """The hits of each spec (PLACED) with its number."""
    with open_duckdb(sources, threads=threads, memory=memory) as machine:
        declare_tables(machine, sources, needed)
        make_contexts(machine, specs)
        large = [spec for spec in specs if sources[spec.table].row_count >= sieve_from]
        sieved = sieving.sieve_people(machine, sources, needed, large)
        roles = list(sources)
        for number, spec in enumerate(specs):
            machine.execute(f"SET search_path = '{sieved.get(id(spec), 'whole')},whole'")
            yield number, run_spec(machine, number, spec, roles)


@contextmanager
def open_duckdb(
    sources: Mapping[str, Source], *, threads: int, memory: str
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A machine that reaches the sources' files and its own folder for spilling, nothing else."""
    with (
        tempfile.TemporaryDirectory(prefix="mingbai-checks-") as spill,
        duckdb.connect(":memory:") as machine,
    ):
        machine.execute(f"SET threads = {int(threads)}")
        machine.execute("SET memory_limit = ?", [memory])
        machine.execute("SET preserve_insertion_order = false")
        machine.execute("SET temp_directory = ?", [spill])
        files = [str(file) for source in sources.values() for file in source.files]
        machine.execute("SET allowed_paths = ?", [files])
        # Specs are data of known kinds; nothing they say may reach other files or the network.
        machine.execute("SET enable_external_access = false")
        yield machine


def declare_tables(
    machine: duckdb.DuckDBPyConnection,
    sources: Mapping[str, Source],
    needed: Mapping[str, Set[str]],
) -> None:
    """Name the sources in `whole`: `<name>` with `row`, and `_bare_<name>`, which may be cheaper
    because it says where a row stands only by file and place in the file.
    """
    machine.execute("CREATE SCHEMA whole")
    for name, source in sources.items():
        if source.arrow is not None:
            machine.register(f"_given_{name}", source.read(needed[name]))
            columns = [_told(name, each) for each in source.told(needed[name])]
            machine.execute(
                f"CREATE VIEW whole._bare_{name} AS"  # noqa: S608 - checked names
                f" SELECT row, {', '.join(columns)} FROM _given_{name}"
            )
            machine.execute(f"CREATE VIEW whole.{name} AS FROM whole._bare_{name}")
        else:
            _declare_files(machine, source, needed[name])


def _declare_files(machine: duckdb.DuckDBPyConnection, source: Source, columns: Set[str]) -> None:
    name = source.name
    files = ", ".join("'" + str(file).replace("'", "''") + "'" for file in source.files)
    told = []
    for column in source.told(columns):
        kind = TYPES[COLUMNS.get(column) or PLACE[column]]
        given = f'"{column}"' if column in source.columns else "NULL"
        told.append(_told(name, column, f"CAST({given} AS {kind})"))
    machine.execute(
        f"CREATE VIEW whole._bare_{name} AS"  # noqa: S608 - checked names, quoted paths
        f" SELECT file_index AS _file, file_row_number AS _at, {', '.join(told)}"
        f" FROM read_parquet([{files}], file_row_number = true)"
    )
    machine.execute(f"CREATE TABLE whole._parts_{name} (file UBIGINT, first BIGINT)")
    first = 0
    for number, count in enumerate(source.counts):
        machine.execute(
            f"INSERT INTO whole._parts_{name} VALUES (?, ?)",  # noqa: S608 - a checked name
            [number, first],
        )
        first += count
    machine.execute(
        f"CREATE VIEW whole.{name} AS {sieving.numbered(source, f'whole._bare_{name}')}"
    )


def _told(name: str, column: str, value: str | None = None) -> str:
    value = value or f'"{column}"'
    if column == "table":
        value = f"coalesce({value}, '{name}')"
    return f'{value} AS "{column}"'


def make_contexts(machine: duckdb.DuckDBPyConnection, specs: Sequence[CheckSpec]) -> None:
    """Small tables that some checks want of all rows, each made once."""
    machine.execute("SET search_path = 'whole'")
    contexts = {name: text for spec in specs for name, text in spec.contexts().items()}
    for name, text in contexts.items():
        machine.execute(f"CREATE TABLE whole.{name} AS {text}")


def run_spec(
    machine: duckdb.DuckDBPyConnection, number: int, spec: CheckSpec, roles: Sequence[str]
) -> pl.DataFrame:
    """The hits of one spec, each with where its row stands, against the search path that is set."""
    query = spec.query()
    # A table of its own, so that the machine knows how few they are before it looks them up.
    machine.execute(f"CREATE OR REPLACE TEMP TABLE hits AS {query.text}", dict(query.values))
    placed = " UNION ALL ".join(
        f"""
        SELECT h.*, {roles.index(role)} AS role, p."table" AS sheet, p.line, p.amount, p.sub_item
        FROM hits AS h JOIN {role} AS p ON h.row = p.row WHERE h."table" = '{role}'
        """  # noqa: S608 - checked names
        for role in spec.needs()
    )
    found = pl.from_arrow(machine.sql(placed).to_arrow_table())
    assert isinstance(found, pl.DataFrame)  # noqa: S101 - narrows the type
    return found.with_columns(spec=number).select(pl.col(n).cast(t) for n, t in PLACED.items())
