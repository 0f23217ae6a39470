"""The order of findings that nothing beside them can change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl
import pyarrow as pa

from mingbai.engine.checks.shapes import CheckSpec

_ORDER: Final = ("spec", "table", "line", "code", "cause", "person")
_PLACE: Final = "_nth"


def sort_findings(findings: pa.Table, specs: Sequence[CheckSpec]) -> pa.Table:
    """Findings by rule as in `specs`, then by sheet and line, which no other sheet can change."""
    places = pa.array(range(findings.num_rows), pa.int64())
    numbered = number_findings(findings.append_column(_PLACE, places), specs)
    order = numbered.sort(*_ORDER, nulls_last=True)[_PLACE].to_arrow()
    return findings.take(order).combine_chunks()


def number_findings(findings: pa.Table, specs: Sequence[CheckSpec]) -> pl.DataFrame:
    """Findings with the number of their rule in `specs`; others are left out."""
    frame = pl.from_arrow(findings)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - narrows the type
    numbers = {spec.rule: number for number, spec in enumerate(specs)}
    number = pl.col("rule").replace_strict(numbers, default=None, return_dtype=pl.Int32)
    return frame.with_columns(number.alias("spec")).filter(pl.col("spec").is_not_null())
