"""Lines of a sheet as its office wrote them, masked, with what was said of each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from mingbai.base.files import open_file
from mingbai.base.scope import Asker
from mingbai.intake.masking import mask_cell
from mingbai.intake.messages import explain
from mingbai.intake.models import Sheet, Verdict
from mingbai.intake.packing import unbundle, unpack_lines
from mingbai.intake.queries.sheets import CannotSeeSheet, seen_sheet, verdicts_of
from mingbai.intake.recognise import column_letter

STYLES: Final = {0: "", 1: "note", 2: "warn", 3: "bad"}


@dataclass(frozen=True)
class Cell:
    """One cell as shown: letter, canonical column ("" if none), masked text, messages, severity."""

    letter: str
    column: str
    label: str
    text: str
    messages: tuple[str, ...]
    severity: int

    @property
    def style(self) -> str:
        """The cell's colour: note, warn, bad or none."""
        return STYLES[self.severity]


@dataclass(frozen=True)
class ShownLine:
    """One line of a sheet as shown: `role` as `role_of` says."""

    line: int
    role: str
    cells: tuple[Cell, ...]
    messages: tuple[str, ...]
    severity: int


def sheet_line(sheet: Sheet, line: int, *, to: Asker) -> ShownLine:
    """All cells of one line, personal ones masked; raises `CannotSeeSheet` for a line not there."""
    for shown in sheet_lines(sheet, first=line, last=line, to=to):
        return shown
    raise CannotSeeSheet(f"这张工作表没有第 {line} 行。")


def sheet_lines(sheet: Sheet, *, first: int, last: int, to: Asker) -> list[ShownLine]:
    """Lines `first` to `last` as the office wrote them, personal cells masked, with verdicts."""
    seen = seen_sheet(sheet, to=to)
    part = unbundle(open_file(seen.cells), seen.header["place"])
    table = unpack_lines(part, first, last)
    verdicts: dict[int, list[Verdict]] = {}
    for verdict in verdicts_of(seen, to=to).filter(line__gte=first, line__lte=last):
        verdicts.setdefault(verdict.line, []).append(verdict)
    columns = _columns(seen)
    return [
        _shown(row, columns, role_of(seen, row["line"]), verdicts.get(row["line"], []))
        for row in table.to_pylist()
    ]


def heading_of(sheet: Sheet) -> list[tuple[str, str]]:
    """Letter and label of each of the sheet's columns; the label is empty where none was known."""
    columns = _columns(sheet)
    return [
        (column_letter(index), columns[index]["label"] if index in columns else "")
        for index in range(1, sheet.header["width"] + 1)
    ]


def role_of(sheet: Sheet, line: int) -> str:
    """What a line of the sheet is: title, heading, sum, note or row."""
    header = sheet.header
    if line in header["lines"] or line in header["skipped"]["headings"]:
        return "heading"
    if line < header["lines"][0]:
        return "title"
    if line in header["skipped"]["sums"]:
        return "sum"
    return "note" if line in header["skipped"]["notes"] else "row"


def _shown(
    row: dict[str, Any], columns: dict[int, dict[str, Any]], role: str, verdicts: list[Verdict]
) -> ShownLine:
    cells = []
    for index in range(1, len(row)):
        column = columns.get(index, {})
        own = [v for v in verdicts if column and v.column == column["column"]]
        kind = column.get("type", "") if role == "row" else ""
        cells.append(
            Cell(
                letter=column_letter(index),
                column=column.get("column", ""),
                label=column.get("label", ""),
                text=mask_cell(row[f"c{index}"] or "", kind),
                messages=tuple(explain(v.code, v.params) for v in own),
                severity=max((v.severity for v in own), default=0),
            )
        )
    return ShownLine(
        line=row["line"],
        role=role,
        cells=tuple(cells),
        messages=tuple(explain(v.code, v.params) for v in verdicts),
        severity=max((v.severity for v in verdicts), default=0),
    )


def _columns(sheet: Sheet) -> dict[int, dict[str, Any]]:
    """Sheet column (from 1) -> its place in the stored header map, with the canonical name."""
    return {
        place["index"]: {"column": name, **place} for name, place in sheet.header["columns"].items()
    }
