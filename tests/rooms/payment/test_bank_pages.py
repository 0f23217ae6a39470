"""The bank's pages from the approved batch to the money paid again, each hand at its own work."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.paper.bank.orders import answer_fixed
from tests.rooms.payment.banking import answer, approved, bank_book, lines_of, says, sent
from tests.rooms.registry.rosters import DIBAO, row

from mingbai.base.files import open_file
from mingbai.base.models import Act
from mingbai.payment.models import BankFile, BankOutcome, BankReturn, PaymentBatch

pytestmark = pytest.mark.django_db
DAY = "2021-02-01"


@pytest.fixture(autouse=True)
def house(monkeypatch):
    """Pages find the small county's book, year and names."""
    for page in ("cards", "sending", "fixing", "one_batch"):
        monkeypatch.setattr(f"mingbai.payment.views.{page}.load_book", lambda **_: bank_book())
    monkeypatch.setattr("mingbai.payment.views.ledgers.newest_year", lambda: 2021)
    names = {DIBAO: "农村低保"}
    for page in ("sending", "answering", "fixing", "ledgers"):
        monkeypatch.setattr(f"mingbai.payment.views.{page}.sub_item_names", lambda **_: names)


def text_of(response):
    return response.content.decode()


def test_the_payer_writes_downloads_and_reads_the_answer(tree, at, client):
    batch = approved(tree, at, 3)
    path = f"/payment/batches/{batch.pk}/bank/"
    client.force_login(tree.checker)
    assert 'id="write"' not in text_of(client.get(path))
    asked = {"format": "bank-fixed", "pay_date": DAY}
    assert client.post(f"{path}write/", asked).status_code == 403
    client.force_login(tree.payer)
    assert 'id="write"' in text_of(client.get(path))
    assert "没有填对" in text_of(client.post(f"{path}write/", {}, follow=True))
    done = text_of(client.post(f"{path}write/", asked, follow=True))
    assert "已生成" in done
    file = BankFile.objects.unscoped("t").get()
    given = client.post(f"/payment/bank/{file.pk}/download/")
    assert given.content == open_file(file.file)
    assert row(0)["name"] not in given["Content-Disposition"]
    assert Act.objects.unscoped("t").filter(verb="hand_over_bank_file").count() == 1
    a, b, c = lines_of(file)
    content = answer_fixed([says(a), says(b, "returned"), says(c, amount=1)], file.reference)
    upload = {"file": SimpleUploadedFile("hui.txt", content)}
    shown = text_of(client.post(f"/payment/bank/{file.pk}/return/", upload, follow=True))
    for word in ("到账", "退票", "金额不符", "账号不存在", "没有入账"):
        assert word in shown
    assert row(0)["name"] not in shown
    again = {"file": SimpleUploadedFile("hui.txt", content)}
    assert "重复文件" in text_of(
        client.post(f"/payment/bank/{file.pk}/return/", again, follow=True)
    )
    answered = BankReturn.objects.unscoped("t").get(number=1)
    only = text_of(client.get(f"/payment/returns/{answered.pk}/?kind=wrong_amount"))
    assert only.count('<td class="num">4</td>') == 1
    page = text_of(client.get(path))
    assert "第 1 次回盘" in page
    assert "等待回盘" in page


def test_lines_that_cannot_be_sent_are_led_to_their_sheet(tree, at, client):
    batch = approved(tree, at, rows=[row(1), row(2, account=None)])
    client.force_login(tree.payer)
    path = f"/payment/batches/{batch.pk}/bank/write/"
    shown = text_of(client.post(path, {"format": "bank-fixed", "pay_date": DAY}))
    assert "有 1 笔没有银行账号" in shown
    assert "?line=4" in shown
    sent_ = {"format": "bank-fixed", "pay_date": DAY, "cash_reason": "本人未开户，镇里代领"}
    assert "现金发放" in text_of(client.post(path, sent_, follow=True))
    file = BankFile.objects.unscoped("t").get()
    assert "已作废" in text_of(
        client.post(f"/payment/bank/{file.pk}/cancel/", {"reason": "换格式"}, follow=True)
    )


