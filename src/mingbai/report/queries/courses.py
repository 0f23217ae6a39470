"""The year's S curve: mean planned and mean reported completion, with the sub-items it is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from mingbai.delivery.queries import Light, MeasureStanding, Report


@dataclass(frozen=True)
class CourseLine:
    """One sub-item by month: twelve planned shares, and those reached up to the month asked.

    Each is capped at the whole, so that one far ahead does not hide one far behind.
    """

    light: Light
    planned: tuple[Fraction, ...]
    reached: tuple[Fraction, ...]


@dataclass(frozen=True)
class Course:
    """The sub-items that report monthly; ``left_out_count`` are counted from rosters or have not
    reported."""

    lines: tuple[CourseLine, ...]
    left_out_count: int

    @property
    def counted(self) -> int:
        """Of how many sub-items the curve is the mean."""
        return len(self.lines)

    @property
    def planned(self) -> tuple[Fraction, ...]:
        """Mean planned completion at the end of each of the twelve months."""
        return _means([line.planned for line in self.lines])

    @property
    def actual(self) -> tuple[Fraction, ...]:
        """Mean reported completion at the end of each month up to the one asked."""
        return _means([line.reached for line in self.lines])


def course_of(
    found: Sequence[Light],
    given: Sequence[Report],
    curves: Mapping[str, Sequence[tuple[int, Decimal]]],
    period: int,
) -> Course:
    """The course of these lights by the reports that stand, up to a month."""
    by_measure: dict[tuple[str, str], list[Report]] = {}
    for report in given:
        by_measure.setdefault((report.sub_item, report.measure), []).append(report)
    lines: list[CourseLine] = []
    left_out = 0
    for light in found:
        deciding, curve = light.standing.deciding, curves.get(light.sub_item.code, ())
        if deciding is None:
            continue
        if deciding.basis not in ("department", "towns") or len(curve) != 12:
            left_out += 1
            continue
        own = by_measure.get((light.sub_item.code, deciding.measure.code), [])
        planned = tuple(Fraction(share) for _, share in curve)
        lines.append(CourseLine(light, planned, _reached(own, deciding, period)))
    return Course(tuple(lines), left_out)


def _means(rows: Sequence[Sequence[Fraction]]) -> tuple[Fraction, ...]:
    return tuple(sum(month, Fraction(0)) / len(rows) for month in zip(*rows, strict=True))


def _reached(own: Sequence[Report], part: MeasureStanding, period: int) -> tuple[Fraction, ...]:
    """Completion at the end of each month by the reports known then, capped at the whole."""
    target = Fraction(part.target or 1)
    newest: dict[str | None, Decimal] = {}
    at_end: list[Fraction] = []
    counts = [r for r in own if (r.town is None) == (part.basis == "department")]
    for month in range(period // 100 * 100 + 1, period + 1):
        newest |= {r.town: r.total_done for r in counts if r.period == month}
        done = Fraction(sum(newest.values(), Decimal(0)))
        at_end.append(min(done / target, Fraction(1)))
    return tuple(at_end)
