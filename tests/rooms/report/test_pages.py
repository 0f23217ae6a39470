"""Pages of the report room: who may do what, links that lead from the paper to the sheet."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from mingbai.report.actions import issue_summary
from mingbai.report.models import Summary
from mingbai.report.queries import statements_of


@pytest.fixture
def as_user(client, settings, tmp_path):
    """A browser signed in as this user."""

    # The folder of collected files, which an installation has and a test has not.
    settings.STATIC_ROOT = tmp_path

    def sign_in(user):
        client.force_login(user, backend="mingbai.base.auth.OfficeBackend")
        return client

    return sign_in


def links(response, pattern):
    html = response.content.decode()
    return [unescape(found) for found in re.findall(rf'href="({pattern}[^"]*)"', html)]


def test_from_the_paper_to_the_sheet_line_in_four_clicks(as_user, tree, compiled, told):
    browser, summary = as_user(tree.clerk), compiled()
    page = browser.get(f"/report/{summary.pk}/")
    assert "6.38亿元" in page.content.decode()
    released = next(
        each
        for each in statements_of(summary, to=tree.asker(tree.clerk))
        if each.key == "funds.released"
    )
    address, clicks = f"/why/{released.pk}/", 1
    assert address in links(page, "/why/")
    while not address.startswith("/intake/"):
        page = browser.get(address)
        assert page.status_code == 200
        deeper = links(page, "/intake/files/") or links(page, rf"/why/{released.pk}/\?")
        crumbs = {each for each in deeper if each in address or address.startswith(each)}
        address = next(each for each in deeper if each not in crumbs)
        clicks += 1
    assert address.endswith("#L5")
    assert clicks <= 4


def test_the_definition_card_tells_everything(as_user, tree, compiled, told):
    browser = as_user(tree.clerk)
    ratio = next(
        each
        for each in statements_of(compiled(), to=tree.asker(tree.clerk))
        if each.key == "funds.released_of_budget"
    )
    html = browser.get(f"/why/{ratio.pk}/").content.decode()
    for word in (
        "63.78%",
        "÷",
        "累计拨付资金",
        "县定年度预算",
        "2021年6月30日",
        "县财政局",
        "四舍五入",
    ):
        assert word in html
    assert ratio.evidence_digest[:16] in html


@pytest.mark.parametrize("query", ["?p=nothing", "?p=skills.poverty&p=bad", "?p=%00", "?p=@x"])
def test_a_wrong_way_down_is_not_found(as_user, tree, compiled, told, query):
    browser = as_user(tree.clerk)
    released = next(
        each
        for each in statements_of(compiled(), to=tree.asker(tree.clerk))
        if each.key == "funds.released"
    )
    assert browser.get(f"/why/{released.pk}/{query}").status_code in (200, 404)
    assert browser.get("/why/999999/").status_code == 404


def test_compiling_issuing_and_downloading(as_user, tree, told):
    browser = as_user(tree.clerk)
    assert "按现有数据编制" in browser.get("/report/").content.decode()
    made = browser.post("/report/compile/", {"year": 2021, "half": 1})
    summary = Summary.objects.unscoped("a test").get()
    assert made.url == f"/report/{summary.pk}/"
    docx = browser.get(f"/report/{summary.pk}/docx/")
    assert docx.content[:2] == b"PK"
    assert "filename*=UTF-8''2021%E5%B9%B4" in docx["Content-Disposition"]
    assert browser.post(f"/report/{summary.pk}/issue/").status_code == 403
    checker = as_user(tree.checker)
    assert "印发</button>" in checker.get(f"/report/{summary.pk}/").content.decode()
    checker.post(f"/report/{summary.pk}/issue/")
    assert "已印发" in checker.get(f"/report/{summary.pk}/").content.decode()
    again = checker.post(f"/report/{summary.pk}/issue/", follow=True)
    assert "不能再次印发" in again.content.decode()


def test_the_changes_page_says_what_and_why(as_user, tree, compiled, told, money):
    browser = as_user(tree.clerk)
    first = compiled()
    money(1_000_000_000, line=31)
    html = browser.get(f"/report/{compiled().pk}/changes/").content.decode()
    assert "6.38亿元" in html
    assert "6.48亿元" in html
    assert "?line=31#L31" in html
    assert "第一稿" in browser.get(f"/report/{first.pk}/changes/").content.decode()


def test_writing_a_chapter_in_the_browser(as_user, tree, compiled, told):
    browser = as_user(tree.clerk)
    compiled()
    address = "/report/outline/2021/1/next/"
    assert "赶进度" in browser.get(address).content.decode()
    text = "一是已拨{{funds.released}}。"
    saved = browser.post(address, {"text": text, "follows_version": 0})
    assert saved.status_code == 302
    typed = browser.post(address, {"text": "一是已拨6.38亿元。", "follows_version": 1})
    assert typed.status_code == 422
    assert "不能手工填写" in typed.content.decode()
    dropped = {"text": "一是不说。", "follows_version": 1}
    assert "正文里少了" in browser.post(address, dropped).content.decode()
    agreed = dropped | {"dropping": ["funds.released"]}
    assert browser.post(address, agreed).status_code == 302
    stale = browser.post(address, {"text": text, "follows_version": 0})
    assert "已保存了第2版" in stale.content.decode()
    assert browser.get("/report/outline/2021/1/opening/").status_code == 404
    assert browser.get("/report/outline/2033/1/next/").status_code == 404


def test_towns_see_only_what_was_issued_and_change_nothing(as_user, tree, compiled, told, at):
    summary = compiled()
    statement = statements_of(summary, to=tree.asker(tree.clerk))[0]
    browser = as_user(tree.user_a)
    hidden = [f"/report/{summary.pk}/{rest}" for rest in ("", "docx/", "changes/")]
    for address in [*hidden, f"/why/{statement.pk}/"]:
        assert browser.get(address).status_code == 404
    for address in ("/report/compile/", f"/report/{summary.pk}/issue/"):
        assert browser.post(address, {"year": 2021, "half": 1}).status_code == 403
    assert browser.get("/report/outline/2021/1/next/").status_code == 403
    issue_summary(summary=summary, by=tree.checker, at=at)
    for address in [*hidden, f"/why/{statement.pk}/"]:
        assert browser.get(address).status_code == 200
    assert summary.compiled_by.display_name in browser.get("/report/").content.decode()


def test_pages_hold_no_inline_script_or_style(as_user, tree, issued):
    browser = as_user(tree.clerk)
    statement = statements_of(issued, to=tree.asker(tree.clerk))[0]
    pages = [
        "/report/",
        f"/report/{issued.pk}/",
        f"/report/{issued.pk}/changes/",
        "/report/outline/2021/1/next/",
        f"/why/{statement.pk}/",
    ]
    for address in pages:
        html = browser.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html), address
        assert not re.findall(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)", html), address


def test_the_list_has_a_query_budget_that_does_not_grow(
    as_user, tree, compiled, told, django_assert_max_num_queries
):
    browser = as_user(tree.clerk)
    compiled()
    browser.get(reverse("report:papers"))
    with django_assert_max_num_queries(16) as few:
        browser.get(reverse("report:papers"))
    for _ in range(5):
        compiled()
    with django_assert_max_num_queries(len(few.captured_queries)):
        browser.get(reverse("report:papers"))
