"""Boards: the same records as everywhere, narrowed; every point leads to its rows."""

from __future__ import annotations

import json
import re
from datetime import date
from fractions import Fraction
from html import unescape

import pytest
from tests.rooms.delivery.conftest import County
from tests.rooms.programme.books import YUAN

from mingbai.base.ledger import last_seq
from mingbai.base.models import Division
from mingbai.delivery.queries import lights
from mingbai.funds.actions import NewEntry, enter_entries, vote_budget
from mingbai.report.queries.boards import board_of, office_of_board, town_of_board
from mingbai.report.queries.courses import Course
from mingbai.report.views import drawings
from mingbai.report.views.maps import map_chart
from mingbai.report.views.money_charts import money_course_chart, waterfall_chart
from mingbai.rulebook import load_book

JUNE = 202106


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def busy(tree, at):
    """Roads behind, one town ahead of the other, money half released."""
    county = County(tree, at)
    vote_budget(book=county.book, by=tree.clerk, at=at)
    enter_entries(
        entries=[
            NewEntry(
                "release", "roads.build", "county", 2_000_000 * YUAN, date(2021, 6, 3), JUNE,
                origin_file_id=county.hand_in("progress", [], month=1).file_id,
                origin_sheet=1, origin_line=7,
            )
        ],
        by=tree.clerk, at=at,
    )  # fmt: skip
    county.report(("roads.toilets", "", None, "100"), month=3)
    county.report(
        ("roads.build", "里程", None, "3"), ("roads.build", "标志", None, "40"),
        ("roads.toilets", "", None, "300"), month=6,
    )  # fmt: skip
    county.report(("roads.toilets", "", None, "190"), office=tree.office_a, month=6)
    county.report(("roads.toilets", "", None, "11"), office=tree.office_b, month=6)
    return county


@pytest.fixture
def seen(busy, tree):
    """A board of June as this user."""

    def ask(user=None, **narrow):
        to = tree.asker(user or tree.clerk)
        return board_of(to=to, year=2021, period=JUNE, as_of=last_seq(), **narrow)

    return ask


@pytest.fixture
def page(client, busy, tree):
    def open_page(address, user=None):
        client.force_login(user or tree.clerk, backend="mingbai.base.auth.OfficeBackend")
        answer = client.get(address)
        return answer.content.decode() if answer.status_code == 200 else answer.status_code

    return open_page


def hrefs(html):
    """Where the points of a page's charts lead."""
    options = re.findall(r'<script id="[^"]+-chart" type="application/json">(.*?)</script>', html)
    assert options, "a page without charts"
    found: list[str] = []

    def walk(value):
        if isinstance(value, dict):
            found.extend([value["href"]] if "href" in value else [])
            value = list(value.values())
        if isinstance(value, list):
            for each in value:
                walk(each)

    for option in options:
        walk(json.loads(unescape(option)))
    return found


def test_a_board_shows_the_lights_that_the_programme_pages_show(seen, tree):
    board = seen()
    wanted = lights(to=tree.asker(tree.clerk), year=2021, period=JUNE)
    assert [each.sub_item.code for each in board.lights] == [e.sub_item.code for e in wanted]
    assert sum(board.counts.values()) == len(wanted)
    assert [each.gap for each in board.behind] == sorted(each.gap for each in board.behind)
    assert {each.colour for each in board.behind} <= {"red", "yellow"}


def test_a_town_is_held_against_what_is_due_of_everybody(seen, tree):
    rows = {(row.light.sub_item.code, row.measure.measure.code): row for row in seen().grid}
    cells = next(row for (code, _), row in rows.items() if code == "roads.toilets").cells
    first, second = cells[tree.town_a.pk], cells[tree.town_b.pk]
    share = Fraction(first.row.share)
    assert first.gap == min(Fraction(190) / share, 1) - Fraction(1, 2)
    assert second.gap < 0
    on_time = {each.code: each.on_time_count for each in seen().towns}
    assert on_time[tree.town_b.pk] == 0


