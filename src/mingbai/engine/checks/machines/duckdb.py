"""DuckDB: in process, columnar, the default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import duckdb
import polars as pl
import pyarrow as pa

from mingbai.engine.checks.shapes import CheckSpec

HIT_TYPES: Final[Mapping[str, pl.DataType]] = {
    "code": pl.String(),
    "person": pl.Binary(),
    "cause": pl.String(),
    "table": pl.String(),
    "row": pl.Int64(),
    "subject": pl.Boolean(),
    "fact1": pl.Int64(),
    "fact2": pl.Int64(),
}


def run_duckdb(
    tables: Mapping[str, pa.Table], specs: Sequence[CheckSpec], *, threads: int, memory: str
) -> Iterator[tuple[CheckSpec, pl.DataFrame]]:
    """Hits of each spec. Tables hold `row` and the columns that some spec reads."""
    with duckdb.connect(":memory:") as machine:
        machine.execute(f"SET threads = {int(threads)}")
        machine.execute("SET memory_limit = ?", [memory])
        machine.execute("SET preserve_insertion_order = false")
        # Specs are data of known kinds; nothing they say may reach files or the network.
        machine.execute("SET enable_external_access = false")
        for name, table in tables.items():
            machine.register("given", table)
            machine.execute(f"CREATE TABLE {name} AS SELECT * FROM given")  # noqa: S608
            machine.unregister("given")
        for spec in specs:
            query = spec.query()
            found = machine.sql(query.text, params=dict(query.values)).to_arrow_table()
            hits = pl.from_arrow(found)
            assert isinstance(hits, pl.DataFrame)  # noqa: S101 - narrows the type
            yield spec, hits.select(pl.col(n).cast(t) for n, t in HIT_TYPES.items())
