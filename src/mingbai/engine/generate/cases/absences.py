"""Cases of 应保尽保: who qualifies, by the register of another office, and is not on the roster."""

from __future__ import annotations

import numpy as np

from mingbai.engine.generate.cases.planting import ALL_YEAR, Planting
from mingbai.engine.generate.enrolment import Enrolled
from mingbai.engine.generate.lots import Ints
from mingbai.engine.generate.places import CLOSED_TOWN
from mingbai.engine.generate.rows import NONE, certificates

_NURSING = "disabled.nursing"
_LIST = "qualifying"
_RULE = "everybody-due"


def enter_enrolled(planting: Planting, enrolled: Enrolled) -> None:
    """Put those who are on the roster to the end of the year on the register, too: they are due and
    there.
    """
    population = planting.population
    people = enrolled.people[enrolled.last == 12]
    start, _ = certificates(population, planting.plan, people)
    planting.put_on(_LIST, people, start, town=population.town(people))


def plant_absences(planting: Planting) -> None:
    """Never enrolled, enrolled in part, and what cannot be said; and those due only from July."""
    march = planting.day(3, 10)
    never = _register(planting, march)
    _expect(planting, "not_enrolled", never)

    partly = _register(planting, march)
    planting.pay(partly, _NURSING, ALL_YEAR[6:], start=march)
    _expect(planting, "enrolled_in_part", partly)

    loose = _register(planting, march)
    planting.pay(loose, _NURSING, ALL_YEAR[5:], start=march)
    rows = planting.pay_monthless(loose, _NURSING, 4, start=march)
    _expect(planting, "enrolled_undated", loose)
    planting.expect("certified", "span_unknown", loose, rows=1, amount=rows["amount"])
    planting.expect("month-to-month", "continuity_unknown", loose, _NURSING, rows=1,
                    amount=rows["amount"])  # fmt: skip

    due_later = _register(planting, planting.day(6, 30))
    planting.pay(due_later, _NURSING, ALL_YEAR[6:], start=planting.day(6, 30))
    planting.spare(_RULE, due_later)


def plant_unclear(planting: Planting) -> None:
    """Lines of the register without day, town or number, and of a town that handed in nothing."""
    march = planting.day(3, 10)
    _expect(planting, "qualify_undated", _register(planting, None))
    unplaced = planting.people(planting.count)
    planting.put_on(_LIST, unplaced, march, town=None)
    _expect(planting, "qualify_unplaced", unplaced)

    nobody = np.full(planting.count, NONE, np.int64)
    marks = planting.mark(nobody)
    planting.put_on(_LIST, nobody, march, town=0, marks=marks)
    planting.expect_marked(_RULE, "qualify_unknown", marks, amount=0)

    elsewhere = planting.people(planting.count)
    planting.put_on(_LIST, elsewhere, march, town=-1)
    planting.expect(_RULE, "no_roster", None, CLOSED_TOWN, rows=planting.count, amount=0, count=1)


def _register(planting: Planting, day: int | None) -> Ints:
    people = planting.people(planting.count)
    planting.put_on(_LIST, people, day, town=planting.population.town(people))
    return people


def _expect(planting: Planting, code: str, people: Ints) -> None:
    """One line of the register is doubted, and no money with it."""
    planting.expect(_RULE, code, people, _LIST, rows=1, amount=0)
