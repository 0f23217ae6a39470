"""Cases of the row itself and of the months before it: age, sex, standard, gaps, changes."""

from __future__ import annotations

import numpy as np

from mingbai.engine.generate.cases.planting import ALL_YEAR, Planting, total
from mingbai.engine.generate.rows import STRANGE_GRADE

_LIVING = "disabled.living"
_DIBAO = "relief.dibao"
_PENSION = "pension.basic"
_OLD = "old-age.allowance"
_SCREENING = "women.screening"


def plant_ages(planting: Planting) -> None:
    """Paid before or beyond the age; paid from the very month on; and no birth date at all."""
    year = planting.plan.year
    for rule, sub_item, age in (
        ("pension-age", _PENSION, 60),
        ("old-age-age", _OLD, 80),
    ):
        early = planting.people(planting.count)
        planting.born(early, planting.day(9, 30, year - age))
        rows = planting.pay(early, sub_item, ALL_YEAR)
        planting.expect(rule, "age_below", early, rows=8,
                        amount=total(rows, len(early)) // 12 * 8)  # fmt: skip
        in_time = planting.people(planting.count)
        planting.born(in_time, planting.day(9, 30, year - age))
        planting.pay(in_time, sub_item, ALL_YEAR[8:])
        planting.spare(rule, in_time)
        unknown = planting.people(planting.count, ages=(age + 2, age + 6))
        planting.pay(unknown, sub_item, [*ALL_YEAR[:6], *ALL_YEAR[7:]])
        rows = planting.pay(unknown, sub_item, [7], birth=None)
        planting.expect(rule, "age_unknown", unknown, rows=1, amount=rows["amount"])

    grown = planting.people(planting.count)
    planting.born(grown, planting.day(4, 1, year - 18))
    planting.pay(grown, "orphans.living", ALL_YEAR[:3])
    rows = planting.pay(grown, "orphans.living", ALL_YEAR[3:])
    planting.expect("orphan-age", "age_above", grown, rows=9, amount=total(rows, len(grown)))
    # Born a day later, one is seventeen still when April begins.
    nearly = planting.people(planting.count)
    planting.born(nearly, planting.day(4, 2, year - 18))
    planting.pay(nearly, "orphans.living", ALL_YEAR[:4])
    planting.spare("orphan-age", nearly)


def plant_sexes(planting: Planting) -> None:
    """Men, people of unknown sex, too young and too old at the women's screening."""
    for code, ages, male, other in (
        ("sex_other", (40, 60), True, {}),
        ("sex_unknown", (40, 60), False, {"sex": None}),
        ("age_below", (30, 33), False, {}),
        ("age_above", (66, 70), False, {}),
    ):
        wrong = planting.people(planting.count, ages=ages, male=male)
        rows = planting.pay(wrong, _SCREENING, [6], **other)
        planting.expect("screening-who", code, wrong, rows=1, amount=rows["amount"])


def plant_amounts(planting: Planting) -> None:
    """Off the standard, no amount, no grade, a strange grade, outside the range and on its edge."""
    off = planting.people(planting.count)
    fen = planting.item(_LIVING).amounts[0][1]
    planting.pay(off, _LIVING, [*ALL_YEAR[:3], *ALL_YEAR[4:]])
    planting.pay(off, _LIVING, [4], amount=fen + 100)
    planting.expect("living-standard", "amount_off", off, rows=1, amount=fen + 100)
    planting.expect("month-to-month", "continuity_amount", off, _LIVING, rows=2,
                    amount=fen + 100 + fen)  # fmt: skip

    old = planting.people(planting.count, ages=(82, 87))
    higher = planting.item(_OLD).amounts[1][1]
    planting.pay(old, _OLD, ALL_YEAR[:11])
    planting.pay(old, _OLD, ALL_YEAR[11:], amount=higher)
    planting.expect("old-age-standard", "amount_off", old, rows=1, amount=higher)
    planting.expect("month-to-month", "continuity_amount", old, _OLD, rows=1, amount=higher)

    empty = planting.people(planting.count)
    planting.pay(empty, _LIVING, [*ALL_YEAR[:3], *ALL_YEAR[4:]])
    planting.pay(empty, _LIVING, [4], amount=None)
    planting.expect("living-standard", "amount_missing", empty, rows=1, amount=0)
    planting.expect("month-to-month", "continuity_unpriced", empty, _LIVING, rows=1, amount=0)

    for strange in (None, STRANGE_GRADE):
        graded = planting.people(planting.count)
        planting.pay(graded, _DIBAO, ALL_YEAR[:11])
        rows = planting.pay(graded, _DIBAO, [12], grade=strange)
        planting.expect("dibao-standard", "amount_grade", graded, rows=1, amount=rows["amount"])

    low, high = planting.item("housing.repair").range or (0, 0)
    for code, amount in (("amount_below", low - 100), ("amount_above", high + 100)):
        outside = planting.people(planting.count)
        planting.pay(outside, "housing.repair", [10], amount=amount)
        planting.expect("repair-range", code, outside, rows=1, amount=amount)
    for amount in (low, high):
        edge = planting.people(planting.count)
        planting.pay(edge, "housing.repair", [10], amount=amount)
        planting.spare("repair-range", edge)


def plant_months(planting: Planting) -> None:
    """A gap of two months, an amount that changes with the grade unchanged, and one with it."""
    gone = planting.people(planting.count)
    planting.pay(gone, _LIVING, ALL_YEAR[:4])
    rows = planting.pay(gone, _LIVING, ALL_YEAR[6:])
    planting.expect("month-to-month", "continuity_gap", gone, _LIVING, rows=1,
                    amount=total(rows, len(gone)) // 6)  # fmt: skip

    standards = np.array([fen for _, fen in planting.item(_DIBAO).amounts], np.int64)
    raised = planting.people(planting.count)
    before = planting.pay(raised, _DIBAO, ALL_YEAR[:6])
    grade = before["grade"][: len(raised)]
    other = (grade + 1) % len(standards)
    planting.pay(raised, _DIBAO, ALL_YEAR[6:], amount=standards[other])
    planting.expect("dibao-standard", "amount_off", raised, rows=6, amount=standards[other] * 6)
    planting.expect("month-to-month", "continuity_amount", raised, _DIBAO, rows=1,
                    amount=standards[other])  # fmt: skip

    regraded = planting.people(planting.count)
    before = planting.pay(regraded, _DIBAO, ALL_YEAR[:6])
    grade = (before["grade"][: len(regraded)] + 1) % len(standards)
    planting.pay(regraded, _DIBAO, ALL_YEAR[6:], grade=grade, amount=standards[grade])
    planting.spare("month-to-month", regraded)


def plant_new_and_gone(planting: Planting) -> None:
    """Who comes within the year, who leaves, and a month that cannot be placed among the others."""
    sub_item, old = "veterans.allowance", (62, 80)
    new = planting.people(planting.count, ages=old)
    rows = planting.pay(new, sub_item, ALL_YEAR[3:])
    planting.expect("steady-roster", "continuity_new", new, sub_item, rows=1,
                    amount=total(rows, len(new)) // 9)  # fmt: skip
    gone = planting.people(planting.count, ages=old)
    rows = planting.pay(gone, sub_item, ALL_YEAR[:7])
    planting.expect("steady-roster", "continuity_gone", gone, sub_item, rows=1,
                    amount=total(rows, len(gone)) // 7)  # fmt: skip
    loose = planting.people(planting.count, ages=old)
    planting.pay(loose, sub_item, ALL_YEAR)
    rows = planting.pay_monthless(loose, sub_item, 6)
    planting.expect("steady-roster", "continuity_unknown", loose, sub_item, rows=1,
                    amount=rows["amount"])  # fmt: skip


def plant_codes(planting: Planting) -> None:
    """A grade that is on no list, and none."""
    for code, grade in (("code_unlisted", STRANGE_GRADE), ("code_missing", None)):
        coded = planting.people(planting.count, ages=(8, 18))
        planting.pay(coded, "students.aid", [3])
        rows = planting.pay(coded, "students.aid", [9], grade=grade)
        planting.expect("student-grades", code, coded, "grade", rows=1, amount=rows["amount"])
