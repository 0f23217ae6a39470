"""Reminders: each stage once, none on a day of rest, missed days caught up by the newest alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.engine.schedule import (
    Calendar,
    RemindSpec,
    remind_stages,
    stage_due,
    works_on,
)

#: A made-up stretch: weekends off, 1 to 7 October are holidays, 9 October is worked instead.
CALENDAR = Calendar(
    date(2021, 1, 1),
    date(2021, 12, 31),
    holidays=frozenset(date(2021, 10, day) for day in range(1, 8)),
    make_up=frozenset({date(2021, 10, 9)}),
)
SPEC = RemindSpec(before=(3, 1), on_day=True, after=(1, 3), every=3, until=12, lead_from=3)


def days_of(spec, due):
    return {stage.code: stage.on_date for stage in remind_stages(spec, due, CALENDAR)}


def test_before_moves_back_and_after_moves_on_over_days_of_rest():
    found = days_of(SPEC, date(2021, 10, 7))
    assert found["before-3"] == found["before-1"] == found["due"] == date(2021, 9, 30)
    assert found["after-1"] == date(2021, 10, 8), "a Friday that is worked"
    assert found["after-3"] == date(2021, 10, 11), "a Sunday moves to Monday"
    assert list(found) == [
        "before-3", "before-1", "due", "after-1", "after-3", "after-6", "after-9", "after-12",
    ]  # fmt: skip


def test_without_repeats_and_on_the_day_only():
    assert list(days_of(RemindSpec((), True, (), 0, 0, None), date(2021, 6, 1))) == ["due"]
    assert days_of(RemindSpec((), False, (), 0, 0, None), date(2021, 6, 1)) == {}
    assert list(days_of(RemindSpec((), False, (), 4, 9, None), date(2021, 6, 1))) == [
        "after-4", "after-8",
    ]  # fmt: skip


def test_the_lead_is_told_from_its_day_on():
    told = {s.code for s in remind_stages(SPEC, date(2021, 6, 15), CALENDAR) if s.tells_lead}
    assert told == {"after-3", "after-6", "after-9", "after-12"}
    never = RemindSpec((1,), True, (1,), 0, 5, None)
    assert not any(s.tells_lead for s in remind_stages(never, date(2021, 6, 15), CALENDAR))


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2021, 6, 11), None), (date(2021, 6, 14), "before-1"), (date(2021, 6, 15), "due"),
        (date(2021, 6, 16), "after-1"), (date(2021, 6, 19), None), (date(2021, 6, 21), "after-6"),
        (date(2021, 6, 27), None), (date(2021, 6, 28), None),
    ],
)  # fmt: skip
def test_one_stage_a_day(day, code):
    """The fifteenth is a Tuesday: three days before is a Saturday, told on the Friday before."""
    found = stage_due(
        SPEC, date(2021, 6, 15), today=day, calendar=CALENDAR, sent={"before-3", "after-3"}
    )
    assert (found and found.code) == code


def test_beyond_the_calendar_monday_to_friday_are_worked():
    assert works_on(CALENDAR, date(2022, 1, 3))
    assert not works_on(CALENDAR, date(2022, 1, 1))
    assert works_on(CALENDAR, date(2021, 10, 9))
    assert not works_on(CALENDAR, date(2021, 10, 5))


specs = st.builds(
    RemindSpec,
    before=st.sets(st.integers(1, 10), max_size=3).map(lambda s: tuple(sorted(s))),
    on_day=st.booleans(),
    after=st.sets(st.integers(1, 10), max_size=3).map(lambda s: tuple(sorted(s))),
    every=st.integers(0, 6),
    until=st.integers(10, 40),
    lead_from=st.none() | st.integers(1, 10),
)
dues = st.dates(date(2021, 8, 15), date(2021, 11, 1))
EVERY_DAY = [date(2021, 7, 25) + timedelta(days=n) for n in range(160)]


def run(spec, due, days, done_on=None):
    """What a house sends that looks on these days, until the duty is done."""
    sent: list[tuple[date, str]] = []
    for day in days:
        if done_on is not None and day >= done_on:
            break
        stage = stage_due(spec, due, today=day, calendar=CALENDAR, sent={code for _, code in sent})
        if stage:
            sent.append((day, stage.code))
    return sent


@given(specs, dues)
def test_running_every_day_sends_each_stage_on_its_day_once(spec, due):
    sent = run(spec, due, EVERY_DAY)
    assert len({code for _, code in sent}) == len(sent)
    stages = {s.code: s for s in remind_stages(spec, due, CALENDAR)}
    latest = {}
    for stage in stages.values():
        latest[stage.on_date] = stage.code
    reach = due + timedelta(days=spec.until)
    assert sent == sorted((day, code) for day, code in latest.items() if day <= reach)


@given(specs, dues, st.data())
def test_missed_days_are_caught_up_without_a_flood(spec, due, data):
    ran = data.draw(st.lists(st.sampled_from(EVERY_DAY), unique=True).map(sorted))
    sent = run(spec, due, ran)
    assert len({day for day, _ in sent}) == len(sent), "at most one a day"
    assert len({code for _, code in sent}) == len(sent), "each stage once"
    order = [s.code for s in remind_stages(spec, due, CALENDAR)]
    places = [order.index(code) for _, code in sent]
    assert places == sorted(places), "never back to an earlier stage"
    for day, code in sent:
        assert works_on(CALENDAR, day)
        assert (day - due).days <= spec.until
        stage = next(s for s in remind_stages(spec, due, CALENDAR) if s.code == code)
        assert stage.on_date <= day, "never before its day"
        if stage.days_late > 0:
            assert day > due, "nothing is called late before it is"


@given(specs, dues, st.sampled_from(EVERY_DAY))
def test_nothing_after_it_is_done_and_again_gives_nothing(spec, due, done_on):
    assert all(day < done_on for day, _ in run(spec, due, EVERY_DAY, done_on))
    doubled = [day for day in EVERY_DAY for _ in range(2)]
    assert run(spec, due, doubled) == run(spec, due, EVERY_DAY)
