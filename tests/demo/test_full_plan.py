"""The county at full size, planned but not written: the source's totals as printed."""

from __future__ import annotations

import pytest

from mingbai.site.demo.county import plan_county
from mingbai.site.demo.totals import sum_up


@pytest.fixture(scope="module")
def county():
    return plan_county(size="full", seed=2021, county="340223", year=2021)


@pytest.mark.slow
def test_full_totals_print_as_the_source_does(county):
    totals = sum_up(county, files=0, faults=[])
    assert totals["printed"] == {
        "released": "6.69亿元",
        "released_of_budget": "63.78%",
        "person_times": "63.68万人次",
        "paid": "4.1亿元",
        "pieces": "513条",
        "city_adopted": "248条",
        "city_adopted_ratio": "48.34%",
        "province_adopted": "60条",
    }
    assert totals["paid_amount"] == 40_998_641_237


@pytest.mark.slow
def test_nobody_is_paid_twice_for_a_month(county):
    seen: set[tuple[str, int, str]] = set()
    for roll in county.rolls:
        for entry in roll.entries:
            key = (roll.stream.sub_item, roll.month, entry.person.id_number)
            assert key not in seen
            seen.add(key)
    assert len(seen) == 636_812


@pytest.mark.slow
def test_amounts_are_those_of_the_rulebook(county):
    for roll in county.rolls:
        item = county.book.sub_item(roll.stream.sub_item)
        for rule in item.amounts:
            if rule.kind == "actual":
                break
        else:
            allowed = {
                amount
                for rule in item.amounts
                for amount in (rule.amount_fen, *rule.grades.values())
            }
            assert {entry.amount for entry in roll.entries} <= allowed


@pytest.mark.slow
def test_ages_stay_inside_the_rulebooks_checks(county):
    for roll in county.rolls:
        for check in county.book.sub_item(roll.stream.sub_item).checks:
            if check.kind != "age":
                continue
            year = county.book.year
            for entry in roll.entries:
                age = year - entry.person.birth.year
                assert age - 1 >= int(check.params.get("least", 0)) or (
                    age >= int(check.params.get("least", 0)) and entry.person.birth.month == 1
                )
                assert age <= int(check.params.get("most", 200))
