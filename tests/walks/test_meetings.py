"""A dispatch meeting at a real screen: from a count of its pack to the workbook's line, and a
decision from its owner's phone to the county's confirmation."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.walks.visitors import Visit

from mingbai.site.demo.accounts import PASSWORD


def _meetings(page: Page) -> None:
    page.get_by_role("link", name="督办", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("会议")


def test_a_count_of_the_pack_leads_to_the_line_of_the_report(visit: Visit) -> None:
    page = visit().sign_in("minban", PASSWORD)
    _meetings(page)
    page.get_by_role("link", name="2021年第2次调度会", exact=True).click()
    page.get_by_role("link", name="2021年第2次调度会材料", exact=True).click()
    count = page.locator('a.figure[href$="count.lagging/"]')
    number = re.sub(r"\D", "", count.inner_text())
    count.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    expect(page.locator("tbody tr")).to_have_count(int(number))
    page.get_by_role("link", name=re.compile(r"第 \d+ 行")).first.click()
    expect(page.locator("tr.here")).to_be_visible()


def test_a_decision_is_reported_on_a_phone_and_confirmed_at_the_desk(visit: Visit) -> None:
    phone = visit("phone").sign_in("zhujian", PASSWORD)
    phone.get_by_role("link", name="办理逾期的议定事项").click()
    phone.get_by_role("link", name="解决两处施工用地，附协议").click()
    expect(phone.get_by_text("只解决了一处，另一处还没有协议")).to_be_visible()
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, "nothing sticks out of a phone's screen"
    phone.get_by_label("办理情况").fill("第二处协议已签订并上传")
    phone.get_by_role("button", name="报县民生办").click()
    expect(phone.get_by_text("待确认", exact=True)).to_be_visible()
    desk = visit().sign_in("fuhe", PASSWORD)
    desk.get_by_role("link", name="核实议定事项").click()
    desk.get_by_role("link", name="解决两处施工用地，附协议").click()
    desk.get_by_role("button", name="确认办结").click()
    expect(desk.get_by_text("已办结", exact=True)).to_be_visible()
    expect(desk.get_by_role("button", name="确认办结")).to_have_count(0)
