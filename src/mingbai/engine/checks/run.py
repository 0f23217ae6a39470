"""Runs specs over tables on a machine and gathers their hits into findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import pyarrow as pa

from mingbai.engine.checks.findings import FINDING_SCHEMA, gather_findings
from mingbai.engine.checks.machines.duckdb import run_duckdb
from mingbai.engine.checks.machines.plain import run_plain
from mingbai.engine.checks.shapes import COLUMNS, CannotCheck, CheckSpec, check_identifier

Machine = Literal["duckdb", "plain"]


def check(
    tables: Mapping[str, pa.Table],
    specs: Iterable[CheckSpec],
    machine: Machine = "duckdb",
    *,
    threads: int = 2,
    memory: str = "1GB",
) -> pa.Table:
    """Look for what `specs` say in named tables; one row a finding (see FINDING_SCHEMA).

    Each table holds `line` int32, optionally `table` (the sheet each row came from; else the
    table's own name is told), and columns of COLUMNS. Raises CannotCheck when a spec asks for a
    table or column that is not there.
    """
    wanted = list(specs)
    needed = _needed(tables, wanted)
    prepared = {name: _prepare(name, tables[name], columns) for name, columns in needed.items()}
    if machine == "plain":
        caught = run_plain(prepared, wanted)
    elif machine == "duckdb":
        caught = run_duckdb(prepared, wanted, threads=threads, memory=memory)
    else:
        raise ValueError(f"no machine {machine!r}")
    given = {name: tables[name] for name in needed}
    found = [gather_findings(spec, hits, given) for spec, hits in caught if len(hits)]
    return pa.concat_tables(found) if found else FINDING_SCHEMA.empty_table()


def _needed(tables: Mapping[str, pa.Table], specs: list[CheckSpec]) -> dict[str, set[str]]:
    needed: dict[str, set[str]] = {}
    for spec in specs:
        for name, columns in spec.needs().items():
            if name not in tables:
                raise CannotCheck(f"rule {spec.rule}: no table {name!r} was given")
            missing = sorted(set(columns) - set(tables[name].column_names))
            if missing:
                raise CannotCheck(f"rule {spec.rule}: table {name!r} lacks {', '.join(missing)}")
            needed.setdefault(check_identifier(name), set()).update(columns)
    return needed


def _prepare(name: str, table: pa.Table, columns: set[str]) -> pa.Table:
    """Only what is read, in the types that all machines agree on, and each row's place."""
    if "line" not in table.column_names:
        raise CannotCheck(f"table {name!r} lacks line")
    arrays = [pa.array(range(table.num_rows), pa.int64())]
    names = ["row", *sorted(columns)]
    for column in names[1:]:
        arrays.append(table.column(column).cast(COLUMNS[column]))
    return pa.table(arrays, names=names)
