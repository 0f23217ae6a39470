"""Show personal cells so that a clerk finds the row and nobody else learns the number."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"[0-9０-９][0-9０-９\s]{9,}[0-9０-９Xx]")
_BLANKS = re.compile(r"\s+")


def mask_cell(text: str, kind: str) -> str:
    """A cell as a page may show it; `kind` is the roster column's type, "" for other columns.

    ID number: first 2 and last 3. Account: last 4. Phone: 138****1234. Name: surname.
    Anywhere else a run of eleven digits or more is hidden like an account.
    """
    if not text:
        return ""
    if kind == "name":
        return mask_name(text)
    packed = _BLANKS.sub("", text)
    if kind == "id_number":
        return _middle(packed, 2, 3)
    if kind == "account":
        return _middle(packed, 0, 4)
    if kind == "phone":
        return _middle(packed, 3, 4)
    return _DIGITS.sub(lambda match: _middle(_BLANKS.sub("", match.group()), 0, 4), text)


def mask_name(name: str) -> str:
    """The first character and a star for each further one."""
    packed = _BLANKS.sub("", name)
    return packed[:1] + "*" * (len(packed) - 1)


def _middle(text: str, head: int, tail: int) -> str:
    """Keep `head` and `tail` characters; too short a text keeps only its first one."""
    if len(text) <= head + tail:
        return text[:1] + "*" * (len(text) - 1)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]
