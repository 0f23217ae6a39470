"""Coming in, being turned away, going out."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import Error, Page, expect
from tests.walks.visitors import County, Visit, Visitor

from mingbai.site.demo.accounts import ACCOUNTS, PASSWORD


def test_a_stranger_is_shown_the_door_and_then_what_was_asked_for(visit: Visit) -> None:
    visitor = visit()
    page = visitor.open("/intake/")
    assert page.url == f"{visitor.address}/signin/?next=/intake/"
    page.get_by_label("用户名").fill("minban")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{visitor.address}/intake/")
    expect(page.get_by_role("heading", level=1)).to_have_text("收件")


def test_the_demonstration_says_what_it_is_and_names_its_accounts(visit: Visit) -> None:
    page = visit().open("/signin/")
    expect(page.get_by_text("演示数据", exact=True)).to_be_visible()
    page.get_by_text("各镇、各责任部门", exact=True).click()
    for account in ACCOUNTS:
        expect(page.get_by_text(account.username, exact=True)).to_be_visible()


def test_signing_in_needs_no_mouse(visit: Visit) -> None:
    visitor = visit()
    page = visitor.open("/signin/")
    expect(page.get_by_label("用户名")).to_be_focused()
    page.keyboard.type("minban")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{visitor.address}/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    _tab_to(page, "项目")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "the focus of the keyboard must be seen"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{visitor.address}/programmes/")


def test_the_account_menu_opens_and_signs_out_by_keyboard(visit: Visit) -> None:
    visitor = visit()
    page = visitor.sign_in("minban", PASSWORD)
    menu = page.locator("details.who summary")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="退出登录")).to_be_hidden()
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, "退出登录", key="Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{visitor.address}/signin/")
    assert visitor.open("/intake/").url.startswith(f"{visitor.address}/signin/")


def test_a_wrong_password_is_answered_in_words_and_then_with_a_pause(visit: Visit) -> None:
    visitor = visit()
    for _ in range(7):
        _try(visitor, "nobody", "wrong-password")
        expect(visitor.page.get_by_role("alert")).to_contain_text("用户名或密码不对")
    _try(visitor, "nobody", "wrong-password")
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("暂时不能登录")
    expect(visitor.page.locator("main")).to_contain_text("15 分钟后自动解除")
    visitor.complaints.clear()  # the browser reports the 429 itself
    # Somebody else at the same computer can still sign in.
    visitor.sign_in("shenji", PASSWORD)


def test_a_page_that_is_not_there_says_what_to_do(visit: Visit) -> None:
    visitor = visit()
    visitor.sign_in("minban", PASSWORD)
    answer = visitor.page.goto(f"{visitor.address}/nowhere/")
    assert answer is not None
    assert answer.status == 404
    expect(visitor.page.locator("main")).to_contain_text("接下来")
    visitor.complaints.clear()


def test_pages_refuse_foreign_scripts_styles_and_frames(visit: Visit, county: County) -> None:
    visitor = visit()
    answer = visitor.page.goto(f"{county.address}/signin/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    for rule in ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    with suppress(Error):  # refused, as it must be
        visitor.page.add_script_tag(content="window.broken = 1")
    assert visitor.page.evaluate("window.broken") is None
    visitor.complaints.clear()


def _try(visitor: Visitor, username: str, password: str) -> None:
    visitor.open("/signin/")
    visitor.page.get_by_label("用户名").fill(username)
    visitor.page.get_by_label("密码").fill(password)
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="登录").click()


def _tab_to(page: Page, name: str, *, key: str = "Shift+Tab") -> None:
    """Press Tab, backwards unless told otherwise, until the link or button has the focus."""
    for _ in range(30):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"the keyboard does not reach {name}")
