"""Networks and calendars for the tests: small ones with known answers, and drawn ones."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from mingbai.engine.schedule import Activity, Calendar, Link, Span, every_day

FIRST, LAST = dt.date(2020, 1, 1), dt.date(2022, 12, 31)
NATURAL = every_day(FIRST, LAST)
WEEKDAYS = Calendar(FIRST, LAST)
#: The official days of 2021 (国办发明电〔2020〕27号), and a winter stop.
OFFICIAL = Calendar(
    FIRST,
    LAST,
    holidays=frozenset(
        dt.date(2021, month, day)
        for month, days in {
            1: (1, 2, 3), 2: range(11, 18), 4: (3, 4, 5), 5: range(1, 6), 6: (12, 13, 14),
            9: (19, 20, 21), 10: range(1, 8),
        }.items()
        for day in days
    ),
    make_up=frozenset(
        dt.date(2021, *day)
        for day in ((2, 7), (2, 20), (4, 25), (5, 8), (9, 18), (9, 26), (10, 9))
    ),
    stops=(Span(dt.date(2021, 12, 20), dt.date(2022, 2, 10), "冬季停工"),),
)  # fmt: skip


def step(name, days, *before, **more):
    """An activity after others: ids, or links."""
    links = tuple(each if isinstance(each, Link) else Link(each) for each in before)
    return Activity(name, days=days, after=links, **more)


def calendars():
    """Calendars with holes: weekends or none, holidays, reopened days, stops."""
    days = st.dates(dt.date(2021, 1, 1), dt.date(2021, 12, 31))

    @st.composite
    def drawn(draw):
        holidays = draw(st.frozensets(days, max_size=40))
        make_up = draw(st.frozensets(days, max_size=10)) - holidays
        stops = [
            Span(first, first + dt.timedelta(draw(st.integers(0, 40))))
            for first in draw(st.lists(days, max_size=3))
        ]
        rest = draw(st.sampled_from([frozenset(), frozenset({5, 6}), frozenset({6})]))
        return Calendar(FIRST, LAST, rest, holidays, make_up, tuple(stops))

    return drawn()


NEVER, NONE = st.just(False), st.just(0)


@st.composite
def networks(draw, *, kinds=("FS",), lags=NONE, natural=NEVER, named=("",), least=0):
    """Up to twelve activities, each after some of those before it, in a shuffled order."""
    count = draw(st.integers(1, 12))
    made = []
    for number in range(count):
        before = (
            draw(st.frozensets(st.integers(0, number - 1), max_size=3)) if number else frozenset()
        )
        links = tuple(
            Link(f"s{each}", draw(st.sampled_from(kinds)), draw(lags), draw(natural))
            for each in sorted(before)
        )
        made.append(
            Activity(
                f"s{number}", days=draw(st.integers(least, 8)), after=links,
                calendar=draw(st.sampled_from(named)),
            )
        )  # fmt: skip
    return draw(st.permutations(made))
