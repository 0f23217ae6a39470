"""Text that any office file format accepts: no control characters, no lone surrogates, bounded."""

from __future__ import annotations

import re

# XML 1.0 allows tab, line feed, carriage return and all from U+0020 but surrogates, FFFE, FFFF.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# Excel holds at most 32,767 UTF-16 units in a cell; a longer text makes it "repair" the workbook.
CELL_LIMIT = 32_767


def printable(text: str) -> str:
    """Drop what XML forbids; everything an office typed on purpose stays."""
    return _FORBIDDEN.sub("", text)


def cell_text(text: str, limit: int = CELL_LIMIT) -> str:
    """Printable text of at most ``limit`` UTF-16 units, the unit in which Excel counts."""
    clean = printable(text)
    if len(clean) * 2 <= limit:
        return clean
    units = clean.encode("utf-16-le")
    if len(units) <= limit * 2:
        return clean
    return units[: limit * 2].decode("utf-16-le", errors="ignore")
