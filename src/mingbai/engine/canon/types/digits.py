"""Cleaning shared by the types that are digits: numbers of people, accounts, phones."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from mingbai.engine.reading.shapes import NUMBER, TEXT

_WIDE: Final = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_DROP: Final = re.compile(r"[\s\u00a0\u200b\u200c\u200d\u2060\ufeff'‘’`]")
_FOLD: Final = str.maketrans(_WIDE)
_SCIENTIFIC: Final = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")

#: Excel keeps 15 digits of a number and turns the rest into zeros.
EXACT_DIGITS: Final = 15


def fold_digits(text: str) -> str:
    """Full-width to plain characters; white space and quotes inside taken out; upper case."""
    return _DROP.sub("", text.translate(_FOLD)).upper()


def fold_digits_fast(text: pl.Expr) -> pl.Expr:
    """Upper case, no plain spaces: enough for regular cells, the rest takes the slow way."""
    return text.str.replace_all(" ", "", literal=True).str.to_uppercase()


def is_scientific(text: str) -> bool:
    """A number whose last digits Excel has already thrown away, such as 3.40E+17."""
    return _SCIENTIFIC.fullmatch(text) is not None


def is_text(kind: pl.Expr) -> pl.Expr:
    """Rows whose cell held text."""
    return kind == TEXT


def is_text_or_number(kind: pl.Expr) -> pl.Expr:
    """Rows whose cell held text or a number."""
    return (kind == TEXT) | (kind == NUMBER)
