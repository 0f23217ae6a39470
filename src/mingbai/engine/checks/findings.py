"""Hits become findings: one a person and cause, with what is at stake and the rows behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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

#: Hits with the number of their spec, as every machine gives them: the columns of Hit, the order
#: of their table among the tables given, and where each row stands and what it would pay.
PLACED: Final[Mapping[str, pl.DataType]] = {
    "spec": pl.Int32(),
    "code": pl.String(),
    "person": pl.Binary(),
    "cause": pl.String(),
    "role": pl.Int32(),
    "row": pl.Int64(),
    "subject": pl.Boolean(),
    "fact1": pl.Int64(),
    "fact2": pl.Int64(),
    "sheet": pl.String(),
    "line": pl.Int32(),
    "amount": pl.Int64(),
    "sub_item": pl.String(),
}
_KEYS: Final = ("spec", "code", "person", "cause")


def gather_findings(specs: Sequence[CheckSpec], hits: pl.DataFrame) -> pa.Table:
    """One row a finding: by spec, then in the order of the first row each is about.

    `hits` are PLACED; their `spec` counts in `specs`. The finding about a single row that has no
    person is named by the row's place, so that it keeps its name when other sheets come and go.
    """
    alone = pl.col("cause") == pl.format("row {}", "row")
    place = pl.format("row {}:{}", "sheet", "line")
    doubted = pl.col("subject")
    said = _say(specs)
    found = (
        hits.sort("spec", doubted.not_(), "role", "row")
        .with_columns(pl.when(alone).then(place).otherwise(pl.col("cause")).alias("cause"))
        .join(said, on="spec", how="left", maintain_order="left")
        .group_by(_KEYS, maintain_order=True)
        .agg(
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
            pl.struct(table="sheet", line="line", subject="subject")
            .head(_kept())
            .alias("evidence"),
        )
        .sort("spec", "row", "code", "cause", "person", maintain_order=True)
        .join(said, on="spec", how="left", maintain_order="left")
        .with_columns(_params().alias("params"))
    )
    arrow = found.select(FINDING_SCHEMA.names).to_arrow(compat_level=pl.CompatLevel.oldest())
    return arrow.cast(FINDING_SCHEMA)


def _first(column: str, rows: pl.Expr) -> pl.Expr:
    return pl.col(column).filter(rows).first()


def _kept() -> pl.Expr:
    doubted = pl.col("subject").sum()
    every = pl.when(pl.col("severity").first() >= _HOLDS).then(doubted).otherwise(0)
    return pl.max_horizontal(EVIDENCE_ROWS, every)


def _say(specs: Sequence[CheckSpec]) -> pl.DataFrame:
    """What a spec says of each of its findings; its facts in the order of their names."""
    said = []
    for number, spec in enumerate(specs):
        names = {name: fact for fact, name in enumerate(spec.FACTS, start=1)}
        ordered = [(json.dumps(name), names[name]) for name in sorted(names)]
        ordered += [("", 0)] * (2 - len(ordered))
        (name1, fact1), (name2, fact2) = ordered
        column = spec.points_at()
        said.append((number, spec.rule, spec.severity, column, name1, fact1, name2, fact2))
    schema = {
        "spec": pl.Int32(), "rule": pl.String(), "severity": pl.Int8(), "column": pl.String(),
        "name1": pl.String(), "from1": pl.Int8(), "name2": pl.String(), "from2": pl.Int8(),
    }  # fmt: skip
    return pl.DataFrame(said, schema=schema, orient="row")


def _params() -> pl.Expr:
    """The facts that are known, as JSON. Whole numbers only, so plain text will do."""

    def fact(number: int) -> pl.Expr:
        which = pl.col(f"from{number}")
        value = pl.when(which == 1).then("fact1").when(which == 2).then("fact2")
        return pl.concat_str(f"name{number}", pl.lit(": "), value)

    both = pl.concat_str(fact(1), fact(2), separator=", ", ignore_nulls=True)
    return pl.concat_str(pl.lit("{"), both, pl.lit("}"))
