"""Places to seal and sign for the sides of an agreement, beside each other."""

from __future__ import annotations

from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from mingbai.paper.official import layout
from mingbai.paper.official.document import Agreement, Party
from mingbai.paper.official.ooxml import element, set_face, set_lines
from mingbai.paper.text import printable

#: Lines for one side; room for a seal stands between name and signature.
_SIGN = ("负责人（签字）：", "", "　　　　年　　月　　日")


def add_parties(paper: Any, agreement: Agreement) -> None:
    """Two blank lines, then one column a side. The last clause goes with it: nobody is asked to
    sign a page without a word of what is agreed."""
    for _ in range(2):
        set_lines(paper.add_paragraph())
    for line in reversed(paper.paragraphs):
        line.paragraph_format.keep_with_next = True
        if line.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY:
            break
    parties = agreement.parties
    table = paper.add_table(rows=1, cols=len(parties))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    row = table.rows[0]
    row._tr.get_or_add_trPr().append(element("cantSplit"))
    width = Mm(layout.TYPE_WIDTH_MM / len(parties))
    for column, cell, party in zip(table.columns, row.cells, parties, strict=True):
        column.width = cell.width = width
        _fill(cell, party)


def _fill(cell: Any, party: Party) -> None:
    lines = (f"{party.role}（盖章）：", party.name, "", *_SIGN)
    for number, text in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        set_lines(paragraph)
        if text:
            set_face(paragraph.add_run(printable(text)), layout.BODY_FONT, layout.SIZE_3_PT)
