"""Procedures: every right has one, more local over wider, and what is written wrong is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from mingbai.rulebook import Book, CannotLoadBook, describe_programme, load_book

RELIEF = "province-34/programmes/hardship-relief/procedure.yaml"
DIBAO = "hardship-relief.rural-dibao"


def test_every_sub_item_that_pays_people_has_a_procedure(book: Book) -> None:
    paying = [item.code for item in book.sub_items if item.kind == "subsidy"]
    assert paying
    for code in paying:
        assert book.procedure(code).sub_item == code
    with pytest.raises(KeyError):
        book.procedure("rural-roads.upgrade")
    with pytest.raises(KeyError):
        book.procedure(DIBAO, date(1999, 1, 1))


def test_a_programme_of_its_own_stands_over_the_default(book: Book) -> None:
    own, default = book.procedure(DIBAO), book.procedure("hardship-relief.worker-aid")
    assert own.decide_most is not None
    assert own.decide_most.days == 45
    assert own.interval("a") == "yearly"
    assert own.interval("b") == "half_yearly"
    assert own.interval("") == "yearly"
    assert default.decide_most is None


def test_steps_know_their_neighbours(book: Book) -> None:
    rule = book.procedure(DIBAO)
    assert rule.after("application").code == "town_review"
    assert rule.before("department_review").code == "town_review"
    assert rule.before("town_review").code == "application"
    assert rule.before("application").code == "application", "nothing goes back before receipt"
    assert rule.step("county_approval").office == "department"
    with pytest.raises(KeyError):
        rule.after("in_force")
    with pytest.raises(KeyError):
        rule.step("department")


def test_days_count_by_the_official_calendar(book: Book) -> None:
    """Received on 26 January 2021: seven days of Spring Festival and its make-up days between."""
    rule = book.procedure(DIBAO)
    assert rule.decide.last_day(date(2021, 1, 26), book.calendar) == date(2021, 3, 12)
    town = rule.step("town_review").term
    assert town is not None
    assert town.last_day(date(2021, 1, 26), book.calendar) == date(2021, 2, 20), "a make-up day"


def test_the_first_month_paid(book: Book) -> None:
    rule = book.procedure(DIBAO)
    assert rule.first_period(date(2021, 6, 30)) == 202107
    assert rule.first_period(date(2021, 12, 1)) == 202201
    assert (
        book.procedure("elderly-care.old-age-allowance").first_period(date(2021, 6, 30)) == 202106
    )


def test_the_manual_tells_the_procedure(book: Book) -> None:
    text = describe_programme(book=book, code="hardship-relief")
    assert "办理：摸底、受理、镇初审15个工作日" in text
    assert "最长45个工作日" in text


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("sub_items: [destitute]", "sub_items: [destitutes]", "sub_items", "destitutes"),
        ("grades: {a: yearly", "grades: {z: yearly", "review.grades.z", "没有这一档"),
        ("decide_most: {days: 45", "decide_most: {days: 20", "decide_most", "短于"),
        ("step: town_review", "step: county_approval", "step", "次序"),
        ("step: in_force, office: department", "step: in_force, office: moon", "office", "moon"),
        ("first_paid: next_month", "first_paid: some_day", "first_paid", "some_day"),
        ("days: 15, counted: working}", "days: 0, counted: working}", "days", "1"),
        ("suspension_months: 3", "suspension_weeks: 3", "suspension_months", "缺少"),
    ],
)  # fmt: skip
def test_spoilt_procedures_are_named(
    spoil: Callable[[str, str, str], Path], old: str, new: str, key: str, says: str
) -> None:
    root = spoil(RELIEF, old, new)
    with pytest.raises(CannotLoadBook) as refused:
        load_book(year=2021, county="340223", root=root)
    assert refused.value.file == RELIEF
    assert key in refused.value.key
    assert says in refused.value.problem


def test_without_receipt_or_review_there_is_no_procedure(
    spoil: Callable[[str, str, str], Path],
) -> None:
    old = (
        "      - {step: application, office: town, role: clerk, papers: [申请书, 身份证或户口簿]}\n"
    )
    with pytest.raises(CannotLoadBook, match="受理"):
        load_book(year=2021, county="340223", root=spoil("common/procedure.yaml", old, ""))
