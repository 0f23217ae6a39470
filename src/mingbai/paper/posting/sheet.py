"""The board sheet as docx, A4 or A3: one board after the other, head row on every page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from mingbai.paper.archive import fix_archive
from mingbai.paper.official import layout
from mingbai.paper.official.fonts import FONT_TABLE_PART, font_table
from mingbai.paper.official.ooxml import element, set_face, set_lines
from mingbai.paper.posting.words import Notice, NoticeBoard, fill_board
from mingbai.paper.text import printable

#: Paper -> (width, height in mm, how much larger than A4 the type is).
PAPERS: Final = {"A4": (210, 297, 1.0), "A3": (297, 420, 1.414)}
_MARGIN_MM: Final = (18, 16)
_TITLE_PT, _TEXT_PT, _CELL_PT, _FOOT_PT = 22.0, 13.0, 12.0, 10.5
_ROW_MM: Final = 7.6
SERIAL: Final = "序号"
#: Width of a column by what is in it; numbers stand right.
_WIDTHS: Final = {"village": 26, "town": 22, "name": 22, "id_number": 40, "phone": 28, "amount": 26}
_RIGHT: Final = frozenset({"amount"})
_CENTRED: Final = frozenset({"name", "grade", "id_number", "phone", "month", "count"})


def write_posting_docx(
    notice: Notice, boards: Sequence[NoticeBoard], *, paper: str = "A4"
) -> bytes:
    """One board after the other, each from a new page; equal input gives equal bytes."""
    width, height, scale = PAPERS[paper]
    made = docx.Document()
    for relation in [r for r in made.part.package.rels.values() if "thumbnail" in r.reltype]:
        made.part.package.rels.pop(relation.rId)
    section = made.sections[0]
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin = section.bottom_margin = Mm(_MARGIN_MM[0] * scale)
    section.left_margin = section.right_margin = Mm(_MARGIN_MM[1] * scale)
    section.footer_distance = Mm(8 * scale)
    type_width = width - 2 * _MARGIN_MM[1] * scale
    _add_footer(section, notice, scale)
    for place, board in enumerate(boards):
        _add_board(made, notice, board, scale, type_width, breaks=place > 0)
    made.core_properties.title = printable(notice.title)
    made.core_properties.author = printable(notice.signature)
    out = io.BytesIO()
    made.save(out)
    return fix_archive(out.getvalue(), replace={FONT_TABLE_PART: font_table()})


def sheet_words(content: bytes) -> str:
    """Every word of a docx, one cell or paragraph a line: what the scanner reads."""
    made = docx.Document(io.BytesIO(content))
    bodies = [made.element.body, *(s.footer._element for s in made.sections)]
    return "\n".join(
        "".join(text.text or "" for text in paragraph.iter(qn("w:t")))
        for body in bodies
        for paragraph in body.iter(qn("w:p"))
    )


def _add_board(
    made: Any, notice: Notice, board: NoticeBoard, scale: float, width: float, *, breaks: bool
) -> None:
    title = _paragraph(made, notice.title, layout.TITLE_FONT, _TITLE_PT * scale, centre=True)
    title.paragraph_format.page_break_before = breaks
    under = "　".join(part for part in (board.name, notice.subtitle) if part)
    _paragraph(made, under, layout.SECOND_FONT, _TEXT_PT * scale, centre=True, after=6)
    for text in fill_board(notice, board):
        _paragraph(made, text, layout.BODY_FONT, _TEXT_PT * scale, indent=2)
    _paragraph(made, "", layout.BODY_FONT, 4 * scale)
    xml = _table(notice, board.rows, scale, width)
    made.element.body.find(qn("w:sectPr")).addprevious(parse_xml(xml))
    _paragraph(made, "", layout.BODY_FONT, 6 * scale)
    day = f"{notice.date.year}年{notice.date.month}月{notice.date.day}日"
    for text in (notice.signature, day):
        made_line = _paragraph(made, text, layout.BODY_FONT, _TEXT_PT * scale)
        made_line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        made_line.paragraph_format.keep_with_next = text == notice.signature


def _paragraph(
    made: Any,
    text: str,
    font: str,
    size: float,
    *,
    centre: bool = False,
    indent: int = 0,
    after: float = 0,
) -> Any:
    paragraph = made.add_paragraph()
    set_lines(paragraph, pitch_pt=size * 1.5)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(indent * size)
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(after)
    if text:
        set_face(paragraph.add_run(printable(text)), font, size, tight=False)
    return paragraph


def _add_footer(section: Any, notice: Notice, scale: float) -> None:
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    size = _FOOT_PT * scale
    for text in (
        f"{notice.mark}　" if notice.mark else "",
        "第 ",
        "PAGE",
        " 页　共 ",
        "NUMPAGES",
        " 页",
    ):
        if text in ("PAGE", "NUMPAGES"):
            _field(paragraph, text, size)
        elif text:
            set_face(paragraph.add_run(text), layout.NUMBER_FONT, size, tight=False)


def _field(paragraph: Any, code: str, size: float) -> None:
    for kind in ("begin", "", "separate", "text", "end"):
        run = paragraph.add_run("1" if kind == "text" else "")
        set_face(run, layout.NUMBER_FONT, size, tight=False)
        if kind == "":
            instruction = element("instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = f" {code} "
            run._element.append(instruction)
        elif kind != "text":
            run._element.append(element("fldChar", fldCharType=kind))


def _table(notice: Notice, rows: Iterable[tuple[str, ...]], scale: float, width_mm: float) -> str:
    """The table as XML text: fifty thousand rows by the library's objects would take minutes."""
    weights = [12, *(_WIDTHS.get(column.name, 20) for column in notice.columns)]
    sizes = [round(width_mm * 56.7 * weight / sum(weights)) for weight in weights]
    sides = ["center", *(_side(column.name, column.mask) for column in notice.columns)]
    labels = (SERIAL, *(column.label for column in notice.columns))
    grid = "".join(f'<w:gridCol w:w="{size}"/>' for size in sizes)
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="6" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    parts = [
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(sizes)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>',
        _row(labels, sizes, ["center"] * len(sizes), scale, head=True),
    ]
    parts += [
        _row((str(serial), *cells), sizes, sides, scale, head=False)
        for serial, cells in enumerate(rows, start=1)
    ]
    return "".join((*parts, "</w:tbl>"))


