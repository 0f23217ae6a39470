"""From how many rows, and how many computers, Spark pays: both machines at several sizes, fitted.

    PYTHONPATH=src .venv/bin/python bench/engine/crossing.py [--sizes 20k 200k 1m] [--work FOLDER]
        [--rounds 2] [--out FILE] [--known FILE.json]

Runs `run.py` for our DuckDB and Spark machines (equal findings or the run fails; DuckDB in so many
rounds, Spark once) and fits seconds = fixed + a row's seconds × rows to each, all sizes weighing
alike. `--known` takes what an earlier run of either wrote instead of running again.

Then the rows where the lines meet, for Spark on this computer and on several: each row's seconds
are divided by the number of computers, fixed seconds are not. That is the most that a cluster can
give, for nothing is added for the network; so what does not pay here pays nowhere.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
COMPUTERS = (1, 4, 16, 64, 256)
OURS, SPARK = "duckdb", "spark"

#: Rows to the least seconds and the most memory (MB) of all rounds.
Points = Mapping[int, tuple[float, float]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", default=["20k", "200k"])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "mingbai-bench")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--known", type=Path, nargs="+")
    args = parser.parse_args()
    files = args.known or [measure(args.sizes, args.rounds, args.work)]
    results = [each for file in files for each in json.loads(file.read_text("utf-8"))]
    text = show({name: points_of(results, name) for name in (OURS, SPARK)})
    print(text)
    if args.out:
        args.out.write_text(text + "\n", encoding="utf-8")
    return 0


def measure(sizes: Sequence[str], rounds: int, work: Path) -> Path:
    """Run both machines at all sizes; the file of what was measured."""
    work.mkdir(parents=True, exist_ok=True)
    out = work / "crossing.md"
    command = [sys.executable, str(HERE / "run.py"), "--sizes", *sizes, "--only", OURS, SPARK]
    command += ["--rounds", str(rounds), "--work", str(work), "--out", str(out)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return out.with_suffix(".json")


def points_of(results: Sequence[Mapping[str, float | str]], name: str) -> Points:
    """The best round at each size."""
    found: dict[int, tuple[float, float]] = {}
    for each in results:
        if each["name"] == name:
            rows, seconds, memory = (each[key] for key in ("rows", "seconds", "peak_mb"))
            before = found.get(rows, (seconds, memory))
            found[rows] = min(seconds, before[0]), max(memory, before[1])
    return found


def fit(points: Points) -> tuple[float, float]:
    """Fixed seconds and seconds a row: least squares of what each size is off by, in its parts."""
    if len(points) < 2:
        raise SystemExit("a line takes two sizes")
    weights = {rows: seconds**-2 for rows, (seconds, _) in points.items()}
    total = sum(weights.values())
    rows_mean = sum(weight * rows for rows, weight in weights.items()) / total
    mean = sum(weights[rows] * seconds for rows, (seconds, _) in points.items()) / total
    spread = sum(weight * (rows - rows_mean) ** 2 for rows, weight in weights.items())
    along = sum(
        weights[rows] * (rows - rows_mean) * (seconds - mean)
        for rows, (seconds, _) in points.items()
    )
    slope = along / spread
    return mean - slope * rows_mean, slope


def meet(ours: tuple[float, float], spark: tuple[float, float], computers: int) -> float | None:
    """The rows from which Spark on so many computers is faster; None where it never is."""
    gain = ours[1] - spark[1] / computers
    return max(0.0, (spark[0] - ours[0]) / gain) if gain > 0 else None


def show(measured: Mapping[str, Points]) -> str:
    """Both tables as Markdown."""
    lines = ["| rows | DuckDB, s | Spark, s | times | DuckDB, peak MB | Spark, peak MB |"]
    lines.append("|---|---|---|---|---|---|")
    ours, spark = measured[OURS], measured[SPARK]
    for rows in sorted(ours.keys() & spark.keys()):
        (mine, my_memory), (its, its_memory) = ours[rows], spark[rows]
        lines.append(
            f"| {rows:,} | {mine:.2f} | {its:.1f} | {its / mine:.0f}"
            f" | {my_memory:,.0f} | {its_memory:,.0f} |"
        )
    fits = {name: fit(points) for name, points in measured.items()}
    lines += ["", "| | fixed, s | s a million rows |", "|---|---|---|"]
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
