"""Which progress counts as lagging, and the causes that an office may give for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from mingbai.engine.schedule import LagKind, LagSpec, Severity
from mingbai.rulebook.model.words import Kind, ValueIs

#: What a rule looks at: whole sub-items, or each town's part of one.
Among = Literal["sub_items", "towns"]
MeanOf = Literal["peers", "upper"]


@dataclass(frozen=True, slots=True)
class LagRule:
    """One rule between two dates; empty ``months``, ``kinds`` and ``sub_items`` mean all.

    ``points`` are 百分点; ``nodes`` are (month, share due) pairs of a rule by month; ``count`` is
    how many at the bottom are named; ``of`` is whose mean.
    """

    code: str
    name: str
    kind: LagKind
    among: Among
    severity: Severity
    points: Decimal
    nodes: tuple[tuple[int, Decimal], ...]
    count: int
    of: MeanOf
    spares_on_schedule: bool
    months: tuple[int, ...]
    kinds: tuple[Kind, ...]
    sub_items: tuple[str, ...]
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str

    @property
    def rule_id(self) -> str:
        """Name the rule in results."""
        return f"lag/{self.code}@{self.from_date.isoformat()}"

    def applies_to(self, sub_item: str, kind: str) -> bool:
        """Tell whether this sub-item is looked at by the rule."""
        named = not self.sub_items or sub_item in self.sub_items
        return named and (not self.kinds or kind in self.kinds)

    def spec(self, month: int) -> LagSpec | None:
        """Return the rule as it stands in a month; None where it does not speak then."""
        ratio = dict(self.nodes).get(month)
        speaks = not self.months or month in self.months
        if not speaks or (self.kind == "below_ratio" and ratio is None):
            return None
        return LagSpec(
            self.code,
            self.kind,
            self.severity,
            points=Fraction(self.points),
            ratio=Fraction(ratio or 0),
            count=self.count,
            of=self.of,
            spares_on_schedule=self.spares_on_schedule,
        )


@dataclass(frozen=True, slots=True)
class LagCause:
    """A category of cause, offered between two dates."""

    code: str
    name: str
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str


@dataclass(frozen=True, slots=True)
class LagBook:
    """All rules and causes, of every date; empty where the book has no such page."""

    rules: tuple[LagRule, ...] = ()
    causes: tuple[LagCause, ...] = ()

    def rules_on(self, day: dt.date) -> tuple[LagRule, ...]:
        """Return the rules in force on a day."""
        return tuple(each for each in self.rules if _in_force(each, day))

    def causes_on(self, day: dt.date) -> tuple[LagCause, ...]:
        """Return the causes that may be given on a day."""
        return tuple(each for each in self.causes if _in_force(each, day))

    def cause_name(self, code: str) -> str:
        """Return what a cause is called, also one no longer offered; the code where unknown."""
        return next((each.name for each in self.causes if each.code == code), code)


def _in_force(value: LagRule | LagCause, day: dt.date) -> bool:
    return value.from_date <= day and (value.to_date is None or day <= value.to_date)
