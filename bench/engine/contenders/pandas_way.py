"""The county's rules in pandas, as an analyst writes them: read, filter, group, merge.

Knows nothing of our code; rules come as data from rules.json. Written for speed where pandas has an
idiom for it (no row-wise apply), and for these rules: months are never bounded in them.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas_kinds import KINDS

NOT_TABLES = {"people", "truth", "spared"}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("county", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--variant")
    parser.add_argument("--memory")
    args = parser.parse_args()
    rules = json.loads((args.county / "rules.json").read_text())
    started = time.perf_counter()
    tables = {"roster": read(args.county / "roster")}
    for path in args.county.glob("*.parquet"):
        if path.stem not in NOT_TABLES:
            tables[path.stem] = read(path)
    found = []
    for rule in rules:
        for part in KINDS[rule["kind"]](rule, tables):
            found.append(part.drop_duplicates().assign(rule=rule["rule"]))
    findings = pd.concat(found, ignore_index=True)
    seconds = time.perf_counter() - started
    names = ["rule", "code", "person", "cause"]
    findings["person"] = findings["person"].where(findings["person"].notna(), None)
    table = pa.Table.from_pandas(
        findings[names],
        schema=pa.schema(
            [(name, pa.binary() if name == "person" else pa.string()) for name in names]
        ),
        preserve_index=False,
    )
    pq.write_table(table, args.out.with_suffix(".parquet"))
    told = {"seconds": seconds, "load_seconds": 0.0, "findings": table.num_rows}
    args.out.with_suffix(".json").write_text(json.dumps(told))


def read(path: Path) -> pd.DataFrame:
    """A table with the place of each row, as findings name it."""
    frame = pd.read_parquet(path)
    sheet = frame.get("table", path.stem)
    frame["place"] = "row " + sheet + ":" + frame["line"].astype(str)
    frame["row"] = range(len(frame))
    for column in ("birth_date", "start_date", "end_date", "event_date"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column])
    return frame


if __name__ == "__main__":
    main()
