"""The docx part that tells a machine which of its faces to take for one it lacks."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import quoteattr

from mingbai.paper.official import layout

FONT_TABLE_PART: Final = "word/fontTable.xml"
_NAMESPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def font_table() -> bytes:
    """Each prescribed typeface with its alternatives and the GB2312 character set.

    Word and WPS read the list; LibreOffice asks the system's fontconfig instead, which
    ``docs/book/official-faces.conf`` teaches the same choice.
    """
    fonts = "".join(
        f"<w:font w:name={quoteattr(name)}><w:altName w:val={quoteattr(','.join(others))}/>"
        '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name, others in sorted(layout.FONT_ALTERNATIVES.items())
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<w:fonts xmlns:w="{_NAMESPACE}">{fonts}</w:fonts>'.encode()
