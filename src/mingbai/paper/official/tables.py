"""Ruled tables inside an official document."""

from __future__ import annotations

from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm

from mingbai.paper.official import layout
from mingbai.paper.official.document import Run, Table
from mingbai.paper.official.ooxml import add_runs, element, set_lines


def add_table(paper: Any, table: Table, numbers: Any) -> None:
    """Full type width, thin rules, head row repeated on every page, no row torn in two."""
    widths = table.widths or (1,) * len(table.columns)
    made = paper.add_table(rows=0, cols=len(table.columns))
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    # The schema fixes the order inside tblPr: borders stand before the layout.
    made._tbl.tblPr.find(qn("w:tblLayout")).addprevious(_borders())
    sizes = [Mm(layout.TYPE_WIDTH_MM * width / sum(widths)) for width in widths]
    for column, size in zip(made.columns, sizes, strict=True):
        column.width = size
    _add_row(made, table.columns, sizes, frozenset(), numbers, head=True)
    for row in table.rows:
        _add_row(made, row, sizes, table.right, numbers, head=False)


def _borders() -> Any:
    borders = element("tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(element(side, val="single", sz=4, space=0, color="000000"))
    return borders


def _add_row(
    table: Any,
    cells: tuple[Run, ...],
    sizes: list[Any],
    right: frozenset[int],
    numbers: Any,
    *,
    head: bool,
) -> None:
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    properties.append(element("cantSplit"))
    if head:
        properties.append(element("tblHeader"))
    for index, (cell, run) in enumerate(zip(row.cells, cells, strict=True)):
        cell.width = sizes[index]
        cell._tc.get_or_add_tcPr().append(element("vAlign", val="center"))
        paragraph = cell.paragraphs[0]
        set_lines(paragraph, pitch_pt=layout.TABLE_LINE_PT)
        if head:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif index in right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        font = layout.HEADING_FONT if head else layout.BODY_FONT
        add_runs(paragraph, (run,), font, layout.SIZE_4_PT, numbers)
