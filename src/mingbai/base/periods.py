"""Months as one number (202103) and the days they end on."""

from __future__ import annotations

import calendar
from datetime import date


def period_of(day: date) -> int:
    """The month of a day as one number."""
    return day.year * 100 + day.month


def month_end(period: int) -> date:
    """The last day of a month given as one number."""
    year, month = divmod(period, 100)
    return date(year, month, calendar.monthrange(year, month)[1])
