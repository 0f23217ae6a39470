"""From how many rows, and how many computers, Spark pays: both machines at several sizes, fitted.

    PYTHONPATH=src .venv/bin/python bench/engine/crossing.py [--sizes 20k 200k 1m] [--work FOLDER]
        [--rounds 2] [--out FILE.json] [--known FILE.json …]

Our DuckDB and Spark machines check the same county at each size (DuckDB in so many rounds, Spark
once); their findings must be equal and true. What counts is processor seconds of all processes that
a run starts, from start to end: unlike wall seconds they hardly move when the computer has other
work to do. Fitted is seconds = fixed + a row's seconds × rows, all sizes weighing alike.

Then the rows where the lines meet, for Spark on this computer and on several: each row's seconds
are divided by the number of computers, fixed seconds are not. That is the most that a cluster can
give, for nothing is added for the network; so what does not pay here pays nowhere. `--known` shows
what `--out` of earlier runs kept, instead of running again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
from contenders.county import describe

from mingbai.engine.generate import make_county

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
COMPUTERS = (1, 4, 16, 64, 256)
OURS, SPARK = "duckdb", "spark"
SEED = 2021

_KEYS = ["rule", "code", "person", "cause"]
_TICK = os.sysconf("SC_CLK_TCK")

#: Rows to the least processor seconds and wall seconds of all rounds.
Points = Mapping[int, tuple[float, float]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", default=["20k", "200k"])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "mingbai-bench")
    parser.add_argument("--out", type=Path, help="keeps what was measured")
    parser.add_argument("--known", type=Path, nargs="+")
    args = parser.parse_args()
    results = [each for file in args.known or () for each in json.loads(file.read_text("utf-8"))]
    if not args.known:
        results = measure([_rows(size) for size in args.sizes], args.rounds, args.work)
    if args.out:
        args.out.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(show({name: points_of(results, name) for name in (OURS, SPARK)}))
    return 0


def measure(sizes: Sequence[int], rounds: int, work: Path) -> list[dict[str, float | str]]:
    """Run both machines at all sizes."""
    work.mkdir(parents=True, exist_ok=True)
    results = []
    for rows in sizes:
        county = work / f"county-{rows}"
        if not (county / "spared.parquet").exists():
            make_county(county, rows=rows, seed=SEED)
        told = json.dumps(describe(county), ensure_ascii=False)
        (county / "rules.json").write_text(told, encoding="utf-8")
        truth = _findings(county / "truth.parquet")
        for name in (*[OURS] * rounds, SPARK):
            out = work / f"crossing-{name}-{rows}"
            result = run_once(name, county, out)
            if not _findings(out.with_suffix(".parquet")).equals(truth):
                raise SystemExit(f"{name} found something else at {rows:,} rows")
            results.append({"name": name, "rows": rows, **result})
            print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    return results


def _rows(size: str) -> int:
    units = {"k": 1_000, "m": 1_000_000}
    return int(float(size[:-1]) * units[size[-1].lower()])


def _findings(file: Path) -> pl.DataFrame:
    return pl.read_parquet(file).select(_KEYS).sort(_KEYS)


def run_once(name: str, county: Path, out: Path) -> dict[str, float]:
    """Wall seconds of the check, processor seconds of all processes from start to end."""
    command = [
        sys.executable, str(HERE / "contenders" / "ours.py"), str(county), str(out),
        "--variant", name, "--memory", "4GB",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(dir=out.parent, prefix="temp-") as temp:
        paths = f"{HERE}{os.pathsep}{PROJECT / 'src'}"
        env = {**os.environ, "PYTHONPATH": paths, "TMPDIR": temp, "PYTHONUTF8": "1"}
        spent: dict[int, float] = {}
        with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as child:
            while child.poll() is None:
                spent |= _processor_seconds(child.pid)
                time.sleep(0.1)
        if child.returncode:
            raise SystemExit(f"{name} failed")
    told = json.loads(out.with_suffix(".json").read_text("utf-8"))
    return {"seconds": told["seconds"], "cpu": sum(spent.values())}


def _processor_seconds(root: int) -> dict[int, float]:
    """Seconds that a process and each of its descendants have used so far."""
    found: dict[int, tuple[int, float]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parts = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            found[int(entry.name)] = int(parts[1]), (int(parts[11]) + int(parts[12])) / _TICK
    family, grown = {root}, True
    while grown:
        more = {pid for pid, (parent, _) in found.items() if parent in family} - family
        family |= more
        grown = bool(more)
    return {pid: found[pid][1] for pid in family if pid in found}


def points_of(results: Sequence[Mapping[str, float | str]], name: str) -> Points:
    """The best round at each size."""
    found: dict[int, tuple[float, float]] = {}
    for each in results:
        if each["name"] == name:
            rows, cpu, seconds = (each[key] for key in ("rows", "cpu", "seconds"))
            before = found.get(rows, (cpu, seconds))
            found[rows] = min(cpu, before[0]), min(seconds, before[1])
    return found


def fit(points: Points) -> tuple[float, float]:
    """Fixed seconds and seconds a row: least squares of what each size is off by, in its parts."""
    weights = {rows: cpu**-2 for rows, (cpu, _) in points.items()}
    total = sum(weights.values())
    rows_mean = sum(weight * rows for rows, weight in weights.items()) / total
    mean = sum(weights[rows] * cpu for rows, (cpu, _) in points.items()) / total
    spread = sum(weight * (rows - rows_mean) ** 2 for rows, weight in weights.items())
    along = sum(
        weights[rows] * (rows - rows_mean) * (cpu - mean) for rows, (cpu, _) in points.items()
    )
    slope = along / spread
    return mean - slope * rows_mean, slope


def meet(ours: tuple[float, float], spark: tuple[float, float], computers: int) -> float | None:
    """The rows from which Spark on so many computers is faster; None where it never is."""
    gain = ours[1] - spark[1] / computers
    return max(0.0, (spark[0] - ours[0]) / gain) if gain > 0 else None


def show(measured: Mapping[str, Points]) -> str:
    """Both tables as Markdown."""
    lines = ["| rows | DuckDB, processor s | Spark, processor s | times | wall s | wall s |"]
    lines.append("|---|---|---|---|---|---|")
    ours, spark = measured[OURS], measured[SPARK]
    for rows in sorted(ours.keys() & spark.keys()):
        (mine, my_wall), (its, its_wall) = ours[rows], spark[rows]
        lines.append(
            f"| {rows:,} | {mine:.2f} | {its:.1f} | {its / mine:.0f}"
            f" | {my_wall:.1f} | {its_wall:.1f} |"
        )
    if min(map(len, measured.values())) < 2:
        return "\n".join(lines)  # a line takes two sizes
    fits = {name: fit(points) for name, points in measured.items()}
    lines += ["", "| | fixed, processor s | processor s a million rows |", "|---|---|---|"]
    for name, title in ((OURS, "DuckDB"), (SPARK, "Spark")):
        fixed, slope = fits[name]
        lines.append(f"| {title} | {fixed:.2f} | {slope * 1e6:.2f} |")
    lines += ["", "| computers of this kind for Spark | pays from rows |", "|---|---|"]
    for computers in COMPUTERS:
        rows = meet(fits[OURS], fits[SPARK], computers)
        lines.append(f"| {computers} | {'never' if rows is None else f'{rows:,.0f}'} |")
    ratio = fits[SPARK][1] / fits[OURS][1]
    lines += ["", f"A row costs Spark {ratio:.1f} times the seconds that it costs DuckDB."]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
