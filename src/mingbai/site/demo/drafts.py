"""A table before anyone's habits: what a sheet says, not how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mingbai.rulebook.model import Roster


@dataclass(frozen=True, slots=True)
class Raw:
    """A cell keyed as it stands, whatever its column asks for: how planted faults are written."""

    value: str | float


#: Money in 分, dates, counts and plain text; None leaves the cell empty.
Value = str | int | Decimal | date | Raw | None


@dataclass(frozen=True, slots=True)
class SheetDraft:
    """One sheet: ``columns`` are canonical names, each row gives one value a column."""

    roster: Roster
    name: str
    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Value]]
    reporter: str
    written_date: date


@dataclass(frozen=True, slots=True)
class BookDraft:
    """One workbook: path below the handed-in folder, and its sheets in order."""

    path: str
    office_place: int
    is_csv: bool
    sheets: tuple[SheetDraft, ...]


@dataclass(frozen=True, slots=True)
class WrittenSheet:
    """Where the draft's rows came to stand: ``lines[i]`` is the 1-based line of row ``i``."""

    lines: tuple[int, ...]
    letters: dict[str, str]
