"""Hits become findings: one a person and cause, with what is at stake and the rows behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import polars as pl
import pyarrow as pa

from mingbai.engine.checks.shapes import CheckSpec

#: Evidence rows kept for one finding, doubted ones first; `rows` always counts all doubted ones.
#: A finding that may hold money back keeps every doubted row, however many: what is not named here
#: would be paid.
EVIDENCE_ROWS: Final = 200
_HOLDS: Final = 2

EVIDENCE: Final = pa.struct(
    [pa.field("table", pa.string()), pa.field("line", pa.int32()), pa.field("subject", pa.bool_())]
)
FINDING_SCHEMA: Final = pa.schema(
    [
        pa.field("rule", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("severity", pa.int8(), nullable=False),
        pa.field("params", pa.string(), nullable=False),
        pa.field("person", pa.binary()),
        pa.field("cause", pa.string(), nullable=False),
        pa.field("sub_item", pa.string()),
        pa.field("column", pa.string()),
        pa.field("table", pa.string()),
        pa.field("line", pa.int32()),
        pa.field("other_table", pa.string()),
        pa.field("other_line", pa.int32()),
        pa.field("rows", pa.int32(), nullable=False),
        pa.field("amount", pa.int64(), nullable=False),
        pa.field("evidence", pa.list_(EVIDENCE), nullable=False),
    ]
)


def gather_findings(
    spec: CheckSpec, hits: pl.DataFrame, tables: Mapping[str, pa.Table]
) -> pa.Table:
    """One row a finding, in the order of the first row each is about."""
    placed = pl.concat(
        [_place(part, tables) for part in hits.partition_by("table", maintain_order=True)]
    ).sort(pl.col("subject").not_(), "role_order", "row")
    keys = ["code", "person", "cause"]
    doubted = pl.col("subject")
    kept = pl.lit(EVIDENCE_ROWS)
    if spec.severity >= _HOLDS:
        kept = pl.max_horizontal(kept, doubted.sum())
    found = placed.group_by(keys, maintain_order=True).agg(
        pl.col("fact1").max(),
        pl.col("fact2").max(),
        pl.col("row").first(),
        _first("sub_item", doubted),
        _first("sheet", doubted).alias("table"),
        _first("line", doubted),
        _first("sheet", ~doubted).alias("other_table"),
        _first("line", ~doubted).alias("other_line"),
        doubted.sum().cast(pl.Int32).alias("rows"),
        pl.col("amount").filter(doubted).sum(),
        pl.struct(table="sheet", line="line", subject="subject").head(kept).alias("evidence"),
    )
    found = found.sort("row", "code", "cause", maintain_order=True)
    facts = zip(found["fact1"].to_list(), found["fact2"].to_list(), strict=True)
    found = found.with_columns(
        pl.Series("params", [_params(spec, pair) for pair in facts], pl.String),
        pl.lit(spec.rule).alias("rule"),
        pl.lit(spec.severity, pl.Int8).alias("severity"),
        pl.lit(spec.points_at()).alias("column"),
    )
    arrow = found.select(FINDING_SCHEMA.names).to_arrow(compat_level=pl.CompatLevel.oldest())
    return arrow.cast(FINDING_SCHEMA)


def _first(column: str, rows: pl.Expr) -> pl.Expr:
    return pl.col(column).filter(rows).first()


def _params(spec: CheckSpec, facts: tuple[int | None, int | None]) -> str:
    named = {name: fact for name, fact in zip(spec.FACTS, facts, strict=False) if fact is not None}
    return json.dumps(named, sort_keys=True)


def _place(part: pl.DataFrame, tables: Mapping[str, pa.Table]) -> pl.DataFrame:
    """Where each hit stands: sheet and line as the office knows them, and what it would pay."""
    role = part["table"][0]
    table = tables[role]
    rows = pa.array(part["row"].to_list(), pa.int64())

    def take(column: str, kind: pa.DataType) -> pl.Series:
        if column not in table.column_names:
            return pl.Series(column, [None] * len(part), _POLARS[kind])
        taken = table.column(column).take(rows).cast(kind)
        return pl.Series(column, taken.to_pylist(), _POLARS[kind])

    sheet = take("table", pa.string()).fill_null(role)
    return part.select(
        "code", "person", "cause", "row", "subject", "fact1", "fact2",
        pl.lit(list(tables).index(role)).alias("role_order"),
    ).with_columns(
        sheet.alias("sheet"), take("line", pa.int32()), take("amount", pa.int64()),
        take("sub_item", pa.string()),
    )  # fmt: skip


_POLARS: Final[Mapping[pa.DataType, pl.DataType]] = {
    pa.string(): pl.String(),
    pa.int32(): pl.Int32(),
    pa.int64(): pl.Int64(),
}
