"""What is typed into payment's acts says why, and never holds a personal number."""

from __future__ import annotations

from datetime import date

import pytest
from tests.rooms.payment.banking import sent
from tests.rooms.payment.test_money import paid_months
from tests.rooms.payment.test_paying_once import draw, enrol, lines
from tests.rooms.registry.rosters import DIBAO, hand_in, id_number, row, small_book

from mingbai.base.models import Act
from mingbai.base.reasons import paper_of, reason_of
from mingbai.payment.actions import (
    CannotDecideFunding,
    CannotRecover,
    CannotVoidBatch,
    Terms,
    decide_recovery,
    propose_recovery,
    record_repayment,
    register_funding,
    void_batch,
    waive_recovery,
)
from mingbai.payment.actions.bank import CannotCancelBankFile, cancel_bank_file
from mingbai.payment.models import RecoveryStep

pytestmark = pytest.mark.django_db
NUMBER = id_number(1)
#: A number beyond what is kept, so that cutting would leave its first half.
CUT = "核" * 195 + NUMBER


class CannotSay(Exception):
    """For the words alone."""


def test_words_are_needed_short_and_without_numbers():
    assert reason_of("  花名册\n有误 ", CannotSay) == "花名册 有误"
    assert reason_of("2021年6月核查记录第12号", CannotSay) == "2021年6月核查记录第12号"
    assert paper_of("缴款书0012345678", CannotSay) == "缴款书0012345678"
    assert len(reason_of("核" * 300, CannotSay)) == 200
    for said in ("", " 。", NUMBER, "电话1380000", "１３８００００１１１１", CUT):
        with pytest.raises(CannotSay) as refused:
            reason_of(said, CannotSay)
        assert NUMBER not in str(refused.value)
    for said in ("", "电话13800001111", f"收据{NUMBER}"):
        with pytest.raises(CannotSay):
            paper_of(said, CannotSay)


@pytest.mark.parametrize("words", [f"退给{NUMBER}", "电13800001111", CUT])
def test_every_act_of_payment_refuses_personal_numbers(tree, at, words):
    _, (paid,) = paid_months(tree, at, small_book(), 1)
    done = {"by": tree.clerk, "at": at}
    line = lines(batch=paid).get()
    claim = {"line": line, "amount": 100, "cause": "too_much"}
    with pytest.raises(CannotRecover):
        propose_recovery(**claim, basis=words, **done)
    recovery = propose_recovery(**claim, basis="核查记录", **done)
    cash, other = Terms(RecoveryStep.Method.REPAY), {"by": tree.checker, "at": at}
    with pytest.raises(CannotRecover):
        decide_recovery(recovery=recovery, terms=cash, basis=words, **other)
    decide_recovery(recovery=recovery, terms=cash, basis="纪要", **other)
    for settle in (record_repayment, waive_recovery):
        with pytest.raises(CannotRecover):
            settle(recovery=recovery, amount=1, document=words, **other)
    funds = {"sub_item": DIBAO, "year": 2021, "document_date": date(2021, 1, 1), "amount": 1,
             "until_date": date(2021, 2, 1)}  # fmt: skip
    for number, reason in ((words, "先行发放"), ("县政〔2021〕1号", words)):
        with pytest.raises(CannotDecideFunding):
            register_funding(**funds, document_number=number, reason=reason, **done)
    enrol(tree, at, small_book(), hand_in(tree, at, [row(2)], month=2))
    batch = draw(tree, at, small_book(), period=202102)
    with pytest.raises(CannotVoidBatch):
        void_batch(batch=batch, reason=words, **done)
    refused = Act.objects.unscoped("t").filter(verb__in=("register_funding", "void_batch"))
    assert not refused.exists()


def test_a_cancelled_bank_file_says_why_without_numbers(tree, at):
    file = sent(tree, at, 1)
    for words in ("", f"账户{NUMBER}"):
        with pytest.raises(CannotCancelBankFile):
            cancel_bank_file(file=file, reason=words, by=tree.payer, at=at)
