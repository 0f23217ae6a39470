"""Cases of households: two grants to one, heads missing or strange, members counted twice."""

from __future__ import annotations

import numpy as np

from mingbai.engine.generate.cases.planting import ALL_YEAR, Planting, total
from mingbai.engine.generate.lots import Ints

_DIBAO = "relief.dibao"
_REPAIR = "housing.repair"
_HEATING = "heating.grant"


def plant_grants(planting: Planting) -> None:
    """A second house, a second grant within half a year; and one a year, months apart."""
    count = planting.count
    first, second = _pairs(planting)
    planting.pay(first, _REPAIR, [10])
    rows = planting.pay(second, _REPAIR, [10], household=_homes(planting, first))
    planting.expect("one-house", "household_twice", None, _named(planting, first), rows=1,
                    amount=rows["amount"], count=count)  # fmt: skip

    homeless = planting.people(count)
    rows = planting.pay(homeless, _REPAIR, [10], household=None)
    planting.expect("one-house", "household_unknown", homeless, rows=1, amount=rows["amount"])

    first, second = _pairs(planting)
    planting.pay(first, _HEATING, [1])
    rows = planting.pay(second, _HEATING, [3], household=_homes(planting, first))
    planting.expect("heating-once", "household_twice", None, _named(planting, first), rows=1,
                    amount=rows["amount"], count=count)  # fmt: skip

    first, second = _pairs(planting)
    planting.pay(first, _HEATING, [1])
    rows = planting.pay_monthless(second, _HEATING, 12, household=_homes(planting, first))
    planting.expect("heating-once", "household_undated", None, _named(planting, first), rows=1,
                    amount=rows["amount"], count=count)  # fmt: skip

    apart, other = _pairs(planting)
    planting.pay(apart, _HEATING, [1])
    planting.pay(other, _HEATING, [12], household=_homes(planting, apart))
    planting.spare("heating-once", other)


def plant_heads(planting: Planting) -> None:
    """Heads from outside, two at once, none, and households that are not named."""
    rule, count = "one-head", planting.count
    outside, stranger = _pairs(planting)
    rows = planting.pay(outside, _DIBAO, ALL_YEAR, head=stranger)
    planting.expect(rule, "head_outside", stranger, _named(planting, outside), rows=12,
                    amount=total(rows, count))  # fmt: skip

    first, second = _pairs(planting)
    home = _homes(planting, first)
    planting.pay(first, _DIBAO, ALL_YEAR)
    rows = planting.pay(second, _DIBAO, ALL_YEAR, household=home)
    planting.expect(rule, "head_several", None, _named(planting, first), rows=12,
                    amount=total(rows, count), count=count)  # fmt: skip

    headless = planting.people(count)
    rows = planting.pay(headless, _DIBAO, ALL_YEAR, head=None)
    planting.expect(rule, "head_missing", None, _named(planting, headless), rows=12,
                    amount=total(rows, count), count=count)  # fmt: skip

    unplaced = planting.people(count)
    planting.pay(unplaced, _DIBAO, ALL_YEAR[2:])
    rows = planting.pay(unplaced, _DIBAO, ALL_YEAR[:2], household=None)
    for told, code in (
        (rule, "head_unplaced"),
        ("one-household", "member_unknown"),
        ("has-household", "uncompared_household"),
    ):
        planting.expect(told, code, unplaced, rows=2, amount=total(rows, count))


def plant_unsure_heads(planting: Planting) -> None:
    """A head who may be the member without a number; a member whose head speaks for both."""
    count = planting.count
    first, nameless = _pairs(planting)
    stranger, home = planting.people(count), _homes(planting, first)
    marks = planting.mark(nameless)
    ours = planting.pay(first, _DIBAO, [12], head=stranger)
    theirs = planting.pay(
        nameless, _DIBAO, [12], head=stranger, household=home, id=None, mark=marks
    )
    planting.expect("one-head", "head_unsure", stranger, _named(planting, first), rows=2,
                    amount=ours["amount"] + theirs["amount"])  # fmt: skip
    planting.expect_marked("has-number", "uncompared_id", marks, amount=theirs["amount"])

    head, member = _pairs(planting)
    planting.pay(head, _DIBAO, ALL_YEAR)
    planting.pay(member, _DIBAO, ALL_YEAR, household=_homes(planting, head), head=None)
    planting.spare("one-head", member)


def plant_members(planting: Planting) -> None:
    """A member of two households at once, of one now and then another, and without a month."""
    rule, count = "one-household", planting.count
    twice, other = _pairs(planting)
    planting.pay(other, _DIBAO, ALL_YEAR)
    planting.pay(twice, _DIBAO, ALL_YEAR)
    rows = planting.pay(twice, _DIBAO, ALL_YEAR, household=_homes(planting, other), head=other)
    planting.expect(rule, "member_twice", twice, rows=12, amount=total(rows, count))
    planting.expect("once-a-month", "repeated_person", twice, _DIBAO, rows=12,
                    amount=total(rows, count))  # fmt: skip

    moved, other = _pairs(planting)
    planting.pay(other, _DIBAO, ALL_YEAR)
    planting.pay(moved, _DIBAO, ALL_YEAR[:6])
    planting.pay(moved, _DIBAO, ALL_YEAR[6:], household=_homes(planting, other), head=other)
    planting.spare(rule, moved)

    loose, other = _pairs(planting)
    planting.pay(loose, _DIBAO, ALL_YEAR)
    rows = planting.pay_monthless(loose, _DIBAO, 9, household=_homes(planting, other), head=loose)
    planting.expect(rule, "member_undated", loose, rows=1, amount=rows["amount"])
    planting.expect("month-to-month", "continuity_unknown", loose, _DIBAO, rows=1,
                    amount=rows["amount"])  # fmt: skip


def _pairs(planting: Planting) -> tuple[Ints, Ints]:
    """Two people a case; the one whose row comes first is the first."""
    drawn = np.sort(planting.people(2 * planting.count).reshape(2, -1), axis=0)
    return drawn[0], drawn[1]


def _homes(planting: Planting, people: Ints) -> Ints:
    return planting.population.household[people].astype(np.int64)


def _named(planting: Planting, people: Ints) -> list[str]:
    return planting.keys("household", _homes(planting, people))
