"""Which days are worked: weekends, official holidays with their make-up days, stops of a season."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

SATURDAY: Final = 5
SUNDAY: Final = 6

#: A boundary between two days, as the ordinal of the day that begins there. Work of days 3 and 4
#: begins at boundary 3 and ends at boundary 5.
Boundary = int


class CannotSchedule(ValueError):
    """A calendar or a network that allows no schedule; says which days or which steps, and why."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from ``first`` to ``last``, both included, and what they are."""

    first: dt.date
    last: dt.date
    name: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise CannotSchedule(
                f"时段“{self.name}”的止日{self.last}早于起日{self.first}，请更正。"
            )

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Season:
    """A stop that comes every year, such as 冬季停工 or 汛期: (month, day) to (month, day)."""

    name: str
    first: tuple[int, int]
    last: tuple[int, int]

    def spans(self, years: Iterable[int]) -> tuple[Span, ...]:
        """The season of each of these years; one that passes New Year ends in the next."""
        over = int(self.last < self.first)
        return tuple(
            Span(dt.date(year, *self.first), dt.date(year + over, *self.last), self.name)
            for year in years
        )


@dataclass(frozen=True)
class Calendar:
    """The worked days between two dates; outside them nothing is known, and asking raises.

    ``holidays`` close days of the week that are usually worked, ``make_up`` days reopen rest days
    (调休上班), ``stops`` close whatever the other two say. ``rest`` are weekdays, Monday is 0.
    """

    first_date: dt.date
    last_date: dt.date
    rest: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    holidays: frozenset[dt.date] = frozenset()
    make_up: frozenset[dt.date] = frozenset()
    stops: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        both = sorted(self.holidays & self.make_up)
        if both:
            raise CannotSchedule(f"{both[0]}既列为假日又列为调休上班日，请核对日历。")
        if not self._days:
            raise CannotSchedule(f"日历从{self.first_date}到{self.last_date}没有一个工作日。")

    @cached_property
    def _days(self) -> tuple[Boundary, ...]:
        reach = range(self.first_date.toordinal(), self.last_date.toordinal() + 1)
        return tuple(day for day in reach if self._is_worked(dt.date.fromordinal(day)))

    def _is_worked(self, day: dt.date) -> bool:
        if any(day in stop for stop in self.stops):
            return False
        if day in self.make_up:
            return True
        return day.weekday() not in self.rest and day not in self.holidays

    def works_on(self, day: dt.date) -> bool:
        """Whether this day is worked."""
        return self.rank(self._known(day) + 1) > self.rank(day.toordinal())

    def days_between(self, first: dt.date, last: dt.date) -> int:
        """Worked days from ``first`` to ``last``, both included; below zero where they are turned.

        The day before ``first`` as ``last`` gives 0.
        """
        return self.rank(self._known(last) + 1) - self.rank(self._known(first))

    def without(self, *stops: Span) -> Calendar:
        """This calendar with more days closed."""
        return _closed(self, stops)

    def closed_spans(self, first: dt.date, last: dt.date) -> Iterator[Span]:
        """Unbroken runs of days without work within a range, for the shading of a chart."""
        begun: dt.date | None = None
        for ordinal in range(self._known(first), self._known(last) + 1):
            day = dt.date.fromordinal(ordinal)
            if not self.works_on(day):
                begun = begun or day
            elif begun is not None:
                yield Span(begun, day - dt.timedelta(1))
                begun = None
        if begun is not None:
            yield Span(begun, last)

    # -- boundaries and ranks: what the passes calculate with ------------------------------------

    def rank(self, at: Boundary) -> int:
        """How many worked days end at or before a boundary."""
        return bisect_left(self._days, at)

    def day(self, rank: int) -> Boundary:
        """Where the worked day with this rank begins; raises beyond the calendar."""
        if 0 <= rank < len(self._days):
            return self._days[rank]
        raise CannotSchedule(
            f"排期超出工作日历（{self.first_date}至{self.last_date}），"
            "请先补录相应年份的节假日和停工安排。"
        )

    def close(self, at: Boundary) -> Boundary:
        """The first boundary not before ``at`` at which a worked day ends."""
        return self.day(self.rank(at - 1)) + 1

    def add(self, at: Boundary, days: int) -> Boundary:
        """The boundary ``days`` worked days later; 0 stays where it is.

        Below zero it is earlier, but never before the calendar: nothing can begin there.
        """
        if days > 0:
            return self.day(self.rank(at) + days - 1) + 1
        return self.day(max(self.rank(at) + days, 0)) if days < 0 else at

    def undo(self, at: Boundary, days: int) -> Boundary:
        """The last boundary from which ``add`` does not pass ``at``."""
        if days > 0:
            return self.day(self.rank(at) - days)
        if days == 0:
            return at
        rank = self.rank(at + 1) - 1 - days
        return self.day(rank) if rank < len(self._days) else self.last_date.toordinal() + 1

    def _known(self, day: dt.date) -> Boundary:
        if not self.first_date <= day <= self.last_date:
            raise CannotSchedule(
                f"{day}不在工作日历（{self.first_date}至{self.last_date}）之内，"
                "请先补录相应年份的节假日和停工安排。"
            )
        return day.toordinal()


@lru_cache(maxsize=32)
def _closed(calendar: Calendar, stops: tuple[Span, ...]) -> Calendar:
    # Every page of works asks for the same few: going through years of days takes milliseconds.
    return Calendar(
        calendar.first_date, calendar.last_date, calendar.rest, calendar.holidays,
        calendar.make_up, (*calendar.stops, *stops),
    )  # fmt: skip


def every_day(first_date: dt.date, last_date: dt.date) -> Calendar:
    """A calendar without rest: natural days."""
    return Calendar(first_date, last_date, rest=frozenset())
