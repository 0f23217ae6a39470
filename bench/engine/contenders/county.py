"""What every contender is given on its command line, and what it hands in."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine.checks import CheckSpec, load_specs

#: How contenders name a finding.
NAMED = pa.schema(
    [("rule", pa.string()), ("code", pa.string()), ("person", pa.binary()), ("cause", pa.string())]
)
_NOT_TABLES = {"people", "truth", "spared"}


@dataclass(frozen=True)
class Tables:
    """A county's files, its rules, and the columns these use."""

    county: Path
    tables: dict[str, Path]
    specs: tuple[CheckSpec, ...]
    needed: dict[str, set[str]]
    out: Path
    variant: str
    threads: int
    memory: str


def read_tables() -> Tables:
    """Read the command line: COUNTY OUT [--variant] [--threads] [--memory]."""
    parser = argparse.ArgumentParser()
    parser.add_argument("county", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--variant", default="")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="2GB")
    args = parser.parse_args()
    specs = load_specs(args.county / "rules.yaml")
    return Tables(
        args.county, find_tables(args.county), specs, needed_columns(specs), args.out,
        args.variant, args.threads, args.memory,
    )  # fmt: skip


def needed_columns(specs: Iterable[CheckSpec]) -> dict[str, set[str]]:
    """Tables that the rules read, and the columns of each, with where a row stands."""
    needed: dict[str, set[str]] = {}
    for spec in specs:
        for name, columns in spec.needs().items():
            needed.setdefault(name, {"line"}).update(columns)
    needed["roster"] |= {"table", "amount", "sub_item"}
    return needed


def find_tables(county: Path) -> dict[str, Path]:
    """The tables that rules speak of."""
    lists = {p.stem: p for p in county.glob("*.parquet") if p.stem not in _NOT_TABLES}
    return {"roster": county / "roster", **lists}


def describe(county: Path) -> list[dict[str, object]]:
    """The county's rules as data, with every setting spelled out, for those who lack our code."""
    specs = load_specs(county / "rules.yaml")
    return [{"kind": type(spec).__name__, **asdict(spec)} for spec in specs]


def hand_in(
    given: Tables, *, seconds: float, load: float = 0.0, findings: pa.Table | None = None, **more
) -> None:
    """Write the findings and the seconds from first read to findings in hand."""
    if findings is not None:
        pq.write_table(findings.select(NAMED.names).cast(NAMED), given.out.with_suffix(".parquet"))
    told = {"seconds": seconds, "load_seconds": load, **more}
    told["findings"] = findings.num_rows if findings is not None else None
    given.out.with_suffix(".json").write_text(json.dumps(told))


def named(rows: Iterable[tuple[str, str, bytes | None, str]]) -> pa.Table:
    """Findings from tuples."""
    columns = list(zip(*rows, strict=True)) or [()] * 4
    return pa.table(
        [pa.array(c, t) for c, t in zip(columns, NAMED.types, strict=True)], NAMED.names
    )
