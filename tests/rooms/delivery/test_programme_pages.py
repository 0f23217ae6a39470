"""The programme pages: what each office sees on them, and what they cost."""

from __future__ import annotations

from datetime import date

import pytest
from tests.rooms.programme.books import YUAN, book, programme, sub_item

from mingbai.funds.actions import NewEntry, enter_entries, vote_budget
from mingbai.programme.actions import adopt_year


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def page(client, county):
    """Open a page as one of the county's users; the text, or the status when not 200."""

    def open_page(address, user=None):
        client.force_login(user or county.tree.clerk, backend="mingbai.base.auth.OfficeBackend")
        answer = client.get(address)
        return answer.content.decode() if answer.status_code == 200 else answer.status_code

    return open_page


@pytest.fixture
def busy(county):
    """A county with progress, people and money up to June."""
    tree = county.tree
    vote_budget(book=county.book, by=tree.clerk, at=county.at)
    enter_entries(
        entries=[
            NewEntry(
                "release", "roads.build", "county", 2_000_000 * YUAN, date(2021, 6, 3), 202106,
                origin_file_id=county.hand_in("progress", [], month=1).file_id,
                origin_sheet=1, origin_line=7,
            )
        ],
        by=tree.clerk, at=county.at,
    )  # fmt: skip
    county.report(
        ("roads.build", "里程", None, "3"), ("roads.build", "标志", None, "40"),
        ("roads.toilets", "", None, "300"), month=6,
    )  # fmt: skip
    county.report(("roads.toilets", "", None, "190"), office=tree.office_a, month=6)
    county.report(("roads.toilets", "", None, "101"), office=tree.office_b, month=6)
    county.teach(("甲", "电工", date(2021, 6, 2), "yes"), month=6)
    return county


@pytest.mark.django_db
def test_the_list_shows_every_programme_with_lights_in_words(busy, page):
    text = page("/programmes/?year=2021")
    assert "项目roads" in text
    assert "项目school" in text
    assert "项目sea" not in text
    assert '<span class="light red">滞后 26.0 个百分点</span>' in text
    assert '<span class="light done">已完成</span>' in text
    assert "占预算 18.18%" in text
    assert "style=" not in text


@pytest.mark.django_db
def test_the_page_shows_targets_money_and_where_each_number_stands(busy, page):
    text = page("/programmes/roads/?year=2021")
    assert "12.5公里" in text
    assert "24.00%" in text, "completion of the slow measure"
    assert "拨付占预算" in text
    assert "拨付占到位" in text
    assert "支出占拨付" in text
    assert "200.00万元" in text
    assert "部门报 300户，各镇合计 291户" in text
    assert "第 5 行" in text
    assert "籍山镇" in text
    assert "data-chart=" in text
    assert "echarts.min.js" in text
    assert "style=" not in text
    school = page("/programmes/school/?year=2021&month=6")
    assert "培训花名册合格 1 人、1 人次" in school
    assert "各月花名册通过录入审核的人数" in school


@pytest.mark.django_db
def test_the_month_chosen_is_the_month_shown(busy, page):
    text = page("/programmes/roads/?year=2021&month=5")
    assert "未报送" in text
    assert "200.00万元" not in text
    assert "截至2021年6月底" in page("/programmes/?year=1999"), "an unknown year shows the newest"


@pytest.mark.django_db
def test_each_office_sees_its_own(busy, page):
    tree = busy.tree
    town = page("/programmes/roads/?year=2021", tree.user_b)
    assert "许镇镇" in town
    assert "籍山镇" not in town
    assert "101.00%" in town, "its own share"
    assert "200.00万元" not in town
    assert page("/programmes/school/?year=2021", tree.user_b) == 404
    civil = page("/programmes/?year=2021", tree.user_civil)
    assert "项目roads" in civil
    assert "项目school" not in civil
    assert page("/programmes/nowhere/") == 404


@pytest.mark.django_db
def test_an_empty_county_says_what_to_do(tree, client):
    client.force_login(tree.clerk, backend="mingbai.base.auth.OfficeBackend")
    assert "采用当年的规则库" in client.get("/programmes/").content.decode()
    assert "采用当年的规则库" in client.get("/funds/").content.decode()
    assert "收到各单位的信息台账后" in client.get("/outreach/").content.decode()


@pytest.mark.django_db
def test_the_fund_pages_show_three_ratios_and_lead_to_the_line(busy, page):
    text = page("/funds/?year=2021")
    assert "18.18%" in text
    assert "拨付占到位" in text
    entries = page("/funds/roads/?year=2021")
    assert "2,000,000.00" in entries
    assert "第 7 行" in entries
    assert "规则库年度预算" in entries
    assert "2,000,000.00" not in page("/funds/roads/?year=2021&month=5")
    assert "没有可看的流水" in page("/funds/roads/?year=2021", busy.tree.user_a)
    assert page("/funds/nowhere/") == 404


@pytest.mark.django_db
def test_pages_cost_the_same_with_few_and_with_many_programmes(
    busy, page, django_assert_max_num_queries
):
    page("/programmes/?year=2021")
    for budget, address in (
        (27, "/programmes/?year=2021"),
        (36, "/programmes/roads/?year=2021"),
        (20, "/funds/?year=2021"),
        (20, "/funds/roads/?year=2021"),
    ):
        with django_assert_max_num_queries(budget) as few:
            page(address)
        busy.few = {**getattr(busy, "few", {}), address: len(few.captured_queries)}
    many = tuple(
        programme(f"p{n}", 10 + n, tuple(sub_item(f"p{n}.i{k}") for k in range(3)))
        for n in range(30)
    )
    wider = book((*busy.book.programmes, *many))
    adopt_year(book=wider, by=busy.tree.clerk, at=busy.at)
    busy.report(*((f"p{n}.i{k}", "", None, "5") for n in range(30) for k in range(3)), month=5)
    for address, few in busy.few.items():
        with django_assert_max_num_queries(few):
            page(address)
