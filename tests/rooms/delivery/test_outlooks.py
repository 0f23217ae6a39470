"""Forecasts on the programme page: what they rest on, when nothing is said, whom they may tell."""

from __future__ import annotations

import json
import re
from datetime import date
from fractions import Fraction

import pytest

from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.queries import lights, outlooks, standing_reports
from mingbai.programme.queries import planned_curves

ALL = Asker.system("tests see everything")


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def page(client, county):
    """The text of a page as one of the county's users sees it."""

    def open_page(address, user=None):
        client.force_login(user or county.tree.clerk, backend="mingbai.base.auth.OfficeBackend")
        return client.get(address).content.decode()

    return open_page


@pytest.fixture
def reported(county):
    """Half a year of reports: toilets at an even pace; signs too slow for their date."""
    for month in range(1, 7):
        county.report(
            ("roads.toilets", "", None, str(25 * month)),
            ("roads.build", "里程", None, str(month)),
            ("roads.build", "标志", None, str(2 * month)),
            month=month,
        )
    return county


def ask(period=202106, to=ALL):
    found = lights(to=to, year=2021, period=period)
    given = standing_reports(to=to, year=2021, through=month_end(period))
    curves = planned_curves(to=to, year=2021)
    return outlooks(to=to, year=2021, period=period, found=found, given=given, curves=curves)


@pytest.mark.django_db
def test_a_steady_half_year_is_carried_on(reported):
    found = ask()
    toilets = found["roads.toilets"]
    assert toilets.forecast is not None
    assert toilets.forecast.reports_count == 6
    assert toilets.told is not None
    assert toilets.low_date < toilets.expected_date < toilets.high_date
    assert toilets.low_date > date(2021, 6, 30)
    assert toilets.slip_points is None
    slow = found["roads.build"]
    assert slow.forecast.expected > toilets.forecast.expected
    assert slow.forecast.chance_of_missing > max(0.5, toilets.forecast.chance_of_missing)
    assert slow.own_pace < slow.due_pace


@pytest.mark.django_db
def test_the_pace_that_keeps_the_date_is_what_is_left_over_the_months_left(reported):
    """Signs, 12 of 40 by June, decide over kilometres, 6 of 12.5; six months are left."""
    slow = ask()["roads.build"]
    assert slow.own_pace == Fraction(12, 40) / 6
    assert slow.due_pace == Fraction(28, 40) / 6


@pytest.mark.django_db
def test_with_one_report_it_is_too_early_and_no_date_is_shown(county, page):
    county.report(("roads.toilets", "", None, "20"), month=1)
    found = ask(202101)["roads.toilets"]
    assert found.told is None
    assert found.expected_date is found.low_date is found.high_date is None
    assert found.words == "尚早，无法判断：报表不足两期"
    assert ask(202101)["roads.build"].words == "未报送，无法预测"
    text = page("/programmes/roads/?year=2021&month=1")
    assert "尚早，无法判断" in text
    assert "八成把握在" not in text


@pytest.mark.django_db
def test_what_is_done_uncounted_or_silent_gets_no_forecast(reported):
    reported.teach(("甲", "电工", date(2021, 6, 2), "yes"), month=6)
    found = ask()
    assert found["school.teachers"].words == "按花名册计数，没有逐月报表，不作预测"
    nothing = found["school.aid"]
    assert (nothing.forecast, nothing.words) == (None, ""), "it has no target"
    reported.report(("roads.toilets", "", None, "400"), month=7)
    done = ask(202107)["roads.toilets"]
    assert (done.forecast, done.words) == (None, "")


@pytest.mark.django_db
def test_a_report_that_falls_behind_is_told_at_once(reported, page):
    before = ask()["roads.toilets"]
    assert before.slip_points is None
    reported.report(("roads.toilets", "", None, "151"), month=7)
    slipped = ask(202107)["roads.toilets"]
    assert float(slipped.slip_points) > 4
    text = page("/programmes/roads/?year=2021&month=7")
    assert "本月放缓" in text
    assert "核实数字并说明原因" in text


@pytest.mark.django_db
def test_the_page_shows_date_interval_chance_and_pace(reported, page):
    text = page("/programmes/roads/?year=2021&month=6")
    assert "八成把握在" in text
    assert "逾期可能性" in text
    assert "今后每月须完成" in text
    assert "不是承诺" in text
    assert "style=" not in text
    options = [
        json.loads(each)
        for each in re.findall(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', text)
    ]
    (chart,) = [o for o in options if "预计完成" in json.dumps(o, ensure_ascii=False)][:1]
    lines = {each["name"]: each["data"] for each in chart["series"]}
    count = len(chart["xAxis"]["data"])
    late, height = lines["八成把握·迟"], lines["八成把握·早"]
    assert len(late) == len(height) == len(lines["预计完成"]) == count
    assert late[:5] == [None] * 5
    assert height[5] == 0
    assert late[-1] == 100
    assert all(h >= 0 for h in height[5:])
    assert all(
        low <= way <= round(low + h, 2) + 0.01
        for low, h, way in zip(late[5:], height[5:], lines["预计完成"][5:], strict=True)
    )


@pytest.mark.django_db
def test_a_town_is_told_its_own_and_learns_from_the_county(reported, page):
    tree = reported.tree
    for month in (4, 5, 6):
        reported.report(
            ("roads.toilets", "", None, str(25 * month)), office=tree.office_a, month=month
        )
    own = ask(to=tree.asker(tree.user_a))["roads.toilets"]
    assert own.forecast.reports_count == 3
    assert own.forecast.like_count > 0, "other sub-items of the county teach"
    assert ask()["roads.toilets"].forecast.reports_count == 6
    assert "八成把握在" in page("/programmes/roads/?year=2021&month=6", tree.user_a)
