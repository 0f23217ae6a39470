"""Channels of posting: what may be shown where, how days are counted, what a book may not say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from mingbai.engine.schedule import read_days
from mingbai.paper.masks import MASKS
from mingbai.rulebook import Book, CannotLoadBook, load_book
from mingbai.rulebook.model import Term
from mingbai.rulebook.shelf import BOOKS

FILE = "common/channels.yaml"
DAY = date(2021, 7, 1)
DIBAO = "hardship-relief.rural-dibao"
NAME = "{name: name, label: 姓名, mask: name_whole}"
BY_NAME = "site_by_name: true\n    source: 《社会救助"


def test_every_roll_has_a_class_and_an_account_stands_nowhere(book: Book) -> None:
    for item in book.sub_items:
        book.posting.class_of(item.code, DAY)
    shown = {
        column.name for each in book.channels for row in each.columns.values() for column in row
    }
    assert "account" not in shown
    assert shown <= {"name", "id_number", "village", "grade", "amount"}


def test_illness_disability_and_children_are_never_on_the_site(book: Book) -> None:
    for sub_item in (
        "hardship-relief.medical-aid", "hardship-relief.disabled-care", "hardship-relief.orphans",
        "preschool.child-aid", "serious-illness.reimbursement", "legal-aid.cases",
    ):  # fmt: skip
        assert book.posting.columns("county_site", sub_item, DAY) == ()
    assert book.posting.columns("county_site", DIBAO, DAY)
    assert book.posting.columns("village_board", "legal-aid.cases", DAY) == ()


def test_masks_of_the_site_hide_more_than_those_of_the_village(book: Book) -> None:
    masks = {
        code: {c.name: c.mask for c in book.posting.columns(code, DIBAO, DAY)}
        for code in ("village_board", "county_site")
    }
    assert masks["village_board"]["name"] == "name_whole"
    assert masks["county_site"]["name"] == "name_middle"
    assert masks["county_site"]["id_number"] == "id_2_3"
    assert all(mask in MASKS for each in masks.values() for mask in each.values())


def test_stages_change_on_their_day(book: Book) -> None:
    before = book.posting.stage("approval", DIBAO, date(2021, 6, 30))
    after = book.posting.stage("approval", DIBAO, date(2021, 7, 1))
    assert "220号" in before.source
    assert "57号" in after.source
    assert before.term == after.term


def test_stage_of_a_named_sub_item_goes_before_the_general_one(book: Book) -> None:
    assert book.posting.stage("payment", DIBAO, DAY).term.counted == "calendar"
    assert book.posting.stage("payment", "elderly-care.old-age-allowance", DAY).term.counted == (
        "working"
    )


@pytest.mark.parametrize(
    ("term", "start", "last"),
    [
        (Term(7, "calendar", "next_day", True), date(2021, 7, 5), date(2021, 7, 12)),
        (Term(7, "calendar", "same_day", True), date(2021, 7, 5), date(2021, 7, 12)),
        (Term(7, "calendar", "same_day", False), date(2021, 7, 5), date(2021, 7, 11)),
        (Term(7, "calendar", "next_day", True), date(2021, 9, 24), date(2021, 10, 8)),
        (Term(7, "working", "next_day", False), date(2021, 9, 27), date(2021, 10, 12)),
        (Term(7, "working", "next_day", False), date(2021, 2, 5), date(2021, 2, 20)),
        (Term(1, "working", "same_day", False), date(2021, 9, 26), date(2021, 9, 26)),
    ],
)
def test_days_are_counted_by_the_official_calendar(
    book: Book, term: Term, start: date, last: date
) -> None:
    assert term.last_day(start, book.calendar) == last


def test_working_days_agree_with_counting_them_one_by_one(book: Book) -> None:
    for offset in range(0, 360, 7):
        start = date(2021, 1, 1) + timedelta(days=offset)
        last = Term(7, "working", "next_day", False).last_day(start, book.calendar)
        assert book.calendar.works_on(last)
        assert book.calendar.days_between(start + timedelta(days=1), last) == 7


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (NAME, "{name: account, label: 账号, mask: account_4}", "任何渠道都不得公示"),
        ("mask: id_2_3}", "mask: text}", "只能用这些掩码"),
        ("mask: name_whole}", "mask: name_first}", "只能用这些掩码"),
        ("name: grade, label", "name: income, label", "没有列"),
        (BY_NAME, BY_NAME.replace("true", "false"), "不得在网站上公开到人"),
        ("    site_by_name: true\n", "", "请写 true 或 false"),
        ("deciding: village_board", "deciding: county_site", "不在本环节"),
        ("    default: true\n", "    sub_items: [legal-aid.cases]\n", "默认类别"),
        ("- legal-aid.cases", "- legal-aid.nothing", "没有子项"),
        ("sub_items: [legal-aid.cases]", "sub_items: [hardship-relief.orphans]", "列在几个类别里"),
        ("counted: calendar", "counted: lunar", "不在可用的值之内"),
        ("    extends: true\n", "", "请写 true 或 false"),
        ("      relief:\n", "      other:\n", "没有的类别"),
        ("value_is: demonstration\n    source: 演示数据：拟定值，无公开文号", "source: x", "文号"),
        ("phones:", "telephones:", "不认识这个键"),
    ],
)  # fmt: skip
def test_a_spoilt_page_is_refused(
    spoil: Callable[[str, str, str], Path], old: str, new: str, problem: str
) -> None:
    if old == "- legal-aid.cases":
        old, new = "sub_items: [legal-aid.cases]", "sub_items: [legal-aid.nothing]"
    root = spoil(FILE, old, new)
    with pytest.raises(CannotLoadBook) as refused:
        load_book(year=2021, county="340223", root=root)
    assert problem in str(refused.value)
    assert FILE in str(refused.value)


def test_a_spoilt_table_of_days_is_refused(spoil: Callable[[str, str, str], Path]) -> None:
    root = spoil("common/days.csv", "2021-10-01,放假", "2021-10-01,休息")
    with pytest.raises(CannotLoadBook, match=r"days\.csv"):
        load_book(year=2021, county="340223", root=root)


def test_the_county_stands_instead_of_the_common_rule(books: Path) -> None:
    own = books / "county-340223" / "channels.yaml"
    own.write_text(
        "phones:\n  - code: hotline\n    name: 县民生办\n    number: 0553-12345\n"
        "    from: 2021-01-01\n    value_is: demonstration\n    source: 演示数据：拟定值\n",
        encoding="utf-8",
    )
    load_book.cache_clear()
    book = load_book(year=2021, county="340223", root=books)
    assert [each.number for each in book.posting.phones_on(DAY)] == ["0553-12345"]
    assert [each.number for each in book.posting.phones_on(date(2020, 6, 1))] == ["12345"]


def test_the_shipped_table_of_days_leaves_out_no_year_and_no_feast():
    days = read_days((BOOKS / "common/days.csv").read_text(encoding="utf-8"))
    years = {day.date.year for day in days}
    assert years == set(range(2020, 2028))
    for year in years:
        names = "".join(day.name for day in days if day.date.year == year)
        for feast in ("元旦", "春节", "清明", "劳动", "端午", "国庆"):
            assert feast in names, (year, feast)
