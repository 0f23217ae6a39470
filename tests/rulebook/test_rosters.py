"""Rosters: known by their headings, guarded by their privacy classes, payable by their grades."""

from __future__ import annotations

import pytest

from mingbai.rulebook import Book, Roster, load_book
from mingbai.rulebook.describe import describe_book, describe_programme

BOOKS = [load_book(year=year, county="340223") for year in (2021, 2022)]
ROSTERS = [
    pytest.param(roster, id=f"{book.year}-{roster.code}")
    for book in BOOKS
    for roster in book.rosters
]
CANONICAL = {
    "subsidy": "name id_number village account phone amount period start_date grade head_name "
    "remark",
    "training": "name id_number phone course start_date end_date hours passed",
    "deaths": "name id_number event_date",
    "fiscal_staff": "name id_number employer",
    "progress": "sub_item measure target month_done total_done remark",
    "funds": "sub_item tier budget arrived_month released_month spent_month released_total",
    "information": "title sent_date author channel city_adopted_date province_adopted_date",
}


@pytest.mark.parametrize(("code", "names"), CANONICAL.items(), ids=CANONICAL)
def test_general_rosters_have_the_agreed_columns(book: Book, code: str, names: str) -> None:
    assert set(names.split()) <= {column.name for column in book.roster(code).columns}


@pytest.mark.parametrize("roster", ROSTERS)
def test_roster_is_complete(roster: Roster) -> None:
    assert roster.title_words
    for column in roster.columns:
        assert column.aliases, f"{roster.code}.{column.name} cannot be recognised"
        if column.type in ("name", "id_number", "account", "phone"):
            assert column.privacy != "open"
        if column.type in ("id_number", "account", "phone"):
            assert column.privacy == "sensitive"
        assert (column.unit == "元") == (column.type == "money")
        assert bool(column.codes) == (column.type == "code")


@pytest.mark.parametrize("roster", ROSTERS)
def test_one_heading_means_one_column(roster: Roster) -> None:
    headings = [word for column in roster.columns for word in {column.label, *column.aliases}]
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: str(book.year))
def test_grades_of_rosters_and_amounts_agree(book: Book) -> None:
    graded = 0
    for item in book.sub_items:
        for rule in item.amounts:
            if rule.kind == "graded" and item.roster is not None:
                codes = set(book.roster(item.roster).column("grade").codes.values())
                assert codes == set(rule.grades)
                graded += 1
    assert graded > 10


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: str(book.year))
def test_people_who_are_paid_or_taught_have_a_roster(book: Book) -> None:
    for item in book.sub_items:
        if item.kind == "training":
            assert item.roster is not None
            assert book.roster(item.roster).kind == "training"
        if item.kind in ("subsidy", "insurance") and item.roster is None:
            assert item.kind_note, f"{item.code}: say why nobody is listed"


def test_programme_roster_builds_on_the_general_one(book: Book) -> None:
    general, own = book.roster("subsidy"), book.roster("hardship-relief.rural-dibao")
    assert own.sub_item == "hardship-relief.rural-dibao"
    assert set(general.column("amount").aliases) < set(own.column("amount").aliases)
    assert "低保金" in own.column("amount").aliases
    assert own.column("grade").type == "code"
    assert general.column("grade").type == "text"
    assert own.column("grade").required


def test_missing_column_is_named(book: Book) -> None:
    with pytest.raises(KeyError, match="no_such"):
        book.roster("subsidy").column("no_such")


def test_sites_read_columns_of_the_information_roster(book: Book) -> None:
    assert [site.code for site in book.sites] == ["city", "province"]
    for site in book.sites:
        assert book.roster("information").column(site.column).type == "date"


def test_book_reads_aloud(book: Book) -> None:
    text = describe_book(book)
    for item in book.sub_items:
        assert item.name in text
    for each in book.programmes:
        assert each.name in text
        assert each.status_reason in text
    assert "None" not in text
    assert not [code for code in ("month", "graded", "hold", "sourced") if code in text]


def test_programme_reads_amounts_with_their_dates(book: Book) -> None:
    text = describe_programme(book=book, code="hardship-relief")
    assert "A类640.00元" in text
    assert "自2021年7月1日起" in text
    assert "特困人员由供养金保障基本生活" in text
    assert "演示数据" in text


def test_added_programme_says_so(next_book: Book) -> None:
    assert "本县自增" in describe_programme(book=next_book, code="rural-buses")
