"""Monthly progress reports: when they are due, what is asked about them, who says they count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from mingbai.engine.schedule import Calendar
from mingbai.rulebook.model.words import Effect, ValueIs

#: What a report may be asked about; ``line_left_out`` is a line that could not be counted at all.
DoubtKind = Literal[
    "fell",
    "sum_differs",
    "target_differs",
    "unit_differs",
    "line_left_out",
    "towns_differ",
    "people_differ",
    "roster_differs",
    "money_differs",
    "far_above",
]


@dataclass(frozen=True, slots=True)
class ReportReason:
    """A ground an office may give for a difference."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ReportRule:
    """How monthly reports are taken in between two dates; ``to_date`` inclusive or open (None).

    ``due_day`` counts in the month after the one reported. ``confirm``: a report counts only once
    a checker has confirmed it. ``far_above`` is a multiple of the target; tolerances are shares.
    ``effects``: ``hold`` keeps a report from being confirmed until the question is answered.
    """

    from_date: dt.date
    to_date: dt.date | None
    due_day: int
    extends: bool
    remind_days: int
    check_days: int
    confirm: bool
    far_above: Decimal
    people_units: tuple[str, ...]
    people_tolerance: Decimal
    money_tolerance: Decimal
    effects: Mapping[DoubtKind, Effect]
    reasons: tuple[ReportReason, ...]
    value_is: ValueIs
    source: str

    @property
    def rule_id(self) -> str:
        """Name the rule in results."""
        return f"reports@{self.from_date.isoformat()}"

    def due_date(self, period: int, calendar: Calendar) -> dt.date:
        """The last day to hand in the report of a month (yyyymm)."""
        year, month = divmod(period, 100)
        day = dt.date(year + month // 12, month % 12 + 1, self.due_day)
        while self.extends and not calendar.works_on(day):
            day += dt.timedelta(days=1)
        return day

    def check_date(self, period: int, calendar: Calendar) -> dt.date:
        """The last day to confirm it: so many worked days after it was due."""
        start = self.due_date(period, calendar) + dt.timedelta(days=1)
        return dt.date.fromordinal(calendar.add(start.toordinal(), self.check_days) - 1)
