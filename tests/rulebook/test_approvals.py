"""How many people approve an amount, and what a month pays that counts only in part."""

from __future__ import annotations

from datetime import date

import pytest

from mingbai.rulebook import CannotLoadBook, describe_book, load_book

DAY = date(2021, 3, 1)
FILE = "county-340223/approvals.yaml"
AMOUNTS = "city-3402/programmes/hardship-relief/amounts.yaml"
FIRST = "    grades: {a: '640.00', b: '540.00', c: '430.00'}\n"


def test_more_people_approve_larger_amounts(book):
    tops = [500_000_000, 500_000_001, 2_000_000_000, 2_000_000_001]
    assert [book.approvals_needed(each, DAY) for each in tops] == [1, 2, 2, 3]
    assert book.approvals_needed(10**12, date(2019, 1, 1)) == 1, "before the rule one approves"
    assert "发放批次的复核人数：不超过5000000.00元的1人" in describe_book(book).replace(",", "")


def test_a_county_without_the_file_needs_one(books):
    (books / FILE).unlink()
    assert load_book(year=2021, county="340223", root=books).approvals_needed(10**12, DAY) == 1


def test_a_later_rule_ends_the_earlier_one(books):
    path = books / FILE
    text = path.read_text(encoding="utf-8")
    later = text[text.index("  - from") :].replace("2020-01-01", "2021-07-01")
    later = later.replace("approvals: 1}", "approvals: 4}").replace(
        "approvals: 2}", "approvals: 5}"
    )
    path.write_text(text + later.replace("approvals: 3}", "approvals: 6}"), encoding="utf-8")
    changed = load_book(year=2021, county="340223", root=books)
    assert changed.approvals_needed(1, date(2021, 6, 30)) == 1
    assert changed.approvals_needed(1, date(2021, 7, 1)) == 4


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("approvals: 2}", "approvals: 1}", "approvals", "越多"),
        ("'20000000.00'", "'5000000.00'", "up_to", "增大"),
        ("up_to: '20000000.00', ", "", "up_to", "没有上限"),
        ("      - {approvals: 3}\n", "", "bands", "最后一档"),
        ("approvals: 1}", "approvals: 0}", "approvals", "不小于1"),
    ],
)
def test_bands_that_leave_a_gap_are_refused(spoil, old, new, key, says):
    root = spoil(FILE, old, new)
    with pytest.raises(CannotLoadBook) as refusal:
        load_book(year=2021, county="340223", root=root)
    assert refusal.value.key.endswith(key)
    assert says in str(refusal.value)


def test_partial_months_are_data(spoil):
    root = spoil(AMOUNTS, FIRST, f"{FIRST}    partial: days\n    round_to: '0.10'\n")
    changed = load_book(year=2021, county="340223", root=root)
    rule = changed.sub_item("hardship-relief.rural-dibao").amount_rules(DAY)[0]
    assert (rule.partial, rule.round_to_fen) == ("days", 10)
    assert "按天计算" in describe_book(changed)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("    partial: half\n", "partial"),
        ("    partial: next\n    round_to: '1.00'\n", "round_to"),
        ("    partial: days\n    round_to: '0.00'\n", "round_to"),
    ],
)
def test_partial_months_that_mean_nothing_are_refused(spoil, more, key):
    root = spoil(AMOUNTS, FIRST, FIRST + more)
    with pytest.raises(CannotLoadBook) as refusal:
        load_book(year=2021, county="340223", root=root)
    assert refusal.value.key.endswith(key)


def test_only_monthly_amounts_have_parts_of_months(spoil):
    page = "province-34/programmes/preschool/amounts.yaml"
    root = spoil(page, "    per: term\n", "    per: term\n    partial: days\n")
    with pytest.raises(CannotLoadBook) as refusal:
        load_book(year=2021, county="340223", root=root)
    assert refusal.value.key.endswith("partial")
