"""When somebody is reminded of what is due: before, on the day, after it, and never all at once.

Nobody is reminded on a day of rest. What would fall on one before the due day moves to the worked
day before it, since later may be too late; what would fall on one after it moves to the next worked
day, since nothing can be called late before it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from mingbai.engine.schedule.calendars import SATURDAY, SUNDAY, Calendar

_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RemindSpec:
    """How often one kind of duty is reminded of; days are natural days from the due day.

    ``before`` and ``after`` are days each reminded of once; past the last of ``after`` again every
    ``every`` days (0: no more) until ``until`` days past the due day. From ``lead_from`` days past
    it the lead is told as well (None: never).
    """

    before: tuple[int, ...]
    on_day: bool
    after: tuple[int, ...]
    every: int
    until: int
    lead_from: int | None


@dataclass(frozen=True, slots=True)
class RemindStage:
    """One reminder of a duty: its code, the day it is for, and whether the lead is told too.

    ``code`` is ``before-3``, ``due``, ``after-7``: what a reminder once sent is known by.
    """

    code: str
    days_late: int
    on_date: dt.date
    tells_lead: bool


def works_on(calendar: Calendar, day: dt.date) -> bool:
    """Whether a day is worked; where the calendar does not reach, Monday to Friday are."""
    if calendar.first_date <= day <= calendar.last_date:
        return calendar.works_on(day)
    return day.weekday() not in (SATURDAY, SUNDAY)


def remind_stages(
    spec: RemindSpec, due_date: dt.date, calendar: Calendar
) -> tuple[RemindStage, ...]:
    """Every reminder of a duty due on a day, in the order they are sent."""
    days = {-each for each in spec.before} | set(spec.after)
    if spec.on_day:
        days.add(0)
    if spec.every:
        last = max(spec.after, default=0)
        days.update(range(last + spec.every, spec.until + 1, spec.every))
    return tuple(_stage(spec, due_date, each, calendar) for each in sorted(days))


def stage_due(
    spec: RemindSpec,
    due_date: dt.date,
    *,
    today: dt.date,
    calendar: Calendar,
    sent: Collection[str] = (),
) -> RemindStage | None:
    """The one reminder to send today, or None; ``sent`` are the codes sent already.

    Days on which nothing ran are caught up by the newest stage alone: whoever was not reminded of
    three stages is reminded once. Nothing is sent on a day of rest, nor twice, nor after ``until``.
    """
    if not works_on(calendar, today) or (today - due_date).days > max(spec.until, 0):
        return None
    reached = [each for each in remind_stages(spec, due_date, calendar) if each.on_date <= today]
    newest = reached[-1] if reached else None
    return None if newest is None or newest.code in sent else newest


def _stage(spec: RemindSpec, due_date: dt.date, days: int, calendar: Calendar) -> RemindStage:
    day, step = due_date + days * _DAY, _DAY if days > 0 else -_DAY
    while not works_on(calendar, day):
        day += step
    code = f"after-{days}" if days > 0 else f"before-{-days}" if days else "due"
    return RemindStage(code, days, day, spec.lead_from is not None and days >= spec.lead_from)
