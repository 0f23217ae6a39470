"""Roster rows as whole columns of serial numbers, before they become keys and text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from mingbai.engine.generate.lots import Ints
from mingbai.engine.generate.plan import Plan, SubItem
from mingbai.engine.generate.population import Population

#: What is not known, in every column.
NONE: Final = -(2**31)
#: A grade that no rule knows.
STRANGE_GRADE: Final = -2

#: Lists have one line of heading.
LINES_FROM: Final = 2

Rows = dict[str, Ints]

#: `person` orders the rows, `sheet` is the town that handed them in, `mark` ties a row to an
#: expected finding; none of the three is told. The others are what the row says.
COLUMNS: Final = (
    "person", "sheet", "mark", "id", "account", "phone", "name", "household", "head", "benefit",
    "town", "village", "period", "amount", "grade", "birth", "sex", "course", "start", "end",
)  # fmt: skip


def standard_rows(
    population: Population, plan: Plan, sub_item: SubItem, people: Ints, month: int
) -> Rows:
    """Right rows for people of a sub-item in a month: what an honest clerk would hand in."""
    birth = population.birth[people].astype(np.int64)
    grade = grades(population, plan, sub_item, people, month)
    blank = np.full(len(people), NONE, np.int64)
    home = population.household[people].astype(np.int64)
    town = population.town(people)
    start, end = certificates(population, plan, people) if sub_item.certified else (blank, blank)
    return {
        "person": people, "sheet": town, "mark": blank,
        "id": people, "account": people, "phone": people,
        "name": population.name[people].astype(np.int64),
        "household": home if sub_item.household else blank,
        "head": population.heads[home] if sub_item.household else blank,
        "benefit": np.full(len(people), plan.place(sub_item.id), np.int64),
        "town": town,
        "village": population.village[people].astype(np.int64),
        "period": np.full(len(people), plan.year * 100 + month, np.int64),
        "amount": amounts(population, sub_item, people, grade),
        "grade": grade if len(sub_item.amounts) > 1 else blank,
        "birth": birth, "sex": np.where(population.male[people], 1, 2),
        "course": blank, "start": start, "end": end,
    }  # fmt: skip


def grades(population: Population, plan: Plan, sub_item: SubItem, people: Ints, month: int) -> Ints:
    """The grade of each person, by age where the sub-item says so, else by lot."""
    if sub_item.ages:
        reached = months_old(population, plan, people, month) // 12
        return np.searchsorted(np.array(sub_item.ages), reached, side="right").clip(1) - 1
    many = max(1, len(sub_item.amounts))
    whole = sub_item.household == "whole"
    items = population.household[people] if whole else people
    return population.lots.between(f"grade {sub_item.id}", items, 0, many - 1)


def amounts(population: Population, sub_item: SubItem, people: Ints, grade: Ints) -> Ints:
    """What each is due, in 分."""
    if sub_item.range is not None:
        low, high = (bound // 100 for bound in sub_item.range)
        return population.lots.between(f"amount {sub_item.id}", people, low, high) * 100
    return np.array([fen for _, fen in sub_item.amounts], np.int64)[grade]


def certificates(population: Population, plan: Plan, people: Ints) -> tuple[Ints, Ints]:
    """First and last day of each certificate: given in the three years before, good for ten or
    without end.
    """
    opening = int(np.datetime64(f"{plan.year}-01-01").astype(int))
    start = opening - population.lots.between("certificate", people, 32, 1095)
    endless = population.lots.share("certificate without end", people) < 0.5
    return start, np.where(endless, NONE, start + 3652)


def birth_months(population: Population, people: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Running month of birth (year x 12 + month), and whether born on the first of it."""
    days = population.birth[people].astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    return month.astype(np.int64) + 1970 * 12 + 1, days == month


def months_old(population: Population, plan: Plan, people: Ints, month: int) -> Ints:
    """Months of life completed by the end of a month of the plan's year."""
    return plan.year * 12 + month - birth_months(population, people)[0]


def join_rows(parts: Iterable[Mapping[str, Ints]]) -> Rows:
    """Several lots of rows as one."""
    listed = list(parts)
    return {name: np.concatenate([part[name] for part in listed]) for name in COLUMNS}
