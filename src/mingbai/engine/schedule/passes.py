"""Forward and backward pass: the earliest and the latest place of every step.

All places are boundaries between days. The backward pass undoes the forward pass exactly: a step
that starts by its latest start keeps the deadline, one that starts a worked day later breaks it,
whatever the calendars, lags and kinds of links.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mingbai.engine.schedule.calendars import Boundary, Calendar, CannotSchedule
from mingbai.engine.schedule.network import Activity, Link, Network

Calendars = Mapping[str, Calendar]


class Window(NamedTuple):
    """Where a step begins and ends."""

    start: Boundary
    finish: Boundary


def calendar_of(activity: Activity, calendars: Calendars) -> Calendar:
    """The calendar a step is worked by; raises CannotSchedule for a name not given."""
    if activity.calendar not in calendars:
        raise CannotSchedule(
            f"工序“{activity.id}”所用的日历“{activity.calendar}”没有给出，请先建立该日历。"
        )
    return calendars[activity.calendar]


def proven_window(activity: Activity) -> Window | None:
    """Where evidence puts a finished step; ``None`` while it is open."""
    if activity.finished_date is None:
        return None
    end = activity.finished_date.toordinal() + 1
    begun = activity.started_date
    return Window(end if begun is None else begun.toordinal(), end)


def pass_forward(
    network: Network, calendars: Calendars, start: Boundary, today: Boundary
) -> dict[str, Window]:
    """The earliest window of every step, nothing before ``start``, open work not before today."""
    early: dict[str, Window] = {}
    for each in network.activities:
        calendar = calendar_of(each, calendars)
        start_bounds = [start, today]
        finish_bounds = [today]
        for link in each.after:
            before = early[link.before]
            at = link.forward(before.start if link.kind[0] == "S" else before.finish, calendar)
            (start_bounds if link.kind[1] == "S" else finish_bounds).append(at)
        if each.not_before is not None:
            start_bounds.append(each.not_before.toordinal())
        early[each.id] = proven_window(each) or _earliest(
            each, calendar, max(start_bounds), max(finish_bounds), today
        )
    return early


def _earliest(
    activity: Activity, calendar: Calendar, start: Boundary, finish: Boundary, today: Boundary
) -> Window:
    if activity.started_date is not None:
        begun = activity.started_date.toordinal()
        # Work that has not ended takes at least the day that is beginning.
        least = calendar.add(max(today, begun), max(activity.remaining_days or 0, 1))
        if activity.remaining_days is None:
            least = max(least, calendar.add(begun, activity.days))
        return Window(begun, calendar.close(max(least, finish)))
    days = to_do(activity)
    if not days:
        at = max(start, finish)
        return Window(at, at)
    rank = max(calendar.rank(start), calendar.rank(finish - 1) + 1 - days)
    return Window(calendar.day(rank), calendar.day(rank + days - 1) + 1)


def to_do(activity: Activity) -> int:
    """Worked days a step not begun will take: what the site says, else what was planned."""
    return activity.days if activity.remaining_days is None else activity.remaining_days


def pass_backward(network: Network, calendars: Calendars, deadline: Boundary) -> dict[str, Window]:
    """The latest window of every step that keeps the deadline and the due dates behind it."""
    late: dict[str, Window] = {}
    for each in reversed(network.activities):
        calendar = calendar_of(each, calendars)
        start_bounds: list[Boundary] = []
        finish_bounds = [deadline]
        if each.due_date is not None:
            finish_bounds.append(each.due_date.toordinal() + 1)
        for name, link in network.successors[each.id]:
            later = network.by_id[name]
            if is_settled(link, later):
                continue
            end = late[name].start if link.kind[1] == "S" else late[name].finish
            at = link.backward(end, calendar_of(later, calendars))
            (start_bounds if link.kind[0] == "S" else finish_bounds).append(at)
        late[each.id] = proven_window(each) or _latest(
            each, calendar, min(start_bounds, default=None), min(finish_bounds)
        )
    return late


def _latest(
    activity: Activity, calendar: Calendar, start: Boundary | None, finish: Boundary
) -> Window:
    if activity.started_date is not None:
        begun = activity.started_date.toordinal()
        return Window(begun, calendar.day(calendar.rank(finish) - 1) + 1)
    days = to_do(activity)
    if not days:
        at = finish if start is None else min(start, finish)
        return Window(at, at)
    rank = calendar.rank(finish) - days
    if start is not None:
        rank = min(rank, calendar.rank(start + 1) - 1)
    return Window(calendar.day(rank), calendar.day(rank + days - 1) + 1)


def is_settled(link: Link, later: Activity) -> bool:
    """Whether evidence has overtaken a link: the end it would hold has already come."""
    return later.finished_date is not None or (
        link.kind[1] == "S" and later.started_date is not None
    )


def link_slack(
    link: Link, before: Window, after: Window, calendar: Calendar, later: Calendar, *, point: bool
) -> int:
    """Worked days by which the step before may slip and this link still not move the later step.

    ``calendar`` is that of the step before, ``point`` says that it is a milestone.
    """
    at = link.backward(after.start if link.kind[1] == "S" else after.finish, later)
    if link.kind[0] == "S" and not point:
        return calendar.rank(at + 1) - 1 - calendar.rank(before.start)
    return calendar.rank(at) - calendar.rank(before.finish)
