"""A drawn batch to the person: approvals, the bank's file and answer, a return paid again."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.walks.visitors import Visit, Visitor

from mingbai.engine.money import fen, show_money
from mingbai.site.demo.accounts import PASSWORD

APPROVERS = ("fuhe", "fuhe2", "fuhe3")


def test_a_returned_line_is_put_right_and_paid_again(visit: Visit, tmp_path: Path) -> None:
    maker = visit()
    page = maker.sign_in("minban", PASSWORD)
    batch = _waiting_batch(maker)
    amounts = [_fen(text) for text in page.locator("#lines").locator("xpath=../..").locator(
        "tbody td.num").all_inner_texts()]  # fmt: skip
    total = sum(amounts)
    expect(page.locator(".lead").first).to_contain_text(f"{len(amounts)} 笔")
    expect(page.locator(".lead").first).to_contain_text(f"{show_money(total)} 元")
    expect(page.get_by_role("button", name="复核通过")).to_have_count(0)

    _approve(visit, batch)
    payer = visit()
    payer.sign_in("zhifu", PASSWORD)
    records = _send(payer, batch, tmp_path)
    assert sorted(amount for *_, amount in records) == sorted(amounts)
    failed = records[-1][-1]
    _answer(payer, batch, records, failed={len(records) - 1}, folder=tmp_path)
    _stands(payer.page, sent=total, paid=total - failed, returned=failed)
    _confirm(payer, batch)
    _put_right(visit, failed)

    again = _follow_up(maker, batch, failed)
    _approve(visit, again)
    second = _send(payer, again, tmp_path)
    assert [amount for *_, amount in second] == [failed]
    _answer(payer, again, second, failed=set(), folder=tmp_path)
    _stands(payer.page, sent=failed, paid=failed, returned=0)
    _confirm(payer, again)


def _fen(text: str) -> int:
    return fen(text.splitlines()[0].replace(",", ""))


def _waiting_batch(visitor: Visitor) -> str:
    """The batch that was drawn and waits for its first approval; its address, opened."""
    page = visitor.open("/payment/")
    page.locator("main tbody tr", has=page.get_by_text("已制表", exact=True)).first.get_by_role(
        "link"
    ).first.click()
    page.wait_for_url(re.compile(r"/payment/batches/\d+/$"))
    return page.url.removeprefix(visitor.address)


def _approve(visit: Visit, batch: str) -> None:
    """As many hands as the amount asks for, each another person's."""
    for username in APPROVERS:
        hand = visit()
        hand.sign_in(username, PASSWORD)
        page = hand.open(batch)
        if page.get_by_role("button", name="复核通过").count() == 0:
            return
        page.get_by_role("button", name="复核通过").click()
        expect(page.locator(".timeline").first).to_contain_text("复核")


def _send(visitor: Visitor, batch: str, folder: Path) -> list[tuple[str, str, str, int]]:
    """The bank's file written and taken along: (reference, name, account, 分) of each line."""
    page = visitor.open(f"{batch}bank/")
    page.get_by_label("格式").select_option("bank-csv")
    page.get_by_role("button", name="生成", exact=True).click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载送行").first.click()
    path = folder / "orders.csv"
    waiting.value.save_as(path)
    lines = path.read_bytes().decode("gb18030").split("\r\n")[1:-2]
    cells = [line.split(",") for line in lines]
    return [(each[1], each[2], each[3], fen(each[4])) for each in cells]


def _answer(
    visitor: Visitor,
    batch: str,
    records: list[tuple[str, str, str, int]],
    *,
    failed: set[int],
    folder: Path,
) -> None:
    """What the bank sends back, written by the test itself; read in on the page."""
    page = visitor.open(f"{batch}bank/")
    reference = page.locator("dl.fields code").first.inner_text()
    paid = [each[-1] for n, each in enumerate(records) if n not in failed]
    back = [each[-1] for n, each in enumerate(records) if n in failed]
    sums = [(len(each), sum(each)) for each in ([*paid, *back], paid, back)]
    head = [cell for count, total in sums for cell in (str(count), _plain(total))]
    lines = [",".join(("回盘", reference, *head))]
    for number, (line, name, account, amount) in enumerate(records):
        said = ("失败", "账号不存在", "") if number in failed else ("成功", "", "2021-07-09")
        lines.append(",".join((str(number + 1), line, name, account, _plain(amount), *said)))
    path = folder / "answer.csv"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("gb18030"))
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_role("button", name="读入回盘").first.click()
    page.wait_for_load_state()
    visitor.open(f"{batch}bank/")


def _plain(amount: int) -> str:
    return show_money(amount).replace(",", "")


def _stands(page: Page, *, sent: int, paid: int, returned: int) -> None:
    """Sent = paid + returned + open, to the 分, as the tiles say."""
    hints = page.locator(".tiles .tile .hint").all_inner_texts()[:4]
    assert [_fen(text.replace("元", "").strip()) for text in hints] == [sent, paid, returned, 0]


def _confirm(visitor: Visitor, batch: str) -> None:
    page = visitor.open(batch)
    day = page.get_by_label("发放日期").or_(page.locator("input[name=paid_date]")).first
    day.fill("2021-07-09")
    page.get_by_role("button", name="确认已发放").click()
    expect(page.get_by_role("button", name="确认已发放")).to_have_count(0)


def _put_right(visit: Visit, amount: int) -> None:
    """The county's clerk proposes by evidence, another person agrees."""
    clerk = visit()
    page = clerk.sign_in("minban", PASSWORD)
    clerk.open("/payment/corrections/")
    row = page.locator("main tbody tr", has_text=show_money(amount))
    row.filter(has_text="账号不存在").first.get_by_role("link").first.click()
    address = page.url.removeprefix(clerk.address)
    page.locator("select[name=kind]").select_option("same")
    page.locator("[name=basis]").fill("存折复印件，已与本人电话核对")
    page.get_by_role("button", name="提交核对").click()
    other = visit()
    other.sign_in("fuhe", PASSWORD)
    seen = other.open(address)
    seen.get_by_role("button", name="登记决定").click()
    expect(seen.locator("h1 .badge")).to_contain_text(re.compile("同意|可重发|已核对|待重发"))


def _follow_up(visitor: Visitor, batch: str, amount: int) -> str:
    """The batch that pays again, naming the first; its address."""
    page = visitor.open(f"{batch}bank/")
    page.get_by_role("button", name="制表重发").click()
    page.wait_for_url(re.compile(r"/payment/batches/\d+/$"))
    expect(page.locator(".lead").first).to_contain_text(f"1 笔，1 人次，{show_money(amount)} 元")
    expect(page.locator(".lead a").first).to_have_attribute("href", batch)
    return page.url.removeprefix(visitor.address)
