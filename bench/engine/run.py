"""The same checks by every way of doing them, side by side, ratios first.

    PYTHONPATH=src .venv/bin/python bench/engine/run.py [--sizes 1m 10m 60m] [--only floor duckdb …]
        [--rounds 3] [--python INTERPRETER] [--work FOLDER] [--out FILE]

Each contender runs in a process of its own; contenders take turns in a round, and the best round
counts. Seconds run from the first read of the Parquet files (of the workbooks, for `xlsx`) to the
findings in memory; starting the interpreter and importing is not counted. Peak memory is that of
the process and all it starts. Whoever hands in other findings than ours fails the run.

`--python` (or MINGBAI_BENCH_PYTHON) names an interpreter that has requirements.txt installed, for
pandas, Splink and PostgreSQL's client; without it these contenders are left out, and it is said.
`--febrl-python` (or MINGBAI_BENCH_FEBRL_PYTHON) names one with requirements-febrl.txt, for the
FEBRL sets. `--only` takes names of contenders, `incremental` and `matching`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl
from carry import carry
from contenders.county import describe, needed_columns
from matching_way import match_people
from processes import watch
from tables import Result, show

from mingbai.engine.checks import load_specs
from mingbai.engine.generate import make_county, write_workbooks

PROJECT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
SEED = 2021
#: Our DuckDB machine, whose memory `--memory` limits.
_OURS = ("duckdb", "prepared", "prepared-whole")
_KEYS = ["rule", "code", "person", "cause"]


@dataclass(frozen=True)
class Contender:
    """A way of doing the checks: script, what it is told, and how far it is worth running."""

    name: str
    title: str
    script: str
    variant: str = ""
    most_rows: int = 10_000_000
    own_python: bool = False
    memory: str = "2GB"
    again: bool = True


CONTENDERS = (
    Contender("floor-duckdb", "floor: read and hash, DuckDB", "floor.py", "duckdb", 10**9),
    Contender("floor-polars", "floor: read and hash, Polars", "floor.py", "polars", 10**9),
    Contender("duckdb", "mingbai, DuckDB machine", "ours.py", "duckdb", 10**9),
    Contender("prepared-whole", "mingbai, preparing and checking", "prepared.py", "whole", 10**9),
    Contender("prepared", "mingbai, the check alone of a copy prepared before", "prepared.py",
              "check", 10**9),
    Contender("pandas", "pandas, as an analyst writes it", "pandas_way.py", own_python=True),
    Contender("postgres", "PostgreSQL, same rules as SQL", "postgres_way.py", own_python=True,
              again=False),
    Contender("spark", "mingbai, Spark machine, local[2]", "ours.py", "spark", memory="4GB",
              again=False),
    Contender("plain", "mingbai, plain machine (the oracle)", "ours.py", "plain", 1_000_000,
              again=False),
    Contender("xlsx", "openpyxl and dicts, from workbooks", "dicts_way.py", "", 1_000_000,
              again=False),
)  # fmt: skip


def main() -> int:
    args = _arguments()
    chosen = [c for c in CONTENDERS if not args.only or c.name in args.only]
    results: list[Result] = []
    incremental = args.only is None or "incremental" in args.only
    for size in args.sizes if chosen or incremental else ():
        rows = _rows(size)
        county = _county(args.work, rows)
        for turn in range(args.rounds):
            for contender in chosen:
                if rows > contender.most_rows or (turn and not contender.again):
                    continue
                if contender.own_python and not args.python:
                    if not turn:
                        print(f"{contender.name}: left out, no --python given", file=sys.stderr)
                    continue
                results.append(_run(contender, county, rows, turn, args))
        if incremental:
            results += _incremental(county, rows, args)
        _compare([r for r in results if r.rows == rows], args.work)
    text = show(results)
    if args.only is None or "matching" in args.only:
        text += "\n\n" + match_people(args.work / "matching", args.python, args.febrl_python)
    print(text)
    if args.out:
        args.out.write_text(text + "\n", encoding="utf-8")
        data = json.dumps([asdict(result) for result in results], indent=1)
        args.out.with_suffix(".json").write_text(data, encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", nargs="+", default=["1m", "10m"])
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", default=os.environ.get("MINGBAI_BENCH_PYTHON"))
    parser.add_argument("--febrl-python", default=os.environ.get("MINGBAI_BENCH_FEBRL_PYTHON"))
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "mingbai-bench")
    parser.add_argument("--memory", help="limit for our DuckDB machine, such as 1GB")
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def _rows(size: str) -> int:
    units = {"k": 1_000, "m": 1_000_000}
    return int(float(size[:-1]) * units[size[-1].lower()])


def _county(work: Path, rows: int) -> Path:
    folder = work / f"county-{rows}"
    if not (folder / "spared.parquet").exists():
        shutil.rmtree(folder, ignore_errors=True)
        print(f"making a county of {rows:,} rows", file=sys.stderr)
        make_county(folder, rows=rows, seed=SEED)
    (folder / "rules.json").write_text(json.dumps(describe(folder), ensure_ascii=False))
    specs = load_specs(folder / "rules.yaml")
    told = carry(specs, needed_columns(specs))
    (folder / "rules.sql.json").write_text(json.dumps(told, ensure_ascii=False))
    return folder


def _workbooks(county: Path) -> None:
    folder = county / "workbooks"
    if not (folder / "done").exists():
        print("writing workbooks", file=sys.stderr)
        write_workbooks(county, folder)
        (folder / "done").touch()


def _run(
    contender: Contender, county: Path, rows: int, turn: int, args: argparse.Namespace
) -> Result:
    if contender.name == "xlsx":
        _workbooks(county)
    out = args.work / f"{contender.name}-{rows}"
    for suffix in (".json", ".parquet"):
        out.with_suffix(suffix).unlink(missing_ok=True)
    python = args.python if contender.own_python else sys.executable
    memory = args.memory if args.memory and contender.name in _OURS else contender.memory
    command = [
        python, str(HERE / "contenders" / contender.script), str(county), str(out),
        "--variant", contender.variant, "--memory", memory,
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(dir=args.work, prefix="temp-") as temp:
        paths = f"{HERE}{os.pathsep}{PROJECT / 'src'}"
        env = {**os.environ, "PYTHONPATH": paths, "TMPDIR": temp, "PYTHONUTF8": "1"}
        watched = watch(command, env=env, temp=Path(temp))
    if watched.code:
        raise SystemExit(f"{contender.name} failed:\n{watched.said}")
    told = json.loads(out.with_suffix(".json").read_text())
    result = Result(
        contender.name, contender.title, rows, turn, told["seconds"], told["load_seconds"],
        watched.peak_mb, watched.temp_mb, told["findings"], told.get("note", ""),
    )  # fmt: skip
    print(f"{rows:,} {contender.name} {turn}: {result.seconds:.2f} s", file=sys.stderr)
    return result


def _compare(results: list[Result], work: Path) -> None:
    """Everybody's findings must be ours, one by one, and ours must be the truth."""
    if not results:
        return
    rows = results[0].rows
    truth = pl.read_parquet(work / f"county-{rows}" / "truth.parquet").select(_KEYS).sort(_KEYS)
    for name in dict.fromkeys(result.name for result in results if result.findings is not None):
        theirs = pl.read_parquet(work / f"{name}-{rows}.parquet").select(_KEYS).sort(_KEYS)
        if not theirs.equals(truth):
            more = theirs.join(truth, on=_KEYS, how="anti", nulls_equal=True)
            less = truth.join(theirs, on=_KEYS, how="anti", nulls_equal=True)
            for what, some in (("too many", more), ("missing", less)):
                print(what, some.group_by("rule", "code").len().sort("rule"), file=sys.stderr)
            raise SystemExit(f"{name} found something else at {rows:,} rows")


def _incremental(county: Path, rows: int, args: argparse.Namespace) -> list[Result]:
    """After more sheets came in: what can have changed, checked again."""
    ways = [
        Contender(
            f"incremental-{what}{way}",
            f"mingbai, after {title}{told}",
            "incremental.py",
            what + way,
        )
        for way, told in (("", ""), ("-prepared", ", into a copy prepared before"))
        for what, title in (
            ("month", "a new month of everything"),
            ("benefit", "a new month of one benefit"),
            ("sheet", "one new sheet"),
        )
    ]
    return [_run(way, county, rows, turn, args) for turn in range(args.rounds) for way in ways]


if __name__ == "__main__":
    sys.exit(main())
