"""Lines that stand on other lines, and batches that need more than one approval."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.rooms.payment.banking import answer, lines_of, says, sent
from tests.rooms.payment.test_paying_once import draw, enrol, lines, pay
from tests.rooms.registry.rosters import hand_in, row, small_book

from mingbai.payment.actions import (
    CannotApproveBatch,
    CannotConfirmBatch,
    approve_batch,
    confirm_batch,
)
from mingbai.payment.actions.follow_up import decide_correction, propose_correction
from mingbai.payment.models import BankOutcome, BatchStep, PaymentBatch
from mingbai.payment.queries import batch_digest
from mingbai.payment.queries.digest import DIGEST_COLUMNS, digest_lines
from mingbai.rulebook import ApprovalBand, ApprovalRule

pytestmark = pytest.mark.django_db


def follow_up(batch, kind="arrears"):
    """An empty batch that follows, as an action would write it."""
    found = PaymentBatch.objects.unscoped("test").get(pk=batch.pk)
    newest = PaymentBatch.objects.unscoped("test").order_by("-number")[0].number
    found.pk, found.number, found.follows_id, found.kind = None, newest + 1, batch.pk, kind
    found.save(force_insert=True)
    return found


def stand_on(basis, batch, nature, **more):
    """Write a line that stands on another one."""
    line = lines().get(pk=basis.pk)
    line.pk, line.batch, line.nature, line.basis_line = None, batch, nature, basis
    line.person_times = line.person_times if nature == "repaid" else 0
    for name, value in more.items():
        setattr(line, name, value)
    line.save(force_insert=True)
    return line


@pytest.fixture
def paid(tree, at):
    """A paid batch of one line."""
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    batch = draw(tree, at, book)
    pay(tree, at, batch)
    return batch


@pytest.fixture
def back(tree, at):
    """A batch of one line that the bank returned, closed, and whose account was put right."""
    file = sent(tree, at, 1)
    answer(tree, at, file, [says(lines_of(file)[0], "returned")])
    confirm_batch(batch=file.batch, paid_date=date(2021, 2, 5), by=tree.payer, at=at)
    correction = propose_correction(
        outcome=BankOutcome.objects.unscoped("test").get(), kind="same", basis="银行原因",
        by=tree.user_a, at=at,
    )  # fmt: skip
    decide_correction(correction=correction, accepted=True, by=tree.checker, at=at)
    return file.batch


def test_arrears_and_repayment_stand_on_a_line_once(back):
    basis = lines().get()
    batch = follow_up(back)
    stand_on(basis, batch, "arrears", amount=100, rule="raised")
    stand_on(basis, batch, "arrears", amount=200, rule="raised again")
    stand_on(basis, batch, "repaid")
    for nature, more in (("arrears", {"amount": 5, "rule": "raised"}), ("repaid", {})):
        with pytest.raises(IntegrityError), transaction.atomic():
            stand_on(basis, batch, nature, **more)


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": 202102},
        {"item": "other"},
        {"turn": 2},
        {"sub_item": "a.b"},
        {"amount": 1},
        {"person_times": 0},
        {"nature": "regular"},
        {"nature": "gift"},
        {"basis_line": None},
    ],
)
def test_the_database_refuses_a_line_that_does_not_fit_its_basis(back, wrong):
    basis, batch = lines().get(), follow_up(back, "repaid")
    with pytest.raises(IntegrityError), transaction.atomic():
        stand_on(basis, batch, **{"nature": "repaid", **wrong})
    stand_on(basis, batch, "repaid")  # control arm


def test_arrears_wait_until_the_basis_is_paid(tree, at):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    first = draw(tree, at, book)
    second = follow_up(first)
    with pytest.raises(IntegrityError), transaction.atomic():
        stand_on(lines().get(), second, "arrears", amount=100, rule="raised")
    pay(tree, at, first)
    stand_on(lines().get(), second, "arrears", amount=100, rule="raised")


def test_the_digest_covers_nature_and_basis_and_leaves_old_digests_as_they_were(paid):
    known = "2\t202101\tcash\t1\thousing.x\t7\t500\t1\tr@2021\t340223100\t4\t1\t9\n"
    plain = (2, 202101, "cash", 1, "housing.x", 7, 500, 1, "r@2021", "340223100", 4, 1, 9)
    old = digest_lines([(*plain, "regular", None, 0, None)])
    assert old == hashlib.sha256(known.encode()).hexdigest()
    kinds = [("arrears", 5, 0, None), ("repaid", 5, 0, None), ("repaid", 6, 0, None),
             ("regular", None, 7, 1), ("regular", None, 8, 1), ("regular", None, 8, 2)]  # fmt: skip
    assert len({old, *(digest_lines([(*plain, *kind)]) for kind in kinds)}) == 7
    basis, batch = lines().get(), follow_up(paid)
    stand_on(basis, batch, "arrears", amount=100, rule="raised")
    written = lines(batch=batch).values_list(*DIGEST_COLUMNS).get()
    assert batch_digest(batch.pk) == digest_lines([written])


def test_a_batch_of_two_approvals_takes_two_checkers(tree, at):
    bands = (ApprovalBand(49_999, 1), ApprovalBand(None, 2))
    rule = ApprovalRule(date(2021, 1, 1), None, bands, "demonstration", "演示")
    book = replace(small_book(), approvals=(rule,))
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    batch = draw(tree, at, book)
    assert batch.approvals_needed == 2
    assert approve_batch(batch=batch, by=tree.checker, at=at).step == "checked"
    with pytest.raises(CannotApproveBatch, match="已经复核过"):
        approve_batch(batch=batch, by=tree.checker, at=at)
    with pytest.raises(CannotConfirmBatch):
        confirm_batch(batch=batch, paid_date=date(2021, 1, 31), by=tree.payer, at=at)
    assert approve_batch(batch=batch, by=tree.user_a, at=at).step == "approved"
    for hand in (tree.checker, tree.user_a):
        with pytest.raises(CannotConfirmBatch):
            confirm_batch(batch=batch, paid_date=date(2021, 1, 31), by=hand, at=at)
    step = confirm_batch(batch=batch, paid_date=date(2021, 1, 31), by=tree.payer, at=at)
    assert (step.number, step.step) == (4, "paid")


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": "approved", "number": 2},
        {"step": "approved", "number": 3},
        {"step": "checked", "number": 2, "step_by": "clerk"},
        {"step": "paid", "number": 3, "paid_date": date(2021, 1, 31)},
    ],
)
def test_the_database_counts_the_approvals(tree, at, wrong):
    bands = (ApprovalBand(None, 2),)
    rule = ApprovalRule(date(2021, 1, 1), None, bands, "demonstration", "演示")
    book = replace(small_book(), approvals=(rule,))
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    batch = draw(tree, at, book)
    if wrong["step"] == "paid":
        approve_batch(batch=batch, by=tree.checker, at=at)
    hand = getattr(tree, wrong.pop("step_by", "payer"))
    step = BatchStep(
        batch=batch, batch_digest=batch.lines_digest, maker=tree.clerk, step_by=hand,
        step_at=at, act_id=batch.act_id, **wrong,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        step.save(force_insert=True)
