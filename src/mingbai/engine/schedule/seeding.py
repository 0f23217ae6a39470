"""First filling of the table of official days, from the chinesecalendar package.

Only where the table is made. Passes never ask the package: it knows the years up to its own
release, and the county's table, once made, is edited and carries its own sources.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import chinese_calendar  # type: ignore[import-untyped]

from mingbai.engine.schedule.calendars import CannotSchedule
from mingbai.engine.schedule.days import DayKind, ListedDay


def seed_days(years: Iterable[int]) -> tuple[ListedDay, ...]:
    """The days of these years that are not what their day of the week says, by day.

    Raises CannotSchedule for a year the package does not know.
    """
    known = {day.year for day in chinese_calendar.holidays}
    source = f"chinesecalendar {chinese_calendar.__version__}，待按国办通知核对"
    found: list[ListedDay] = []
    for year in years:
        if year not in known:
            raise CannotSchedule(f"没有{year}年的节假日种子数据，请按国办通知手工补录。")
        tables: tuple[tuple[dict[dt.date, str], DayKind], ...] = (
            (chinese_calendar.holidays, "holiday"),
            (chinese_calendar.workdays, "make_up"),
        )
        found += [
            ListedDay(day, kind, chinese_calendar.Holiday(name).chinese, source)
            for days, kind in tables
            for day, name in days.items()
            if day.year == year
        ]
    return tuple(sorted(found))