def test_the_course_of_the_year_is_the_mean_of_what_was_reported(seen):
    course = seen().course
    assert len(course.planned) == 12
    assert len(course.actual) == 6
    assert course.actual[1] == 0
    assert course.actual[2] > 0
    assert list(course.actual) == sorted(course.actual)
    board = seen()
    monthly = [
        light.standing.deciding
        for light in board.lights
        if light.standing.deciding and light.standing.deciding.basis in ("department", "towns")
    ]
    mean = sum(min(part.ratio, Fraction(1)) for part in monthly) / len(monthly)
    assert course.actual[-1] == mean, "the curve ends where the lights stand"
    assert course.counted == len(monthly)


def test_an_office_and_a_town_see_their_own(seen, tree, busy):
    board = seen(office=busy.school)
    assert {light.sub_item.lead_office_id for light in board.lights} == {busy.school.pk}
    assert board.faces == {}
    town = Division.objects.unscoped("t").get(pk=tree.town_a.pk)
    assert {code for row in seen(town=town).grid for code in row.cells} == {tree.town_a.pk}
    own = seen(tree.user_a)
    assert {code for row in own.grid for code in row.cells} == {tree.town_a.pk}


def test_nobody_opens_the_board_of_others(tree, busy):
    clerk, town = tree.asker(tree.clerk), tree.asker(tree.user_a)
    assert town_of_board(tree.town_b.pk, to=clerk) is not None
    assert town_of_board(tree.town_b.pk, to=town) is None
    assert town_of_board(tree.town_a.pk, to=town) is not None
    assert town_of_board(tree.county.pk, to=clerk) is None, "a county is no town"
    assert office_of_board("t-civil", to=clerk) is not None
    assert office_of_board("t-civil", to=town) is None


def test_each_point_of_the_charts_leads_to_a_page(page, tree):
    html = page("/boards/?year=2021&month=6")
    found = hrefs(html)
    assert any(each.startswith("/boards/why/2021/6/delivery.completion.") for each in found)
    assert any(each.startswith("/boards/why/2021/6/funds.") for each in found)
    assert any(each.startswith("/boards/towns/") for each in found)
    for address in set(found):
        assert isinstance(page(address), str), address


def test_no_point_that_can_be_met_is_a_dead_end(seen, tree, busy):
    """Every point of every drawing of a board has its address; only the empty parts below bars
    and spans, which nobody can click, have none."""
    tiles = load_book(year=2021, county="340223").tiles
    met: set[str] = set()
    for board, part in ((seen(), ""), (seen(office=busy.school), "office=t-school")):
        drawn = {
            "behind": drawings.behind_chart(board.behind, JUNE, of_town=board.of_town),
            "heat": drawings.heat_chart(board.grid, board.towns, JUNE),
            "map": map_chart(board.towns, tiles, JUNE),
            "course": drawings.course_chart(board.course, JUNE, part),
            "waterfall": waterfall_chart(board.money, JUNE, part),
            "money": money_course_chart(board.money, board.months, part),
            "forecast": drawings.forecast_chart(board),
        }
        for name, option in drawn.items():
            for series in option["series"] if option else ():
                if series.get("silent"):
                    continue
                met.add(name)
                dead = [p for p in series["data"] if not isinstance(p, dict) or "href" not in p]
                assert dead == [], (name, series.get("name"))
    assert met >= {"behind", "heat", "map", "course", "waterfall", "money"}
    assert drawings.course_chart(Course((), 0), JUNE) is None


def test_a_point_of_the_curve_is_the_mean_of_the_lines_it_leads_to(page, seen, tree):
    board = seen()
    option = drawings.course_chart(board.course, JUNE)
    point = option["series"][1]["data"][2]
    assert point["href"] == "/boards/course/2021/6/?at=3"
    html = page(point["href"])
    rows = re.findall(r'delivery\.completion\.[\w.-]+/">([\d.]+)%</a>', html)
    assert len(rows) == board.course.counted
    mean = sum(float(each) for each in rows) / len(rows)
    assert abs(mean - point["value"]) < 0.1
    later = page("/boards/course/2021/6/?at=9")
    assert "delivery.completion" not in later, "nothing is reached in a later month"
    assert page("/boards/course/2021/6/?at=13") == 404
    assert page("/boards/course/2021/6/?town=340223999") == 404
    town = page(f"/boards/course/2021/6/?at=6&town={tree.town_b.pk}")
    assert "delivery.completion" not in town, "a town's completion is told by the programme's page"


