"""Arrears, recoveries, set-off, funds, parts of months, merged people, and ground that moves."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.rooms.payment.conftest import give_funds
from tests.rooms.payment.test_paying_once import draw, enrol, lines, pay
from tests.rooms.registry.rosters import (
    DIBAO,
    amount_rule,
    hand_in,
    row,
    small_book,
    sub_item,
)

from mingbai.payment.actions import (
    CannotApproveBatch,
    CannotConfirmBatch,
    CannotDecideFunding,
    CannotDrawBatch,
    CannotRecover,
    Terms,
    approve_batch,
    approve_funding,
    confirm_batch,
    decide_recovery,
    draw_arrears,
    find_doubts,
    propose_recovery,
    record_repayment,
    register_funding,
    settle_up,
    void_batch,
    waive_recovery,
)
from mingbai.payment.models import BatchDeclaration, BatchStep, Recovery, RecoveryStep
from mingbai.payment.queries import explain_difference, find_room
from mingbai.payment.queries.recoveries import with_progress

pytestmark = pytest.mark.django_db
DAY = date(2021, 1, 31)
GRADES = {"A": 60_000, "B": 40_000}


def graded(*parts):
    """A book of one graded sub-item: (from, grades) pairs, each until the next."""
    ends = [*(date.fromordinal(start.toordinal() - 1) for start, _ in parts[1:]), None]
    rules = [
        amount_rule(DIBAO, kind="graded", grades=grades, from_date=start, to_date=end)
        for (start, grades), end in zip(parts, ends, strict=True)
    ]
    return small_book(sub_item(DIBAO, *rules))


def arrears(tree, at, book, period=202102, **more):
    return draw_arrears(sub_item=DIBAO, period=period, book=book, by=tree.clerk, at=at, **more)


def paid_months(tree, at, book, *months, people=None):
    sheets = [hand_in(tree, at, people or [row(1)], month=month) for month in months]
    enrol(tree, at, book, *sheets)
    batches = [draw(tree, at, book, period=202100 + month) for month in months]
    for batch in batches:
        pay(tree, at, batch)
    return sheets, batches


def test_a_standard_that_takes_force_back_in_time_is_paid_as_arrears(tree, at):
    old = graded((date(2021, 1, 1), GRADES))
    new = graded((date(2020, 7, 1), GRADES), (date(2021, 2, 1), {"A": 65_000, "B": 44_000}))
    people = [row(1, grade="A"), row(2, grade="B"), row(3, grade="A")]
    paid_months(tree, at, old, 1, 2, people=people)
    batch = arrears(tree, at, new)
    assert (batch.kind, batch.expected_count, batch.expected_amount) == ("arrears", 3, 14_000)
    assert (batch.period, batch.number, batch.person_count) == (202102, 2, 0)
    found = lines(batch=batch).select_related("basis_line")
    assert {line.rule for line in found} == {f"{DIBAO}/standard@2021-02-01"}
    assert all(line.period == line.basis_line.period == 202102 for line in found)
    pay(tree, at, batch)
    with pytest.raises(CannotDrawBatch, match="没有可发放"):
        arrears(tree, at, new)


def test_a_corrected_amount_after_payment_is_arrears_or_overpaid_and_never_an_edit(tree, at):
    book = small_book(sub_item(DIBAO, amount_rule(DIBAO, kind="actual", min_fen=1, max_fen=90_000)))
    people = [row(n, amount=50_000) for n in range(3)]
    (sheet,), _ = paid_months(tree, at, book, 1, people=people)
    changed = [row(0, amount=52_000), row(1, amount=45_000), row(2, amount=50_000)]
    hand_in(tree, at, changed, follows=sheet)
    owed = settle_up(sub_item=DIBAO, period=202101, book=book)
    assert owed.arrears.lines["amount"].to_list() == [2_000]
    assert owed.overpaid.select("over", "paid", "due", "cause").rows() == [
        (5_000, 50_000, 45_000, "changed")
    ]
    first = arrears(tree, at, book, period=202101)
    pay(tree, at, first)
    again = [row(0, amount=53_000), *changed[1:]]
    hand_in(tree, at, again, follows=type(sheet).objects.unscoped("t").order_by("-pk")[0])
    second = arrears(tree, at, book, period=202101)
    top = lines(batch=second).get()
    assert (top.amount, top.basis_line.batch_id) == (1_000, first.pk), "a chain, line upon line"


def test_arrears_up_to_an_earlier_month_count_what_a_later_batch_paid(tree, at):
    old = graded((date(2021, 1, 1), {"A": 60_000, "B": 1}))
    paid_months(tree, at, old, 1, 2, people=[row(1, grade="A")])
    pay(tree, at, arrears(tree, at, graded((date(2021, 1, 1), {"A": 65_000, "B": 1}))))
    raised = graded((date(2020, 12, 1), {"A": 66_000, "B": 1}))
    batch = arrears(tree, at, raised, period=202101)
    assert [line.amount for line in lines(batch=batch)] == [1_000], "not 6,000 once more"


def test_arrears_wait_for_payment_and_unpaid_batches_are_redrawn(tree, at):
    book = graded((date(2021, 1, 1), GRADES))
    enrol(tree, at, book, hand_in(tree, at, [row(1, grade="A")]))
    draw(tree, at, book)
    raised = graded((date(2021, 1, 1), {"A": 70_000, "B": 1}))
    with pytest.raises(CannotDrawBatch, match="原批次尚未发放"):
        arrears(tree, at, raised, period=202101)


def test_who_left_the_roster_after_payment_is_overpaid_but_not_who_is_held(tree, at, hold):
    book = small_book()
    people = [row(1), row(2), row(3)]
    (sheet,), _ = paid_months(tree, at, book, 1, people=people)
    corrected = hand_in(tree, at, people[:2], follows=sheet)
    hold(corrected, 4)
    over = settle_up(sub_item=DIBAO, period=202101, book=book).overpaid
    assert over.select("over", "cause").rows() == [(50_000, "withdrawn")]


@pytest.fixture
def claim(tree, at):
    """A recovery of 300 元 of a paid 500, proposed."""
    book = small_book()
    _, (batch,) = paid_months(tree, at, book, 1)
    line = lines(batch=batch).get()
    return propose_recovery(
        line=line, amount=30_000, cause=Recovery.Cause.TOO_MUCH, basis="核查记录3号",
        by=tree.clerk, at=at,
    )  # fmt: skip


def progress(recovery):
    return with_progress(Recovery.objects.unscoped("t").filter(pk=recovery.pk)).get()


def test_a_recovery_is_decided_by_two_and_followed_until_zero(tree, at, claim):
    given = {"recovery": claim, "at": at}
    cash = Terms(RecoveryStep.Method.REPAY)
    with pytest.raises(CannotRecover, match="另一人"):
        decide_recovery(**given, terms=cash, basis="", by=tree.clerk)
    with pytest.raises(CannotRecover):
        record_repayment(**given, amount=1, document="收据1", by=tree.clerk)
    decide_recovery(**given, terms=cash, basis="会议纪要", by=tree.checker)
    record_repayment(**given, amount=10_000, document="收据1", by=tree.clerk)
    with pytest.raises(CannotRecover, match=r"200\.00"):
        record_repayment(**given, amount=20_001, document="收据2", by=tree.clerk)
    with pytest.raises(CannotRecover, match="另一人"):
        waive_recovery(**given, amount=1, document="批复", by=tree.clerk)
    record_repayment(**given, amount=15_000, document="收据2", by=tree.clerk)
    waive_recovery(**given, amount=5_000, document="批复1号", by=tree.checker)
    done = progress(claim)
    assert (done.repaid_amount, done.waived_amount, done.left_amount) == (25_000, 5_000, 0)


def test_a_line_is_never_claimed_beyond_what_it_paid(tree, at, claim):
    with pytest.raises(CannotRecover):
        propose_recovery(line=claim.line, amount=20_001, cause="other", basis="再查", by=tree.clerk,
                         at=at)  # fmt: skip
    decide_recovery(recovery=claim, terms=None, basis="查无此事", by=tree.checker, at=at)
    propose_recovery(line=claim.line, amount=50_000, cause="other", basis="再查", by=tree.clerk,
                     at=at)  # fmt: skip


@pytest.mark.parametrize("wrong", ["own", "too early", "too much", "lying maker"])
def test_the_database_refuses_wrong_recovery_steps(tree, at, claim, wrong):
    first = RecoveryStep.objects.unscoped("t").get()
    if wrong == "too much":
        terms = Terms(RecoveryStep.Method.REPAY)
        decide_recovery(recovery=claim, terms=terms, basis="纪要", by=tree.checker, at=at)
    step = {
        "own": {"number": 2, "step": "decided", "method": "repay", "step_by": tree.clerk},
        "too early": {"number": 2, "step": "repaid", "amount": 1, "document": "x"},
        "too much": {"number": 3, "step": "repaid", "amount": 30_001, "document": "x"},
        "lying maker": {"number": 2, "step": "decided", "method": "repay", "maker": tree.payer},
    }[wrong]
    base = {"recovery": claim, "maker": tree.clerk, "step_by": tree.checker, "step_at": at,
            "act_id": first.act_id}  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        RecoveryStep.objects.create(**{**base, **step})


def test_a_recovery_is_set_off_against_later_payments_until_nothing_is_open(tree, at, claim):
    book = small_book()
    terms = Terms(RecoveryStep.Method.SET_OFF, 20_000)
    decide_recovery(recovery=claim, terms=terms, basis="纪要", by=tree.checker, at=at)
    enrol(tree, at, book, *(hand_in(tree, at, [row(1), row(2)], month=m) for m in (2, 3, 4)))
    february = draw(tree, at, book, period=202102)
    assert (february.expected_amount, february.set_off_amount) == (100_000, 20_000)
    assert progress(claim).left_amount == 10_000
    void_batch(batch=february, reason="重算", by=tree.checker, at=at)
    assert progress(claim).left_amount == 30_000, "what was voided was never kept back"
    kept = [draw(tree, at, book, period=202100 + month).set_off_amount for month in (2, 3, 4)]
    assert kept == [20_000, 10_000, 0]
    assert progress(claim).left_amount == 0
    parts = explain_difference(lines().filter(batch__period=202104)[0].batch, None).parts
    assert [(part.cause, part.count, part.amount) for part in parts] == [("set_off", 0, 10_000)]


def test_the_database_refuses_a_set_off_that_was_not_decided(tree, at, claim):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1)], month=2))
    batch = draw(tree, at, book, period=202102)
    line = lines(batch=batch).get()
    fresh = type(batch).objects.unscoped("t").get(pk=batch.pk)
    fresh.pk, fresh.number, fresh.follows_id = None, 9, batch.pk
    fresh.save(force_insert=True)
    line.pk, line.batch, line.period, line.set_off, line.recovery = None, fresh, 202103, 5, claim
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save(force_insert=True)


def test_what_is_declared_is_a_record_that_the_batch_is_held_to(tree, at):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1), row(2)]))
    batch = draw(tree, at, book)
    said = BatchDeclaration.objects.unscoped("t").get()
    assert (said.line_count, said.amount, said.basis) == (2, 100_000, "computed")
    assert said.act_id < batch.act_id
    step = BatchStep.objects.unscoped("t").get()
    batch.pk, batch.number, batch.follows_id = None, 2, batch.pk
    batch.save(force_insert=True)
    for number, line in enumerate(lines(), start=3):
        line.pk, line.batch, line.period = None, batch, 202102
        line.save(force_insert=True)
        assert number
    step.pk, step.batch = None, batch
    with pytest.raises(IntegrityError), transaction.atomic():
        step.save(force_insert=True)  # adds up, but the declaration is another batch's


def test_funds_are_not_exceeded_without_a_decision_by_two(tree, at, poor):
    book = small_book()
    enrol(tree, at, book, *(hand_in(tree, at, [row(1), row(2)], month=m) for m in (1, 2)))
    first, second = draw(tree, at, book), draw(tree, at, book, period=202102)
    with pytest.raises(CannotApproveBatch, match=r"年度预算 0\.00 元"):
        approve_batch(batch=first, by=tree.checker, at=at)
    give_funds(tree, at, DIBAO, 200_000, ("budget",))
    give_funds(tree, at, DIBAO, 150_000, ("arrival",))
    approve_batch(batch=first, by=tree.checker, at=at)
    with pytest.raises(CannotApproveBatch, match=r"超出已到位资金 500\.00 元"):
        approve_batch(batch=second, by=tree.checker, at=at)
    decision = register_funding(
        sub_item=DIBAO, year=2021, document_number="南财〔2021〕8号", document_date=DAY,
        amount=50_000, until_date=date(2021, 12, 31), reason="先行垫付", by=tree.clerk, at=at,
    )  # fmt: skip
    with pytest.raises(CannotApproveBatch):
        approve_batch(batch=second, by=tree.checker, at=at)
    with pytest.raises(CannotDecideFunding, match="另一人"):
        approve_funding(decision=decision, by=tree.clerk, at=at)
    approve_funding(decision=decision, by=tree.checker, at=at)
    step = approve_batch(batch=second, by=tree.checker, at=at)
    assert step.funding_id == decision.pk
    room = find_room(sub_item=DIBAO, year=2021, on=DAY)
    assert (room.committed, room.limit, room.decided) == (200_000, 150_000, 50_000)


def test_the_database_refuses_an_approval_beyond_the_funds(tree, at, poor):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    batch = draw(tree, at, book)
    step = BatchStep(
        batch=batch, number=2, step="approved", batch_digest=batch.lines_digest,
        maker=tree.clerk, step_by=tree.checker, step_at=at, act_id=batch.act_id,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        step.save(force_insert=True)
    give_funds(tree, at, DIBAO, 50_000)
    step.save(force_insert=True)


@pytest.mark.parametrize("late", [False, True])
def test_ground_that_moves_blocks_the_batch_and_says_whose_and_why(tree, at, hold, late):
    book = small_book()
    sheet = hand_in(tree, at, [row(1), row(2), row(3)])
    enrol(tree, at, book, sheet)
    batch = draw(tree, at, book)
    approve = {"batch": batch, "by": tree.checker, "at": at, "book": book}
    confirm = {"batch": batch, "paid_date": DAY, "by": tree.payer, "at": at, "book": book}
    if late:
        approve_batch(**approve)
    hold(sheet, 4)
    (doubt,) = find_doubts(batch=batch, book=book)
    assert (doubt.cause, doubt.amount) == ("held", 50_000)
    assert doubt.person_id == lines(origin_line=4).get().person_id
    if late:
        with pytest.raises(CannotConfirmBatch, match="比对存疑，暂缓发放 1 笔"):
            confirm_batch(**confirm)
    else:
        with pytest.raises(CannotApproveBatch, match="比对存疑，暂缓发放 1 笔"):
            approve_batch(**approve)
    void_batch(batch=batch, reason="有疑点", by=tree.checker, at=at)
    again = draw(tree, at, book)
    assert again.expected_count == 2
    assert not find_doubts(batch=again, book=book), "control arm: nothing moved since"


def test_a_row_withdrawn_or_changed_after_drawing_is_told_apart(tree, at):
    book = graded((date(2021, 1, 1), GRADES))
    sheet = hand_in(tree, at, [row(1, grade="A"), row(2, grade="A"), row(3, grade="B")])
    enrol(tree, at, book, sheet)
    batch = draw(tree, at, book)
    hand_in(tree, at, [row(1, grade="B"), row(3, grade="B")], follows=sheet)
    causes = sorted((each.cause, each.due_amount) for each in find_doubts(batch=batch, book=book))
    assert causes == [("changed", 40_000), ("withdrawn", 0)]


@pytest.mark.parametrize(
    ("partial", "unit", "amounts"),
    [
        ("whole", 1, [50_000, 50_000, 50_000, 50_000]),
        ("next", 1, [50_000, 50_000]),
        ("days", 1, [50_000, 50_000, 25_806, 1_613]),
        ("days", 100, [50_000, 50_000, 25_800, 1_600]),
    ],
)
def test_a_part_of_a_month_pays_what_the_rule_says(tree, at, partial, unit, amounts):
    rule = amount_rule(DIBAO, partial=partial, round_to_fen=unit)
    book = small_book(sub_item(DIBAO, rule))
    days = [None, date(2021, 1, 1), date(2021, 1, 16), date(2021, 1, 31)]
    enrol(tree, at, book, hand_in(tree, at, [row(n, start_date=d) for n, d in enumerate(days)]))
    batch = draw(tree, at, book)
    assert [line.amount for line in lines(batch=batch).order_by("origin_line")] == amounts
    assert batch.left_out == ({"not_in_month": 2} if partial == "next" else {})


def test_causes_add_up_to_the_difference(tree, at):
    book = graded((date(2021, 1, 1), GRADES), (date(2021, 2, 1), {"A": 66_000, "B": 42_000}))
    before = [row(1, grade="A"), row(2, grade="A"), row(3, grade="B"), row(4, grade="B")]
    now = [row(1, grade="A"), row(2, grade="B"), row(3, grade="B"), row(5, grade="A")]
    enrol(tree, at, book, hand_in(tree, at, before), hand_in(tree, at, now, month=2))
    january = draw(tree, at, book)
    february = draw(tree, at, book, period=202102)
    first = explain_difference(january, book.sub_item(DIBAO))
    assert (first.before_period, first.before_count) == (None, 0)
    assert [(p.cause, p.count, p.amount) for p in first.parts] == [("new", 4, 200_000)]
    found = explain_difference(february, book.sub_item(DIBAO))
    parts = {part.cause: (part.count, part.amount) for part in found.parts}
    assert parts == {"new": (1, 66_000), "rate": (0, 14_000), "grade": (0, -24_000),
                     "gone": (-1, -40_000)}  # fmt: skip
    assert found.before_count + sum(p.count for p in found.parts) == found.now_count
    assert found.before_amount + sum(p.amount for p in found.parts) == found.now_amount
