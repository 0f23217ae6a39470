"""Write a table as an xlsx file: constant memory, text stays text, the watermark on every page."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

import xlsxwriter

from mingbai.paper.archive import fix_archive
from mingbai.paper.text import CELL_LIMIT, cell_text, printable

Value = str | int | float | Decimal | dt.date | None
Kind = Literal["text", "number", "money", "date"]

DEMONSTRATION_MARK: Final = "演示数据"
# A sheet ends at this line; what follows goes to a further sheet instead of being lost.
_SHEET_LINES: Final = 1_048_576
# A double holds 15 digits; a longer number (an account, an ID) would be rounded in silence.
_EXACT_DIGITS: Final = 15


@dataclass(frozen=True)
class ExportColumn:
    """A column of an export; ``money`` values are given in 分 and shown in 元."""

    label: str
    kind: Kind = "text"
    width: int = 14


def write_export(
    *,
    title: str,
    columns: Sequence[ExportColumn],
    rows: Iterable[Sequence[Value]],
    notes: Sequence[str] = (),
    demonstration: bool = False,
    made_date: dt.date | None = None,
) -> bytes:
    """Title, notes, head row, rows; equal input gives equal bytes. Formulas are never written.

    ``made_date`` stands in the file's properties only. Raises ValueError on a row whose length is
    not that of ``columns``.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "in_memory": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    ) as book:
        moment = dt.datetime.combine(made_date or dt.date(1980, 1, 1), dt.time())
        book.set_properties({"title": printable(title)[:255], "created": moment})
        writer = _Writer(book, title, columns, notes, demonstration=demonstration)
        for row in rows:
            writer.add(row)
        writer.finish()
    return fix_archive(out.getvalue())


class _Writer:
    """Fills one sheet after the other from top to bottom, as constant memory demands."""

    def __init__(
        self,
        book: Any,
        title: str,
        columns: Sequence[ExportColumn],
        notes: Sequence[str],
        *,
        demonstration: bool,
    ) -> None:
        self._book, self._title, self._columns = book, title, tuple(columns)
        mark = f"{DEMONSTRATION_MARK}，不得作为正式依据"
        self._notes = (*((mark,) if demonstration else ()), *notes)
        self._demonstration = demonstration
        self._formats = {
            "title": book.add_format({"font_name": "黑体", "font_size": 16}),
            "note": book.add_format({"font_name": "宋体", "font_color": "#7F7F7F"}),
            "head": book.add_format(
                {"font_name": "宋体", "bold": True, "border": 1, "bg_color": "#E8EEF7"}
            ),
            "text": book.add_format({"font_name": "宋体", "border": 1, "num_format": "@"}),
            "number": book.add_format({"font_name": "宋体", "border": 1}),
            "money": book.add_format({"font_name": "宋体", "border": 1, "num_format": "#,##0.00"}),
            "date": book.add_format({"font_name": "宋体", "border": 1, "num_format": "yyyy-mm-dd"}),
        }
        self._count = 0
        self._open_sheet()

    def _open_sheet(self) -> None:
        self._count += 1
        sheet = self._book.add_worksheet(f"表{self._count}")
        for index, column in enumerate(self._columns):
            sheet.set_column(index, index, column.width)
        heading = "&C" + self._title.replace("&", "&&")[:120]
        if self._demonstration:
            heading += f'&R&"黑体"{DEMONSTRATION_MARK}'
        sheet.set_header(heading)
        sheet.set_footer("&C— &P / &N —")
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, cell_text(self._title), self._formats["title"])
        for line, note in enumerate(self._notes, start=1):
            sheet.write_string(line, 0, cell_text(note), self._formats["note"])
        head = len(self._notes) + 1
        for index, column in enumerate(self._columns):
            sheet.write_string(head, index, cell_text(column.label), self._formats["head"])
        sheet.repeat_rows(head)
        sheet.freeze_panes(head + 1, 0)
        self._sheet, self._head, self._line = sheet, head, head + 1

    def add(self, row: Sequence[Value]) -> None:
        """Write one row; a full sheet is closed and a further one opened."""
        if len(row) != len(self._columns):
            raise ValueError(f"a row has {len(row)} cells where {len(self._columns)} are named")
        if self._line >= _SHEET_LINES:
            self.finish()
            self._open_sheet()
        for index, (column, value) in enumerate(zip(self._columns, row, strict=True)):
            self._write(index, column.kind, value)
        self._line += 1

    def _write(self, index: int, kind: Kind, value: Value) -> None:
        where, form = (self._line, index), self._formats[kind]
        if value is None:
            self._sheet.write_blank(*where, None, form)
        elif kind == "money" and isinstance(value, int) and _is_exact(value):
            self._sheet.write_number(*where, value / 100, form)
        elif kind == "number" and isinstance(value, int | float | Decimal) and _is_exact(value):
            self._sheet.write_number(*where, float(value), form)
        elif kind == "date" and isinstance(value, dt.date):
            self._sheet.write_datetime(*where, value, form)
        else:
            text = f"{Decimal(value) / 100:f}" if kind == "money" and isinstance(value, int) else ""
            text = cell_text(text or str(value), CELL_LIMIT)
            self._sheet.write_string(*where, text, self._formats["text"])

    def finish(self) -> None:
        """Let the reader filter the rows just written."""
        if self._columns and self._line > self._head + 1:
            self._sheet.autofilter(self._head, 0, self._line - 1, len(self._columns) - 1)


def _is_exact(value: int | float | Decimal) -> bool:
    if isinstance(value, float):
        return value == value and value not in (float("inf"), float("-inf"))
    number = Decimal(value)
    return number.is_finite() and len(number.as_tuple().digits) <= _EXACT_DIGITS
