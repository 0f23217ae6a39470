"""When everything is to be compared with everything: a day of each month."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from mingbai.rulebook.model.words import ValueIs


@dataclass(frozen=True, slots=True)
class MonthlyComparison:
    """All rosters are compared by this day of each month, its last day where it has no such day."""

    day: int
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str

    def due_in(self, month: dt.date) -> dt.date:
        """The day it is due in the month that a date lies in."""
        last = calendar.monthrange(month.year, month.month)[1]
        return month.replace(day=min(self.day, last))
