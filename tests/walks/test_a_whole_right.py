"""One right from the survey at the door to the board and an answered objection, by many hands."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect
from tests.rooms.registry.rosters import id_number
from tests.walks.visitors import Visit, Visitor

from mingbai.rulebook import load_book
from mingbai.rulebook.model.procedures import REVIEWS
from mingbai.site.demo.accounts import PASSWORD

NAME, NUMBER, PHONE = "演冯氏", id_number(401, "19480213", sex=0), "13900004010"
ITEM, TOWN = "hardship-relief.rural-dibao", "工山镇"
RECEIVED = date(2021, 7, 5)
#: Whose hand a step is, by the office and role that the rulebook gives it.
HANDS = {
    ("town", "clerk"): "gongshan",
    ("town", "checker"): "gongshan2",
    ("department", "clerk"): "minzheng",
    ("department", "checker"): "minzheng2",
}


def test_from_the_survey_at_the_door_to_an_answered_objection(visit: Visit) -> None:
    book = load_book(year=2021, county="340223")
    rule = book.procedure(ITEM, RECEIVED)
    town = visit("phone")
    page = town.sign_in("gongshan", PASSWORD)
    before = _counts(town)
    _survey(town)
    assert _counts(town) == (before[0] + 1, *before[1:])
    _found_willing(page)
    number = _apply(page)
    last = rule.decide.last_day(RECEIVED, book.calendar)
    expect(page.locator(".lead").first).to_contain_text(f"{last.month}月{last.day}日前办结")
    assert NUMBER not in page.content()
    assert _counts(town) == tuple(n + 1 for n in before)

    for code in REVIEWS:
        step = rule.step(code)
        _pass(visit(), HANDS[step.office, step.role], number, basis=f"核查表演示{code}")
    posting = _post(town)
    _approve(visit(), posting)
    _agree(visit(), _object_and_answer(town, posting))


def _today() -> date:
    """The county's own day: a notice cannot hang before it is approved."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def _counts(visitor: Visitor) -> tuple[int, ...]:
    """The town's own line of the survey: entered, visited, found out, applied."""
    page = visitor.open("/registry/survey/?state=")
    row = page.locator("section[aria-labelledby=towns] tbody tr", has_text=TOWN)
    if row.count() == 0:
        return (0, 0, 0, 0)
    return tuple(int(text) for text in row.first.locator("td").all_inner_texts())


def _survey(visitor: Visitor) -> None:
    page = visitor.open("/registry/survey/new/")
    page.get_by_label("可能符合哪一项").select_option(ITEM)
    page.get_by_label("村（居）").select_option(index=1)
    page.get_by_label("姓名").fill(NAME)
    page.get_by_label("证件号").fill(NUMBER)
    page.get_by_label("联系电话").fill(PHONE)
    page.get_by_label("为什么可能符合").fill("因病致贫，独居")
    page.get_by_label("由谁入户").fill("村干部王某")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/registry/survey/")


def _found_willing(page: Page) -> None:
    """The visit, recorded on the phone; who applies is led to the form."""
    page.goto(page.url.partition("?")[0])
    card = page.locator(".visit", has_text="由 村干部王某 入户").last
    assert NAME not in card.inner_text(), "names are masked on lists"
    card.get_by_text("登记入户结果").click()
    card.get_by_label("结果", exact=True).select_option("applied")
    card.get_by_label("入户人员").fill("村干部王某、包村干部李某")
    card.get_by_role("button", name="保存").click()
    page.wait_for_url("**/registry/applications/new/?entry=*")


def _apply(page: Page) -> int:
    """The application, where what the survey knows is left empty; its number."""
    assert NUMBER not in page.content()
    page.get_by_label("申请类别").select_option(f"{ITEM}/a")
    page.get_by_label("受理日期").fill(RECEIVED.isoformat())
    page.get_by_role("button", name="受理", exact=True).click()
    page.wait_for_url(re.compile(r"/registry/applications/\d+/$"))
    found = re.search(r"/(\d+)/$", page.url)
    assert found
    return int(found[1])


def _pass(visitor: Visitor, username: str, number: int, *, basis: str) -> None:
    """One review, by the hand the rulebook names; nobody else is offered the button."""
    visitor.sign_in(username, PASSWORD)
    page = visitor.open(f"/registry/applications/{number}/")
    page.get_by_label("依据（核查表、档案号）").fill(basis)
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.locator(".timeline")).to_contain_text(basis)
    expect(page.get_by_role("button", name="通过", exact=True)).to_have_count(0)


def _post(visitor: Visitor) -> str:
    """The notice of whoever is approved in the town, drawn up by its clerk; its address."""
    page = visitor.open("/registry/postings/new/")
    page.get_by_label("子项").select_option(ITEM)
    page.get_by_label("环节").select_option("approval")
    page.get_by_label("渠道").select_option("village_board")
    page.get_by_label("月份").fill("202107")
    page.get_by_label("公示起始日").fill(_today().isoformat())
    page.get_by_role("button", name="生成").click()
    page.wait_for_url(re.compile(r"/registry/postings/\d+/$"))
    assert NUMBER not in page.content()
    assert PHONE not in page.content()
    return page.url.removeprefix(visitor.address)


def _approve(visitor: Visitor, posting: str) -> None:
    visitor.sign_in("gongshan2", PASSWORD)
    page = visitor.open(posting)
    page.get_by_role("button", name="审核通过").click()
    expect(page.get_by_role("button", name="审核通过")).to_have_count(0)


def _object_and_answer(visitor: Visitor, posting: str) -> str:
    """Put up, objected to, looked into: all at the town, on the phone; the objection's address."""
    page = visitor.open(posting)
    page.get_by_role("button", name="登记张贴").click()
    page.get_by_text("登记异议", exact=True).click()
    page.get_by_label("公示序号").fill("1")
    page.get_by_label("反映的情况").fill("反映这户家里有人在县城开店，请核实。")
    page.get_by_label("收到日期").fill(_today().isoformat())
    said = page.locator("section[aria-labelledby=said]")
    said.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url(re.compile(r"/registry/objections/\d+/$"))
    expect(page.locator("body")).to_contain_text("答复之前暂停发放")
    page.get_by_label("结论").select_option("dismissed")
    page.get_by_label("调查情况").fill("入户核对，店面为同姓邻居所开，与本户无关。")
    page.get_by_role("button", name="提交调查结论").click()
    expect(page.locator(".timeline")).to_contain_text("同姓邻居")
    return page.url.removeprefix(visitor.address)


def _agree(visitor: Visitor, objection: str) -> None:
    """Another person of the town agrees to the answer; the objection is closed."""
    visitor.sign_in("gongshan2", PASSWORD)
    page = visitor.open(objection)
    page.get_by_role("button", name="同意结论").click()
    expect(page.get_by_role("button", name="同意结论")).to_have_count(0)
    expect(page.locator("h1 .badge")).to_contain_text("不成立")
