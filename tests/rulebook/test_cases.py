"""The worked cases of the book, each worked again."""

from __future__ import annotations

import pytest

from mingbai.rulebook import Case, load_book
from mingbai.rulebook.worked import work_case

YEARS = (2021, 2022)
FIRST = load_book(year=min(YEARS), county="340223")


def cases_of(year: int) -> list[Case]:
    """Cases dated in the year; the first year's book also works those from before it."""
    book = load_book(year=year, county="340223")
    return [
        case
        for case in book.cases
        if case.day.year == year or (year == FIRST.year and case.day.year < year)
    ]


@pytest.mark.parametrize(
    ("year", "case"),
    [
        pytest.param(year, case, id=f"{case.sub_item}-{case.day}-{place}")
        for year in YEARS
        for place, case in enumerate(cases_of(year))
    ],
)
def test_case_comes_out_as_written(year: int, case: Case) -> None:
    book = load_book(year=year, county="340223")
    assert work_case(book=book, case=case) == dict(case.expect), case.name


def test_every_paid_sub_item_has_a_case() -> None:
    worked = {case.sub_item for case in FIRST.cases}
    paid = {item.code for item in FIRST.sub_items if item.amounts and item.roster is not None}
    assert paid
    assert paid <= worked


def test_every_kind_of_rule_has_a_case() -> None:
    told = {word for case in FIRST.cases for word in case.expect.values()}
    kinds = {check.kind for item in FIRST.sub_items for check in item.checks}
    assert kinds - told <= {"shared_phone"}
    assert {"exclusion", "deaths", "fiscal_staff"} <= told


def test_every_case_is_worked_in_some_year() -> None:
    worked = {(case.sub_item, case.name) for year in YEARS for case in cases_of(year)}
    written = {
        (case.sub_item, case.name)
        for year in YEARS
        for case in load_book(year=year, county="340223").cases
    }
    assert worked == written
