"""The office's own workbook sent back: wrong cells coloured and explained, the rest as it was."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from mingbai.paper.archive import fix_archive
from mingbai.paper.text import cell_text, printable

NOTE, WARN, REJECT = 1, 2, 3
SEVERITY_NAMES: Final = {NOTE: "提示", WARN: "待核实", REJECT: "退回"}
_TODO: Final = {
    NOTE: "请看一看，无误可不改",
    WARN: "请核实，有误就改，无误请注明依据",
    REJECT: "必须改正，改好后重新报送",
}
# Blue, yellow, red: light enough to read black text on, different enough when printed in grey.
_FILLS: Final = {
    NOTE: PatternFill("solid", start_color="FFBDD7EE"),
    WARN: PatternFill("solid", start_color="FFFFE699"),
    REJECT: PatternFill("solid", start_color="FFFF9B9B"),
}
_AUTHOR: Final = "民生办"
_SUMMARY: Final = "退回说明"
_LAST_LINE: Final = 1_048_576
_LAST_COLUMN: Final = 16_384
# A list of ten thousand lines is not read; colours and comments are still in every cell.
_LISTED: Final = 5_000
_NO_CLOCK: Final = dt.datetime.combine(dt.date(1980, 1, 1), dt.time())


class CannotReturnWorkbook(Exception):
    """The bytes are neither a workbook nor a table of text, so nothing can be coloured."""


@dataclass(frozen=True)
class CellMark:
    """One wrong cell: 1-based sheet number and line as Excel shows them; no letter = whole line."""

    sheet_number: int
    line: int
    column_letter: str
    severity: int
    message: str


@dataclass(frozen=True)
class PlainSheet:
    """The cells of a sheet as text, for files of which only the text can be kept (xls, et, ods)."""

    name: str
    rows: Iterable[Sequence[str | None]]


def colour_workbook(
    content: bytes,
    marks: Sequence[CellMark],
    summary: Sequence[tuple[str, str]] = (),
    *,
    plain: Sequence[PlainSheet] = (),
) -> bytes:
    """Colour and comment each marked cell and put 「退回说明」 first; always xlsx.

    ``summary`` rows (label, text) head the first sheet. A csv comes back as a workbook of one
    sheet; a file that is neither xlsx nor csv is rebuilt from ``plain``, its sheets as the reader
    read them. Raises CannotReturnWorkbook only where nothing can be read at all.
    """
    book = _open_book(content, plain)
    modified = book.properties.modified
    # Chart sheets count in the numbering but have no cells.
    sheets = [book[name] for name in book.sheetnames]
    by_cell: dict[tuple[int, int, str], list[CellMark]] = {}
    for mark in marks:
        key = (mark.sheet_number, mark.line, mark.column_letter.strip().upper())
        by_cell.setdefault(key, []).append(mark)
    for (number, line, letter), there in by_cell.items():
        if 1 <= number <= len(sheets) and 1 <= line <= _LAST_LINE:
            sheet = sheets[number - 1]
            if isinstance(sheet, Worksheet):
                _mark_cell(sheet, line, letter, there)
    _add_summary(book, sheets, marks, summary)
    out = io.BytesIO()
    book.save(out)
    # The library stamps the clock into the file; the office's own moment is put back.
    book.properties.modified = modified if modified is not None else _NO_CLOCK
    core = tostring(book.properties.to_tree())
    return fix_archive(out.getvalue(), replace={"docProps/core.xml": core})


def _open_book(content: bytes, plain: Sequence[PlainSheet]) -> Any:
    """An xlsx keeps its styles; a csv becomes one sheet; the rest is rebuilt from its text."""
    packed = content[:4] == b"PK\x03\x04"
    if packed:
        book = _loaded(content)
        if book is not None and book.worksheets:
            return book
    if plain:
        return _book_from_rows(plain)
    if packed or content[:4] == b"\xd0\xcf\x11\xe0":
        raise CannotReturnWorkbook(
            "文件打不开，无法在上面标注：可能是旧版 xls、加了密码或已损坏。"
            "请用 WPS 或 Excel 打开后取消密码、另存为 xlsx，再重新报送"
        )
    return _book_from_rows([PlainSheet("Sheet1", _text_rows(_decoded(content)))])


def _loaded(content: bytes) -> Any:
    """The workbook, or None where the library cannot open it."""
    try:
        with warnings.catch_warnings():
            # It warns of every extension it leaves out; the office cannot act on that.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(content))
    except Exception:
        # The library raises whatever its parsers raise; each means the same to the office.
        return None


def _decoded(content: bytes) -> str:
    """UTF-8 where it holds (with or without mark), UTF-16 by its mark, else GB18030."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _book_from_rows(sheets: Sequence[PlainSheet]) -> Any:
    book = openpyxl.Workbook()
    book.properties.created = _NO_CLOCK
    book.properties.modified = None
    book.remove(book.worksheets[0])
    for number, plain in enumerate(sheets, start=1):
        title = re.sub(r"[\\/*?:\[\]]", "_", printable(plain.name))[:31] or f"Sheet{number}"
        sheet: Any = book.create_sheet(title)
        for line, row in enumerate(plain.rows, start=1):
            if line > _LAST_LINE:
                break
            for column, value in enumerate(row[:_LAST_COLUMN], start=1):
                if value:
                    _write_text(sheet.cell(line, column), value)
    return book


