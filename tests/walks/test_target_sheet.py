"""Targets at a real screen: a block from Excel, sums while typing, keys, one step back; letters."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from tests.walks.visitors import Visit

from mingbai.site.demo.accounts import PASSWORD


def _cells(page: Page, line: int) -> Locator:
    """The inputs of one row: the target, then the towns."""
    return page.locator("[data-row]").nth(line).locator("td input")


def _paste(cell: Locator, text: str) -> None:
    """What the browser does when a block copied from Excel is pasted into a cell."""
    cell.focus()
    cell.evaluate(
        """(cell, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = { clipboardData: data, bubbles: true, cancelable: true };
            cell.dispatchEvent(new ClipboardEvent("paste", event));
        }""",
        text,
    )


def test_a_block_from_excel_fills_cells_and_rows_turn_red(visit: Visit) -> None:
    page = visit().sign_in("minban", PASSWORD)
    page.get_by_role("link", name="目标", exact=True).click()
    page.get_by_label("项目", exact=True).select_option(label="“四好农村路”建设")
    page.wait_for_url("**programme=rural-roads**")
    first, second = _cells(page, 0), _cells(page, 1)
    before = [first.nth(n).input_value() for n in range(4)]
    bar = page.locator(".savebar [data-state]")
    expect(bar).to_have_text("各行合计都等于目标")

    _paste(first.nth(1), "9.5\t７.6\r\n1,0\tx\r\n")
    expect(first.nth(1)).to_have_value("9.5")
    expect(first.nth(2)).to_have_value("7.6")
    expect(second.nth(1)).to_have_value("10")
    expect(second.nth(2)).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-row]").nth(1)).to_have_class("is-bad")
    expect(bar).to_contain_text("1 行合计不等于目标或填得不对，有改动未保存")

    first.nth(1).press("Control+z")
    expect(first.nth(1)).to_have_value(before[1])
    expect(second.nth(2)).not_to_have_attribute("aria-invalid", "true")
    expect(bar).to_contain_text("各行合计都等于目标")

    first.nth(1).press("Enter")
    expect(second.nth(1)).to_be_focused()
    second.nth(1).press("ArrowUp")
    expect(first.nth(1)).to_be_focused()
    first.nth(1).press("ArrowRight")
    expect(first.nth(2)).to_be_focused()
    first.nth(2).fill("0.3")
    expect(page.locator("[data-row]").nth(0).locator("[data-gap]")).to_have_text("7.5")
    first.nth(1).fill(str(round(float(before[1]) + 7.5, 1)))
    expect(bar).to_have_text("各行合计都等于目标，有改动未保存")


def test_a_sheet_is_saved_and_the_first_page_leads_to_the_letters(visit: Visit) -> None:
    visitor = visit()
    page = visitor.sign_in("minban", PASSWORD)
    page.get_by_role("link", name="收齐签订的责任书").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2021年目标责任书")
    expect(page.get_by_text("任务有变，需重签").first).to_be_visible()
    visitor.open("/targets/?programme=unsafe-housing")
    cells = _cells(page, 0)
    first, second = (int(cells.nth(n).input_value()) for n in (1, 2))
    cells.nth(1).fill(str(first - 1))
    cells.nth(2).fill(str(second + 1))
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".toast")).to_contain_text("已保存为第")
    expect(cells.nth(1)).to_have_value(str(first - 1))
    expect(page.locator("td.changed").nth(0)).to_have_attribute("title", f"现行 {first}")


def test_a_town_reads_its_own_letter_on_a_phone(visit: Visit) -> None:
    page = visit("phone").sign_in("xuzhen", PASSWORD)
    page.get_by_role("link", name="目标", exact=True).click()
    expect(page.locator("input[name^='s|']")).to_have_count(0)
    page.get_by_role("link", name="责任书", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="第1稿", exact=True).click()
    expect(page.locator(".letter-title")).to_contain_text("目标责任书")
    expect(page.locator(".paper")).to_contain_text("许镇镇2021年民生工程目标任务表")
