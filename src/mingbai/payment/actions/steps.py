"""The steps of a drawn batch: approve, confirm as paid, or void; each by somebody else."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from mingbai.base.ledger import hold_ledger, record_act
from mingbai.base.models import User
from mingbai.base.reasons import reason_of
from mingbai.payment.actions.doubting import find_doubts, tell_doubts
from mingbai.payment.actions.funding import CannotFundBatch, find_funding
from mingbai.payment.actions.lapse import Done, lapse_freed_claims
from mingbai.payment.actions.transfers import move_by_step
from mingbai.payment.models import BatchStep, LineMember, PaymentBatch, PaymentLine
from mingbai.payment.queries.digest import batch_digest
from mingbai.rulebook import Book

_WHY = "the life of a batch is one for everybody"


class CannotApproveBatch(Exception):
    """Wrong person or moment, no funds, or lines whose ground is no longer what it was."""


class CannotConfirmBatch(Exception):
    """Not approved, wrong person, no sensible date, or lines that no longer stand."""


class CannotVoidBatch(Exception):
    """Paid already, voided already, or no reason given."""


def approve_batch(
    *, batch: PaymentBatch, by: User, at: datetime, book: Book | None = None
) -> BatchStep:
    """Approve exactly the lines that were drawn; never by the maker, never twice by one person.

    Of the approvals the batch needs, all but the last are written as ``checked``. The digest is
    computed anew from the database, and with ``book`` every line is held against the rosters and
    findings of this moment. The last approval needs funds: budget and arrived money, or a decision
    in force, which the step then names. Errors: ``CannotApproveBatch``.
    """
    if by.pk == batch.drawn_by_id:
        raise CannotApproveBatch("制表人不能复核自己的批次。请换一位复核人员。")
    try:
        with transaction.atomic():
            hold_ledger()
            last = _last_step(batch)
            if last.step not in (BatchStep.Step.DRAWN, BatchStep.Step.CHECKED):
                raise CannotApproveBatch(f"这个批次{last.get_step_display()}，不能再复核。")
            if _has_hand(batch, by):
                raise CannotApproveBatch("您已经复核过这个批次。请由另一位复核人员继续复核。")
            if batch_digest(batch.pk) != batch.lines_digest:
                raise CannotApproveBatch(
                    "明细与制表时的摘要不符，可能被改动过，复核无效。请作废本批次，查明原因后重新制表。"
                )
            _refuse_doubtful(batch, book, "复核", CannotApproveBatch)
            enough = last.number >= batch.approvals_needed
            step = BatchStep.Step.APPROVED if enough else BatchStep.Step.CHECKED
            return _add_step(batch, last, step, by=by, at=at)
    except CannotFundBatch as error:
        raise CannotApproveBatch(str(error)) from error
    except IntegrityError as error:
        raise CannotApproveBatch("这个批次刚刚由他人处理。请刷新页面，看最新状态。") from error


def confirm_batch(
    *, batch: PaymentBatch, paid_date: date, by: User, at: datetime, book: Book | None = None
) -> BatchStep:
    """Record that an approved batch was paid on a day; the payer is neither maker nor checker.

    With ``book`` a batch whose ground has changed since it was approved is refused.
    Errors: ``CannotConfirmBatch``.
    """
    if paid_date > timezone.localdate(at):
        raise CannotConfirmBatch("发放日期在今天之后。请填写银行实际发放的日期。")
    if by.pk == batch.drawn_by_id:
        raise CannotConfirmBatch("制表人不能确认自己批次的支付。请由支付人员确认。")
    try:
        with transaction.atomic():
            hold_ledger()
            last = _last_step(batch)
            if last.step != BatchStep.Step.APPROVED:
                raise CannotConfirmBatch(
                    f"这个批次{last.get_step_display()}，只有已复核的批次才能确认发放。"
                )
            if _has_hand(batch, by):
                raise CannotConfirmBatch("复核人不能确认支付。请由支付人员确认。")
            if batch_digest(batch.pk) != last.batch_digest:
                raise CannotConfirmBatch(
                    "明细与复核时的摘要不符，复核已失效，不能发放。请作废本批次，查明原因后重新制表。"
                )
            _refuse_doubtful(batch, book, "发放", CannotConfirmBatch)
            return _add_step(batch, last, BatchStep.Step.PAID, by=by, at=at, paid_date=paid_date)
    except IntegrityError as error:
        raise CannotConfirmBatch("这个批次刚刚由他人处理。请刷新页面，看最新状态。") from error


def void_batch(*, batch: PaymentBatch, reason: str, by: User, at: datetime) -> BatchStep:
    """Void a batch that has not been paid; its people can be drawn again.

    Errors: ``CannotVoidBatch``.
    """
    why = reason_of(reason, CannotVoidBatch, what="作废理由")
    try:
        with transaction.atomic():
            hold_ledger()
            last = _last_step(batch)
            if last.step in (BatchStep.Step.PAID, BatchStep.Step.VOIDED):
                raise CannotVoidBatch(f"这个批次{last.get_step_display()}，不能作废。")
            step = _add_step(batch, last, BatchStep.Step.VOIDED, by=by, at=at, reason=why)
            lines = PaymentLine.objects.unscoped(_WHY).filter(batch=batch)
            lines.update(voided=True)
            LineMember.objects.unscoped(_WHY).filter(line__in=lines).update(voided=True)
            lapse_freed_claims(lines.filter(recovery__isnull=False), Done(by, at, step.act))
            return step
    except IntegrityError as error:
        raise CannotVoidBatch("这个批次刚刚由他人处理。请刷新页面，看最新状态。") from error


_VERBS = {
    BatchStep.Step.CHECKED: "approve_batch",
    BatchStep.Step.APPROVED: "approve_batch",
    BatchStep.Step.PAID: "confirm_batch",
    BatchStep.Step.VOIDED: "void_batch",
}


def _refuse_doubtful(
    batch: PaymentBatch, book: Book | None, what: str, refusal: type[Exception]
) -> None:
    """Block a batch that would be drawn otherwise today; who and why stands on its page."""
    doubts = find_doubts(batch=batch, book=book) if book is not None else ()
    if doubts:
        raise refusal(
            f"制表之后情况有变，不能{what}：{tell_doubts(doubts)}。"
            "名单见批次页；请作废本批次后重新制表，无关的人不受影响。"
        )


def _last_step(batch: PaymentBatch) -> BatchStep:
    steps = BatchStep.objects.unscoped(_WHY).filter(batch=batch)
    return steps.order_by("-number")[0]


def _has_hand(batch: PaymentBatch, by: User) -> bool:
    return BatchStep.objects.unscoped(_WHY).filter(batch=batch, step_by=by).exists()


def _add_step(
    batch: PaymentBatch,
    last: BatchStep,
    step: BatchStep.Step,
    *,
    by: User,
    at: datetime,
    paid_date: date | None = None,
    reason: str = "",
) -> BatchStep:
    """Write the next step; its number is taken once, so of two people at one moment one fails."""
    act = record_act(
        _VERBS[step],
        by=by,
        at=at,
        subject=f"batch:{batch.pk}",
        payload={
            "digest": batch.lines_digest,
            "paid_date": paid_date.isoformat() if paid_date else None,
            "reason": reason,
        },
    )
    # Asked after the act is recorded: the ledger lets one writer in at a time.
    needs_funds = step == BatchStep.Step.APPROVED
    funding = find_funding(batch=batch, on=timezone.localdate(at)) if needs_funds else None
    taken = BatchStep.objects.create(
        batch=batch,
        number=last.number + 1,
        step=step,
        batch_digest=batch.lines_digest,
        maker_id=batch.drawn_by_id,
        step_by=by,
        step_at=at,
        paid_date=paid_date,
        reason=reason,
        funding=funding,
        act=act,
    )
    move_by_step(batch=batch, step=taken)
    return taken
