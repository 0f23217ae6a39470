"""Cases of many at once: more trainees than seats, more houses in a town than its target."""

from __future__ import annotations

import numpy as np

from mingbai.engine.generate.cases.planting import Planting
from mingbai.engine.generate.enrolment import (
    Enrolled,
    clean_rows,
    course_rows,
    enrol,
    enrol_towns,
)
from mingbai.engine.generate.lots import Ints
from mingbai.engine.generate.places import course_codes, town_codes
from mingbai.engine.generate.rows import join_rows

#: Numbers of planted courses start here.
FIRST_CASE_COURSE = 900_000
_OVER = 3
#: One overfull course for so many cases of other sorts: it takes more than fifty people.
_CASES_A_COURSE = 20


def plant_courses(planting: Planting) -> None:
    """Courses with three people too many."""
    item = planting.item("training.skills")
    courses = max(1, planting.count // _CASES_A_COURSE)
    many = item.course_seats + _OVER
    # Rows stand in the order of people: the surplus are the last ones.
    people = np.sort(planting.people(many * courses))
    course = np.tile(np.arange(courses), many) + FIRST_CASE_COURSE
    planting.pay(people, item.id, [5], **course_rows(planting.plan, course, 5))
    fen = item.amounts[0][1]
    planting.expect("seats", "over_capacity", None, course_codes(np.arange(courses) +
                    FIRST_CASE_COURSE), rows=_OVER, amount=_OVER * fen, count=courses)  # fmt: skip


def plant_houses(planting: Planting, last_alive: Ints) -> tuple[Enrolled, int]:
    """Fill every town up to one target, planted rows included, and some towns beyond it; the
    repairs with nothing wrong, and the target.
    """
    item = planting.item("housing.repair")
    population, towns = planting.population, planting.population.towns
    planted = join_rows(planting.rows[planting.plan.place(item.id), item.months[0]])
    taken = np.bincount(planted["town"], minlength=towns)
    limit = int(taken.max()) + 5
    over = np.arange(towns) < max(1, towns // 10)
    able = enrol(population, planting.plan, item, last_alive)
    enrolled = enrol_towns(population, able, limit - taken + 2 * over)
    clean = clean_rows(population, planting.plan, item, enrolled, item.months[0])
    rows = join_rows([clean, planted])
    order = np.lexsort([rows["person"], rows["town"]])
    town, amount = rows["town"][order], rows["amount"][order]
    surplus = over[town] & (np.searchsorted(town, town, side="right") - np.arange(len(town)) <= 2)
    sums = amount[surplus].reshape(-1, 2).sum(axis=1)
    planting.expect("houses-a-town", "over_capacity", None, town_codes(np.flatnonzero(over)),
                    rows=2, amount=sums, count=len(sums))  # fmt: skip
    return enrolled, limit
