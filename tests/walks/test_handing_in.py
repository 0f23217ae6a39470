"""A town hands in a workbook in the browser, reads its verdicts, and keeps to its own rooms."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell
from playwright.sync_api import Page, expect
from tests.walks.visitors import County, Visit, Visitor

from mingbai.site.demo.accounts import PASSWORD


def test_a_town_hands_in_a_spoiled_workbook_and_is_told_which_cell(
    visit: Visit, county: County, tmp_path: Path
) -> None:
    spoiled, line = _spoil(county, tmp_path / "籍山镇补报.xlsx")
    visitor = visit()
    page = visitor.sign_in("jishan", PASSWORD)
    page.get_by_role("link", name="交报表").click()
    page.locator("input[type=file]").set_input_files([spoiled, _broken(spoiled)])
    expect(page.locator(".dropzone .chosen li")).to_have_count(2)
    page.get_by_role("button", name="上传").click()

    expect(page.get_by_text("2 个文件都处理完了")).to_be_visible(timeout=60_000)
    unread = page.locator("tbody tr", has_text="半截表.xlsx")
    expect(unread.locator(".badge")).to_have_text("打不开")
    page.get_by_role("link", name="籍山镇补报.xlsx").click()

    reason = page.locator("tbody tr", has_text=re.compile("18 ?位")).first
    expect(reason.locator(".badge")).to_have_text("退回")
    where = reason.get_by_role("link", name=str(line), exact=True)
    expect(where).to_be_visible()
    where.click()
    expect(page.locator(".sheet-view tr.here > th")).to_have_text(str(line))
    expect(page.locator(".sheet-view tr.here .bad")).to_have_count(1)
    expect(page.locator(".callout.bad")).to_contain_text("请")


def test_the_same_file_twice_is_said_to_be_the_same(
    visit: Visit, county: County, tmp_path: Path
) -> None:
    again = tmp_path / "再交一次.xlsx"
    again.write_bytes(_rosters(county, "籍山镇")[0].read_bytes())
    visitor = visit()
    page = visitor.sign_in("jishan", PASSWORD)
    before = _rows_in_inbox(visitor)
    visitor.open("/intake/upload/")
    page.locator("input[type=file]").set_input_files([again])
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_text("1 个文件都处理完了")).to_be_visible(timeout=60_000)
    expect(page.locator("tbody .badge")).to_have_text("重复上传")
    assert _rows_in_inbox(visitor) == before + 1, "a repeated file is kept as a receipt"


def test_a_town_sees_its_own_and_nobody_elses(visit: Visit) -> None:
    other = visit()
    page = other.sign_in("xuzhen", PASSWORD)
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="收件").click()
    expect(page.locator("[data-label=报送单位]").first).to_be_visible()
    offices = set(page.locator("[data-label=报送单位]").all_inner_texts())
    assert offices == {"许镇镇"}
    page.locator("main tbody th a").first.click()
    receipt = page.url.removeprefix(other.address)
    sheet = page.locator("section h2 a").first.get_attribute("href")
    assert sheet

    own = visit()
    own.sign_in("jishan", PASSWORD)
    for path in (receipt, sheet, f"{sheet}?line=5"):
        answer = own.page.goto(own.address + path)
        assert answer is not None
        assert answer.status == 404, path
        expect(own.page.locator("main")).to_contain_text("不归您的单位看")
        assert "许镇" not in own.page.locator("main").inner_text()
    own.complaints.clear()  # the browser reports each 404 itself

    county = visit()
    county.sign_in("minban", PASSWORD)
    county.open(receipt)


def test_roles_are_kept_apart_in_the_pages(visit: Visit) -> None:
    """The auditor reads everything and hands in nothing."""
    visitor = visit()
    page = visitor.sign_in("shenji", PASSWORD)
    expect(page.get_by_role("link", name="交报表")).to_have_count(0)
    answer = page.goto(f"{visitor.address}/intake/upload/")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("main")).to_contain_text("接下来")
    visitor.complaints.clear()


def _rows_in_inbox(visitor: Visitor) -> int:
    page: Page = visitor.open("/intake/")
    match = re.search(r"共 (\d+) 个文件", page.locator("main").inner_text())
    assert match
    return int(match[1])


def _rosters(county: County, town: str) -> list[Path]:
    """Rosters of one town as it handed them in, those with a column of ID numbers."""
    folder = county.home / "demo-county" / "1-报送"
    found = [
        path
        for path in sorted(folder.rglob("*.xlsx"))
        if town in path.parent.name and _id_cells(openpyxl.load_workbook(path))
    ]
    assert found, f"{town} hands in no roster"
    return found


def _id_cells(book: openpyxl.Workbook) -> list[Cell]:
    return [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if re.fullmatch(r"\s*'?340299\d{11}[\dXx]\s*", str(cell.value or ""))
    ]


def _spoil(county: County, target: Path) -> tuple[Path, int]:
    """A town's own roster with one ID number cut short; the file and the line."""
    book = openpyxl.load_workbook(_rosters(county, "籍山镇")[0])
    cell = _id_cells(book)[0]
    cell.value = str(cell.value).strip()[:12]
    book.save(target)
    return target, cell.row


def _broken(whole: Path) -> Path:
    """The first half of a workbook, as a copy that was interrupted leaves it."""
    content = whole.read_bytes()
    path = whole.with_name("半截表.xlsx")
    path.write_bytes(content[: len(content) // 2])
    return path
