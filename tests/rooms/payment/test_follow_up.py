"""Returned money: put right by one, looked at by another, paid again once, explained throughout."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.rooms.payment.banking import FIXED, answer, bank_book, lines_of, says, sent, write
from tests.rooms.payment.test_bank_returns import FEN, HOUSE, paid_figure

from mingbai.base.models import Act
from mingbai.payment.actions import approve_batch, confirm_batch, void_batch
from mingbai.payment.actions.follow_up import (
    CannotDecideCorrection,
    CannotDrawFollowUp,
    CannotProposeCorrection,
    decide_correction,
    draw_follow_up,
    propose_correction,
)
from mingbai.payment.figures import walk_figure
from mingbai.payment.models import BankOutcome, PayeeCorrection, PaymentLine
from mingbai.payment.queries import batch_digest
from mingbai.payment.queries.accounts import add_balances, balances, entries
from mingbai.payment.queries.bank import returned_outcomes, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(tree, at):
    """Four people sent; two paid, one returned, one silent. The returned outcome."""
    file = sent(tree, at, 4)
    a, b, c, _ = lines_of(file)
    answer(tree, at, file, [says(a), says(b), says(c, "returned")])
    return BankOutcome.objects.unscoped("t").get(outcome="returned")


def propose(tree, at, outcome, **more):
    asked = {"kind": "account", "account": "6217 0000 8888 8888", "basis": "存折复印件已核"}
    return propose_correction(**{"outcome": outcome, "by": tree.user_a, "at": at, **asked, **more})


def put_right(tree, at, outcome, **more):
    correction = propose(tree, at, outcome, **more)
    decide_correction(correction=correction, accepted=True, by=tree.checker, at=at)
    return correction


def follow(tree, at, batch):
    return draw_follow_up(batch=batch, book=bank_book(), by=tree.clerk, at=at)


def states(**more):
    return [state_of(each) for each in returned_outcomes(to=HOUSE, **more)]


def test_a_returned_line_is_paid_again_once_to_the_corrected_account(tree, at, returned):
    first = returned.bank_line.bank_file.batch
    assert states() == ["open"]
    put_right(tree, at, returned)
    assert states() == ["accepted"]
    again = follow(tree, at, first)
    assert (again.follows_id, again.kind, again.number) == (first.pk, "repaid", 2)
    assert (again.expected_count, again.expected_amount, again.person_count) == (1, FEN, 1)
    assert batch_digest(again.pk) == again.lines_digest
    line = PaymentLine.objects.unscoped("t").get(batch=again)
    assert line.basis_line_id == returned.bank_line.line_id
    assert states() == ["repaid"]
    with pytest.raises(CannotDrawFollowUp):
        follow(tree, at, first)
    approve_batch(batch=again, by=tree.checker, at=at)
    file = write(tree, at, again)
    ((reference, account, amount),) = lines_of(file)
    assert (account, amount) == ("6217000088888888", FEN)
    assert paid_figure() == 2 * FEN
    answer(tree, at, file, [says((reference, account, amount))])
    assert paid_figure() == 3 * FEN
    assert paid_figure(key="payment.person_times") == 3
    asked = {"year": 2021, "cutoff": date(2021, 6, 30), "as_of": 10**9, "to": HOUSE}
    for key in ("payment.paid_amount", "payment.person_times"):
        (top,) = walk_figure(key, (), **asked)
        (part,) = walk_figure(key, (top.key,), **asked)
        leaves = walk_figure(key, (top.key, part.key), **asked)
        assert sum(leaf.value for leaf in leaves) == part.value == top.value


def test_a_follow_up_can_be_confirmed_without_a_file_and_counts_once(tree, at, returned):
    put_right(tree, at, returned, kind="same", account="")
    again = follow(tree, at, returned.bank_line.bank_file.batch)
    approve_batch(batch=again, by=tree.checker, at=at)
    confirm_batch(batch=again, paid_date=date(2021, 3, 1), by=tree.payer, at=at)
    assert paid_figure() == 3 * FEN
    assert paid_figure(day=date(2021, 2, 28)) == 2 * FEN
    assert balances(to=HOUSE, year=2021)[again.sub_item]["returned"] == 0


def test_a_second_return_goes_round_again(tree, at, returned):
    put_right(tree, at, returned)
    again = follow(tree, at, returned.bank_line.bank_file.batch)
    approve_batch(batch=again, by=tree.checker, at=at)
    file = write(tree, at, again)
    answer(tree, at, file, [says(lines_of(file)[0], "returned")])
    second = BankOutcome.objects.unscoped("t").get(bank_line__bank_file=file)
    put_right(tree, at, second, kind="holder", account="340299111111", holder="演·监护人")
    third = follow(tree, at, again)
    assert (third.number, third.follows_id) == (3, again.pk)
    approve_batch(batch=third, by=tree.checker, at=at)
    last = write(tree, at, third)
    assert lines_of(last)[0][1] == "340299111111"
    answer(tree, at, last, [says(lines_of(last)[0])])
    assert paid_figure() == 3 * FEN
    assert paid_figure(key="payment.person_times") == 3


def test_a_voided_follow_up_leaves_the_line_to_be_drawn_anew(tree, at, returned):
    put_right(tree, at, returned)
    first = returned.bank_line.bank_file.batch
    again = follow(tree, at, first)
    approve_batch(batch=again, by=tree.checker, at=at)
    assert balances(to=HOUSE, year=2021)[first.sub_item]["returned"] == 0
    void_batch(batch=again, reason="金额录错", by=tree.checker, at=at)
    assert balances(to=HOUSE, year=2021)[first.sub_item]["returned"] == FEN
    assert states() == ["accepted"]
    assert follow(tree, at, first).number == 3


def test_two_people_look_at_every_correction(tree, at, returned):
    correction = propose(tree, at, returned)
    assert states() == ["proposed"]
    with pytest.raises(CannotDecideCorrection, match="不能自己核对"):
        decide_correction(correction=correction, accepted=True, by=tree.user_a, at=at)
    with pytest.raises(CannotDecideCorrection, match="写明理由"):
        decide_correction(correction=correction, accepted=False, by=tree.checker, at=at)
    with pytest.raises(CannotProposeCorrection, match="已有更正"):
        propose(tree, at, returned)
    decide_correction(
        correction=correction, accepted=False, reason="复印件看不清", by=tree.checker, at=at
    )
    assert states() == ["open"]
    with pytest.raises(CannotDrawFollowUp):
        follow(tree, at, returned.bank_line.bank_file.batch)
    assert propose(tree, at, returned).number == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"account": "12"}, "6 到 34 位"),
        ({"account": "6217x0000"}, "6 到 34 位"),
        ({"basis": " "}, "写明依据"),
        ({"basis": "账号 62170000123"}, "不要写证件号"),
        ({"kind": "holder", "holder": " "}, "户名"),
        ({"kind": "magic"}, "更正方式"),
    ],
)
def test_a_correction_that_is_not_whole_is_refused_in_words(tree, at, returned, change, told):
    with pytest.raises(CannotProposeCorrection, match=told):
        propose(tree, at, returned, **change)


def test_corrected_values_are_sealed_and_not_in_the_ledger(tree, at, returned):
    correction = put_right(tree, at, returned, kind="holder", holder="演示户主")
    stored = PayeeCorrection.objects.unscoped("t").get(pk=correction.pk)
    assert b"88888888" not in bytes(stored.account_sealed)
    texts = " ".join(Act.objects.unscoped("t").values_list("payload", flat=True))
    assert "88888888" not in texts
    assert "演示户主" not in texts


def test_an_accepted_correction_stands_for_the_months_to_come(tree, at, returned):
    put_right(tree, at, returned)
    file = sent(tree, at, month=2, count=4)
    assert "6217000088888888" in {account for _, account, _ in lines_of(file)}


def test_the_database_pays_nothing_again_that_was_not_returned(tree, at, returned):
    put_right(tree, at, returned)
    again = follow(tree, at, returned.bank_line.bank_file.batch)
    line = PaymentLine.objects.unscoped("t").get(batch=again)
    paid = BankOutcome.objects.unscoped("t").filter(outcome="paid").first()
    line.pk, line.basis_line_id = None, paid.bank_line.line_id
    again.pk, again.number = None, 9
    again.save(force_insert=True)
    line.batch, line.person_id = again, paid.bank_line.line.person_id
    line.enrolment_id = paid.bank_line.line.enrolment_id
    refused = pytest.raises(IntegrityError, match="neither returned nor put right")
    with refused, transaction.atomic():
        line.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        PayeeCorrection.objects.create(
            outcome=paid, number=1, kind="same", town="340223100", basis="试",
            enrolment_id=paid.bank_line.line.enrolment_id, proposed_at=at,
            proposed_by=tree.user_a, act_id=paid.act_id,
        )  # fmt: skip


def test_every_account_balances_at_every_moment(tree, at, returned):
    put_right(tree, at, returned)
    again = follow(tree, at, returned.bank_line.bank_file.batch)
    approve_batch(batch=again, by=tree.checker, at=at)
    answer(tree, at, write(tree, at, again, layout=FIXED), [])
    moved = entries(to=HOUSE, year=2021)
    assert len({each.cause for each in moved}) >= 6
    for seq in range(Act.objects.unscoped("t").count() + 1):
        part = [each for each in moved if each.seq <= seq]
        assert part == entries(to=HOUSE, year=2021, as_of=seq)
        for accounts in add_balances(part).values():
            assert sum(accounts.values()) == 0
            held = ("payable", "transit", "paid", "returned")
            assert all(accounts[each] >= 0 for each in held)
    assert add_balances(moved[:-1]) != add_balances(moved), "a lost entry shows"
