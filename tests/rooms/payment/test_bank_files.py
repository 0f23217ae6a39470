"""The bank file of a batch: whole, sealed, bound to what was approved, never two live ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from tests.rooms.payment.banking import FIXED, approved, lines_of, sent, write
from tests.rooms.registry.rosters import row

from mingbai.base.files import open_file
from mingbai.base.models import Act
from mingbai.paper.bank import load_bank_format
from mingbai.payment.actions import (
    CannotConfirmBatch,
    CannotVoidBatch,
    confirm_batch,
    void_batch,
)
from mingbai.payment.actions.bank import (
    CannotCancelBankFile,
    CannotHandOverBankFile,
    CannotWriteBankFile,
    cancel_bank_file,
    hand_over_bank_file,
)
from mingbai.payment.models import BankFile, BankFileStep, BankLine, PaymentLine, Transfer

pytestmark = pytest.mark.django_db


def test_a_file_holds_every_line_and_its_totals_stand_in_the_database(tree, at, settings):
    file = sent(tree, at, 6)
    assert (file.line_count, file.amount, file.cash_count) == (6, 6 * 50_000, 0)
    assert [amount for _, _, amount in lines_of(file)] == [50_000] * 6
    content = open_file(file.file)
    assert file.check_value.encode() in content
    assert "农村低保金".encode("gb18030") in content
    assert file.batch_digest == file.batch.lines_digest
    numbers = BankLine.objects.unscoped("t").order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5, 6]
    act = Act.objects.unscoped("t").get(pk=file.act_id)
    assert act.verb == "write_bank_file"
    assert file.sha256 in act.payload
    for path in (Path(settings.MINGBAI_HOME) / "files" / "bank-file").rglob("*"):
        assert not path.is_file() or b"62170000" not in path.read_bytes(), "sealed at rest"


def test_only_the_payer_writes_and_only_an_approved_batch(tree, at):
    batch = approved(tree, at)
    for user in (tree.clerk, tree.checker):
        with pytest.raises(CannotWriteBankFile, match="由支付人员办理"):
            write(tree, at, batch, by=user)
    with transaction.atomic():
        confirm_batch(batch=batch, paid_date=date(2021, 1, 31), by=tree.payer, at=at)
        with pytest.raises(CannotWriteBankFile, match="已发放"):
            write(tree, at, batch)
    assert not BankFile.objects.unscoped("t").exists()


def test_a_second_live_file_is_refused_by_the_database_as_well(tree, at):
    file = sent(tree, at)
    with pytest.raises(CannotWriteBankFile, match="已有一份有效的银行文件"):
        write(tree, at, file.batch)
    copy = BankFile.objects.unscoped("t").get(pk=file.pk)
    copy.pk, copy.turn, copy.reference = None, 2, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


def test_after_cancelling_a_new_file_takes_the_lines(tree, at):
    file = sent(tree, at)
    with pytest.raises(CannotCancelBankFile, match="请写明"):
        cancel_bank_file(file=file, reason=" ", by=tree.payer, at=at)
    cancel_bank_file(file=file, reason="开户行要求换格式", by=tree.payer, at=at)
    with pytest.raises(CannotHandOverBankFile, match="已作废"):
        hand_over_bank_file(file=file, by=tree.payer, at=at)
    again = write(tree, at, file.batch, layout=load_bank_format("bank-csv"))
    assert (again.turn, again.line_count) == (2, 6)
    assert again.reference != file.reference
    live = BankLine.objects.unscoped("t").filter(cancelled=False)
    assert set(live.values_list("bank_file_id", flat=True)) == {again.pk}


def test_each_handing_over_is_an_act_and_gives_the_same_bytes(tree, at):
    file = sent(tree, at)
    given = {hand_over_bank_file(file=file, by=tree.payer, at=at) for _ in range(2)}
    assert given == {open_file(file.file)}
    steps = BankFileStep.objects.unscoped("t").filter(step="handed_over")
    assert steps.count() == 2
    assert len({step.act_id for step in steps}) == 2


def test_lines_without_account_block_the_file_or_are_left_to_cash_by_reason(tree, at):
    rows = [row(1), row(2, account=None), row(3)]
    batch = approved(tree, at, rows=rows)
    with pytest.raises(CannotWriteBankFile, match="有 1 笔没有银行账号") as refused:
        write(tree, at, batch)
    ((line, why),) = refused.value.lines
    assert PaymentLine.objects.unscoped("t").get(pk=line).origin_line == 4
    assert "账号" in why
    file = write(tree, at, batch, cash_reason="本人未开户，镇里代领签字")
    assert (file.line_count, file.cash_count, file.cash_amount) == (2, 1, 50_000)
    cash = BankLine.objects.unscoped("t").get(channel="cash")
    assert cash.line_id == line


def test_what_the_format_cannot_carry_names_the_lines_and_writes_nothing(tree, at):
    batch = approved(tree, at, rows=[row(1), row(2, name="演𠮷")])
    with pytest.raises(CannotWriteBankFile, match="生僻字") as refused:
        write(tree, at, batch, layout=load_bank_format("bank-csv"))
    assert "𠮷" not in str(refused.value)
    assert len(refused.value.lines) == 1
    assert not BankFile.objects.unscoped("t").exists()
    assert "演𠮷".encode("gb18030") in open_file(write(tree, at, batch).file)


def test_a_line_changed_after_approval_stops_the_file(tree, at, monkeypatch):
    batch = approved(tree, at)
    monkeypatch.setattr("mingbai.payment.actions.bank.batch_digest", lambda _: "0" * 64)
    with pytest.raises(CannotWriteBankFile, match="复核已失效"):
        write(tree, at, batch)


def test_a_bank_or_day_without_agreement_is_told(tree, at):
    batch = approved(tree, at)
    with pytest.raises(CannotWriteBankFile, match="没有约定"):
        write(tree, at, batch, layout=load_bank_format("bank-pain001-09"))
    with pytest.raises(CannotWriteBankFile, match="可用的付款账户"):
        write(tree, at, batch, pay_date=date(2019, 1, 1))


def test_a_batch_that_lies_with_the_bank_is_neither_voided_nor_closed_unanswered(tree, at):
    file = sent(tree, at)
    with pytest.raises(CannotVoidBatch):
        void_batch(batch=file.batch, reason="试作废", by=tree.clerk, at=at)
    with pytest.raises(CannotConfirmBatch):
        confirm_batch(batch=file.batch, paid_date=date(2021, 2, 1), by=tree.payer, at=at)


def test_the_database_holds_a_file_to_its_batch(tree, at):
    file = sent(tree, at)
    line = BankLine.objects.unscoped("t").first()
    with pytest.raises(IntegrityError), transaction.atomic():
        BankLine.objects.unscoped("t").filter(pk=line.pk).update(amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankLine.objects.unscoped("t").filter(pk=line.pk).update(cancelled=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankFile.objects.unscoped("t").filter(pk=file.pk).update(amount=1)
    line.pk, line.number = None, 99
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save(force_insert=True)


def test_sending_moves_the_money_into_transit_and_cancelling_back(tree, at):
    file = sent(tree, at)
    cancel_bank_file(file=file, reason="换格式", by=tree.payer, at=at)
    moved = Transfer.objects.unscoped("t").order_by("id")
    assert [(each.cause, each.amount) for each in moved] == [
        ("approved", 300_000), ("sent", 300_000), ("cancelled", 300_000),
    ]  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.create(
            year=2021, sub_item=file.batch.sub_item, batch=file.batch, cause="paid",
            from_account="transit", to_account="paid", amount=1, act_id=file.act_id,
        )  # fmt: skip


def test_the_format_says_which_bank_reads_it(tree, at):
    file = sent(tree, at)
    assert (file.format_code, file.format_digest) == ("bank-fixed", FIXED.digest)
