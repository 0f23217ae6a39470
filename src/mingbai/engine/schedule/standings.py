"""Progress against the year's elapsed time, gaps in 百分点, and rankings in which ties skip."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Generic, TypeVar

Ratio = Decimal | Fraction
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Place(Generic[Key]):
    """A place in a ranking and all who share it."""

    number: int
    value: Ratio
    members: tuple[Key, ...]


def elapsed_ratio(month: int) -> Fraction:
    """序时进度 at the end of a month: the share of the year gone by."""
    if not 0 <= month <= 12:
        raise ValueError(f"a year has no month {month}")
    return Fraction(month, 12)


def gap_points(actual: Ratio, planned: Ratio, places: int = 1) -> Decimal:
    """Actual less planned, both ratios, in 百分点: 0.749 against one half is 24.9. Half-up."""
    return round_half_up((Fraction(actual) - Fraction(planned)) * 100, places)


def rank_ties(
    rows: Iterable[tuple[Key, Ratio]], *, places: int | None = None, lowest_first: bool = False
) -> tuple[Place[Key], ...]:
    """Places from the best; who ties shares a place, and the places they fill are skipped.

    ``places`` decimals decide a tie where values are published rounded; ``None`` compares exactly.
    Members of a place keep the order in which they came.
    """
    values: dict[Ratio, list[Key]] = {}
    for key, value in rows:
        shown = Fraction(value) if places is None else round_half_up(value, places)
        values.setdefault(shown, []).append(key)
    found: list[Place[Key]] = []
    number = 1
    for value in sorted(values, reverse=not lowest_first):
        found.append(Place(number, value, tuple(values[value])))
        number += len(values[value])
    return tuple(found)


def round_half_up(value: Ratio, places: int) -> Decimal:
    """A value rounded as official texts do, halves away from zero; exact before that."""
    exact = Fraction(value) * 10**places
    whole = (abs(exact) * 2 + 1) // 2
    return Decimal(int(whole) if exact >= 0 else -int(whole)).scaleb(-places)
