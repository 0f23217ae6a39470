"""The page 今日: what is late and why, who is silent, and what each person sees of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.rooms.delivery.conftest import ALL, County

from mingbai.base.scope import Asker
from mingbai.site.today import Today, gather_today

NOW = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)


@pytest.fixture
def county(tree, at, settings, tmp_path) -> County:
    settings.STATIC_ROOT = tmp_path
    return County(tree, at)


def _roads(done: int) -> tuple[tuple[str, str, str, str], ...]:
    """Both measures of the roads, ``done`` kilometres and twice as many signs."""
    return (
        ("roads.build", "里程", "0", str(done)),
        ("roads.build", "标志", "0", str(2 * done)),
    )


def _today(to: Asker = ALL, *, at: datetime = NOW, demonstration: bool = False) -> Today:
    return gather_today(to=to, at=at, demonstration=demonstration)


def test_before_the_first_table_the_page_claims_nothing(county: County) -> None:
    found = _today()
    assert found.period is None
    assert found.day == date(2021, 7, 5)
    assert [found.headlines, found.tasks, found.silences, found.lags] == [(), (), (), ()]


def test_what_is_late_stands_with_its_gap_and_its_reason(county: County) -> None:
    county.report(*_roads(2), ("roads.toilets", "数量", "160", "160"), month=6)
    late = {each.name: each for each in _today().lags}
    assert "子项roads.toilets" not in late
    lag = late["子项roads.build"]
    assert lag.state == "red"
    assert lag.gap is not None
    assert lag.gap < 0
    assert "民政局牵头" in lag.why
    assert "标志 4/40个" in lag.why
    assert lag.address == "/programmes/roads/"


def test_the_widest_gap_comes_first(county: County) -> None:
    county.report(*_roads(3), ("roads.toilets", "数量", "1", "3"), month=6)
    gaps = [each.gap for each in _today().lags if each.state == "red" and each.gap is not None]
    assert gaps == sorted(gaps)


def test_who_reported_last_month_and_not_this_one_is_named(county: County) -> None:
    county.report(*_roads(3), month=5)
    county.teach(("甲", "课", date(2021, 6, 3), "是"), month=6)
    found = _today()
    assert found.period == 202106
    quiet = {each.office: each.what for each in found.silences}
    assert "子项roads.build" in quiet["民政局"]
    assert "上月交过、本月没交：progress" in quiet["民政局"]


def test_a_month_not_yet_come_is_not_asked_for(county: County) -> None:
    county.report(*_roads(3), month=6)
    county.report(*_roads(4), month=9)
    assert _today().period == 202106


def test_a_demonstration_lives_in_its_own_time(county: County) -> None:
    county.report(*_roads(3), month=6)
    later = datetime(2030, 1, 1, tzinfo=UTC)
    found = _today(at=later, demonstration=True)
    assert (found.day, found.period) == (date(2021, 7, 9), 202106)
    assert _today(at=later).day == date(2030, 1, 1)


def test_a_town_sees_what_it_handed_in_and_no_other_town(county: County) -> None:
    tree = county.tree
    county.report(*_roads(2), office=tree.office_b, town=tree.town_b.code, month=6)
    own, other = tree.asker(tree.user_b), tree.asker(tree.user_a)
    assert [each.office for each in _today(own).arrivals] == ["许镇镇"]
    assert _today(other).arrivals == ()
    assert _today(other).period == 202106, "the month is the county's, whoever asks"
    handed = {each.name: each.number for each in _today(own).headlines}
    assert handed["本月已交"] == "1"


def test_the_page_asks_no_more_questions_when_there_is_more(county: County, client) -> None:
    client.force_login(county.tree.clerk, backend="mingbai.base.auth.OfficeBackend")

    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get("/").status_code == 200
        return len(asked)

    county.report(*_roads(2), ("roads.toilets", "数量", "2", "6"), month=5)
    questions()  # fills the caches of a process
    few = questions()
    for month in (3, 4, 6):
        county.report(*_roads(7), month=month)
        county.report(
            ("roads.toilets", "数量", "1", "7"),
            office=county.tree.office_a,
            town=county.tree.town_a.code,
            month=month,
        )
    assert questions() <= few
    assert few <= 64


def test_the_page_shows_it_all(county: County, client) -> None:
    county.report(*_roads(2), month=6)
    client.force_login(county.tree.clerk, backend="mingbai.base.auth.OfficeBackend")
    page = client.get("/").content.decode()
    for word in ("等着办", "落在序时后面", "还没报", "刚收到", "子项roads.build", "民政局"):
        assert word in page
    assert "style=" not in page
    assert "onclick" not in page
