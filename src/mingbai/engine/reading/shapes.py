"""What reading gives: a workbook of sheets, each a table of text cells with the kind they had."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from mingbai.engine.reading.faults import Fault

if TYPE_CHECKING:
    import pyarrow as pa

EMPTY, TEXT, NUMBER, DATE, BOOLEAN, ERROR, FORMULA = range(7)
KINDS: Final = {
    "empty": EMPTY, "text": TEXT, "number": NUMBER, "date": DATE,
    "boolean": BOOLEAN, "error": ERROR, "formula": FORMULA,
}  # fmt: skip


@dataclass(frozen=True)
class ReadLimits:
    """What one file may cost. A file beyond a limit ends in a Fault, never in a dead parent."""

    file_bytes: int = 100 * 2**20
    unpacked_bytes: int = 1200 * 2**20
    ratio: int = 300  # judged only above ratio_from_bytes: small files compress well
    ratio_from_bytes: int = 64 * 2**20
    entries: int = 5_000
    sheets: int = 200
    cells: int = 24_000_000  # rows x columns of the rectangle that holds all values of a sheet
    columns: int = 2_000
    cpu_seconds: int = 60
    wall_seconds: float = 120.0

    def __post_init__(self) -> None:
        bad = [name for name, value in asdict(self).items() if value <= 0]
        if bad:
            raise ValueError(f"limits must be positive: {', '.join(bad)}")


@dataclass(frozen=True)
class RawSheet:
    """One sheet as read, before any meaning.

    `cells`: `line` int32 (1-based, as Excel shows it), then for each column i from 1: `c<i>`
    string (null when empty; numbers in shortest exact spelling, dates ISO) and `k<i>` int8 (see
    KINDS). Lines without any value are left out. `merged`: (first line, first column, last line,
    last column), 1-based. `number` is the sheet's 1-based place in the workbook.
    """

    name: str
    number: int
    hidden: bool
    cells: pa.Table
    merged: tuple[tuple[int, int, int, int], ...] = ()

    @property
    def width(self) -> int:
        """How many columns the sheet has."""
        return int(self.cells.num_columns - 1) // 2


@dataclass(frozen=True)
class Workbook:
    """All sheets of a file, or the fault that kept it from being read (then no sheets)."""

    sheets: tuple[RawSheet, ...]
    fault: Fault | None = None
