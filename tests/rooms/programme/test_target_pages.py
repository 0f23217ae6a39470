"""The target sheet in the browser: what is shown, saved, refused, kept, and to whom."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from tests.rooms.programme.books import A, B, book, measure, programme, sub_item
from tests.rooms.programme.conftest import ALL, PAPER, edit

from mingbai.base.models import OfficeDuty
from mingbai.programme.actions import (
    GivenFigure,
    adopt_year,
    enter_populations,
    enter_upper_figures,
)
from mingbai.programme.queries import open_draft, target_sheet

pytestmark = pytest.mark.django_db
TOILETS = "roads.toilets"


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def browser(client, desk):
    """Open and post as one of the county's users."""

    class Browser:
        def sign_in(self, user):
            client.force_login(user, backend="mingbai.base.auth.OfficeBackend")
            return self

        def text(self, path="/targets/"):
            return client.get(path).content.decode()

        def fields(self, **changed):
            """The sheet as the page holds it, with some cells typed over."""
            text = self.text()
            found = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', text))
            found.pop("pick", None)
            return {k: v for k, v in found.items() if k != "csrfmiddlewaretoken"} | changed

        def post(self, path, fields):
            return client.post(path, fields)

    return Browser().sign_in(desk.tree.clerk)


def _cell(town, sub_item=TOILETS, code="count"):
    return f"s|{sub_item}|{code}|{town}"


def test_the_sheet_shows_every_measure_with_towns_and_sums(browser, desk):
    text = browser.text()
    for word in ("子项roads.toilets", "子项roads.build·标志", "籍山镇", "许镇镇", "常态化"):
        assert word in text
    assert "style=" not in text
    assert "onclick" not in text
    assert 'name="s|roads.build|km|340223100" value="7.5"' in text
    assert "项目sea" not in text


def test_saving_writes_one_draft_and_says_what_is_wrong_with_it(browser, desk):
    answer = browser.post("/targets/save/", browser.fields(**{_cell(A): "２００", _cell(B): "99"}))
    assert answer.status_code == 302
    draft = open_draft(to=ALL, year=2021)
    assert (draft.number, draft.made_by) == (1, desk.tree.clerk)
    text = browser.text()
    assert "还有 1 处待改" in text
    assert "各镇合计 299户，与目标 300户不等" in text
    assert 'class="is-bad" data-row' in text
    assert "提交复核" not in text
    browser.post("/targets/save/", browser.fields(**{_cell(B): "1,00"}))
    browser.post("/targets/save/", browser.fields(**{_cell(A): "190", _cell(B): "110"}))
    assert "提交复核" in browser.text()
    assert 'title="现行 200"' in browser.text()
    assert desk.parts(TOILETS) == {A: 200, B: 100}, "a draft is not in force"


def test_words_and_numbers_in_a_targets_cell(browser, desk):
    changed = {"t|school.aid|count": "1,200 ", _cell(A, "school.aid"): "1200",
               f"t|{TOILETS}|count": "跨年度 500", _cell(A): "400", _cell(B): "100",
               "document_number": "南政〔2021〕9号", "document_date": "2021-04-01",
               "reason": "下达"}  # fmt: skip
    assert browser.post("/targets/save/", browser.fields(**changed)).status_code == 302
    rows = {row.key: row.word for row in target_sheet(to=ALL, year=2021).rows}
    assert (rows["school.aid", "count"].state, rows["school.aid", "count"].target) == ("set", 1200)
    assert rows[TOILETS, "count"].state == "multi_year"
    assert rows[TOILETS, "count"].target == 500


def test_what_cannot_be_read_is_told_and_nothing_typed_is_lost(browser, desk):
    changed = {_cell(A): "约二百", _cell(B): "111", f"t|{TOILETS}|count": "三百",
               "document_number": "南政〔2021〕9号"}  # fmt: skip
    answer = browser.post("/targets/save/", browser.fields(**changed))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "籍山镇的“约二百”不是数" in text
    assert "文号和发文日期要一起填" in text
    for kept in ('value="约二百"', 'value="111"', 'value="三百"', 'value="南政〔2021〕9号"'):
        assert kept in text
    assert open_draft(to=ALL, year=2021) is None


