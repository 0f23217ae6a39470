"""Bring headings, titles and file names to one spelling, so that they can be compared."""

from __future__ import annotations

import re
import unicodedata

MONEY_UNITS = ("亿元", "万元", "千元", "百元", "元", "分")
"""Units a heading may name, longest first: 「万元」 must be seen before 「元」."""

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
_QUOTES = re.compile("[\"'“”‘’「」『』《》〈〉*★※]")
_DASHES = re.compile("[—–－−‐‑~～至到]")
_BRACKETED = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]")
_UNIT_IN_BRACKETS = re.compile(
    r"[(\[【](?:金额)?(?:单位)?[::]?(亿元|万元|千元|百元|元|分)(?:/[^)]*)?[)\]】]"
)
_UNIT_AT_END = re.compile(r"[/_\-,、:](亿元|万元|千元|百元|元)$")
_UNIT_IN_TITLE = re.compile(r"单位:?[(]?(?:人民币)?(亿元|万元|千元|百元|元)")


def plain(text: str) -> str:
    """One spelling of a heading: half-width, no blanks, line breaks or quotation marks."""
    folded = unicodedata.normalize("NFKC", text)
    return _QUOTES.sub("", _INVISIBLE.sub("", folded)).lower()


def plain_title(text: str) -> str:
    """As `plain`, with every dash and 「至」 of a month range made one sign."""
    return _DASHES.sub("-", plain(text))


def bare(label: str) -> str:
    """A plain heading without its bracketed remarks: 「金额(万元)」 becomes 「金额」."""
    stripped = _BRACKETED.sub("", label)
    stripped = _UNIT_AT_END.sub("", stripped)
    return stripped.strip(":*.、,;")


def unit_of_heading(label: str) -> str | None:
    """The money unit named inside one heading, or None."""
    match = _UNIT_IN_BRACKETS.search(label) or _UNIT_AT_END.search(label)
    return match.group(1) if match else None


def unit_of_title(text: str) -> str | None:
    """The money unit of a whole table, as in 「单位：万元」 above the heading, or None."""
    match = _UNIT_IN_TITLE.search(text)
    return match.group(1) if match else None


def column_letter(index: int) -> str:
    """Excel's letter of a column; `index` counts from 1."""
    letters = ""
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


_LONG_NUMBER = re.compile(r"[0-9０-９Xx]{15,}")


def mask_long_numbers(name: str) -> str:
    """A file name in which any run of 15 or more digits is hidden: it may be an ID or account."""
    return _LONG_NUMBER.sub(lambda match: "*" * len(match.group()), name)
