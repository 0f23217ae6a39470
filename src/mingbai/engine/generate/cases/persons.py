"""Cases of one person: twice, two names, nothing to compare by, and twins who are two people."""

from __future__ import annotations

import numpy as np

from mingbai.engine.generate.cases.planting import ALL_YEAR, Planting, total
from mingbai.engine.generate.lots import Ints
from mingbai.engine.generate.population import Days

_LIVING = "disabled.living"


def plant_repeats(planting: Planting) -> None:
    """The same person twice in a month, thrice in a year's list, twice in a course."""
    twice = planting.people(planting.count)
    planting.pay(twice, _LIVING, ALL_YEAR)
    again = planting.pay(twice, _LIVING, [5])
    planting.expect("once-a-month", "repeated_person", twice, _LIVING, rows=1,
                    amount=again["amount"])  # fmt: skip
    # The doubled month is another sum than the month before, and the next one is again.
    planting.expect("month-to-month", "continuity_amount", twice, _LIVING, rows=2,
                    amount=again["amount"] * 2)  # fmt: skip

    thrice = planting.people(planting.count, ages=(36, 60), male=False)
    rows = [planting.pay(thrice, "women.screening", [6]) for _ in range(3)]
    planting.expect("once-a-month", "repeated_person", thrice, "women.screening", rows=2,
                    amount=rows[0]["amount"] * 2)  # fmt: skip

    both = planting.people(planting.count)
    planting.pay(both, _LIVING, ALL_YEAR)
    planting.pay(both, "disabled.nursing", ALL_YEAR)
    planting.spare("once-a-month", both)


def plant_names(planting: Planting) -> None:
    """One number under two names; and two people who share name and birth date."""
    renamed = planting.people(planting.count)
    names = planting.population.name
    planting.pay(renamed, _LIVING, ALL_YEAR[:5])
    other = _neighbours_name(names, renamed)
    later = planting.pay(renamed, _LIVING, ALL_YEAR[5:], name=other)
    planting.expect("one-name", "two_names", renamed, rows=7, amount=total(later, len(renamed)))

    twins = planting.people(2 * planting.count).reshape(2, -1)
    names[twins[1]] = names[twins[0]]
    planting.population.male[twins[1]] = planting.population.male[twins[0]]
    planting.born(twins[1], planting.population.birth[twins[0]])
    for twin in twins:
        planting.pay(twin, "relief.dibao", ALL_YEAR)
    planting.spare("one-name", twins.ravel())


def plant_missing(planting: Planting) -> None:
    """Rows without number, account, phone or name: told each, compared with nobody."""
    nameless = planting.people(planting.count)
    marks = planting.mark(nameless)
    rows = planting.pay(nameless, "insurance.medical", [2], id=None, birth=None, sex=None,
                        mark=marks)  # fmt: skip
    planting.expect_marked("has-number", "uncompared_id", marks, amount=rows["amount"])
    for rule, column, code in (
        ("has-account", "account", "uncompared_account"),
        ("has-phone", "phone", "uncompared_phone"),
        ("has-name", "name", "uncompared_name"),
    ):
        lacking = planting.people(planting.count)
        planting.pay(lacking, _LIVING, [*ALL_YEAR[:3], *ALL_YEAR[5:]])
        rows = planting.pay(lacking, _LIVING, ALL_YEAR[3:5], **{column: None})
        planting.expect(rule, code, lacking, rows=2, amount=total(rows, len(lacking)))
    nowhere = planting.people(planting.count)
    planting.pay(nowhere, _LIVING, [*ALL_YEAR[:9], *ALL_YEAR[10:]])
    rows = planting.pay(nowhere, _LIVING, [10], town=None)
    planting.expect("has-town", "uncompared_town", nowhere, rows=1, amount=rows["amount"])
    unnamed = planting.people(planting.count)
    rows = planting.pay(unnamed, "insurance.medical", [2], benefit=None)
    planting.expect("has-sub-item", "uncompared_sub_item", unnamed, rows=1, amount=rows["amount"])


def plant_shared(planting: Planting) -> None:
    """Accounts and phones of many; a guardian's account for two stays below the limit."""
    for rule, column, code, many, spared in (
        ("account-of-many", "account", "shared_account", 3, 2),
        ("phone-of-many", "phone", "shared_phone", 5, 3),
    ):
        group = planting.people(many * planting.count).reshape(many, -1)
        sums = np.zeros(group.shape[1], np.int64)
        for member in group:
            rows = planting.pay(member, _LIVING, ALL_YEAR[6:], **{column: group[0]})
            sums += total(rows, len(member))
        planting.expect(rule, code, None, planting.keys(column, group[0]), rows=6 * many,
                        amount=sums, count=len(sums))  # fmt: skip
        few = planting.people(spared * planting.count, ages=(3, 15)).reshape(spared, -1)
        for member in few:
            planting.pay(member, "orphans.living", ALL_YEAR, **{column: few[0]})
        planting.spare(rule, few.ravel())


def _neighbours_name(names: Days, people: Ints) -> Ints:
    """The name of the next person who has another one."""
    step = np.ones(len(people), np.int64)
    while (same := names[(people + step) % len(names)] == names[people]).any():
        step += same
    found: Ints = names[(people + step) % len(names)].astype(np.int64)
    return found
