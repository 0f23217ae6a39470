"""Scores of a circular: indicators by weight, deductions with a ceiling; exact, and broken down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Weighed:
    """An indicator and how many points it is worth when fully met."""

    code: str
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Deducted:
    """Points taken off for each case, and at most in all."""

    code: str
    each: Fraction
    most: Fraction


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One indicator's points, or (negative) what was deducted.

    ``value`` is the ratio met or the count of cases; ``weight`` what the indicator was worth here.
    """

    code: str
    value: Fraction
    weight: Fraction
    points: Fraction


@dataclass(frozen=True, slots=True)
class Score:
    """The total, never below nothing, and the parts that make it up."""

    total: Fraction
    parts: tuple[ScorePart, ...]


def work_score(
    values: Mapping[str, Fraction | None],
    cases: Mapping[str, int],
    *,
    weights: Sequence[Weighed],
    deductions: Sequence[Deducted],
) -> Score | None:
    """The score of one unit; ``None`` where no indicator applies to it.

    ``values``: ratio met by indicator, ``None`` where it does not apply: its weight then goes to
    the others in proportion, so that nobody loses by what was never asked. More than fully met
    counts as fully met.
    """
    given = {each.code: value for each in weights if (value := values.get(each.code)) is not None}
    asked = sum((each.weight for each in weights if each.code in given), Fraction(0))
    if not asked:
        return None
    whole = sum((each.weight for each in weights), Fraction(0))
    parts = []
    for each in weights:
        if each.code in given:
            weight = each.weight * whole / asked
            value = min(max(given[each.code], Fraction(0)), Fraction(1))
            parts.append(ScorePart(each.code, value, weight, weight * value))
    for off in deductions:
        count = cases.get(off.code, 0)
        if count:
            points = min(off.each * count, off.most)
            parts.append(ScorePart(off.code, Fraction(count), off.each, -points))
    return Score(max(sum((part.points for part in parts), Fraction(0)), Fraction(0)), tuple(parts))
