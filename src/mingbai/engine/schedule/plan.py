"""Back-scheduling and its answers: dates, floats, the chain that decides, for every step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from mingbai.engine.schedule.calendars import Boundary, Calendar, CannotSchedule
from mingbai.engine.schedule.network import Activity, Link, Network, make_network
from mingbai.engine.schedule.passes import (
    Calendars,
    Window,
    calendar_of,
    is_settled,
    link_slack,
    pass_backward,
    pass_forward,
    to_do,
)

State = Literal["waiting", "running", "done"]


@dataclass(frozen=True, slots=True)
class Step:
    """One activity in its schedule. Dates are days worked: the first and the last of the step.

    A milestone stands at the close of its day (on the first day of all also at its opening). What
    evidence has settled has no latest date and no float: ``None``. Floats are worked days of the
    step's own calendar: ``total_float`` before the deadline breaks (below zero: already broken),
    ``free_float`` before any later step moves. ``critical``: one day's delay delays the whole.
    """

    activity: Activity
    state: State
    start_date: dt.date
    finish_date: dt.date
    latest_start_date: dt.date | None
    latest_finish_date: dt.date | None
    total_float: int | None
    free_float: int | None
    critical: bool

    @property
    def id(self) -> str:
        return self.activity.id

    @property
    def name(self) -> str:
        return self.activity.name or self.activity.id


@dataclass(frozen=True)
class Schedule:
    """A network laid on its calendars.

    ``finish_date`` is the last day worked when every open step starts as early as it can,
    ``due_date`` the last day allowed, ``spare_days`` the worked days between (below zero: late),
    in the first calendar.
    """

    steps: tuple[Step, ...]
    start_date: dt.date
    finish_date: dt.date
    due_date: dt.date
    spare_days: int
    driving: Mapping[str, tuple[str, ...]]
    calendars: Calendars

    def step(self, step_id: str) -> Step:
        """The step with this id; KeyError for none."""
        return next(each for each in self.steps if each.id == step_id)

    def critical_chains(self, limit: int = 20) -> tuple[tuple[str, ...], ...]:
        """The chains that decide the finish, as ids in the order of work; at most ``limit``."""
        return tuple(islice(self._chains(), limit))

    def _chains(self) -> Iterator[tuple[str, ...]]:
        critical = [each.id for each in self.steps if each.critical]
        driven = {later for name in critical for later in self.driving[name]}
        paths: list[tuple[str, ...]] = [
            (name,) for name in reversed(critical) if name not in driven
        ]
        while paths:
            path = paths.pop()
            onward = self.driving[path[-1]]
            if not onward:
                yield path
            paths.extend((*path, name) for name in reversed(onward))


def make_schedule(
    activities: Iterable[Activity],
    calendar: Calendar,
    *,
    start_date: dt.date | None = None,
    finish_date: dt.date | None = None,
    today: dt.date | None = None,
    calendars: Mapping[str, Calendar] | None = None,
) -> Schedule:
    """Lay steps on a working calendar: forward from a start, backward from a finish, or both.

    With a finish only (倒排工期), the start is the last day that keeps it. With a start only, the
    deadline is the earliest finish. With both, floats say how much time there is, or is lacking.
    ``today`` is the first day on which open work can still be done. ``calendars`` are further ones,
    by the name that activities use. Raises CannotSchedule: no date given, steps in a circle, steps
    or calendars unknown, days beyond a calendar.
    """
    given: Calendars = {**(calendars or {}), "": calendar}
    network = make_network(activities)
    if not network.activities:
        raise CannotSchedule("没有工序，无法排期。请先录入工序和工期。")
    start = _last_begin(network, given, finish_date) if start_date is None else start_date
    now = max(today or start, start).toordinal()
    early = pass_forward(network, given, start.toordinal(), now)
    finish = max(window.finish for window in early.values())
    deadline = finish if finish_date is None else finish_date.toordinal() + 1
    late = pass_backward(network, given, deadline)
    driving = _driving(network, given, early, finish)
    steps = tuple(
        _step(each, network, given, early, late[each.id], finish, now, each.id in driving)
        for each in network.activities
    )
    ends = max(step.finish_date for step in steps)
    return Schedule(
        steps=steps,
        start_date=dt.date.fromordinal(min(window.start for window in early.values())),
        finish_date=ends,
        due_date=finish_date or ends,
        spare_days=calendar.rank(deadline) - calendar.rank(finish),
        driving=driving,
        calendars=given,
    )


def _last_begin(network: Network, calendars: Calendars, finish_date: dt.date | None) -> dt.date:
    """The last day on which the first open step may begin and the finish still be kept."""
    if finish_date is None:
        raise CannotSchedule("排期至少要给出开工日期或完工期限之一。")
    late = pass_backward(network, calendars, finish_date.toordinal() + 1)
    waiting = (late[each.id].start for each in network.activities if _state(each) == "waiting")
    return dt.date.fromordinal(min([finish_date.toordinal(), *waiting]))


def _state(activity: Activity) -> State:
    if activity.finished_date is not None:
        return "done"
    return "waiting" if activity.started_date is None else "running"


def _slack(
    before: Activity, link: Link, later: Activity, calendars: Calendars, early: Mapping[str, Window]
) -> int:
    return link_slack(
        link, early[before.id], early[later.id], calendar_of(before, calendars),
        calendar_of(later, calendars), point=not to_do(before),
    )  # fmt: skip


def _held(network: Network, activity: Activity) -> Iterator[tuple[Link, Activity]]:
    """The later steps that a step can still move."""
    for name, link in network.successors[activity.id]:
        later = network.by_id[name]
        # The start of a step under way has come: nothing is moved by it any more.
        gone = link.kind[0] == "S" and activity.started_date is not None
        if not gone and not is_settled(link, later):
            yield link, later


def _driving(
    network: Network, calendars: Calendars, early: Mapping[str, Window], finish: Boundary
) -> dict[str, tuple[str, ...]]:
    """Steps whose delay by a day delays the whole, and the later ones each of them moves."""
    driving: dict[str, tuple[str, ...]] = {}
    for each in reversed(network.activities):
        if each.finished_date is not None:
            continue
        calendar = calendar_of(each, calendars)
        last = calendar.rank(finish) == calendar.rank(early[each.id].finish)
        moved = dict.fromkeys(
            later.id
            for link, later in _held(network, each)
            if later.id in driving and not _slack(each, link, later, calendars, early)
        )
        if last or moved:
            driving[each.id] = tuple(moved)
    return driving


def _step(
    activity: Activity,
    network: Network,
    calendars: Calendars,
    early: Mapping[str, Window],
    late: Window,
    finish: Boundary,
    now: Boundary,
    critical: bool,
) -> Step:
    state, place = _state(activity), early[activity.id]
    if state == "done":
        ended = dt.date.fromordinal(place.finish - 1)
        begun = activity.started_date or ended
        return Step(activity, state, begun, ended, None, None, None, None, critical=False)
    calendar = calendar_of(activity, calendars)
    slacks = [
        _slack(activity, link, later, calendars, early) for link, later in _held(network, activity)
    ]
    ends = calendar.rank(place.finish)
    begin, end = _days(place, now)
    latest_begin, latest_end = _days(late, now)
    return Step(
        activity,
        state,
        begin,
        end,
        latest_begin if state == "waiting" else None,
        latest_end,
        calendar.rank(late.finish) - ends,
        min([calendar.rank(finish) - ends, *slacks]),
        critical,
    )


def _days(window: Window, now: Boundary) -> tuple[dt.date, dt.date]:
    """The first and the last day worked in a window; a milestone's day, the one it closes."""
    begin, end = window.start, window.finish - 1
    if window.start == window.finish:
        begin = end = window.start - (window.start != now)
    return dt.date.fromordinal(begin), dt.date.fromordinal(end)
