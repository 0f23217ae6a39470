"""Months as one number (202103) and the days they end on."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Final

#: Hours of a day as people write them: 8:30-11:30, 08：30至11：30.
HOURS: Final = r"^\s*(\d{1,2})[:：](\d{2})\s*(?:-|—|－|–|~|～|至|到)+\s*(\d{1,2})[:：](\d{2})\s*$"


def period_of(day: date) -> int:
    """The month of a day as one number."""
    return day.year * 100 + day.month


def month_end(period: int) -> date:
    """The last day of a month given as one number."""
    year, month = divmod(period, 100)
    return date(year, month, calendar.monthrange(year, month)[1])


def hours_of(text: str) -> tuple[int, int] | None:
    """From when to when, in minutes after midnight; None where it cannot be read or be."""
    found = re.match(HOURS, text)
    if found is None:
        return None
    first, first_part, last, last_part = map(int, found.groups())
    begin, end = first * 60 + first_part, last * 60 + last_part
    sound = max(first_part, last_part) < 60 and begin < end <= 24 * 60
    return (begin, end) if sound else None
