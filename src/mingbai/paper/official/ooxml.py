"""The few WordprocessingML elements python-docx has no words for."""

from __future__ import annotations

from typing import Any

from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from mingbai.paper.official import layout
from mingbai.paper.official.document import FigureRun, Run
from mingbai.paper.text import printable

GREY = RGBColor(0x59, 0x59, 0x59)


def element(tag: str, **attributes: str | int) -> Any:
    """An element ``w:tag`` with attributes ``w:name``."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def set_face(run: Any, font: str, size_pt: float, *, tight: bool = True) -> None:
    """Name one typeface for Chinese and Latin alike; the body's character pitch when ``tight``."""
    run.font.size = Pt(size_pt)
    run.font.name = font
    properties = run._element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for slot in ("w:eastAsia", "w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(slot), font)
    fonts.set(qn("w:hint"), "eastAsia")
    if tight:
        twentieths = round(layout.CHARACTER_SPACING_PT * 20)
        # The schema fixes the order inside rPr: spacing stands before the size.
        properties.find(qn("w:sz")).addprevious(element("spacing", val=twentieths))


def set_lines(paragraph: Any, *, indent: float = 0, pitch_pt: float = layout.LINE_PT) -> None:
    """Exact line pitch, no space before or after, first line in by ``indent`` characters."""
    form = paragraph.paragraph_format
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    form.line_spacing = Pt(pitch_pt)
    form.space_before = form.space_after = Pt(0)
    form.widow_control = False
    # Word would widen the gap between Chinese and digits and lose the 28 characters.
    spacing = paragraph._element.pPr.find(qn("w:spacing"))
    for name in ("autoSpaceDE", "autoSpaceDN"):
        spacing.addprevious(element(name, val=0))
    if indent:
        form.first_line_indent = Pt(indent * layout.CHARACTER_PT)
        # Word and WPS reckon in characters where told so, which survives a change of typeface.
        paragraph._element.pPr.ind.set(qn("w:firstLineChars"), str(round(indent * 100)))


def add_runs(
    paragraph: Any, runs: tuple[Run, ...], font: str, size_pt: float, numbers: Any
) -> None:
    """Append text and figures; ``numbers`` yields fresh ids for content controls and bookmarks."""
    for run in runs:
        if isinstance(run, FigureRun):
            _add_figure(paragraph, run, font, size_pt, numbers)
        elif run:
            set_face(paragraph.add_run(printable(run)), font, size_pt)


def _add_figure(paragraph: Any, figure: FigureRun, font: str, size_pt: float, numbers: Any) -> None:
    """A figure stands in a locked content control tagged with its statement, inside a bookmark."""
    number = next(numbers)
    run = paragraph.add_run(printable(figure.text))
    set_face(run, font, size_pt)
    control = element("sdt")
    properties = element("sdtPr")
    properties.append(element("alias", val=printable(figure.name or figure.text)))
    properties.append(element("tag", val=f"stmt_{figure.statement}"))
    properties.append(element("id", val=number))
    properties.append(element("lock", val="sdtContentLocked"))
    control.append(properties)
    inside = element("sdtContent")
    run._element.addprevious(control)
    inside.append(run._element)
    control.append(inside)
    name = numbers.bookmark(figure.statement)
    control.addprevious(element("bookmarkStart", id=number, name=name))
    control.addnext(element("bookmarkEnd", id=number))


def add_page_field(paragraph: Any, font: str, size_pt: float) -> None:
    """The field that prints the page number."""
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run(text if kind == "text" else "")
        set_face(run, font, size_pt, tight=False)
        if kind == "":
            instruction = element("instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = text
            run._element.append(instruction)
        elif kind != "text":
            run._element.append(element("fldChar", fldCharType=kind))
