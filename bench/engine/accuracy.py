"""Precision and recall of every kind of check on a generated county, against its truth.

    PYTHONPATH=src .venv/bin/python bench/engine/accuracy.py [--rows 1000000] [--machine duckdb]

A finding counts as right when rule, code, person, cause, number of rows and amount are those of the
truth, each once. Exits with 1 unless all are right and none is missing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import polars as pl
from contenders.county import find_tables

from mingbai.engine.checks import check, load_specs
from mingbai.engine.generate import make_county

WHOLE = ["rule", "code", "person", "cause", "rows", "amount"]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--machine", default="duckdb")
    parser.add_argument("--memory", default="2GB")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        county = make_county(Path(folder) / "county", rows=args.rows, seed=args.seed).folder
        specs = load_specs(county / "rules.yaml")
        found = check(find_tables(county), specs, args.machine, memory=args.memory)
        truth = pl.read_parquet(county / "truth.parquet").select(WHOLE)
        spared = pl.read_parquet(county / "spared.parquet").height
    kinds = pl.DataFrame(
        {
            "rule": [spec.rule for spec in specs],
            "kind": [type(spec).__name__ for spec in specs],
        }
    )
    findings = pl.from_arrow(found).select(WHOLE)
    right = findings.join(truth, on=WHOLE, how="semi", nulls_equal=True).unique()
    counts = (
        kinds.join(_count(truth, "planted"), on="rule", how="left")
        .join(_count(findings, "found"), on="rule", how="left")
        .join(_count(right, "right"), on="rule", how="left")
        .group_by("kind")
        .agg(pl.col("planted", "found", "right").sum(), pl.len().alias("rules"))
        .sort("kind")
    )
    print("| kind | rules | planted | found | precision | recall |\n|---|---|---|---|---|---|")
    wrong = 0
    for row in counts.iter_rows(named=True):
        precision, recall = row["right"] / max(row["found"], 1), row["right"] / row["planted"]
        wrong += precision < 1 or recall < 1
        print(
            f"| {row['kind']} | {row['rules']} | {row['planted']:,} | {row['found']:,}"
            f" | {precision:.4f} | {recall:.4f} |"
        )
    print(f"\n{spared:,} people only looked wrong; {args.rows:,} rows, seed {args.seed}.")
    return 1 if wrong else 0


def _count(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.group_by("rule").agg(pl.len().alias(name))


if __name__ == "__main__":
    sys.exit(main())
