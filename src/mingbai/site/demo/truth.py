"""What is wrong and what must come out: written beside the handed-in folder, never in it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class FaultRecord:
    """One planted fault, by where it stands; ``corrected_in`` is empty when it remains."""

    path: str
    sheet: int
    line: int
    column: str
    letter: str
    kind: str
    outcome: str
    expected: str
    is_extra: bool
    corrected_in: str
    sheet_name: str
    sub_item: str
    month: int
    town: str

    @property
    def is_innocent(self) -> bool:
        """Tell whether the line only looks wrong: doubted rightly, and rightly cleared."""
        return self.kind.startswith("innocent_")


@dataclass(frozen=True, slots=True)
class CountyTruth:
    """What ``make_county`` made: the folder, the order of receipt, the faults and the totals."""

    folder: Path
    truth_folder: Path
    files: tuple[str, ...]
    faults: tuple[FaultRecord, ...]
    totals: Mapping[str, Any]


def truth_folder_of(folder: Path) -> Path:
    """Return the folder beside the handed-in one."""
    return folder.with_name(f"{folder.name}-truth")


def write_truth(truth: CountyTruth) -> None:
    """Write ``faults.csv`` (UTF-8 with a byte order mark, for Excel) and ``totals.json``."""
    truth.truth_folder.mkdir(parents=True, exist_ok=True)
    names = [field.name for field in fields(FaultRecord)]
    with (truth.truth_folder / "faults.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(fault) for fault in truth.faults)
    text = json.dumps(truth.totals, ensure_ascii=False, indent=2, sort_keys=True)
    (truth.truth_folder / "totals.json").write_text(f"{text}\n", encoding="utf-8")


def read_faults(folder: Path) -> list[FaultRecord]:
    """Read the planted faults of a handed-in folder back."""
    with (truth_folder_of(folder) / "faults.csv").open(encoding="utf-8-sig", newline="") as file:
        return [_fault_of(row) for row in csv.DictReader(file)]


def _fault_of(row: Mapping[str, str]) -> FaultRecord:
    return FaultRecord(
        path=row["path"],
        sheet=int(row["sheet"]),
        line=int(row["line"]),
        column=row["column"],
        letter=row["letter"],
        kind=row["kind"],
        outcome=row["outcome"],
        expected=row["expected"],
        is_extra=row["is_extra"] == "True",
        corrected_in=row["corrected_in"],
        sheet_name=row["sheet_name"],
        sub_item=row["sub_item"],
        month=int(row["month"]),
        town=row["town"],
    )


def count_by(faults: Sequence[FaultRecord], field: str) -> dict[str, int]:
    """Count faults by one of their fields."""
    counts: dict[str, int] = {}
    for fault in faults:
        key = str(getattr(fault, field))
        counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items()))
