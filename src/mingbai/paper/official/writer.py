"""Write an official document as docx: same document, same bytes."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from mingbai.paper.archive import fix_archive
from mingbai.paper.official import layout
from mingbai.paper.official.document import (
    Agreement,
    Annex,
    Block,
    Heading,
    OfficialDocument,
    Paragraph,
    Run,
    Signature,
    Verification,
)
from mingbai.paper.official.fonts import FONT_TABLE_PART, font_table
from mingbai.paper.official.ooxml import (
    GREY,
    add_page_field,
    add_runs,
    element,
    set_face,
    set_lines,
)
from mingbai.paper.official.parties import add_parties
from mingbai.paper.official.tables import add_table
from mingbai.paper.text import printable


class _Numbers:
    """Fresh ids within one document, and one bookmark name a place."""

    def __init__(self) -> None:
        self._last = 0
        self._seen: dict[str, int] = {}

    def __next__(self) -> int:
        self._last += 1
        return self._last

    def bookmark(self, statement: str) -> str:
        """``stmt_<id>`` at the first place, ``stmt_<id>_2`` at the second: names must be unique."""
        count = self._seen[statement] = self._seen.get(statement, 0) + 1
        return f"stmt_{statement}" if count == 1 else f"stmt_{statement}_{count}"


def write_official_docx(document: OfficialDocument) -> bytes:
    """Lay the document out by GB/T 9704-2012; no clock is read: equal input, equal bytes."""
    paper = docx.Document()
    _drop_thumbnail(paper)
    _set_page(paper)
    _set_properties(paper, document)
    numbers = _Numbers()
    _add_head(paper, document)
    for block in document.blocks:
        _add_block(paper, block, numbers)
    _add_annex_note(paper, document.annexes)
    if isinstance(document.signature, Agreement):
        add_parties(paper, document.signature)
    else:
        _add_signature(paper, document.signature)
    for number, annex in enumerate(document.annexes, start=1):
        _add_annex(paper, annex, number if len(document.annexes) > 1 else 0, numbers)
    _add_footers(paper.sections[0], document.verification)
    out = io.BytesIO()
    paper.save(out)
    return fix_archive(out.getvalue(), replace={FONT_TABLE_PART: font_table()})


def _drop_thumbnail(paper: Any) -> None:
    """The library's blank page brings a picture of another document."""
    rels = paper.part.package.rels
    for key in [key for key, rel in rels.items() if rel.reltype.endswith("/thumbnail")]:
        del rels[key]


def _set_page(paper: Any) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in layout.PAGE_MM)
    section.top_margin, section.bottom_margin = (
        Mm(layout.MARGIN_TOP_MM),
        Mm(layout.MARGIN_BOTTOM_MM),
    )
    section.left_margin, section.right_margin = (
        Mm(layout.MARGIN_LEFT_MM),
        Mm(layout.MARGIN_RIGHT_MM),
    )
    number_height = Pt(layout.SIZE_4_PT + 2)
    section.footer_distance = Mm(layout.MARGIN_BOTTOM_MM - layout.PAGE_NUMBER_BELOW_MM)
    section.footer_distance -= number_height + Pt(layout.SIZE_SMALL_PT + 4)
    section.header_distance = Mm(15)
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)
    # linesAndChars is drawn wrongly by LibreOffice; the character pitch is set on the runs instead.
    section._sectPr.append(element("docGrid", type="lines", linePitch=round(layout.LINE_PT * 20)))
    paper.settings.odd_and_even_pages_header_footer = True
    normal = paper.styles["Normal"]
    set_face(normal, layout.BODY_FONT, layout.SIZE_3_PT, tight=False)
    for language in paper.styles.element.findall(f".//{qn('w:lang')}"):
        # Numbers break by Latin rules (never after the point), words by Chinese ones.
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")
    paper.settings.element.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")


def _set_properties(paper: Any, document: OfficialDocument) -> None:
    moment = dt.datetime.combine(document.signature.date, dt.time())
    core = paper.core_properties
    core.title = printable("".join(document.title))
    core.author = core.last_modified_by = printable(document.signature.sender)
    core.created = core.modified = moment
    core.comments = core.keywords = core.subject = core.category = ""
    core.language = "zh-CN"
    core.revision = 1


def _line(
    paper: Any, text: str, *, font: str, size: float = layout.SIZE_3_PT, indent: float = 0
) -> Any:
    paragraph = paper.add_paragraph()
    set_lines(paragraph, indent=indent)
    if text:
        set_face(paragraph.add_run(printable(text)), font, size)
    return paragraph


def _add_title(paper: Any, text: str) -> None:
    line = _line(paper, text, font=layout.TITLE_FONT, size=layout.SIZE_2_PT)
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.keep_with_next = True
    # A fallback face taller than the pitch would otherwise take two lines of the grid.
    line._element.pPr.find(qn("w:spacing")).addprevious(element("snapToGrid", val=0))


def _add_head(paper: Any, document: OfficialDocument) -> None:
    if document.number:
        line = _line(paper, document.number, font=layout.BODY_FONT)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _line(paper, "", font=layout.BODY_FONT)
    for text in document.title:
        _add_title(paper, text)
    _line(paper, "", font=layout.BODY_FONT)
    if document.addressee:
        _line(paper, document.addressee.rstrip("：:") + "：", font=layout.BODY_FONT)


