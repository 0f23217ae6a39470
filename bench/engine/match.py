"""Matching measured against the truth, and beside Splink on the same data.

    PYTHONPATH=src python bench/engine/match.py DATA [--sets febrl1 …] [--splink splink.json]

DATA is a folder as febrl_export.py and match_data.py (into DATA/people) fill it; splink.json is
what match_splink.py wrote. Both sides run with default settings; the truth is read after the match.
Pairs count from a probability of 0.5; `stated` is what the match expected of that threshold.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine.match import match, plan_for

IDS = ("soc_sec_id", "id_number")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "--sets", nargs="+", default=["febrl1", "febrl2", "febrl3", "febrl4", "people"]
    )
    parser.add_argument("--splink", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--memory", default="2GB")
    args = parser.parse_args()
    results = []
    for name in args.sets:
        left, right, who, whom = load(args.data, name)
        # Tables of characters are made once in a process.
        match(left.slice(0, 300), None if right is None else right.slice(0, 300))
        for with_id in (True, False):
            results.append(measure(name, left, right, who, whom, with_id, args.memory))
    if args.splink:
        results += json.loads(args.splink.read_text())
    print("| set | ID column | who | precision | recall | F1 | seconds | CPU seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for row in sorted(results, key=lambda row: (row["set"], not row["with_id"], row["who"])):
        known = f"{row['precision']:.4f} | {row['recall']:.4f} | {row['f1']:.4f}"
        with_id = "with" if row["with_id"] else "without"
        print(
            f"| {row['set']} | {with_id} | {row['who']} | {known} | {row['seconds']:.1f} |", end=""
        )
        print(f" {row.get('cpu', float('nan')):.1f} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory of this side: {peak:.2f} GB")
    if args.out:
        args.out.write_text(json.dumps(results, indent=1))
    return 0


def load(data: Path, name: str) -> tuple[pa.Table, pa.Table | None, np.ndarray, np.ndarray]:
    """Tables without the truth, and the truth of each row."""
    if name == "febrl4":
        left, right = (pq.read_table(data / f"febrl4{side}.parquet") for side in "ab")
    elif name.startswith("febrl"):
        left, right = pq.read_table(data / f"{name}.parquet"), None
    else:
        folder = data / name
        right = pq.read_table(folder / "people.parquet")
        who = pq.read_table(folder / "truth.parquet")["person"].to_numpy()
        return pq.read_table(folder / "applications.parquet"), right, who, np.arange(len(right))
    who = left["entity"].to_numpy()
    whom = who if right is None else right["entity"].to_numpy()
    others = None if right is None else right.drop_columns(["entity"])
    return left.drop_columns(["entity"]), others, who, whom


def measure(
    name: str,
    left: pa.Table,
    right: pa.Table | None,
    who: np.ndarray,
    whom: np.ndarray,
    with_id: bool,
    memory: str,
) -> dict[str, object]:
    began, spent = time.perf_counter(), time.process_time()
    plan = plan_for(left, right, ignore=() if with_id else IDS)
    result = match(left, right, plan=plan, memory=memory)
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    pairs = result.pairs
    taken = pairs["probability"].to_numpy() >= 0.5
    true = who[pairs["left"].to_numpy()] == whom[pairs["right"].to_numpy()]
    found = int((taken & true).sum())
    if right is None:
        there = sum(n * (n - 1) // 2 for n in Counter(who.tolist()).values())
    else:
        often = Counter(whom.tolist())
        there = sum(often[each] for each in who.tolist())
    precision, recall = found / max(int(taken.sum()), 1), found / there
    promise = result.model.promises.at(0.5)
    print(
        f"{name}: stated precision {promise.precision:.5f}, recall {promise.recall:.5f};", end=" "
    )
    print(f"true {precision:.5f}, {recall:.5f}; {seconds:.1f} s; pairs looked at", end=" ")
    print(f"{sum(block.pairs for block in result.model.blocks):,}", flush=True)
    return {
        "set": name,
        "with_id": with_id,
        "who": "mingbai",
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall),
        "seconds": seconds,
        "cpu": cpu,
    }


if __name__ == "__main__":
    raise SystemExit(main())
