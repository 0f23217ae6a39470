"""An independent, slow reading of the county's files: openpyxl and the rulebook's words."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl

from mingbai.rulebook import Book

KINDS = {
    "参保花名册": "insured",
    "户籍人口底册": "residents",
    "职工基本医疗保险参保名单": "employee_insured",
    "户口迁出": "moved_out",
    "建设台账": "works",
    "进度表": "progress",
    "资金": "funds",
    "信息报送": "information",
    "学员花名册": "training",
    "培训人员名单": "training",
    "死亡人员": "deaths",
    "财政供养": "fiscal_staff",
}
UNIT = re.compile(r"（(万?元)）$")
FEN = {"元": 100, "万元": 1_000_000}
FOLD = str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")


@dataclass
class ReadSheet:
    path: str
    number: int
    name: str
    title: str
    kind: str
    columns: dict[str, int]
    unit: str
    rows: dict[int, list]
    grid: list[list]

    def value(self, line: int, column: str):
        return self.rows[line][self.columns[column]]

    def fen(self, line: int, column: str) -> int:
        value = self.value(line, column)
        return int(Decimal(str(value).replace(",", "")) * FEN[self.unit])


def read_folder(folder: Path, book: Book) -> list[ReadSheet]:
    sheets: list[ReadSheet] = []
    for path in sorted(folder.rglob("*.*"), key=lambda p: p.relative_to(folder).as_posix()):
        for number, (name, grid, two_rows) in enumerate(_grids(path), start=1):
            where = path.relative_to(folder).as_posix()
            sheets.append(_read(where, number, name, grid, two_rows, book))
    return sheets


def _grids(path: Path):
    if path.suffix == ".csv":
        with path.open(encoding="gb18030", newline="") as file:
            yield path.stem, [[cell or None for cell in row] for row in csv.reader(file)], set()
        return
    for page in openpyxl.load_workbook(path).worksheets:
        tall = {each.min_row for each in page.merged_cells.ranges if each.max_row > each.min_row}
        yield page.title, [list(row) for row in page.iter_rows(values_only=True)], tall


def _read(path, number, name, grid, tall, book) -> ReadSheet:
    title = str(grid[0][0])
    kind = next((kind for word, kind in KINDS.items() if word in title), "subsidy")
    known = _aliases(book, kind)
    top = next(
        line for line, row in enumerate(grid) if sum(_plain(c) in known for c in row if c) >= 2
    )
    labels = [_plain(cell) for cell in grid[top]]
    below = top + 1
    if top + 1 in tall:
        upper = ""
        for place, low in enumerate(grid[top + 1]):
            upper = labels[place] or upper
            if low:
                low = _plain(low)
                labels[place] = low if low in known else upper + low
        below += 1
    columns = {known[label]: place for place, label in enumerate(labels) if label in known}
    units = [UNIT.search(str(cell)) for row in grid[top:below] for cell in row if cell]
    stated = [m.group(1) for row in grid[:top] for c in row if (m := _stated(c))]
    unit = next((m.group(1) for m in units if m), stated[0] if stated else "元")
    rows = {
        line: row
        for line, row in enumerate(grid[below:], start=below + 1)
        if _is_data(row, columns)
    }
    return ReadSheet(path, number, name, title, kind, columns, unit, rows, grid)


def _aliases(book: Book, kind: str) -> dict[str, str]:
    rosters = [r for r in book.rosters if kind in (r.kind, r.code)]
    return {
        word: column.name
        for roster in rosters
        for column in roster.columns
        for word in (*column.aliases, column.label)
    }


def _plain(cell) -> str:
    return UNIT.sub("", str(cell or "")).strip()


def _stated(cell):
    return re.fullmatch(r"单位：(万?元)", str(cell or ""))


def _is_data(row, columns) -> bool:
    filled = [cell for cell in row if cell not in (None, "")]
    return len(filled) > 2 and "合计" not in {str(cell) for cell in row[:2]}


def plain_id(value) -> str:
    return str(value).translate(FOLD).replace(" ", "").replace("\xa0", "").lstrip("'").upper()