def _side(name: str, mask: str) -> str:
    if mask in _RIGHT:
        return "right"
    return "center" if name in _CENTRED or mask in _CENTRED else "left"


def _row(
    cells: Sequence[str], sizes: Sequence[int], sides: Sequence[str], scale: float, *, head: bool
) -> str:
    font = layout.HEADING_FONT if head else layout.BODY_FONT
    face = quoteattr(font)
    half = round(_CELL_PT * scale * 2)
    run = (
        f"<w:rPr><w:rFonts w:ascii={face} w:eastAsia={face} w:hAnsi={face} w:cs={face}"
        f' w:hint="eastAsia"/><w:sz w:val="{half}"/></w:rPr>'
    )
    height = round(_ROW_MM * scale * 56.7)
    marks = "<w:cantSplit/>" + f'<w:trHeight w:val="{height}" w:hRule="atLeast"/>'
    marks += "<w:tblHeader/>" if head else ""
    body = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{size}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:spacing w:before="0" w:after="0"/><w:jc w:val="{side}"/></w:pPr><w:r>{run}'
        f'<w:t xml:space="preserve">{escape(printable(cell))}</w:t></w:r></w:p></w:tc>'
        for cell, size, side in zip(cells, sizes, sides, strict=True)
    )
    return f"<w:tr><w:trPr>{marks}</w:trPr>{body}</w:tr>"
