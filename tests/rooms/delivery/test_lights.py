"""Lights against the schedule, silence, and sources that contradict each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from tests.rooms.programme.books import A, B, book, measure, programme, sub_item

from mingbai.base.scope import Asker
from mingbai.delivery.queries import discrepancies, lights, silence
from mingbai.delivery.queries.lights import in_points
from mingbai.programme.actions import adopt_year

ALL = Asker.system("tests see everything")


def light_of(code, *, period=202106, to=ALL):
    (found,) = (x for x in lights(to=to, year=2021, period=period) if x.sub_item.code == code)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("total", "colour", "words"),
    [
        ("300", "done", "已完成"),
        ("150", "green", "按序时"),
        ("149", "yellow", "略慢 0.3 个百分点"),
        ("125", "yellow", "略慢 8.3 个百分点"),
        ("124.9", "red", "滞后 8.4 个百分点"),
        ("0", "red", "滞后 50.0 个百分点"),
    ],
)
def test_a_light_compares_with_this_month_and_the_month_before(county, total, colour, words):
    county.report(("roads.toilets", "", None, total), month=6)
    light = light_of("roads.toilets")
    assert (light.colour, light.words) == (colour, words)
    assert light.silent is False


@pytest.mark.django_db
def test_grey_says_why(county):
    assert light_of("roads.toilets").words == "未报送"
    assert light_of("school.aid").words == "常态化，不设目标"
    assert {light_of(code).colour for code in ("roads.toilets", "school.aid")} == {"grey"}


@pytest.mark.django_db
def test_past_the_finish_date_is_red_however_small_the_gap(county):
    early = sub_item(
        "roads.toilets", measures=(measure(unit="户", target="300"),), finish=date(2021, 5, 31)
    )
    changed = book((programme("roads", 1, (early,)),))
    adopt_year(book=changed, by=county.tree.clerk, at=county.at)
    county.report(("roads.toilets", "", None, "299"), month=5)
    assert light_of("roads.toilets", period=202105).words == "已过完成期限，差 0.3 个百分点"


@pytest.mark.django_db
def test_silence_is_a_state_of_its_own_and_names_who_owes(county):
    county.report(
        ("roads.build", "里程", None, "12.5"),
        ("roads.build", "标志", None, "40"),
        ("roads.toilets", "", None, "200"),
        month=5,
    )
    light = light_of("roads.toilets")
    assert (light.colour, light.silent, light.words) == ("green", True, "按序时，本月未报")
    found = {s.office_name: [i.code for i in s.sub_items] for s in silence(
        to=ALL, year=2021, period=202106)}  # fmt: skip
    assert found == {"民政局": ["roads.toilets"], "教育局": ["school.teachers"]}
    county.report(("roads.toilets", "", "5", "205"), month=6)
    county.teach(("甲", "电工", date(2021, 6, 2), "yes"), month=6)
    assert silence(to=ALL, year=2021, period=202106) == ()


@pytest.mark.django_db
def test_a_report_of_a_town_does_not_speak_for_the_department(county):
    county.report(("roads.toilets", "", None, "80"), office=county.tree.office_a, month=6)
    owed = [i.code for s in silence(to=ALL, year=2021, period=202106) for i in s.sub_items]
    assert "roads.toilets" in owed


@pytest.mark.django_db
def test_department_against_towns_and_claims_against_rosters(county):
    tree = county.tree
    county.report(("roads.toilets", "", None, "120"), month=6)
    assert discrepancies(to=ALL, year=2021, period=202106) == ()
    county.report(("roads.toilets", "", None, "80"), office=tree.office_a, month=6)
    county.report(("roads.toilets", "", None, "40"), office=tree.office_b, month=5)
    assert discrepancies(to=ALL, year=2021, period=202106) == ()
    county.report(("roads.toilets", "", None, "45"), office=tree.office_b, month=6)
    county.report(("school.teachers", "", None, "3"), office=county.school, month=6)
    towns, roster = discrepancies(to=ALL, year=2021, period=202106)
    assert towns.message == "部门报 120户，各镇合计 125户；请部门与各镇核对后更正其中一方。"
    assert roster.message == "花名册上合格 0人，进度表填 3人；请补报花名册或更正进度表。"


@pytest.mark.django_db
def test_a_town_is_not_late_for_people_no_roster_gives_a_town(county):
    tree = county.tree
    taught = sub_item(
        "school.teachers",
        measures=(measure(unit="人", target="3", shares={A: "2", B: "1"}),),
        kind="training", roster="training", lead="t-school",
    )  # fmt: skip
    adopt_year(book=book((programme("school", 2, (taught,)),)), by=tree.clerk, at=county.at)
    towns = {town: tree.asker(user) for town, user in ((A, tree.user_a), (B, tree.user_b))}
    county.report(("school.teachers", "", None, "0"), office=tree.office_a, month=6)
    assert light_of("school.teachers", to=towns[A]).colour == "red", "nobody is on any roster"
    done = date(2021, 6, 2)
    county.teach(*((name, "电工", done, "yes") for name in "甲乙丙"), month=6)
    assert light_of("school.teachers").colour == "done"
    light = light_of("school.teachers", to=towns[A])
    assert (light.colour, light.words, light.actual) == ("grey", "花名册未分镇", None)
    assert silence(to=towns[A], year=2021, period=202106) == ()
    county.teach(("丁", "电工", done, "yes"), month=6, town=A)
    light = light_of("school.teachers", to=towns[A])
    assert (light.colour, light.standing.measures[0].done) == ("green", 1)
    assert light_of("school.teachers", to=towns[B]).words == "花名册未分镇"


@pytest.mark.parametrize(
    ("done", "planned", "points"),
    [
        (Fraction(749, 1000), Fraction(6, 12), "24.9"),
        (Fraction(735, 1000), Fraction(5, 12), "31.8"),
        (Fraction(804, 1000), Fraction(8, 12), "13.7"),
        (Fraction(998, 1000), Fraction(11, 12), "8.1"),
    ],
)
def test_gaps_are_in_percentage_points_rounded_half_up(done, planned, points):
    assert in_points(done - planned) == points


@pytest.mark.django_db
@pytest.mark.parametrize("many", [2, 30])
def test_lights_and_silence_cost_the_same_for_few_and_for_many(
    county, many, django_assert_max_num_queries
):
    items = tuple(sub_item(f"many.i{n}") for n in range(many))
    adopt_year(book=book((programme("many", 1, items),)), by=county.tree.clerk, at=county.at)
    county.book = replace(county.book, digest="1" * 64)
    county.report(*((item.code, "", None, "7") for item in items[: many // 2]), month=6)
    with django_assert_max_num_queries(20):
        assert len(lights(to=ALL, year=2021, period=202106)) == many
        (owed,) = silence(to=ALL, year=2021, period=202106)
        assert len(owed.sub_items) == many - many // 2
