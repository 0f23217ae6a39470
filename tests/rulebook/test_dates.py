"""Dated values: they switch on their day, and the more local one stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.rulebook import AmountRule, Book, Schedule, load_book
from mingbai.rulebook.loading.spans import overlay

START = date(2021, 1, 1)


def amount_on(book: Book, sub_item: str, day: date) -> AmountRule:
    (rule,) = book.sub_item(sub_item).amount_rules(day)
    return rule


def test_amount_switches_on_its_day(book: Book) -> None:
    before = amount_on(book, "hardship-relief.rural-dibao", date(2021, 6, 30))
    after = amount_on(book, "hardship-relief.rural-dibao", date(2021, 7, 1))
    assert before.to_date == date(2021, 6, 30)
    assert after.from_date == date(2021, 7, 1)
    assert all(after.grades[grade] > fen for grade, fen in before.grades.items())
    assert before.rule_id != after.rule_id


@pytest.mark.parametrize(
    ("sub_item", "level"),
    [
        ("hardship-relief.orphans", "city"),
        ("elderly-care.old-age-allowance", "county"),
        ("employment.public-posts", "province"),
    ],
)
def test_the_more_local_value_stands(book: Book, sub_item: str, level: str) -> None:
    assert amount_on(book, sub_item, date(2021, 3, 1)).level == level


def test_wider_value_stands_until_the_local_one_starts(book: Book) -> None:
    rules = book.sub_item("elderly-care.old-age-allowance").amounts
    assert [rule.level for rule in rules] == ["province", "county", "county"]
    assert rules[0].to_date == date(2020, 12, 31)


def test_county_overrides_city_overrides_province(books: Path) -> None:
    page = "programmes/employment/amounts.yaml"
    province = (books / "province-34" / page).read_text(encoding="utf-8")
    for folder, amount, start in (
        ("city-3402", "1000.00", "2021-01-01"),
        ("county-340223", "1100.00", "2021-05-01\n    to: 2021-06-30"),
    ):
        path = books / folder / page
        path.parent.mkdir(parents=True, exist_ok=True)
        head = province[: province.index("  - sub_item: internships")]
        path.write_text(
            head.replace("2020-01-01", start).replace("950.00", amount), encoding="utf-8"
        )
    book = load_book(year=2021, county="340223", root=books)
    told = {
        month: amount_on(book, "employment.public-posts", date(year, month, 15)).amount_fen
        for year, month in ((2020, 12), (2021, 4), (2021, 5), (2021, 6), (2021, 7))
    }
    assert told == {12: 95000, 4: 100000, 5: 110000, 6: 110000, 7: 100000}


def test_amounts_of_an_item_never_overlap(book: Book, next_book: Book) -> None:
    for each in (book, next_book):
        for item in each.sub_items:
            for rule in item.amounts:
                others = [r for r in item.amounts if r.item == rule.item and r is not rule]
                assert not any(other.covers(rule.from_date) for other in others)


def schedule(kind: str, **changes: object) -> Schedule:
    values: dict[str, object] = {
        "kind": kind,
        "points": (),
        "start_date": START,
        "finish_date": date(2021, 12, 31),
        "value_is": "demonstration",
        "source": "例",
    }
    return Schedule(**{**values, **changes})  # type: ignore[arg-type]


def test_linear_schedule_counts_months() -> None:
    linear = schedule("linear")
    assert linear.planned_ratio(date(2021, 6, 30)) == Decimal("0.5")
    assert linear.planned_ratio(date(2021, 3, 31)) == Decimal("0.25")
    assert linear.planned_ratio(date(2021, 12, 31)) == 1
    assert linear.planned_ratio(date(2020, 12, 31)) == 0
    assert Decimal(0) < linear.planned_ratio(START) < Decimal("0.01")


def test_schedule_by_points_holds_between_nodes() -> None:
    points = schedule(
        "points",
        points=((3, Decimal("0.1")), (6, Decimal("0.45")), (11, Decimal(1))),
        start_date=date(2021, 3, 1),
        finish_date=date(2021, 11, 30),
    )
    assert points.planned_ratio(date(2021, 3, 30)) == 0
    assert points.planned_ratio(date(2021, 3, 31)) == Decimal("0.1")
    assert points.planned_ratio(date(2021, 6, 29)) == Decimal("0.1")
    assert points.planned_ratio(date(2021, 6, 30)) == Decimal("0.45")
    assert points.planned_ratio(date(2021, 11, 30)) == 1


def test_works_are_due_by_the_end_of_november(book: Book) -> None:
    for item in book.sub_items:
        assert item.schedule.planned_ratio(date(2021, 12, 31)) == 1
        if item.kind == "works" and item.schedule.start_date.month > 1:
            assert item.schedule.finish_date <= date(2021, 11, 30)


@given(st.dates(date(2021, 1, 1), date(2021, 12, 30)))
def test_plan_never_falls(day: date) -> None:
    for each in (
        schedule("linear"),
        schedule("linear", start_date=date(2021, 2, 14), finish_date=date(2021, 10, 31)),
        schedule("points", points=((2, Decimal("0.2")), (12, Decimal(1)))),
    ):
        today, tomorrow = each.planned_ratio(day), each.planned_ratio(day + timedelta(days=1))
        assert 0 <= today <= tomorrow <= 1


@dataclass(frozen=True)
class Piece:
    name: str
    from_date: date
    to_date: date | None


def spans(name: str) -> st.SearchStrategy[Piece]:
    days = st.integers(0, 60)
    return st.builds(
        lambda start, length: Piece(
            name,
            START + timedelta(days=start),
            None if length is None else START + timedelta(days=start + length),
        ),
        days,
        st.none() | days,
    )


@given(wide=spans("wide"), local=spans("local"))
def test_overlay_says_on_each_day_what_the_most_local_level_says(wide: Piece, local: Piece) -> None:
    laid = overlay([[wide], [local]], key=lambda piece: "same")

    def holds(piece: Piece, day: date) -> bool:
        return piece.from_date <= day and (piece.to_date is None or day <= piece.to_date)

    for number in range(150):
        day = START + timedelta(days=number)
        expected = next((p.name for p in (local, wide) if holds(p, day)), None)
        found = [piece.name for piece in laid if holds(piece, day)]
        assert found == ([expected] if expected else [])


def test_every_rule_has_its_own_name(book: Book, next_book: Book) -> None:
    for each in (book, next_book):
        items = each.sub_items
        names = [rule.rule_id for item in items for rule in (*item.amounts, *item.checks)]
        names += [rule.rule_id for rule in (*each.exclusions, *each.lists)]
        assert len(names) == len(set(names)) > 100
