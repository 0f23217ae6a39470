"""Who handles which finding is read from the book, dated, and the county's word goes first."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from mingbai.engine.checks import NAMES
from mingbai.rulebook import CannotLoadBook, handling_on, load_book
from mingbai.rulebook.loading.handling import read_handling
from mingbai.rulebook.shelf import BOOKS, Shelf

DAY = date(2021, 6, 30)


@pytest.fixture(scope="module")
def handling():
    return load_book(year=2021, county="340223").handling


def test_every_kind_of_finding_has_somebody_to_act(handling):
    desks = {code: handling_on(handling, code, DAY).desk for code in NAMES}
    assert set(desks.values()) == {"town", "department", "county"}
    assert (desks["two_names"], desks["exclusion"]) == ("town", "department")
    assert handling_on(handling, "no_such_code", DAY).code == "other"


def test_days_are_working_days_of_the_official_calendar():
    book = load_book(year=2021, county="340223")
    term = handling_on(book.handling, "two_names", date(2021, 9, 29)).term
    # 30 September; 1 to 7 October is a holiday; 8 and 9 October (a Saturday) are worked.
    assert term.last_day(date(2021, 9, 29), book.calendar) == date(2021, 10, 12)


def county_shelf(folder: Path, text: str) -> Shelf:
    shutil.copytree(BOOKS, folder, dirs_exist_ok=True)
    (folder / "county-340223" / "handling.yaml").write_text(text, encoding="utf-8")
    return Shelf(folder)


ENTRY = """handling:
  - findings: [{code}]
    desk: {desk}
    ask: 核对
    days: 2
    counted: calendar
    starts: same_day
    from: 2021-07-01
    value_is: demonstration
    source: 演示
"""


def test_the_county_decides_from_its_own_day_on(tmp_path):
    shelf = county_shelf(tmp_path, ENTRY.format(code="two_names", desk="county"))
    laid = read_handling(shelf, county="county-340223")
    assert handling_on(laid, "two_names", DAY).desk == "town"
    assert handling_on(laid, "two_names", date(2021, 7, 1)).desk == "county"


@pytest.mark.parametrize(("code", "desk"), [("two_namse", "town"), ("two_names", "village")])
def test_unknown_kinds_and_desks_are_refused(tmp_path, code, desk):
    shelf = county_shelf(tmp_path, ENTRY.format(code=code, desk=desk))
    with pytest.raises(CannotLoadBook, match=r"handling\.yaml"):
        read_handling(shelf, county="county-340223")
