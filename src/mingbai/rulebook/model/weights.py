"""By what a month's circular ranks towns and departments: indicators, weights, deductions, ties."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from mingbai.rulebook.model.words import ValueIs

Ranked = Literal["towns", "departments"]
#: What an indicator measures, as a ratio met: see ``docs/clerk/进度通报.md``.
IndicatorCode = Literal["schedule", "completion", "reporting", "released"]
DeductionCode = Literal["red", "silent", "missed", "unanswered"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator and the points it is worth."""

    code: IndicatorCode
    name: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Deduction:
    """Points taken off for each case, at most ``most`` in all."""

    code: DeductionCode
    name: str
    each: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Weights:
    """One ranking between two dates. ``places``: decimals at which equal scores tie; ``top`` and
    ``bottom``: how many places the text names at either end."""

    ranked: Ranked
    indicators: tuple[Indicator, ...]
    deductions: tuple[Deduction, ...]
    places: int
    top: int
    bottom: int
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str

    @property
    def rule_id(self) -> str:
        """Name the ranking in results."""
        return f"weights/{self.ranked}@{self.from_date.isoformat()}"
