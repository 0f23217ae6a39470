"""Writes drafts as files, xlsx or csv in GB18030; the same draft gives the same bytes."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from mingbai.site.demo.drafts import BookDraft, SheetDraft, WrittenSheet
from mingbai.site.demo.habits import OfficeHabits
from mingbai.site.demo.sheets import MARK, Cell, SheetLayout

# A workbook says when it was made; ours always says the same, or no two runs would agree.
_MADE = datetime(2021, 7, 1, 9, 0, 0)  # noqa: DTZ001
_OPTIONS = {
    "in_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


def write_book(draft: BookDraft, *, folder: Path) -> tuple[WrittenSheet, ...]:
    """Write one workbook below ``folder`` and tell on which line each row stands."""
    target = folder / draft.path
    target.parent.mkdir(parents=True, exist_ok=True)
    habits = OfficeHabits.of_office(draft.office_place, is_csv=draft.is_csv)
    if draft.is_csv:
        return (_write_csv(draft.sheets[0], habits, target),)
    return _write_xlsx(draft, habits, target)


def _write_csv(sheet: SheetDraft, habits: OfficeHabits, target: Path) -> WrittenSheet:
    layout = SheetLayout(sheet, habits)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_blank(cell) for cell in row] for row in layout.head().rows)
    line = len(layout.head().rows)
    lines: list[int] = []
    for cells, index in layout.body():
        line += 1
        # A line of separators only would be dropped by some readers: blank lines stay as written.
        writer.writerow([_blank(cell) for cell in cells])
        if index is not None:
            lines.append(line)
    target.write_bytes(text.getvalue().encode("gb18030"))
    return WrittenSheet(lines=tuple(lines), letters=layout.letters)


def _blank(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:g}" if cell.is_integer() else repr(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def _write_xlsx(draft: BookDraft, habits: OfficeHabits, target: Path) -> tuple[WrittenSheet, ...]:
    book = xlsxwriter.Workbook(str(target), _OPTIONS)
    book.set_properties({"created": _MADE, "title": MARK, "author": draft.sheets[0].reporter})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
        "head": book.add_format(
            {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
        ),
        "text": book.add_format({"num_format": "@"}),
        "number": book.add_format({"num_format": "General"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    written = tuple(
        _write_sheet(book.add_worksheet(sheet.name), sheet, habits, formats)
        for sheet in draft.sheets
    )
    book.close()
    return written


def _write_sheet(
    page: Any, sheet: SheetDraft, habits: OfficeHabits, formats: dict[str, Any]
) -> WrittenSheet:
    layout = SheetLayout(sheet, habits)
    head = layout.head()
    for merge in head.merges:
        look = formats["title"] if merge.first_row == 0 else formats["head"]
        page.merge_range(
            merge.first_row, merge.first_column, merge.last_row, merge.last_column, "", look
        )
    for number, row in enumerate(head.rows):
        look = formats["title"] if number == 0 else formats["head"]
        for place, cell in enumerate(row):
            if cell is not None:
                page.write_string(number, place, str(cell), look)
    number = len(head.rows)
    lines: list[int] = []
    for cells, index in layout.body():
        _write_cells(page, number, cells, formats)
        number += 1
        if index is not None:
            lines.append(number)
    page.set_column(0, layout.width, 16)
    if layout.hidden_column is not None:
        page.set_column(layout.hidden_column, layout.hidden_column, 12, None, {"hidden": True})
    return WrittenSheet(lines=tuple(lines), letters=layout.letters)


def _write_cells(page: Any, number: int, cells: tuple[Cell, ...], formats: dict[str, Any]) -> None:
    text, plain, day = formats["text"], formats["number"], formats["date"]
    for place, cell in enumerate(cells):
        if cell is None:
            continue
        if isinstance(cell, str):
            page.write_string(number, place, cell, text)
        elif isinstance(cell, float):
            page.write_number(number, place, cell, plain)
        else:
            page.write_datetime(number, place, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
