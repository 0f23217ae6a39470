"""How a value of each shape is written and read again: amounts, days, digits, text."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Final

_DIGITS: Final = re.compile(r"[0-9]+")
_YUAN: Final = re.compile(r"([0-9]+)(?:\.([0-9]{1,2}))?")
_DATE8: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DATE10: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{2})[-/.]([0-9]{2})")


def show_yuan(fen: int) -> str:
    """分 as 元 with two decimals, exactly: 12345 -> ``123.45``."""
    return f"{fen // 100}.{fen % 100:02d}"


def write_shape(value: Any, shape: str) -> str:
    """Text of a value; a date, a moment, an integer of 分 or text."""
    if shape == "yuan":
        return show_yuan(int(value))
    if shape in ("fen", "digits"):
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime({"time6": "%H%M%S", "date10": "%Y-%m-%d"}.get(shape, "%Y%m%d"))
    if isinstance(value, date):
        return value.isoformat() if shape == "date10" else value.strftime("%Y%m%d")
    return str(value)


def read_amount(text: str, shape: str) -> int | None:
    """分 of an amount as a bank wrote it, or None where it is none."""
    if shape != "yuan":
        return int(text) if _DIGITS.fullmatch(text) else None
    found = _YUAN.fullmatch(text)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def read_count(text: str) -> int | None:
    """A whole number, or None where it is none."""
    return int(text) if _DIGITS.fullmatch(text) else None


def read_day(text: str) -> date | None:
    """A day written 20210131 or 2021-01-31, or None where it is none."""
    found = _DATE8.fullmatch(text) or _DATE10.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