def test_the_second_editor_is_told_and_finds_both_peoples_work(browser, desk):
    mine = browser.fields(**{_cell(A): "160", "s|roads.build|km|340223100": "7"})
    desk.save(edit(TOILETS, "300", "150", "150"), by=desk.tree.checker)
    answer = browser.post("/targets/save/", mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "t-checker刚保存了第1稿" in text
    assert "他人填 150" in text
    assert f'name="{_cell(A)}" value="160"' in text
    assert f'name="{_cell(B)}" value="150"' in text, "their cell, which I had not touched"
    assert 'name="s|roads.build|km|340223100" value="7"' in text
    assert 'name="seen_number" value="1"' in text
    again = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', text))
    again.pop("pick", None)
    assert browser.post("/targets/save/", again).status_code == 302
    assert open_draft(to=ALL, year=2021).number == 2


def test_splitting_the_ticked_rows_shows_figures_that_add_up_and_saves_nothing(browser, desk):
    enter_populations(
        year=2021, people={A: 20_000, B: 10_001}, source="公报", by=desk.tree.clerk, at=desk.at
    )
    sent = browser.fields(**{f"t|{TOILETS}|count": "301"}) | {
        "pick": f"{TOILETS}|count", "method": "population",
    }  # fmt: skip
    answer = browser.post("/targets/fill/", sent)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'name="{_cell(A)}" value="201"' in text
    assert f'name="{_cell(B)}" value="100"' in text
    assert "data-unsaved" in text
    assert open_draft(to=ALL, year=2021) is None
    kept = browser.post("/targets/fill/", sent | {_cell(A): "300", _cell(B): "", "keep": "on"})
    assert f'name="{_cell(B)}" value="1"' in kept.content.decode()
    none = browser.post("/targets/fill/", {k: v for k, v in sent.items() if k != "pick"})
    assert none.status_code == 422
    assert "请先勾选" in none.content.decode()


def test_splitting_by_population_asks_for_the_missing_ones(browser, desk):
    sent = browser.fields() | {"pick": f"{TOILETS}|count", "method": "population"}
    text = browser.post("/targets/fill/", sent).content.decode()
    assert "还有 2 个镇没有登记人口数" in text


def test_two_people_bring_a_change_in_force_through_the_pages(browser, desk):
    tree = desk.tree
    changed = {f"t|{TOILETS}|count": "330", _cell(A): "220", _cell(B): "110",
               "document_number": "南政〔2021〕30号", "document_date": "2021-06-01",
               "reason": "上半年调整"}  # fmt: skip
    browser.post("/targets/save/", browser.fields(**changed))
    path = f"/targets/changes/{open_draft(to=ALL, year=2021).pk}/"
    browser.post(f"{path}submit/", {})
    assert "须由没有经手的人复核" in browser.text(path)
    assert browser.post(f"{path}approve/", {}).status_code == 403
    browser.sign_in(tree.checker)
    text = browser.text(path)
    assert "南政〔2021〕30号" in text
    assert "籍山镇 200 → 220" in text
    browser.post(f"{path}approve/", {})
    assert desk.target(TOILETS) == 330
    assert "已生效" in browser.text("/targets/changes/")
    history = browser.text(f"/targets/history/{TOILETS}/count/")
    assert "增加 30户" in history
    assert "南政〔2021〕30号（2021年6月1日）：上半年调整" in history
    browser.sign_in(tree.user_a)
    town = browser.text(path)
    assert "籍山镇 200 → 220" in town
    assert "许镇镇" not in town
    assert "is-bad" not in town, "a town cannot tell whether the towns add up"


def test_a_checker_sends_a_draft_back_with_the_reason(browser, desk):
    browser.post("/targets/save/", browser.fields(**{_cell(A): "190", _cell(B): "110"}))
    path = f"/targets/changes/{open_draft(to=ALL, year=2021).pk}/"
    browser.post(f"{path}submit/", {})
    browser.sign_in(desk.tree.checker).post(f"{path}return/", {"reason": "许镇镇已有基础"})
    browser.sign_in(desk.tree.clerk)
    assert "许镇镇已有基础" in browser.text(path)
    assert "已退回，请改后再保存" in browser.text()
    browser.post(f"{path}drop/", {"reason": ""})
    assert open_draft(to=ALL, year=2021) is None


def test_a_town_sees_its_own_column_and_no_draft(browser, desk):
    desk.save(edit(TOILETS, "300", "170", "130"))
    text = browser.sign_in(desk.tree.user_a).text()
    assert "籍山镇" in text
    assert "许镇镇" not in text
    assert ">200<" in text
    assert "170" not in text
    assert "<input name=" not in text
    assert "子项roads.build·标志" not in text, "what is not split to it"
    assert "人口数的登记由县民生办" in browser.text("/targets/people/")
    for path in ("save/", "fill/", "check/enter/", "letters/draft/"):
        assert browser.post(f"/targets/{path}", {}).status_code == 403


def test_a_department_sees_its_sub_items_in_all_towns(browser, desk, school):
    user = desk.tree.user_civil
    OfficeDuty.objects.create(office=user.office, sub_item=TOILETS, from_date=date(2021, 1, 1))
    text = browser.sign_in(user).text()
    assert "子项roads.toilets" in text
    assert "子项roads.build" not in text
    assert "许镇镇" in text
    assert "<input name=" not in text


def test_checking_against_the_level_above(browser, desk):
    page = browser.text("/targets/check/")
    assert page.count("未登记上级文件") >= 4
    sent = {"document_number": "皖〔2021〕5号", "document_date": "2021-03-01",
            "issuer": "省民生办", "year": "2021",
            "lines": "子项roads.toilets\t0.04\t万户\n子项roads.build　12500　米\n"}  # fmt: skip
    assert browser.post("/targets/check/enter/", sent).status_code == 302
    text = browser.text("/targets/check/")
    assert "0.04万户（折合 400户）" in text
    assert "低于下达数" in text
    assert "一致" in text
    assert "上级下达 400户" in browser.text(), "told on the sheet too"
    wrong = sent | {"lines": "没有这个\t1\t户\n子项roads.toilets\t五\n子项roads.toilets\t1\t公里"}
    answer = browser.post("/targets/check/enter/", wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "第 1 行：清单里没有“没有这个”" in text
    assert "第 2 行：要写子项、下达数、单位三栏" in text
    clash = browser.post("/targets/check/enter/", sent | {"lines": "子项roads.toilets\t1\t公里"})
    assert "不能折算" in clash.content.decode()


def test_populations_are_entered_on_their_page(browser, desk):
    fields = {"source": "人口普查公报", A: "20000", B: "0"}
    assert browser.post("/targets/people/", fields).status_code == 302
    assert 'value="20000"' in browser.text("/targets/people/")
    assert browser.post("/targets/people/", {"source": "", A: "1"}).status_code == 422
    assert browser.post("/targets/people/", {"source": "公报"}).status_code == 422


def test_pages_before_the_first_adoption_say_what_to_do(tree, client):
    client.force_login(tree.clerk, backend="mingbai.base.auth.OfficeBackend")
    for path in ("", "changes/", "check/", "people/", "letters/"):
        answer = client.get(f"/targets/{path}")
        assert answer.status_code == 200
    assert "采用当年的规则库" in client.get("/targets/").content.decode()
    assert client.post("/targets/save/", {}).status_code == 404


def _large(many):
    return book(
        tuple(
            programme(
                f"p{n}", n, (sub_item(f"p{n}.a", measures=(measure(shares={A: "60", B: "40"}),)),)
            )
            for n in range(1, many + 1)
        )
    )


def test_the_pages_ask_no_more_for_many_rows_than_for_one(
    browser, desk, django_assert_max_num_queries
):
    paths = ("", "changes/", "check/", "letters/")
    spent = {}
    adopt_year(book=_large(1), by=desk.tree.clerk, at=desk.at)
    desk.enforce(edit("p1.a", "110", "60", "50"), grounds=PAPER)
    desk.save(edit("p1.a", "110", "70", "40"))
    for path in paths:
        browser.text(f"/targets/{path}")
        with django_assert_max_num_queries(40) as few:
            browser.text(f"/targets/{path}")
        spent[path] = len(few)
    adopt_year(book=_large(40), by=desk.tree.clerk, at=desk.at)
    desk.save(*(edit(f"p{n}.a", "100", "70", "30") for n in range(1, 41)))
    enter_upper_figures(
        year=2021, document_number="皖", document_date=date(2021, 1, 1), issuer="省",
        figures=[GivenFigure(f"p{n}.a", "count", Decimal(100), "个") for n in range(1, 41)],
        by=desk.tree.clerk, at=desk.at,
    )  # fmt: skip
    for path in paths:
        with django_assert_max_num_queries(spent[path]):
            assert browser.text(f"/targets/{path}")
