"""Claims on money that came back: a late return after the decision, and a line paid again."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from tests.rooms.payment.banking import answer, bank_book, lines_of, says, sent, write
from tests.rooms.payment.test_claims_money import CASH, SET_OFF, due_back, stand
from tests.rooms.payment.test_money import progress
from tests.rooms.payment.test_paying_once import draw, enrol, lines
from tests.rooms.registry.rosters import hand_in, row

from mingbai.base.ledger import record_act
from mingbai.payment.actions import (
    CannotRecover,
    approve_batch,
    confirm_batch,
    decide_recovery,
    propose_recovery,
    record_repayment,
    void_batch,
)
from mingbai.payment.actions.follow_up import decide_correction, draw_follow_up, propose_correction
from mingbai.payment.migrations import _claims
from mingbai.payment.migrations._holds import Hold
from mingbai.payment.models import BankOutcome, Recovery, RecoveryStep

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tree, at):
    """One person was paid 500 元 by the bank, and the batch was closed."""
    file = sent(tree, at, 1)
    answer(tree, at, file, [says(lines_of(file)[0])])
    confirm_batch(batch=file.batch, paid_date=date(2021, 2, 5), by=tree.payer, at=at)
    return file


@pytest.fixture
def claim(tree, at, file):
    """300 元 of it are claimed back."""
    return propose(tree, at, lines(batch=file.batch).get(), 30_000)


def propose(tree, at, line, amount):
    return propose_recovery(
        line=line, amount=amount, cause="too_much", basis="核查记录3号", by=tree.clerk, at=at
    )


def decide(tree, at, claim, terms=CASH):
    decide_recovery(recovery=claim, terms=terms, basis="会议纪要", by=tree.checker, at=at)


def bounce(tree, at, file):
    """The bank took the money back after it had told of its arrival."""
    return answer(tree, at, file, [says(lines_of(file)[0], "returned")])


def pay_again(tree, at, file):
    """Put right by two people, paid again and arrived; the line that arrived."""
    outcome = BankOutcome.objects.unscoped("t").get(bank_line__bank_file=file, outcome="returned")
    fix = propose_correction(outcome=outcome, kind="same", basis="已核", by=tree.user_a, at=at)
    decide_correction(correction=fix, accepted=True, by=tree.clerk, at=at)
    again = draw_follow_up(batch=file.batch, book=bank_book(), by=tree.clerk, at=at)
    approve_batch(batch=again, by=tree.checker, at=at)
    second = write(tree, at, again)
    answer(tree, at, second, [says(lines_of(second)[0])])
    confirm_batch(batch=again, paid_date=date(2021, 3, 5), by=tree.payer, at=at)
    return second


def test_a_late_return_after_the_decision_is_read_and_explained_to_the_fen(tree, at, file, claim):
    decide(tree, at, claim)
    assert (stand(tree)["paid"], due_back(tree)) == (20_000, 30_000)
    assert bounce(tree, at, file).outcome == "read"
    found = stand(tree)
    assert (found["returned"], found["paid"], due_back(tree)) == (50_000, 0, 0)
    step = RecoveryStep.objects.unscoped("t").get(recovery=claim, step="lapsed")
    assert (step.amount, step.document[:4]) == (30_000, "银行退票")
    with pytest.raises(CannotRecover, match=r"0\.00"):
        record_repayment(recovery=claim, amount=1, document="收据", by=tree.clerk, at=at)
    pay_again(tree, at, file)
    found = stand(tree)
    assert (found["returned"], found["paid"]) == (0, 50_000)
    fresh = propose(tree, at, claim.line, 50_000)  # what lapsed can be claimed anew
    decide(tree, at, fresh)
    assert due_back(tree) == 50_000


def test_what_was_given_back_before_stands_and_the_line_is_paid_again_whole(tree, at, file, claim):
    decide(tree, at, claim)
    record_repayment(recovery=claim, amount=20_000, document="收据1", by=tree.clerk, at=at)
    bounce(tree, at, file)
    found = stand(tree)
    assert (found["returned"], found["recovered"], due_back(tree)) == (50_000, 20_000, 0)
    assert found["paid"] == -20_000, "the person gave 200 元 back and has nothing"
    pay_again(tree, at, file)
    found = stand(tree)
    assert (found["returned"], found["paid"], found["recovered"]) == (0, 30_000, 20_000)


def test_more_than_people_had_gave_or_owe_does_not_leave_them(tree, at, file, claim):
    """The paid account may not stand lower than by what was given back."""
    from tests.rooms.payment.test_claims_money import _move

    decide(tree, at, claim)
    record_repayment(recovery=claim, amount=20_000, document="收据1", by=tree.clerk, at=at)
    with pytest.raises(IntegrityError):
        _move(tree, at, batch=file.batch, amounts={"bounced": 50_001})
    _move(tree, at, batch=file.batch, amounts={"bounced": 50_000})  # control arm


def test_a_proposal_about_money_that_came_back_can_only_be_refused(tree, at, file, claim):
    bounce(tree, at, file)
    assert stand(tree)["returned"] == 50_000
    with pytest.raises(CannotRecover, match="没有到本人手里"):
        decide(tree, at, claim)
    with pytest.raises(IntegrityError), transaction.atomic():
        _step(tree, at, claim, "decided", "due_back", method="repay")
    decide(tree, at, claim, terms=None)
    assert progress(claim).state == "refused"


def test_the_database_lets_no_claim_lapse_while_the_money_is_with_the_person(tree, at, file, claim):
    decide(tree, at, claim)
    with pytest.raises(IntegrityError), transaction.atomic():
        _step(tree, at, claim, "lapsed", "lapsed", number=3, amount=30_000, document="退票")
    bounce(tree, at, file)  # control arm: now it does
    assert progress(claim).lapsed_amount == 30_000


def _step(tree, at, claim, step, cause, number=2, **more):
    from mingbai.payment.actions.transfers import record_transfers

    act = record_act("decide_recovery", by=tree.checker, at=at)
    amounts = {cause: claim.amount}
    record_transfers(batch=claim.line.batch, amounts=amounts, act=act, recovery=claim)
    return RecoveryStep.objects.create(
        recovery=claim, number=number, step=step, maker=tree.clerk, step_by=tree.checker,
        step_at=at, act=act, **more,
    )  # fmt: skip


@pytest.mark.parametrize("approved_first", [False, True])
def test_what_a_voided_batch_no_longer_keeps_back_lapses_too(tree, at, file, claim, approved_first):
    decide(tree, at, claim, SET_OFF)
    book = bank_book()
    enrol(tree, at, book, hand_in(tree, at, [row(0)], month=2))
    batch = draw(tree, at, book, period=202102)
    assert batch.set_off_amount == 20_000
    if approved_first:
        approve_batch(batch=batch, by=tree.checker, at=at)
    bounce(tree, at, file)
    assert progress(claim).lapsed_amount == 10_000, "what is kept back stays kept back"
    void_batch(batch=batch, reason="重算", by=tree.checker, at=at)
    assert (progress(claim).lapsed_amount, due_back(tree)) == (30_000, 0)
    found = stand(tree)
    assert (found["returned"], found["paid"], found["payable"]) == (50_000, 0, 0)
    again = draw(tree, at, book, period=202102)
    assert again.set_off_amount == 0


@pytest.fixture
def twice(tree, at):
    """A line that came back, and the line that paid it again and arrived."""
    file = sent(tree, at, 1)
    answer(tree, at, file, [says(lines_of(file)[0], "returned")])
    confirm_batch(batch=file.batch, paid_date=date(2021, 2, 5), by=tree.payer, at=at)
    second = pay_again(tree, at, file)
    return lines(batch=file.batch).get(), lines(batch=second.batch).get()


def test_one_payment_is_claimed_once_however_it_arrived(tree, at, twice):
    first, again = twice
    claim = propose(tree, at, again, 30_000)
    assert claim.line_id == first.pk, "the claim stands on the line first drawn"
    for line in twice:
        with pytest.raises(CannotRecover, match="超过"):
            propose(tree, at, line, 20_001)
    propose(tree, at, first, 20_000)  # control arm: up to what was paid


def test_the_database_holds_one_payment_to_one_amount(tree, at, twice):
    first, again = twice
    propose(tree, at, first, 50_000)
    with pytest.raises(IntegrityError), transaction.atomic():
        _claim(tree, at, again)
    old = next(each for each in _claims.GUARDS if each[0] == "payment_recovery_claim")
    # Control arm: as it was held, a line at a time.
    Hold(*old).database_forwards("payment", _Editor(), None, None)
    _claim(tree, at, again)
    total = sum(Recovery.objects.unscoped("t").values_list("amount", flat=True))
    assert total == 2 * first.amount, "without the guard one payment is claimed twice"


class _Editor:
    """Lets a migration's trigger be set inside a test's transaction."""

    connection = connection

    def execute(self, statement, params=None):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _claim(tree, at, line):
    act = record_act("propose_recovery", by=tree.clerk, at=at)
    return Recovery.objects.create(
        line=line, person_id=line.person_id, sub_item=line.sub_item, year=2021, town=line.town,
        amount=line.amount, cause="too_much", basis="核查", made_at=at, made_by=tree.clerk, act=act,
    )  # fmt: skip


def test_a_claim_counts_in_what_the_month_still_owes(tree, at, twice):
    from mingbai.payment.actions import settle_up

    _, again = twice
    propose(tree, at, again, 20_000)
    owed = settle_up(sub_item=again.sub_item, period=202101, book=bank_book())
    assert owed.arrears.lines["amount"].to_list() == [20_000]
