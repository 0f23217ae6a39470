"""The county's whole year: its first half unchanged, its second half adding up to the year."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date

import pytest
from tests.demo.reading import read_folder

from mingbai.rulebook import load_book
from mingbai.site.demo import make_county, receiving_order
from mingbai.site.demo.county import plan_county
from mingbai.site.demo.plan import load_plan

SEED = 7


@pytest.fixture(scope="module")
def half(tmp_path_factory):
    return make_county(folder=tmp_path_factory.mktemp("half") / "county", size="small", seed=SEED)


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    folder = tmp_path_factory.mktemp("year") / "county"
    return make_county(folder=folder, size="small", seed=SEED, half=2)


@pytest.fixture(scope="module")
def planned():
    return plan_county(size="small", seed=SEED, county="340223", year=2021, half=2)


def _digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in receiving_order(folder)
    }


def test_the_year_begins_with_just_the_files_of_its_first_half(half, year):
    first, whole = _digests(half.folder), _digests(year.folder)
    assert len(whole) > 1.8 * len(first)
    assert {name: whole[name] for name in first} == first
    for key in ("person_times", "paid_amount", "released_amount", "pieces_sent", "trainees"):
        assert year.totals[key] == half.totals[key], key
    assert set(half.faults) <= set(year.faults)


def test_the_years_person_times_and_amount_come_out_of_the_rows(year):
    sheets = read_folder(year.folder, load_book(year=2021, county="340223"))
    corrected = {
        (sheet.path.replace("2-更正", "1-报送").replace("（更正）", ""), sheet.name)
        for sheet in sheets
        if sheet.path.startswith("2-")
    }
    out = {
        (fault.path, fault.sheet, fault.line)
        for fault in year.faults
        if fault.outcome in ("reject", "hold")
    }
    counted = paid = 0
    for sheet in sheets:
        if sheet.kind != "subsidy" or (sheet.path, sheet.name) in corrected:
            continue
        for line in sheet.rows:
            if (sheet.path, sheet.number, line) not in out:
                counted += 1
                paid += sheet.fen(line, "amount")
    totals = year.totals["whole_year"]
    assert (counted, paid) == (totals["person_times"], totals["paid_amount"])


def test_nobody_is_paid_twice_and_everybody_by_the_rule_of_the_month(planned):
    seen = Counter(
        (roll.stream.sub_item, roll.month, entry.person.id_number)
        for roll in planned.rolls
        for entry in roll.entries
    )
    assert set(seen.values()) == {1}
    for roll in planned.rolls:
        item = planned.book.sub_item(roll.stream.sub_item)
        rules = item.amount_rules(date(2021, roll.month, 1))
        if any(rule.kind == "actual" for rule in rules):
            continue
        allowed = {amount for rule in rules for amount in (rule.amount_fen, *rule.grades.values())}
        assert {entry.amount for entry in roll.entries} <= allowed


def test_money_arrives_before_it_is_released_and_the_year_ends_within_its_budget(planned):
    last = {}
    for line in planned.funds:
        assert line.released_total <= line.arrived_total <= line.budget
        before = last.get((line.sub_item, line.tier), 0)
        assert line.released_total == before + line.released
        last[line.sub_item, line.tier] = line.released_total
    whole = sum(item.budget_fen for item in planned.book.sub_items)
    assert round(sum(last.values()) / whole, 4) == float(load_plan().second_half.released_ratio)


def test_by_december_all_that_is_reported_is_done_but_what_was_planned_short(planned):
    last = {
        (line.sub_item, line.measure): line.total_done for line in planned.advance if not line.town
    }
    counted = {stream.sub_item for stream in planned.plan.streams}
    for item in planned.book.sub_items:
        if item.code in counted:
            continue
        done = all(
            last[item.code, measure.name] >= measure.target
            for measure in item.measures
            if measure.target
        )
        assert done == (item.code not in planned.plan.second_half.short), item.code


def test_faults_of_the_second_half_leave_the_first_as_it_was(year):
    later = [fault for fault in year.faults if fault.month > 6 and fault.sub_item]
    kinds = {fault.kind for fault in later}
    assert {rate.kind for rate in load_plan().faults} - kinds <= {"born_after"}
    assert not {fault.path for fault in later} & {
        fault.path for fault in year.faults if fault.month <= 6
    }
