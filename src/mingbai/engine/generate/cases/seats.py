"""Cases of many at once: more trainees than seats, more houses in a town than its target."""

from __future__ import annotations

import numpy as np

from mingbai.engine.generate.cases.planting import Planting
from mingbai.engine.generate.enrolment import (
    Enrolled,
    Months,
    clean_rows,
    course_rows,
    enrol,
    enrol_towns,
)
from mingbai.engine.generate.places import course_codes, town_codes
from mingbai.engine.generate.rows import join_rows

#: Numbers of planted courses start here.
FIRST_CASE_COURSE = 900_000
_OVER = 3
#: Numbers of courses whose seats are wrong start at one, two and three times this.
_ODD_COURSES = 1_000_000
#: One overfull course for so many cases of other sorts: it takes more than fifty people.
_CASES_A_COURSE = 20


def plant_courses(planting: Planting) -> None:
    """Courses with three people too many."""
    item = planting.item("training.skills")
    count = max(1, planting.count // _CASES_A_COURSE)
    many = item.course_seats + _OVER
    # Rows stand in the order of people: the surplus are the last ones.
    people = np.sort(planting.people(many * count))
    courses = np.arange(count) + FIRST_CASE_COURSE
    course = np.tile(courses, many)
    planting.pay(people, item.id, [5], **course_rows(planting.plan, course, 5))
    planting.seat(courses, item.course_seats)
    fen = item.amounts[0][1]
    for rule, code in (("seats", "over_capacity"), ("seats-given", "over_quota")):
        planting.expect(
            rule, code, None, course_codes(courses), rows=_OVER, amount=_OVER * fen, count=count
        )


def plant_seats(planting: Planting) -> None:
    """Courses without seats, with none filled in, with two numbers; people on no course."""
    item, rule = planting.item("training.skills"), "seats-given"
    fen = item.amounts[0][1]
    for sort, code in enumerate(("quota_unset", "quota_blank", "quota_conflict")):
        people = planting.people(planting.count)
        courses = np.arange(len(people)) + _ODD_COURSES * (sort + 1)
        planting.pay(people, item.id, [6], **course_rows(planting.plan, courses, 6))
        if code == "quota_unset":
            planting.expect(
                rule, code, None, course_codes(courses), rows=1, amount=fen, count=len(people)
            )
        elif code == "quota_blank":
            causes = [f"row {place}" for place in planting.seat(courses, None)]
            planting.expect(rule, code, None, causes, rows=1, amount=0, count=len(people))
        else:
            planting.seat(courses, 20)
            planting.seat(courses, 30)
            planting.expect(
                rule, code, None, course_codes(courses), rows=2, amount=0, count=len(people)
            )
    nowhere = planting.people(planting.count)
    planting.pay(nowhere, item.id, [9], start=planting.day(9), end=planting.day(9, 20))
    planting.expect(rule, "quota_unplaced", nowhere, rows=1, amount=fen)
    planting.expect("one-place-at-a-time", "spans_unknown", nowhere, rows=1, amount=fen)
    beyond = len(nowhere) - item.course_seats
    if beyond > 0:
        # To the other rule they are all on one course: the one without a name.
        planting.expect(
            "seats", "over_capacity", None, "", rows=beyond, amount=beyond * fen, count=1
        )


def seat_clean(planting: Planting, enrolled: Enrolled) -> None:
    """Give every course with nothing wrong the seats it needs, or some more."""
    courses = np.unique(enrolled.course)
    spare = planting.population.lots.between("spare seats", courses, 0, 5)
    planting.seat(courses, planting.item("training.skills").course_seats + spare)


def plant_houses(planting: Planting, last_alive: Months) -> tuple[Enrolled, int]:
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