def test_town_puts_right_another_looks_and_the_clerk_draws_again(tree, at, client):
    file = sent(tree, at, 2)
    a, b = lines_of(file)
    answer(tree, at, file, [says(a), says(b, "returned")])
    outcome = BankOutcome.objects.unscoped("t").get(outcome="returned")
    path = f"/payment/corrections/{outcome.pk}/"
    client.force_login(tree.user_b)
    assert client.get(path).status_code == 404
    client.force_login(tree.user_a)
    assert "账号不存在" in text_of(client.get("/payment/corrections/"))
    sent_ = {"kind": "account", "account": "6217000088888888", "basis": "存折复印件已核"}
    bad = {**sent_, "evidence": SimpleUploadedFile("a.exe", b"MZ")}
    assert "只收" in text_of(client.post(f"{path}propose/", bad, follow=True))
    good = {**sent_, "evidence": SimpleUploadedFile("a.pdf", b"%PDF-1.4 demo")}
    shown = text_of(client.post(f"{path}propose/", good, follow=True))
    assert "须由另一人核对" in shown
    assert "6217000088888888" not in shown
    assert client.post(f"{path}decide/", {"accepted": "yes"}).status_code == 403
    client.force_login(tree.checker)
    assert client.get(f"{path}evidence/").content == b"%PDF-1.4 demo"
    assert client.post(f"{path}propose/", sent_).status_code == 403
    assert "理由" in text_of(client.post(f"{path}decide/", {"accepted": "no"}, follow=True))
    assert "同意" in text_of(client.post(f"{path}decide/", {"accepted": "yes"}, follow=True))
    assert "待重发" in text_of(client.get("/payment/corrections/?state=accepted"))
    client.force_login(tree.clerk)
    bank = f"/payment/batches/{file.batch_id}/"
    assert "制表重发" in text_of(client.get(f"{bank}bank/"))
    client.post(f"{bank}follow-up/")
    assert PaymentBatch.objects.unscoped("t").get(kind="repaid").follows_id == file.batch_id
    assert "没有可以重发" in text_of(client.post(f"{bank}follow-up/", follow=True))


def test_the_accounts_show_every_balance_and_lead_to_the_batch(tree, at, client):
    file = sent(tree, at, 2)
    answer(tree, at, file, [says(lines_of(file)[0])])
    client.force_login(tree.clerk)
    shown = text_of(client.get("/payment/accounts/"))
    assert "各账户合计恒为零：<strong>0.00</strong>" in shown
    assert f'href="/payment/batches/{file.batch_id}/bank/"' in shown
    one = text_of(client.get(f"/payment/accounts/?sub_item={DIBAO}&account=transit"))
    assert "银行在途的流水" in one
    early = text_of(client.get("/payment/accounts/?seq=1"))
    assert "银行回报到账" not in early
    client.force_login(tree.user_a)
    assert f"/batches/{file.batch_id}/" not in text_of(client.get("/payment/accounts/"))


def test_lists_take_a_fixed_number_of_queries(tree, at, client, django_assert_max_num_queries):
    file = sent(tree, at, 60)
    rows = [says(each, "returned") for each in lines_of(file)]
    found = answer(tree, at, file, rows)
    client.force_login(tree.clerk)
    for path in (
        "/payment/corrections/",
        f"/payment/returns/{found.pk}/",
        "/payment/accounts/",
        f"/payment/batches/{file.batch_id}/bank/",
    ):
        with django_assert_max_num_queries(40) as first:
            client.get(path)
        with django_assert_max_num_queries(40) as second:
            client.get(f"{path}?page=2")
        assert abs(len(first) - len(second)) <= 1, path
