"""What is claimed back moves money in the double entry, by the act that decides or settles it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.rooms.payment.banking import answer, lines_of, says, sent
from tests.rooms.payment.test_money import paid_months, progress
from tests.rooms.payment.test_paying_once import draw, enrol, lines, pay
from tests.rooms.registry.rosters import (
    DIBAO,
    TEKUN,
    amount_rule,
    hand_in,
    row,
    small_book,
    sub_item,
)

from mingbai.base.ledger import record_act
from mingbai.base.models import Act
from mingbai.payment.actions import (
    CannotRecover,
    Terms,
    approve_batch,
    confirm_batch,
    decide_recovery,
    propose_recovery,
    record_repayment,
    void_batch,
    waive_recovery,
)
from mingbai.payment.actions.transfers import record_transfers
from mingbai.payment.models import Recovery, RecoveryStep, Transfer
from mingbai.payment.queries.accounts import balances

pytestmark = pytest.mark.django_db
CASH = Terms(RecoveryStep.Method.REPAY)
SET_OFF = Terms(RecoveryStep.Method.SET_OFF, 20_000)


def stand(tree, sub_item=DIBAO):
    """Balances of a sub-item as they stand; zero in sum at every ledger number there ever was."""
    to = tree.asker(tree.clerk)
    for seq in Act.objects.unscoped("t").values_list("pk", flat=True):
        for each in balances(to=to, year=2021, as_of=seq).values():
            assert sum(each.values()) == 0
    return balances(to=to, year=2021)[sub_item]


def due_back(tree):
    """What the accounts say is due back, which is what the recoveries have open."""
    found = stand(tree)["due_back"]
    claims = [progress(each) for each in Recovery.objects.unscoped("t").all()]
    decided = [each for each in claims if each.state not in ("proposed", "refused")]
    assert found == sum(each.left_amount for each in decided)
    return found


@pytest.fixture
def claim(tree, at):
    """A recovery of 300 元 of a paid 500, proposed."""
    _, (batch,) = paid_months(tree, at, small_book(), 1)
    return propose_recovery(
        line=lines(batch=batch).get(), amount=30_000, cause="too_much", basis="核查记录3号",
        by=tree.clerk, at=at,
    )  # fmt: skip


def test_a_decision_makes_money_due_back_and_each_settlement_takes_it_away(tree, at, claim):
    given = {"recovery": claim, "by": tree.checker, "at": at}
    assert (stand(tree)["paid"], due_back(tree)) == (50_000, 0), "a proposal moves nothing"
    decide_recovery(**given, terms=CASH, basis="会议纪要")
    assert (stand(tree)["paid"], due_back(tree)) == (20_000, 30_000)
    record_repayment(**given, amount=25_000, document="收据1")
    waive_recovery(**given, amount=4_000, document="批复1号")
    found = stand(tree)
    assert (found["paid"], found["recovered"], due_back(tree)) == (24_000, 25_000, 1_000)
    moved = Transfer.objects.unscoped("t").filter(recovery=claim).order_by("id")
    assert [(each.cause, each.amount) for each in moved] == [
        ("due_back", 30_000), ("recovered", 25_000), ("waived", 4_000),
    ]  # fmt: skip
    steps = RecoveryStep.objects.unscoped("t").filter(recovery=claim, number__gt=1)
    assert {each.act_id for each in moved} == {each.act_id for each in steps}


def test_a_refused_proposal_moves_nothing(tree, at, claim):
    decide_recovery(recovery=claim, terms=None, basis="查无此事", by=tree.checker, at=at)
    assert not Transfer.objects.unscoped("t").filter(recovery=claim).exists()
    assert stand(tree)["paid"] == 50_000


def test_a_set_off_counts_as_paid_once_its_batch_is_approved(tree, at, claim):
    book = small_book()
    decide_recovery(recovery=claim, terms=SET_OFF, basis="纪要", by=tree.checker, at=at)
    enrol(tree, at, book, *(hand_in(tree, at, [row(1)], month=month) for month in (2, 3)))
    batch = draw(tree, at, book, period=202102)
    assert stand(tree)["due_back"] == 30_000, "drawn is not yet decided"
    approve_batch(batch=batch, by=tree.checker, at=at)
    found = stand(tree)
    assert (due_back(tree), found["paid"], found["payable"]) == (10_000, 40_000, 30_000)
    void_batch(batch=batch, reason="重算", by=tree.checker, at=at)
    found = stand(tree)
    assert (due_back(tree), found["paid"], found["payable"]) == (30_000, 20_000, 0)
    for month in (2, 3):
        pay(tree, at, draw(tree, at, book, period=202100 + month))
    found = stand(tree)
    assert (due_back(tree), found["paid"]) == (0, 50_000 + 50_000 + 50_000 - 30_000)
    assert progress(claim).left_amount == 0


def test_money_of_one_programme_is_not_set_off_against_another(tree, at, claim):
    decide_recovery(recovery=claim, terms=SET_OFF, basis="纪要", by=tree.checker, at=at)
    book = small_book(sub_item(DIBAO, amount_rule(DIBAO)), sub_item(TEKUN, amount_rule(TEKUN)))
    other = hand_in(tree, at, [row(1)], sub_item=TEKUN, month=2)
    enrol(tree, at, book, other)
    batch = draw(tree, at, book, sub_item=TEKUN, period=202102)
    assert batch.set_off_amount == 0
    line = lines(batch=batch).get()
    fresh = type(batch).objects.unscoped("t").get(pk=batch.pk)
    fresh.pk, fresh.number, fresh.follows_id = None, 9, batch.pk
    fresh.save(force_insert=True)
    line.pk, line.batch, line.period, line.set_off, line.recovery = None, fresh, 202103, 5, claim
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save(force_insert=True)
    line.set_off, line.recovery = 0, None
    line.save(force_insert=True)  # control arm


@pytest.mark.parametrize("wrong", ["twice", "more than decided", "another batch", "no recovery"])
def test_the_database_holds_each_movement_to_its_recovery(tree, at, claim, wrong):
    _, (other,) = paid_months(tree, at, small_book(), 2, people=[row(n) for n in range(2, 9)])
    decide_recovery(recovery=claim, terms=CASH, basis="纪要", by=tree.checker, at=at)
    batch, recovery = claim.line.batch, claim
    amounts = {
        "twice": {"due_back": 30_000},
        "more than decided": {"recovered": 30_001},
        "another batch": {"recovered": 1},
        "no recovery": {"recovered": 1},
    }[wrong]
    if wrong == "another batch":
        batch = other
    if wrong == "no recovery":
        recovery = None
    with pytest.raises(IntegrityError):
        _move(tree, at, batch=batch, amounts=amounts, recovery=recovery)
    _move(tree, at, batch=claim.line.batch, amounts={"recovered": 1}, recovery=claim)  # control


def _move(tree, at, **moved):
    with transaction.atomic():
        record_transfers(**moved, act=record_act("record_repayment", by=tree.clerk, at=at))


def test_no_step_without_its_money(tree, at, claim):
    with pytest.raises(IntegrityError), transaction.atomic():
        _decided(tree, at, claim, moves=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        _decided(tree, at, claim, moves=29_999)
    with transaction.atomic():
        _decided(tree, at, claim, moves=30_000)  # control arm


def _decided(tree, at, claim, moves):
    act = record_act("decide_recovery", by=tree.checker, at=at)
    record_transfers(batch=claim.line.batch, amounts={"due_back": moves}, act=act, recovery=claim)
    RecoveryStep.objects.create(
        recovery=claim, number=2, step="decided", method="repay", maker=tree.clerk,
        step_by=tree.checker, step_at=at, act=act,
    )  # fmt: skip


def test_only_what_arrived_is_claimed_back(tree, at):
    file = sent(tree, at, 3)
    first, second, _ = lines_of(file)
    answer(tree, at, file, [says(first), says(second, "returned")])
    confirm_batch(batch=file.batch, paid_date=date(2021, 2, 5), by=tree.payer, at=at)
    claim = {"amount": 100, "cause": "too_much", "basis": "核查", "by": tree.clerk, "at": at}
    here = {each.number: each.line for each in file.lines.unscoped("t").select_related("line")}
    for number in (2, 3):
        with pytest.raises(CannotRecover, match="还没有到账"):
            propose_recovery(line=here[number], **claim)
    propose_recovery(line=here[1], **claim)


def test_pages_lead_from_the_account_to_the_recovery_and_show_its_movements(
    tree, at, claim, client, monkeypatch
):
    decide_recovery(recovery=claim, terms=CASH, basis="纪要", by=tree.checker, at=at)
    record_repayment(recovery=claim, amount=10_000, document="收据1", by=tree.clerk, at=at)
    monkeypatch.setattr("mingbai.payment.views.ledgers.newest_year", lambda: 2021)
    client.force_login(tree.clerk)
    accounts = client.get("/payment/accounts/?account=due_back").content.decode()
    assert f'<a href="/payment/recoveries/{claim.pk}/">追回</a>' in accounts
    assert "认定多发，应追回" in accounts
    shown = client.get(f"/payment/recoveries/{claim.pk}/").content.decode()
    assert shown.count('<td class="nowrap">应追回</td>') == 2, "into the account and out of it"
    assert "300.00</td>" in shown
    assert "100.00</td>" in shown
