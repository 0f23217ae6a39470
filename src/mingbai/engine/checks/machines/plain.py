"""Plain Python: slow, obvious, the oracle for every other machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl
import pyarrow as pa

from mingbai.engine.checks.machines.duckdb import HIT_TYPES
from mingbai.engine.checks.shapes import CheckSpec, Row


def run_plain(
    tables: Mapping[str, pa.Table], specs: Sequence[CheckSpec]
) -> Iterator[tuple[CheckSpec, pl.DataFrame]]:
    """Hits of each spec, row by row."""
    rows: dict[str, list[Row]] = {name: table.to_pylist() for name, table in tables.items()}
    for spec in specs:
        hits = list(spec.plain(rows))
        yield spec, pl.DataFrame(hits, schema=dict(HIT_TYPES), orient="row")
