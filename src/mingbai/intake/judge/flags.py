"""Remarks on rows: one frame with a row for each row of which something is true."""

from __future__ import annotations

import polars as pl

from mingbai.engine.canon import WARN

REMARK = {
    "line": pl.Int32(),
    "column": pl.String(),
    "code": pl.String(),
    "severity": pl.Int8(),
    "params": pl.String(),
}


def flag(
    rows: pl.LazyFrame,
    where: pl.Expr,
    column: str,
    code: str,
    severity: int = WARN,
    params: pl.Expr | None = None,
) -> pl.LazyFrame:
    """One remark a row for which `where` is true; a null is not true."""
    said = pl.lit("{}") if params is None else params
    return rows.filter(where.fill_null(False)).select(
        pl.col("line").cast(pl.Int32),
        pl.lit(column).alias("column"),
        pl.lit(code).alias("code"),
        pl.lit(severity, pl.Int8).alias("severity"),
        said.cast(pl.String).alias("params"),
    )