def _add_block(paper: Any, block: Block, numbers: _Numbers) -> None:
    if isinstance(block, Heading):
        line = _line(paper, block.text, font=layout.HEADING_FONTS[block.level], indent=2)
        line.paragraph_format.keep_with_next = True
        line._element.get_or_add_pPr().append(element("outlineLvl", val=block.level - 1))
    elif isinstance(block, Paragraph):
        paragraph = paper.add_paragraph()
        set_lines(paragraph, indent=2)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        size = layout.SIZE_3_PT
        lead: tuple[Run, ...] = (block.lead,) if block.lead else ()
        add_runs(paragraph, lead, layout.SECOND_FONT, size, numbers)
        add_runs(paragraph, block.runs, layout.BODY_FONT, size, numbers)
    else:
        add_table(paper, block, numbers)


def _add_annex_note(paper: Any, annexes: tuple[Annex, ...]) -> None:
    """7.3.4: one blank line below the body, two characters in, titles without a full stop."""
    if not annexes:
        return
    _line(paper, "", font=layout.BODY_FONT)
    for number, annex in enumerate(annexes, start=1):
        label = "附件：" if number == 1 else "　　　"
        title = annex.title if len(annexes) == 1 else f"{number}. {annex.title}"
        _line(paper, label + title, font=layout.BODY_FONT, indent=2)


def _width(text: str) -> float:
    """Width in characters: digits and Latin letters take half."""
    return sum(0.5 if character.isascii() else 1 for character in text)


def _add_signature(paper: Any, signature: Signature) -> None:
    """7.3.5.2: signer two characters from the right, the date begins two characters further in."""
    date = f"{signature.date.year}年{signature.date.month}月{signature.date.day}日"
    width = layout.CHARACTERS_A_LINE - 2
    sender_at = width - _width(signature.sender)
    date_at = sender_at + 2
    if date_at + _width(date) > width:
        date_at = width - _width(date)
        sender_at = date_at - 2
    for _ in range(2):
        _line(paper, "", font=layout.BODY_FONT).paragraph_format.keep_with_next = True
    for text, indent in ((signature.sender, sender_at), (date, date_at)):
        line = _line(paper, text, font=layout.BODY_FONT)
        line.paragraph_format.left_indent = Pt(max(indent, 0) * layout.CHARACTER_PT)
        line._element.pPr.ind.set(qn("w:leftChars"), str(round(max(indent, 0) * 100)))
        line.paragraph_format.keep_with_next = text is signature.sender


def _add_annex(paper: Any, annex: Annex, number: int, numbers: _Numbers) -> None:
    """7.3.7: a new page, 「附件」 in 黑体 at the left, the title centred below."""
    head = paper.add_paragraph()
    set_lines(head)
    head.paragraph_format.page_break_before = True
    set_face(head.add_run(f"附件{number or ''}"), layout.HEADING_FONT, layout.SIZE_3_PT)
    _line(paper, "", font=layout.BODY_FONT)
    _add_title(paper, annex.title)
    _line(paper, "", font=layout.BODY_FONT)
    for block in annex.blocks:
        _add_block(paper, block, numbers)


def _add_footers(section: Any, verification: Verification | None) -> None:
    """7.5: page number in 4号 宋体 between dashes, odd pages right and even pages left, one in."""
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = "Normal"
        set_lines(paragraph, pitch_pt=layout.SIZE_4_PT + 2)
        paragraph.alignment = side
        paragraph.paragraph_format.right_indent = Pt(layout.SIZE_4_PT)
        paragraph.paragraph_format.left_indent = Pt(layout.SIZE_4_PT)
        dash = ("— ", " —")
        set_face(paragraph.add_run(dash[0]), layout.NUMBER_FONT, layout.SIZE_4_PT, tight=False)
        add_page_field(paragraph, layout.NUMBER_FONT, layout.SIZE_4_PT)
        set_face(paragraph.add_run(dash[1]), layout.NUMBER_FONT, layout.SIZE_4_PT, tight=False)
        _add_verification(footer, verification)
    for header in (section.header, section.even_page_header):
        header.is_linked_to_previous = False
        _add_mark(header, verification)


def _add_verification(footer: Any, verification: Verification | None) -> None:
    line = footer.add_paragraph()
    line.style = "Normal"
    set_lines(line, pitch_pt=layout.SIZE_SMALL_PT + 4)
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if verification and verification.text:
        run = line.add_run(printable(verification.text))
        set_face(run, layout.NUMBER_FONT, layout.SIZE_SMALL_PT, tight=False)
        run.font.color.rgb = GREY


def _add_mark(header: Any, verification: Verification | None) -> None:
    """Demonstration papers say so at the top of every page."""
    line = header.paragraphs[0]
    line.style = "Normal"
    set_lines(line, pitch_pt=layout.SIZE_4_PT + 2)
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if verification and verification.demonstration:
        run = line.add_run("演示数据　非正式公文")
        set_face(run, layout.HEADING_FONT, 10.5, tight=False)
        run.font.color.rgb = GREY
