"""The county clerk's morning, and the way from a stated figure down to a cell of a sheet."""

from __future__ import annotations

import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

import openpyxl
from playwright.sync_api import Page, expect
from tests.walks.visitors import County, Visit

from mingbai.site.demo.accounts import PASSWORD


def test_a_clerk_finds_what_is_wrong_and_sends_it_back(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    page = visitor.sign_in("minban", PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("今日")

    _room(page, "项目")
    page.locator("main tbody th a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    _room(page, "今日")
    page.get_by_role("link", name=re.compile("改正退回的行")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("收件")
    wrong = page.locator("tbody tr", has=page.locator(".badge.bad")).first
    rejected = int(wrong.locator("[data-label=退回]").inner_text())
    assert rejected > 0
    wrong.get_by_role("link").click()

    reasons = page.locator("tbody tr", has=page.locator(".badge.bad"))
    assert reasons.count() >= 1
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载标注工作簿").click()
    assert waiting.value.suggested_filename.endswith("（标注）.xlsx")
    waiting.value.save_as(tmp_path / "returned.xlsx")
    book = openpyxl.load_workbook(tmp_path / "returned.xlsx")
    marked = [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment is not None
    ]
    assert marked, "the workbook that goes back must carry comments"
    assert all(re.search("[一-鿿]", cell.comment.text) for cell in marked)
    assert all(cell.fill.fill_type == "solid" for cell in marked)
    lines = {cell.row for cell in marked if cell.row > 1}
    assert len(lines) >= rejected

    reasons.first.locator("td:last-child a").first.click()
    expect(page.locator(".sheet-view tr.here")).to_be_visible()
    expect(page.locator(".callout.bad")).to_contain_text(re.compile("请|改"))


def test_from_the_summary_to_the_cell_in_fewer_than_five_clicks(visit: Visit) -> None:
    visitor = visit()
    page = visitor.sign_in("minban", PASSWORD)
    _room(page, "小结")
    page.locator("main tbody th a").first.click()
    figure = page.locator(".paper a.figure[title^='拨付资金']").first
    stated = figure.inner_text()

    figure.click()
    clicks = 1
    expect(page.locator(".definition-card .value")).to_have_text(stated)
    for name in ("口径", "统计截止", "归口", "依据"):
        expect(page.locator(".definition-card dt", has_text=name).first).to_be_visible()
    worth = ""
    while "/intake/" not in page.url:
        assert clicks < 5, "a clerk must reach the cell in fewer than five clicks"
        row = page.locator("main tbody tr").first
        worth = row.locator("td.num").first.inner_text()
        row.get_by_role("link").first.click()
        clicks += 1
    assert clicks < 5

    here = page.locator(".sheet-view tr.here")
    expect(here).to_be_visible()
    heads = " ".join(page.locator(".sheet-view").all_inner_texts())
    cells = [text.replace(",", "") for text in here.locator("td").all_inner_texts()]
    numbers = {Decimal(text) for text in cells if re.fullmatch(r"-?\d+(\.\d+)?", text)}
    assert _spellings(worth) & numbers, (worth, cells, heads[:200])


def test_parts_add_up_on_every_level(visit: Visit) -> None:
    visitor = visit()
    page = visitor.sign_in("minban", PASSWORD)
    _room(page, "小结")
    page.locator("main tbody th a").first.click()
    page.locator(".paper a.figure").first.click()
    expect(page.get_by_text("合计与原数一致")).to_be_visible()


def test_the_paper_can_be_taken_home(visit: Visit) -> None:
    visitor = visit()
    page = visitor.sign_in("minban", PASSWORD)
    _room(page, "小结")
    page.locator("main tbody th a").first.click()
    stated = page.locator(".paper a.figure").all_inner_texts()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("docx")).click()
    with zipfile.ZipFile(waiting.value.path()) as docx:
        body = docx.read("word/document.xml").decode()
    plain = re.sub(r"<[^>]+>", "", body)
    assert len(stated) >= 6
    for text in stated:
        assert text in plain


def test_a_person_is_shown_masked_and_in_clear_only_for_a_reason(
    visit: Visit, county: County
) -> None:
    visitor = visit()
    page = visitor.sign_in("minban", PASSWORD)
    _room(page, "人员")
    number = _search_somebody(page, county)
    assert number not in page.locator("main tbody").inner_text()
    page.locator("main tbody th a").click()
    assert number not in page.content()
    assert number not in unquote(page.url)

    before = _reveals(county)
    page.get_by_label("用途").first.fill("群众来电核对本人信息")
    page.get_by_role("button", name="查看一次").click()
    expect(page.get_by_role("status").first).to_contain_text(number)
    assert number not in unquote(page.url)
    assert _reveals(county) == before + 1, "each look at a clear value is one entry of the ledger"

    page.goto(page.url.removesuffix("reveal/"))
    assert number not in page.content()


def _room(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="主导航").get_by_role("link", name=name).click()


def _spellings(worth: str) -> set[Decimal]:
    """A printed amount in the units a sheet may use: 元 and 万元."""
    match = re.match(r"(-?[\d,]+(?:\.\d+)?)(亿元|万元|元)?", worth)
    assert match, worth
    number = Decimal(match[1].replace(",", ""))
    yuan = number * {"亿元": 10**8, "万元": 10**4}.get(match[2] or "元", 1)
    return {yuan, yuan / 10**4}


def _search_somebody(page: Page, county: County) -> str:
    """Look up people named in the offices' own rosters until one is enrolled; the ID number."""
    for number in islice(_id_numbers(county), 40):
        page.get_by_label("证件号、电话或姓名").fill(number)
        page.get_by_role("button", name="查找").click()
        if page.locator("main tbody tr").count() == 1:
            return number
    raise AssertionError("nobody on the rosters is enrolled")


def _id_numbers(county: County) -> Iterator[str]:
    for path in sorted((county.home / "demo-county").rglob("*.xlsx")):
        book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True)
        for sheet in book:
            for row in sheet.iter_rows(values_only=True):
                texts = (str(value).strip() for value in row)
                yield from (text for text in texts if re.fullmatch(r"340299\d{11}[\dX]", text))


def _reveals(county: County) -> int:
    """How often the ledger says that a clear value was shown."""
    with sqlite3.connect(f"file:{county.home}/mingbai.sqlite3?mode=ro", uri=True) as ledger:
        row = ledger.execute("SELECT count(*) FROM base_act WHERE verb = 'reveal_person'")
        return int(row.fetchone()[0])
