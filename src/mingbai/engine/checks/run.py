"""Runs specs over tables on a machine and gathers their hits into findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import polars as pl
import pyarrow as pa

from mingbai.engine.checks.findings import FINDING_SCHEMA, gather_findings
from mingbai.engine.checks.machines.duckdb import run_duckdb
from mingbai.engine.checks.machines.plain import run_plain
from mingbai.engine.checks.machines.sources import Source, open_source
from mingbai.engine.checks.machines.spark import run_spark
from mingbai.engine.checks.prepared.checking import run_prepared
from mingbai.engine.checks.prepared.store import Prepared
from mingbai.engine.checks.shapes import CannotCheck, CheckSpec, check_identifier

Machine = Literal["duckdb", "plain", "spark"]

#: Hits gathered into findings at one time: they, not the rows, are what Python holds.
_AT_ONCE: Final = 2_000_000


def check(
    tables: Mapping[str, pa.Table | Path] | Prepared,
    specs: Iterable[CheckSpec],
    machine: Machine = "duckdb",
    *,
    threads: int = 2,
    memory: str = "1GB",
) -> pa.Table:
    """Look for what `specs` say in named tables; one row a finding (see FINDING_SCHEMA).

    A table is Arrow, or the path of a Parquet file or of a folder of them. Each holds `line`
    int32, optionally `table` (the sheet each row came from; else the table's own name is told),
    and columns of COLUMNS. `threads` and `memory` bound DuckDB and a local Spark; what does not
    fit goes to a temporary folder. Raises CannotCheck when a spec asks for a table or column that
    is not there, or for a machine that is not installed.

    Of tables prepared before (see `prepare`) DuckDB alone reads; they have limits of their own.
    """
    wanted = list(specs)
    if isinstance(tables, Prepared):
        if machine != "duckdb":
            raise ValueError(f"what is prepared is read by duckdb, not by {machine}")
        return _gather(wanted, run_prepared(tables, wanted))
    sources, needed = open_sources(tables, wanted)
    if machine == "plain":
        caught = run_plain(
            {name: each.read(needed[name]) for name, each in sources.items()}, wanted
        )
    elif machine == "duckdb":
        caught = run_duckdb(sources, needed, wanted, threads=threads, memory=memory)
    elif machine == "spark":
        caught = run_spark(sources, needed, wanted, threads=threads, memory=memory)
    else:
        raise ValueError(f"no machine {machine!r}")
    return _gather(wanted, caught)


def _gather(specs: Sequence[CheckSpec], caught: Iterator[tuple[int, pl.DataFrame]]) -> pa.Table:
    found = [gather_findings(specs, hits) for hits in _batches(caught)]
    return pa.concat_tables(found) if found else FINDING_SCHEMA.empty_table()


def open_sources(
    tables: Mapping[str, pa.Table | Path], specs: Iterable[CheckSpec]
) -> tuple[dict[str, Source], dict[str, set[str]]]:
    """The tables that `specs` ask for, and the columns they ask of each."""
    sources: dict[str, Source] = {}
    needed: dict[str, set[str]] = {}
    for spec in specs:
        for name, columns in spec.needs().items():
            if name not in tables:
                raise CannotCheck(f"rule {spec.rule}: no table {name!r} was given")
            if name not in sources:
                sources[check_identifier(name)] = open_source(name, tables[name])
            missing = sorted(set(columns) - sources[name].columns)
            if missing:
                raise CannotCheck(f"rule {spec.rule}: table {name!r} lacks {', '.join(missing)}")
            needed.setdefault(name, set()).update(columns)
    return sources, needed


def _batches(caught: Iterator[tuple[int, pl.DataFrame]]) -> Iterator[pl.DataFrame]:
    """Hits of whole specs, many at a time."""
    waiting: list[pl.DataFrame] = []
    for _, hits in caught:
        if len(hits):
            waiting.append(hits)
        if sum(map(len, waiting)) >= _AT_ONCE:
            yield pl.concat(waiting)
            waiting = []
    if waiting:
        yield pl.concat(waiting)
