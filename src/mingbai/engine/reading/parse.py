"""Bytes to sheets. Runs only inside the reading child: a hostile file may kill this process."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import python_calamine as calamine

from mingbai.engine.reading.columns import Special, sheet_table
from mingbai.engine.reading.csvfile import read_records
from mingbai.engine.reading.faults import CannotReadFile
from mingbai.engine.reading.shapes import ReadLimits
from mingbai.engine.reading.sheetscan import SheetFacts, column_letters, scan_sheets
from mingbai.engine.reading.sniff import sniff_kind, weigh_real

Row = Sequence[object]


@dataclass(frozen=True)
class ParsedSheet:
    """One sheet on its way to the parent."""

    name: str
    number: int
    hidden: bool
    merged: tuple[tuple[int, int, int, int], ...]
    cells: pa.Table


def parse_file(content: bytes, filename: str, limits: ReadLimits) -> list[ParsedSheet]:
    """All sheets of the file, or CannotReadFile."""
    kind = sniff_kind(content, limits)
    if kind == "csv":
        return [_parse_csv(content, filename, limits)]
    facts: dict[str, SheetFacts] = {}
    if kind != "xls":
        weigh_real(content, limits)
    if kind == "xlsx":
        facts = scan_sheets(content, limits)
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return list(_parse_sheets(workbook, facts, limits))
    except calamine.PasswordError:
        raise CannotReadFile("file_encrypted") from None
    except CannotReadFile:
        raise
    except MemoryError:
        raise
    except Exception:
        # The reader's own words may quote cell values, so they are not passed on.
        raise CannotReadFile("file_damaged") from None


def _parse_sheets(
    workbook: calamine.CalamineWorkbook, facts: dict[str, SheetFacts], limits: ReadLimits
) -> Iterator[ParsedSheet]:
    listed = workbook.sheets_metadata
    if len(listed) > limits.sheets:
        raise CannotReadFile("file_sheets", sheets=len(listed), limit=limits.sheets)
    ordinary = [
        (number, sheet)
        for number, sheet in enumerate(listed, start=1)
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    if not ordinary:
        raise CannotReadFile("file_no_sheets")
    for number, meta in ordinary:
        sheet = workbook.get_sheet_by_index(number - 1)
        found = facts.get(meta.name, SheetFacts())
        yield ParsedSheet(
            name=meta.name,
            number=number,
            hidden=meta.visible != calamine.SheetVisibleEnum.Visible,
            merged=tuple(
                (top + 1, left + 1, bottom + 1, right + 1)
                for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
            ),
            cells=_cells(sheet, found, meta.name, limits),
        )


def _cells(
    sheet: calamine.CalamineSheet, found: SheetFacts, name: str, limits: ReadLimits
) -> pa.Table:
    special = found.special
    special_width = max((column for _, column in special), default=0)
    special_lines = max((line for line, _ in special), default=0)
    start, end = sheet.start, sheet.end
    if start is None or end is None:
        blank: list[list[object]] = [[""]] * special_lines
        return sheet_table(
            blank, first_line=1, skip_columns=0, width=special_width, special=special
        )
    if (end[0] + 1) * (end[1] + 1) > limits.cells or end[1] >= limits.columns:
        raise CannotReadFile(
            "file_far_cell", sheet=name, line=end[0] + 1, letter=column_letters(end[1] + 1)
        )
    first_line, height = start[0] + 1, end[0] - start[0] + 1
    read: Iterable[Row] = sheet.to_python() if height <= 65_536 else _tail(sheet, start[0])
    rows = _pad(read, first_line, end[0] + 1, end[1] - start[1] + 1, special)
    first_special = min((line for line, _ in special), default=first_line)
    return sheet_table(
        rows,
        first_line=min(first_line, first_special),
        skip_columns=start[1],
        width=max(end[1] + 1, special_width),
        special=special,
    )


def _tail(sheet: calamine.CalamineSheet, skip: int) -> Iterator[Row]:
    """Rows one by one: a large sheet never stands in memory as Python lists."""
    for number, row in enumerate(sheet.iter_rows()):
        if number >= skip:
            yield row


def _pad(
    rows: Iterable[Row], first_line: int, last_line: int, width: int, special: Special
) -> Iterator[Row]:
    """Add blank rows where only cells the fast reader dropped stand above or below its values."""
    blank = [""] * width
    lines = [line for line, _ in special]
    yield from (blank for _ in range(first_line - min(lines, default=first_line)))
    yield from rows
    yield from (blank for _ in range(max(lines, default=last_line) - last_line))


def _parse_csv(content: bytes, filename: str, limits: ReadLimits) -> ParsedSheet:
    records = list(read_records(content))
    width = max(map(len, records), default=0)
    if width > limits.columns or width * len(records) > limits.cells:
        raise CannotReadFile(
            "file_far_cell", sheet="csv", line=len(records), letter=column_letters(width)
        )
    if not width:
        raise CannotReadFile("file_empty")
    rows = [row if len(row) == width else row + [""] * (width - len(row)) for row in records]
    cells = sheet_table(rows, first_line=1, skip_columns=0, width=width, special={})
    name = filename.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return ParsedSheet(name=name or "csv", number=1, hidden=False, merged=(), cells=cells)
