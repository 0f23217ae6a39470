"""Who is on which roster in which months, with nothing wrong: the clean part of the county."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mingbai.engine.generate.lots import Ints
from mingbai.engine.generate.plan import Plan, SubItem
from mingbai.engine.generate.population import Population
from mingbai.engine.generate.rows import Rows, birth_months, standard_rows

_AT_ONCE = 1_000_000


#: For each person a month of the year.
Months = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Enrolled:
    """People of one sub-item in order, the first and last month each is paid, and the course."""

    people: Ints
    first: Months
    last: Months
    course: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    def count(self, months: tuple[int, ...]) -> int:
        """Rows that these months will have."""
        return sum(int(((self.first <= m) & (self.last >= m)).sum()) for m in months)


def death_dates(population: Population, plan: Plan) -> tuple[Ints, Ints]:
    """The dead (never one set aside for a case) and the day each died, in two years' time."""
    dead, days = [], []
    opening = int(np.datetime64(f"{plan.year - 1}-01-01").astype(int))
    for people in _parts(len(population)):
        old = population.birth[people] < int(np.datetime64("1991-01-01").astype(int))
        free = ~population.set_aside(people)
        lot = population.lots.share("death", people) < 0.016
        chosen = people[old & free & lot]
        dead.append(chosen)
        days.append(opening + population.lots.between("day of death", chosen, 0, 729))
    return np.concatenate(dead), np.concatenate(days)


def enrol(population: Population, plan: Plan, sub_item: SubItem, last_alive: Months) -> Enrolled:
    """Those who qualify and whose lot falls."""
    mourning = np.zeros(len(population.heads), np.bool_)
    mourning[population.household[last_alive <= 12]] = sub_item.steady
    parts = [
        _qualify(population, plan, sub_item, people, last_alive, mourning)
        for people in _parts(len(population))
    ]
    people = np.concatenate([part[0] for part in parts])
    first, last = (np.concatenate([part[n] for part in parts]) for n in (1, 2))
    if sub_item.course_seats:
        whole_year = (first == 1) & (last == 12)
        people = people[whole_year]
        course = np.arange(len(people)) // sub_item.course_seats
        first = last = (course % 12 + 1).astype(np.int8)
        return Enrolled(people, first, last, course)
    return Enrolled(people, first, last)


def enrol_towns(population: Population, enrolled: Enrolled, most: Ints) -> Enrolled:
    """Only so many of each town, by lot."""
    order = np.argsort(population.lots.draw("of each town", enrolled.people), kind="stable")
    order = order[np.argsort(population.town(enrolled.people[order]), kind="stable")]
    town = population.town(enrolled.people[order])
    kept = np.sort(order[np.arange(len(order)) - np.searchsorted(town, town) < most[town]])
    return Enrolled(enrolled.people[kept], enrolled.first[kept], enrolled.last[kept])


def fill_up(population: Population, sub_item: SubItem, enrolled: Enrolled, rows: int) -> Enrolled:
    """Exactly `rows` rows in the sub-item's months, by lot, each person once a month at most.

    Raises ValueError where there are not so many.
    """
    people, months = [], []
    for month in sub_item.months:
        paid = enrolled.people[(enrolled.first <= month) & (enrolled.last >= month)]
        people.append(paid)
        months.append(np.full(len(paid), month, np.int8))
    who, when = np.concatenate(people), np.concatenate(months)
    if not 0 <= rows <= len(who):
        raise ValueError("the year cannot be filled up to the rows asked for")
    if not rows:
        return Enrolled(who[:0], when[:0], when[:0])
    lots = [population.lots.draw("fill", who[p] * 12 + when[p]) for p in _parts(len(who))]
    lot = np.concatenate(lots)
    # Lots of different items differ, so exactly so many lie up to this one.
    kept = lot <= np.partition(lot, rows - 1)[rows - 1]
    return Enrolled(who[kept], when[kept], when[kept])


def clean_rows(
    population: Population, plan: Plan, sub_item: SubItem, enrolled: Enrolled, month: int
) -> Rows:
    """Rows of a month."""
    paid = (enrolled.first <= month) & (enrolled.last >= month)
    rows = standard_rows(population, plan, sub_item, enrolled.people[paid], month)
    if sub_item.course_seats:
        rows |= course_rows(plan, enrolled.course[paid], month)
    return rows


def course_rows(plan: Plan, course: Ints, month: int) -> Rows:
    """Course, first and last day of it: a week from the second Monday or so of its month."""
    opening = int(np.datetime64(f"{plan.year}-{month:02d}-08").astype(int))
    start = np.full(len(course), opening, np.int64)
    return {"course": course, "start": start, "end": start + 6}


def _qualify(
    population: Population, plan: Plan, sub_item: SubItem, people: Ints, last_alive: Months,
    mourning: npt.NDArray[np.bool_],
) -> tuple[Ints, Months, Months]:  # fmt: skip
    home = population.household[people]
    # A lot named for households is drawn by all that use it, so that their shares stay apart.
    items = home if sub_item.household else people
    lot = population.lots.share(f"lot {sub_item.lot}", items)
    chosen = (lot >= sub_item.share_from) & (lot < sub_item.share_to) & ~mourning[home]
    head = people == population.heads[home]
    # Only the head of a household set aside gets a case; the others may fill the year up.
    chosen &= ~(population.set_aside(people) & (head if sub_item.fills else True))
    if sub_item.household == "one":
        chosen &= head
    if sub_item.sex is not None:
        chosen &= population.male[people] == (sub_item.sex == 1)
    people = people[chosen]
    born, on_first = birth_months(population, people)
    offset = born - plan.year * 12
    first = np.full(len(people), 1, np.int64)
    last = np.minimum(12, last_alive[people]).astype(np.int64)
    if sub_item.min_age is not None:
        first = np.maximum(first, sub_item.min_age * 12 + offset)
    if sub_item.max_age is not None:
        last = np.minimum(last, sub_item.max_age * 12 + 11 + ~on_first + offset)
    kept = (first <= last) & (first <= sub_item.months[-1]) & (last >= sub_item.months[0])
    if sub_item.steady:
        kept = (first == 1) & (last == 12)
    return people[kept], first[kept].astype(np.int8), last[kept].astype(np.int8)


def _parts(count: int) -> Iterator[Ints]:
    for start in range(0, count, _AT_ONCE):
        yield np.arange(start, min(start + _AT_ONCE, count))
