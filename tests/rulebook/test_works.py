"""How works are built: networks, seasons, terms, and books that say it wrongly."""

from __future__ import annotations

from datetime import date

import pytest

from mingbai.engine.schedule import Activity, make_schedule
from mingbai.rulebook import CannotLoadBook, load_book
from mingbai.rulebook.model import WorksRules

FILE = "common/works.yaml"
DAY = date(2021, 3, 1)


def test_every_works_sub_item_has_one_network(book, next_book):
    for each in (book, next_book):
        for item in each.sub_items:
            found = [n.code for n in each.works.networks if item.code in n.sub_items]
            assert len(found) == (item.kind == "works"), item.code


def test_a_network_names_what_begins_finishes_and_is_handed_over(book):
    network = book.works.network_of("rural-roads.upgrade", DAY)
    assert [step.name for step in network.steps] == [
        "立项", "招标", "开工", "主体", "竣工", "验收", "移交",
    ]  # fmt: skip
    roles = (network.begins, network.finishes, network.hands_over)
    assert [network.step(code).name for code in roles] == ["开工", "竣工", "移交"]
    with pytest.raises(KeyError):
        network.step("painting")
    with pytest.raises(KeyError):
        book.works.network_of("hardship-relief.rural-dibao", DAY)
    with pytest.raises(KeyError):
        book.works.network_of("rural-roads.upgrade", date(2019, 1, 1))


def test_seasons_close_the_days_of_the_steps_that_name_them(book):
    calendars = book.works.calendars(book.calendar, DAY)
    flood = calendars["winter+flood"]
    assert not flood.works_on(date(2021, 7, 1))
    assert book.calendar.works_on(date(2021, 7, 1))
    assert flood.works_on(date(2021, 9, 1))
    assert not flood.works_on(date(2021, 1, 11)), "a winter that began the year before"
    assert not calendars["winter"].works_on(date(2021, 12, 20))
    assert calendars["winter"].works_on(date(2021, 7, 1))
    network = book.works.network_of("small-reservoirs.reinforcement", DAY)
    names = {step.calendar for step in network.steps}
    assert names <= {"", *calendars}


def test_the_networks_fit_into_the_year_from_its_first_of_march(book):
    calendars = book.works.calendars(book.calendar, DAY)
    for network in book.works.networks:
        steps = [Activity(s.code, s.name, s.days, s.after, s.calendar) for s in network.steps]
        plan = make_schedule(
            steps, book.calendar, start_date=DAY, finish_date=date(2021, 11, 30),
            calendars=calendars,
        )  # fmt: skip
        assert plan.spare_days >= 0, network.code


def test_terms_are_dated(book):
    terms = book.works.terms_on(DAY)
    assert (terms.near_days, terms.note_days["safety"], terms.upkeep_months) == (3, 3, 3)
    with pytest.raises(KeyError):
        book.works.terms_on(date(2019, 12, 31))


def test_a_shelf_without_the_page_has_no_networks(books):
    (books / FILE).unlink()
    assert load_book(year=2021, county="340223", root=books).works == WorksRules()


def test_the_county_s_page_stands_instead_of_the_common_one(books):
    page = books / "county-340223/works.yaml"
    page.write_text(
        "terms:\n  - near_days: 7\n    note_days: {quality: 10, safety: 1, upkeep: 5}\n"
        "    upkeep_months: 1\n    from: 2021-05-01\n    source: 南民生办〔2021〕测试号\n",
        encoding="utf-8",
    )
    works = load_book(year=2021, county="340223", root=books).works
    assert works.terms_on(date(2021, 4, 30)).near_days == 3
    assert works.terms_on(date(2021, 5, 1)).near_days == 7


ROAD = "used_for: [rural-roads.upgrade, "


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        (ROAD, "used_for: [rural-roads.flying, ", "used_for", "没有子项"),
        (ROAD, "used_for: [", "networks", "没有施工节点"),
        (ROAD, ROAD + "rural-roads.upkeep, ", "networks", "两种节点"),
        (ROAD, ROAD + "hardship-relief.rural-dibao, ", "networks", "不是工程类"),
        ("begins: start", "begins: opening", "begins", "没有“opening”"),
        ("after: [{step: approval}]", "after: [{step: handover}]", "steps", "互为前提"),
        ("after: [{step: approval}]", "after: [{step: painting}]", "steps", "painting"),
        ("stops: [winter]", "stops: [summer]", "stops", "没有停工时段"),
        ("first: '12-20'", "first: '13-20'", "first", "12-20"),
        ("first: '12-20'", "first: '02-30'", "first", "没有2月30日"),
        ("safety: 3", "safety: 0", "safety", "不小于1"),
        ("near_days: 3", "nearly_days: 3", "near_days", "缺少"),
        ("value_is: demonstration", "value_is: sourced", "value_is", "demonstration"),
    ],
)
def test_pages_that_cannot_be_meant_are_refused(spoil, old, new, key, says):
    root = spoil(FILE, old, new)
    with pytest.raises(CannotLoadBook) as refusal:
        load_book(year=2021, county="340223", root=root)
    assert refusal.value.key.endswith(key)
    assert says in str(refusal.value)
