"""What must hold of every schedule, on drawn networks and calendars with holes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.engine.schedule.networks import NATURAL, calendars, networks

from mingbai.engine.schedule import CannotSchedule, Link, make_schedule

START, DUE = dt.date(2021, 2, 1), dt.date(2021, 11, 30)
ONE = dt.timedelta(1)
LAGS = st.integers(-3, 6)
KINDS = ("FS", "SS", "FF", "SF")
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def nth_day(calendar, day, days):
    """The worked day ``days`` after a worked day, counted one by one."""
    while days:
        day += ONE
        days -= calendar.works_on(day)
    return day


def held(steps, step_id, day):
    return [replace(each, not_before=day) if each.id == step_id else each for each in steps]


@MANY
@given(networks(lags=st.integers(0, 6)), calendars(), st.data())
def test_a_step_later_than_its_latest_start_moves_the_finish_by_exactly_that_much(
    steps, calendar, data
):
    plan = make_schedule(steps, calendar, start_date=START)
    step = data.draw(st.sampled_from([s for s in plan.steps if s.activity.days] or [None]))
    assume(step is not None)
    on_time = make_schedule(
        held(steps, step.id, step.latest_start_date), calendar, start_date=START
    )
    assert on_time.finish_date == plan.finish_date
    late = data.draw(st.integers(1, 20))
    day = nth_day(calendar, step.latest_start_date, late)
    slipped = make_schedule(held(steps, step.id, day), calendar, start_date=START)
    slip = calendar.days_between(plan.finish_date, slipped.finish_date) - calendar.days_between(
        plan.finish_date, plan.finish_date
    )
    assert slip == late


@MANY
@given(
    networks(kinds=KINDS, lags=LAGS, natural=st.booleans(), named=("", "natural")),
    calendars(),
    st.data(),
)
def test_the_latest_start_is_the_last_that_keeps_the_deadline_whatever_the_links(
    steps, calendar, data
):
    """Several calendars, all kinds of links, natural lags: kept up to it, broken a day later."""
    more = {"natural": NATURAL}
    free = make_schedule(steps, calendar, start_date=START, calendars=more)
    due = free.finish_date + dt.timedelta(data.draw(st.integers(0, 30)))
    plan = make_schedule(steps, calendar, start_date=START, finish_date=due, calendars=more)
    step = data.draw(st.sampled_from([s for s in plan.steps if s.activity.days] or [None]))
    assume(step is not None)

    def finish_when_starting(day):
        return make_schedule(
            held(steps, step.id, day), calendar, start_date=START, calendars=more
        ).finish_date

    assert step.start_date <= step.latest_start_date
    assert finish_when_starting(step.latest_start_date) <= due
    own = plan.calendars[step.activity.calendar]
    assert finish_when_starting(nth_day(own, step.latest_start_date, 1)) > due


@MANY
@given(networks(lags=LAGS), calendars())
def test_earliest_latest_and_floats_agree(steps, calendar):
    plan = make_schedule(steps, calendar, start_date=START)
    by_id = {step.id: step for step in plan.steps}
    for step in plan.steps:
        assert step.start_date <= step.finish_date
        assert 0 <= step.free_float <= step.total_float
        if not step.activity.days:
            continue
        assert step.finish_date <= step.latest_finish_date
        begins = calendar.days_between(step.start_date, step.latest_start_date)
        ends = calendar.days_between(step.finish_date, step.latest_finish_date)
        assert begins == ends == step.total_float + 1
        assert calendar.days_between(step.start_date, step.finish_date) == step.activity.days
        assert calendar.works_on(step.start_date)
        assert calendar.works_on(step.latest_finish_date)
    critical = {step.id for step in plan.steps if step.critical}
    assert critical == {step.id for step in plan.steps if step.total_float == 0}
    for chain in plan.critical_chains():
        assert all(by_id[name].total_float == 0 for name in chain)
        assert by_id[chain[-1]].finish_date == plan.finish_date


@MANY
@given(networks(lags=st.integers(0, 6), least=1), calendars())
def test_floats_add_up_along_every_path(steps, calendar):
    """A step's total float is the least, over what follows, of the gap and that step's float."""
    plan = make_schedule(steps, calendar, start_date=START, finish_date=DUE)
    by_id = {step.id: step for step in plan.steps}

    def gap(step, day):
        """Worked days after a step and before a day."""
        return calendar.days_between(step.finish_date + ONE, day - ONE)

    for step in plan.steps:
        gaps = [gap(step, plan.finish_date + ONE)]
        ways = [gaps[0] + plan.spare_days]
        for later in plan.steps:
            for link in later.activity.after:
                if link.before == step.id:
                    gaps.append(gap(step, later.start_date) - link.lag)
                    ways.append(gaps[-1] + by_id[later.id].total_float)
        assert step.total_float == min(ways)
        assert step.free_float == min(gaps)


@MANY
@given(networks(lags=LAGS), calendars())
def test_forward_from_a_back_schedule_changes_nothing_on_the_chain(steps, calendar):
    back = make_schedule(steps, calendar, finish_date=DUE)
    forth = make_schedule(steps, calendar, start_date=back.start_date)
    again = {step.id: step for step in forth.steps}
    assert forth.critical_chains(5) == back.critical_chains(5)
    for step in back.steps:
        if step.critical and step.activity.days:
            assert again[step.id].start_date == step.start_date
            assert step.start_date >= step.latest_start_date or back.spare_days > 0
    assert back.spare_days >= 0
    later = nth_day(calendar, _first_worked(calendar, back.start_date), 1)
    if forth.spare_days == back.spare_days == 0 and any(s.activity.days for s in back.steps):
        moved = make_schedule(steps, calendar, start_date=later, finish_date=DUE)
        assert moved.spare_days < 0, "a day later the finish is lost"


def _first_worked(calendar, day):
    while not calendar.works_on(day):
        day += ONE
    return day


@MANY
@given(networks(), st.integers(0, 11), st.integers(0, 11))
def test_a_circle_is_always_found(steps, one, two):
    """Close a circle through any two steps of which one already waits for the other."""
    by_id = {each.id: each for each in steps}
    first, last = f"s{min(one, two)}", f"s{max(one, two)}"
    assume(first in by_id and last in by_id)
    waits = {last}
    while True:
        more = waits | {link.before for name in waits for link in by_id[name].after}
        if more == waits:
            break
        waits = more
    assume(first in waits)
    closed = [
        replace(each, after=(*each.after, Link(last))) if each.id == first else each
        for each in steps
    ]
    with pytest.raises(CannotSchedule, match="互为前提"):
        make_schedule(closed, NATURAL, start_date=START)
