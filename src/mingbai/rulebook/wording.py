"""Words that every chapter of a printed book uses: kinds, effects, dates, money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from mingbai.engine.money import show_money

KINDS = {
    "works": "工程类",
    "subsidy": "补助类",
    "insurance": "参保类",
    "training": "培训类",
    "service": "服务类",
}
EFFECTS = {"hold": "拦下待核", "note": "提示"}


def span_words(start: date, end: date | None) -> str:
    """From when to when a rule holds, in words."""
    last = "" if end is None else f"，到{end.year}年{end.month}月{end.day}日止"
    return f"自{start.year}年{start.month}月{start.day}日起{last}"


def demonstration_mark(value_is: str) -> str:
    """The mark behind a value that no published text gave."""
    return "（演示数据）" if value_is == "demonstration" else ""


def yuan(fen: int) -> str:
    """Money in words: 123400 -> 1,234.00元."""
    return f"{show_money(fen)}元"


def number(value: Decimal) -> str:
    """A decimal without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
