"""The shape of a figure: a value with its unit, its definition card and the evidence behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

Unit = Literal["fen", "count", "ratio", "text"]

#: How official texts scale numbers: the suffix and the power of ten it stands for.
_SCALES = {"": 0, "万": 4, "亿": 8}


@dataclass(frozen=True)
class Card:
    """The definition card: what the number means, so that nobody has to guess.

    ``unit``: ``fen`` (money, exact), ``count`` (whole number), ``ratio`` (exact fraction, printed
    in per cent), ``text``. ``scale`` is "", 万 or 亿; ``places`` are decimals after scaling,
    rounded half-up, trailing zeros dropped when ``trim``. ``word`` follows the number (元, 条).
    """

    key: str
    name: str
    unit: Unit
    numerator: str
    denominator: str | None
    cutoff: str
    owner: str
    word: str = ""
    scale: str = ""
    places: int = 0
    trim: bool = True


@dataclass(frozen=True)
class Evidence:
    """What stands behind a figure: kind of record, how many, the sum of their digests."""

    record: str
    count: int
    digest: str


@dataclass(frozen=True)
class Figure:
    """One number with everything needed to ask "why?".

    ``value``: int 分 for ``fen``, int for ``count``, ``Fraction`` for ``ratio`` (``None`` when the
    denominator is zero: an empty ratio is never 0 %), str for ``text``.
    """

    card: Card
    value: int | Fraction | str | None
    cutoff: date
    evidence: Evidence
    numerator: int | None = None
    denominator: int | None = None

    def show(self) -> str:
        """As an official text prints it: ``6.69亿元``, ``63.78%``, ``63.68万人次``, ``513条``."""
        return show_value(self.card, self.value)


def show_value(card: Card, value: int | Fraction | str | None) -> str:
    """Print a value by its card's stated rounding (half-up)."""
    if value is None:
        return "—"
    if isinstance(value, str):
        return value
    if card.unit == "ratio":
        return f"{_rounded(Fraction(value) * 100, card.places, card.trim)}%"
    whole = Fraction(value, 100) if card.unit == "fen" else Fraction(value)
    scaled = whole / 10 ** _SCALES[card.scale]
    return f"{_rounded(scaled, card.places, card.trim)}{card.scale}{card.word}"


def _rounded(value: Fraction, places: int, trim: bool) -> str:
    # Decimal division at 60 digits, then half-up: exact for every value this house can hold.
    step = Decimal(1).scaleb(-places)
    exact = value * 10**places
    whole = int(exact) if exact >= 0 else -int(-exact)
    rest = abs(exact - whole)
    if rest >= Fraction(1, 2):
        whole += 1 if value >= 0 else -1
    text = str((Decimal(whole) * step).quantize(step, rounding=ROUND_HALF_UP))
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


@dataclass(frozen=True)
class Branch:
    """One part of a figure on the way down: key of the next step, label, its share and size."""

    key: str
    label: str
    value: int
    count: int


@dataclass(frozen=True)
class Leaf:
    """The end of the walk: one record and the workbook line it came from.

    ``note`` says where the number stands when it did not come from a workbook (a rulebook file).
    """

    label: str
    value: int
    origin_file_id: int | None = None
    origin_sheet: int | None = None
    origin_line: int | None = None
    note: str = ""
