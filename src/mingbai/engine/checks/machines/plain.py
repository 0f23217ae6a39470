"""Plain Python: slow, obvious, the oracle for every other machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl
import pyarrow as pa

from mingbai.engine.checks.findings import PLACED
from mingbai.engine.checks.shapes import CheckSpec, Hit, Row


def run_plain(
    tables: Mapping[str, pa.Table], specs: Sequence[CheckSpec]
) -> Iterator[tuple[int, pl.DataFrame]]:
    """The hits of each spec (PLACED) with its number, row by row."""
    rows: dict[str, list[Row]] = {name: table.to_pylist() for name, table in tables.items()}
    roles = {name: number for number, name in enumerate(tables)}
    for number, spec in enumerate(specs):
        hits = [_place(number, hit, roles[hit.table], rows) for hit in spec.plain(rows)]
        yield number, pl.DataFrame(hits, schema=dict(PLACED), orient="row")


def _place(
    number: int, hit: Hit, role: int, rows: Mapping[str, Sequence[Row]]
) -> tuple[object, ...]:
    row = rows[hit.table][hit.row]
    found = (hit.code, hit.person, hit.cause, role, hit.row, hit.subject, hit.fact1, hit.fact2)
    sheet = hit.table if row["table"] is None else row["table"]
    return (number, *found, sheet, row["line"], row["amount"], row["sub_item"])
