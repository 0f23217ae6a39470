"""Ruled tables inside an official document."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm

from mingbai.paper.official import layout
from mingbai.paper.official.document import Run, Table
from mingbai.paper.official.ooxml import add_runs, element, set_lines
from mingbai.paper.text import printable


def add_table(paper: Any, table: Table, numbers: Any) -> None:
    """Full type width, thin rules, head row repeated on every page, no row torn in two."""
    widths = table.widths or (1,) * len(table.columns)
    made = paper.add_table(rows=0, cols=len(table.columns))
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    # The schema fixes the order inside tblPr: borders stand before the layout.
    made._tbl.tblPr.find(qn("w:tblLayout")).addprevious(_borders())
    if table.compact:
        made._tbl.tblPr.find(qn("w:tblLayout")).addnext(_narrow_margins())
    sizes = [Mm(layout.TYPE_WIDTH_MM * width / sum(widths)) for width in widths]
    for column, size in zip(made.columns, sizes, strict=True):
        column.width = size
    _add_row(made, table, table.columns, sizes, numbers, head=True)
    pattern = None
    for row in table.rows:
        words = [cell for cell in row if isinstance(cell, str) and cell]
        if pattern is not None and len(words) == len(row):
            made._tbl.append(_like(pattern, words))
            continue
        _add_row(made, table, row, sizes, numbers, head=False)
        if len(words) == len(row):
            pattern = made._tbl.tr_lst[-1]


def _narrow_margins() -> Any:
    margins = element("tblCellMar")
    for side in ("left", "right"):
        margins.append(element(side, w=round(layout.COMPACT_MARGIN_PT * 20), type="dxa"))
    return margins


def _like(pattern: Any, words: list[str]) -> Any:
    """A row of plain words laid out as another is: a long table would take seconds otherwise."""
    row = deepcopy(pattern)
    for cell, word in zip(row.tc_lst, words, strict=True):
        cell.find(f".//{qn('w:r')}").text = printable(word)
    return row


def _borders() -> Any:
    borders = element("tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(element(side, val="single", sz=4, space=0, color="000000"))
    return borders


def _add_row(
    table: Any,
    plan: Table,
    cells: tuple[Run, ...],
    sizes: list[Any],
    numbers: Any,
    *,
    head: bool,
) -> None:
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    properties.append(element("cantSplit"))
    if head:
        properties.append(element("tblHeader"))
    pitch = layout.COMPACT_LINE_PT if plan.compact else layout.TABLE_LINE_PT
    size = layout.SIZE_SMALL_4_PT if plan.compact else layout.SIZE_4_PT
    for index, (cell, run) in enumerate(zip(row.cells, cells, strict=True)):
        cell.width = sizes[index]
        cell._tc.get_or_add_tcPr().append(element("vAlign", val="center"))
        paragraph = cell.paragraphs[0]
        set_lines(paragraph, pitch_pt=pitch)
        # On the page's line grid every line of a cell would take the body's pitch.
        paragraph._element.pPr.find(qn("w:spacing")).addprevious(element("snapToGrid", val=0))
        if head or index in plan.centre:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif index in plan.right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        font = layout.HEADING_FONT if head else layout.BODY_FONT
        add_runs(paragraph, (run,), font, size, numbers)