def _text_rows(text: str) -> Iterator[list[str]]:
    """Rows by the separator that the first line uses most."""
    head = text.split("\n", 1)[0]
    separator = max(",\t;", key=head.count)
    clean = text.replace("\x00", "")
    csv.field_size_limit(max(len(clean), 131_072))
    yield from csv.reader(io.StringIO(clean, newline=""), delimiter=separator)


def _write_text(cell: Any, text: str) -> None:
    """Text stays text: a leading '=' must not come alive as a formula."""
    cell.value = cell_text(text)
    cell.data_type = "s"
    cell.number_format = "@"


def _mark_cell(sheet: Any, line: int, letter: str, marks: Sequence[CellMark]) -> None:
    column = _column(letter)
    worst = max(mark.severity for mark in marks)
    fill = _FILLS.get(worst, _FILLS[REJECT])
    if column is None:
        for index in range(1, max(sheet.max_column, 1) + 1):
            _anchor(sheet, line, index).fill = fill
        column = 1
    cell = _anchor(sheet, line, column)
    cell.fill = fill
    lines = [f"【{SEVERITY_NAMES.get(mark.severity, '退回')}】{mark.message}" for mark in marks]
    if cell.comment is not None:
        lines.insert(0, f"原批注：{cell.comment.text}")
    text = cell_text("\n".join(dict.fromkeys(lines)))
    height = 40 + 20 * sum(1 + len(part) // 18 for part in text.split("\n")[:12])
    cell.comment = Comment(text, _AUTHOR, width=300, height=min(height, 400))


def _column(letter: str) -> int | None:
    """Column number, or None where the mark is about the whole line."""
    try:
        return column_index_from_string(letter) if letter else None
    except ValueError:
        return None


def _anchor(sheet: Any, line: int, column: int) -> Any:
    """The cell itself, or the top left cell of the merged block it lies in."""
    cell = sheet.cell(line, column)
    if type(cell).__name__ != "MergedCell":
        return cell
    for block in sheet.merged_cells.ranges:
        if cell.coordinate in block:
            return sheet.cell(block.min_row, block.min_col)
    return cell


def _add_summary(
    book: Any, sheets: list[Any], marks: Sequence[CellMark], summary: Sequence[tuple[str, str]]
) -> None:
    titles = set(book.sheetnames)
    title = next(
        name
        for name in (_SUMMARY, *(f"{_SUMMARY}{n}" for n in range(2, len(titles) + 3)))
        if name not in titles
    )
    page = book.create_sheet(title, 0)
    book.active = 0
    for sheet in sheets:
        sheet.sheet_view.tabSelected = False
    page.sheet_view.tabSelected = True
    for letter, width in zip("ABCDEF", (18, 8, 8, 10, 64, 34), strict=True):
        page.column_dimensions[letter].width = width
    _put(page["A1"], _SUMMARY)
    page["A1"].font = Font(name="黑体", size=16)
    page["A1"].alignment = Alignment(vertical="center")
    page.row_dimensions[1].height = 28
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    counts = {level: sum(mark.severity == level for mark in marks) for level in (3, 2, 1)}
    totals = "，".join(f"{SEVERITY_NAMES[level]} {count} 处" for level, count in counts.items())
    rows = [*summary, ("标注", totals), ("颜色", "红色：退回，必须改；黄色：待核实；蓝色：提示")]
    rows.append(("怎么改", "在原表上直接改，改好后整份重新报送；本页不用删，系统会自动跳过"))
    for line, (label, text) in enumerate(rows, start=2):
        _put(page.cell(line, 1), label, bold=True)
        _put(page.cell(line, 2), text)
        page.merge_cells(start_row=line, start_column=2, end_row=line, end_column=6)
    _list_marks(page, sheets, marks)


def _put(cell: Any, text: str, *, bold: bool = False) -> None:
    cell.value = cell_text(text)
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(name="宋体", size=11, bold=bold)


def _list_marks(page: Any, sheets: list[Any], marks: Sequence[CellMark]) -> None:
    head = page.max_row + 2
    for column, label in enumerate(("工作表", "行", "列", "程度", "问题", "怎么办"), start=1):
        _put(page.cell(head, column), label, bold=True)
    ordered = sorted(marks, key=lambda mark: (-mark.severity, mark.sheet_number, mark.line))
    for line, mark in enumerate(ordered[:_LISTED], start=head + 1):
        known = 1 <= mark.sheet_number <= len(sheets)
        name = sheets[mark.sheet_number - 1].title if known else f"第{mark.sheet_number}张"
        level = SEVERITY_NAMES.get(mark.severity, "退回")
        todo = _TODO.get(mark.severity, _TODO[REJECT])
        letter = mark.column_letter.strip().upper()
        for column, text in enumerate(
            (name, str(mark.line), letter or "整行", level, mark.message, todo), start=1
        ):
            _put(page.cell(line, column), text)
        page.cell(line, 4).fill = _FILLS.get(mark.severity, _FILLS[REJECT])
        _link(page.cell(line, 2), name, letter, mark.line, known=known)
    if len(ordered) > _LISTED:
        rest = len(ordered) - _LISTED
        text = f"另有 {rest} 处没有列出，请看各表里标了颜色的单元格"
        _put(page.cell(head + 1 + _LISTED, 5), text)
    page.sheet_properties.tabColor = "FFC00000"


def _link(cell: Any, sheet_name: str, letter: str, line: int, *, known: bool) -> None:
    """One click from the list to the cell."""
    if not known or not 1 <= line <= _LAST_LINE:
        return
    column = get_column_letter(_column(letter) or 1)
    quoted = printable(sheet_name).replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{column}{line}")
    cell.font = Font(name="宋体", size=11, underline="single", color="FF0563C1")
