"""Counties for tests: made once, read back as tables, compared with their truth."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine.checks import check
from mingbai.engine.checks.loading import load_specs
from mingbai.engine.generate import County, make_county

NAMED = ["rule", "code", "person", "cause", "rows", "amount"]
ROWS, SEED = 10_000, 2021


@cache
def county() -> County:
    """The smallest county; tests read it and write nothing."""
    return make_county(Path(mkdtemp(prefix="mingbai-county-")) / "county", rows=ROWS, seed=SEED)


@cache
def tables() -> dict[str, pa.Table]:
    """What the checks are given."""
    folder = county().folder
    lists = [p for p in folder.glob("*.parquet") if p.stem not in ("people", "truth", "spared")]
    return {"roster": pq.read_table(folder / "roster")} | {p.stem: pq.read_table(p) for p in lists}


def truth() -> pl.DataFrame:
    """The findings that must come out, in an order."""
    return pl.read_parquet(county().folder / "truth.parquet").select(NAMED).sort(NAMED)


def specs():
    """The county's rules."""
    return load_specs(county().folder / "rules.yaml")


def found(machine: str) -> pl.DataFrame:
    """The findings that do come out, in the same order."""
    findings = pl.from_arrow(check(tables(), specs(), machine, threads=1))
    return findings.select(NAMED).sort(NAMED)