def test_an_offices_money_is_told_of_the_office_alone(page, seen, busy, tree, at):
    whole = page("/boards/why/2021/6/funds.released/")
    part = page("/boards/why/2021/6/funds.released/?office=t-school")
    assert "2,000,000.00元" in whole
    assert "2,000,000.00元" not in part, "roads are another office's"
    assert "这里只是" in part
    assert "这里只是" not in whole
    roads = page("/boards/why/2021/6/funds.released/?office=t-civil")
    deeper = re.findall(r'href="(/boards/why/[^"]*\?office=t-civil&amp;p=[^"]*)"', roads)
    assert deeper, "each step down stays within the office"
    assert isinstance(page(unescape(deeper[0])), str)
    assert page("/boards/why/2021/6/funds.released/?office=t-school", tree.user_a) == 404


def test_the_gaps_of_the_waterfall_lead_to_both_sides(page, seen):
    option = waterfall_chart(seen().money, JUNE)
    named = dict(zip(option["xAxis"]["data"], option["series"][1]["data"], strict=True))
    html = page(named["未拨付"]["href"])
    assert "分子和分母" in html
    html = page(named["未到位"]["href"])
    assert "到位占年度预算" in html
    assert "分子和分母" in html


def test_from_the_board_to_the_sheet_line(page):
    html = page("/boards/why/2021/6/delivery.completion.roads.toilets/")
    assert "全年目标完成率" in html
    assert "看板上的这个数" in html
    deeper = next(iter(re.findall(r'href="(/boards/why/2021/6/[^"]*\?p=[^"]*)"', html)))
    assert "/intake/files/" in page(unescape(deeper))
    released = page("/boards/why/2021/6/funds.released/")
    assert "2,000,000.00元" in released
    assert "合计与原数一致" in released


@pytest.mark.parametrize(
    "address",
    [
        "/boards/why/2021/13/funds.released/",
        "/boards/why/1999/6/funds.released/",
        "/boards/why/2021/6/funds.nothing/",
        "/boards/why/2021/6/delivery.completion.nothing/",
        "/boards/why/2021/6/funds.released/?p=nothing&p=x&p=y",
        "/boards/towns/340223999/",
        "/boards/offices/nobody/",
    ],
)
def test_addresses_of_nothing_are_not_found(page, address):
    assert page(address) == 404


def test_the_wall_renews_itself_and_keeps_the_policy(page):
    for address in ("/boards/wall/?year=2021&month=6", "/boards/?year=2021&month=6"):
        html = page(address)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html), address
        assert not re.findall(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)", html), address
    assert 'report/wall.js" data-seconds="300"' in page("/boards/wall/?year=2021&month=6")


@pytest.mark.parametrize("address", ["/boards/?month=6", "/boards/wall/?month=6"])
def test_boards_have_a_query_budget(client, busy, tree, django_assert_max_num_queries, address):
    client.force_login(tree.clerk, backend="mingbai.base.auth.OfficeBackend")
    client.get(address)
    with django_assert_max_num_queries(60):
        client.get(address)


def test_before_a_year_is_adopted_the_board_says_what_to_do(client, tree):
    client.force_login(tree.clerk, backend="mingbai.base.auth.OfficeBackend")
    assert "采用当年的规则库" in client.get("/boards/").content.decode()


def test_a_towns_board_is_the_same_for_the_county_and_for_the_town(seen, tree, page):
    town = Division.objects.unscoped("t").get(pk=tree.town_b.pk)
    asked, own = seen(town=town), seen(tree.user_b)
    assert asked.lights
    assert [(e.sub_item.code, e.words) for e in asked.lights] == [
        (e.sub_item.code, e.words) for e in own.lights
    ]
    whole = {light.sub_item.code: light.actual for light in seen().lights}
    part = {light.sub_item.code: light.actual for light in asked.lights}
    assert part["roads.toilets"] != whole["roads.toilets"]
    html = page(f"/boards/towns/{tree.town_b.pk}/?year=2021&month=6")
    assert "/boards/why/" not in html, "the county's figure would say another number"


def test_the_board_leads_to_the_figures_of_works_and_training(page):
    html = page("/boards/?year=2021&month=6")
    for name in ("classes_held", "training_person_times", "training_pass_ratio", "certificates"):
        address = f"/boards/why/2021/6/delivery.{name}/"
        assert address in html
        assert isinstance(page(address), str), name
    assert isinstance(page("/boards/why/2021/6/payment.training_allowance/"), str)
