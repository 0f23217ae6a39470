"""Recoveries: proposed by one hand, decided by another, followed until nothing is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from mingbai.base.ledger import hold_ledger, record_act
from mingbai.base.models import Act, User
from mingbai.base.reasons import paper_of, reason_of
from mingbai.engine.money import show_money
from mingbai.payment.actions.transfers import record_transfers
from mingbai.payment.models import PaymentLine, Recovery, RecoveryStep
from mingbai.payment.queries.arrival import first_line, has_arrived
from mingbai.payment.queries.recoveries import with_progress

_WHY = "how far a recovery has come is one truth for everybody"
_MEANWHILE = "这笔追回刚刚由他人处理。请刷新页面，看最新状态。"


class CannotRecover(Exception):
    """Not paid, more than was paid, one's own proposal, wrong moment, or nothing said."""


@dataclass(frozen=True)
class Terms:
    """How a recovery comes back: repaid, or set off by at most ``monthly_amount`` 分 a line."""

    method: RecoveryStep.Method
    monthly_amount: int | None = None


def propose_recovery(
    *,
    line: PaymentLine,
    amount: int,
    cause: Recovery.Cause,
    basis: str,
    by: User,
    at: datetime,
) -> Recovery:
    """Propose to claim back ``amount`` 分 of a paid line; it waits for another person's decision.

    Of a line that pays another again the claim is made on that other: one payment is claimed once.
    Errors: ``CannotRecover``; the database refuses claims beyond what was paid at last.
    """
    ground = reason_of(basis, CannotRecover, what="依据")
    line = first_line(line)
    if not 0 < amount <= line.amount:
        raise CannotRecover(f"追回金额应大于零、不超过这一笔发放的 {show_money(line.amount)} 元。")
    try:
        with transaction.atomic():
            act = record_act(
                "propose_recovery",
                by=by,
                at=at,
                subject=f"line:{line.pk}",
                payload={"amount": amount, "cause": str(cause)},
            )
            recovery = Recovery.objects.create(
                line=line,
                person_id=line.person_id,
                sub_item=line.sub_item,
                year=line.batch.year,
                town=line.town,
                amount=amount,
                cause=cause,
                basis=ground,
                made_at=at,
                made_by=by,
                act=act,
            )
            _write(recovery, 1, RecoveryStep.Step.PROPOSED, act_id=act.pk, by=by, at=at)
            return recovery
    except IntegrityError as error:
        raise CannotRecover(
            "这一笔还没有到账（或已退票），或已提出的追回加上本次超过了发放金额。请核对后再提。"
        ) from error


def decide_recovery(
    *, recovery: Recovery, terms: Terms | None, basis: str, by: User, at: datetime
) -> RecoveryStep:
    """Decide a proposal: by ``terms``, or ``None`` to refuse it; never by whoever proposed it.

    Errors: ``CannotRecover``.
    """
    if by.pk == recovery.made_by_id:
        raise CannotRecover("追回由您提出，须由另一人决定。")
    step = RecoveryStep.Step.REFUSED if terms is None else RecoveryStep.Step.DECIDED
    if terms is not None and not has_arrived(recovery.line):
        raise CannotRecover(
            "这一笔已被银行退票，钱没有到本人手里，现在没有可追回的。"
            "请不予追回；重发到账后确需追回的，再另行提出。"
        )
    paper = paper_of(basis, CannotRecover, what="文书或理由")
    return _next(recovery, step, after=("proposed",), terms=terms, document=paper, by=by, at=at)


def record_repayment(
    *, recovery: Recovery, amount: int, document: str, by: User, at: datetime
) -> RecoveryStep:
    """Record that money came back (分), by its receipt. Errors: ``CannotRecover``."""
    return _settle(recovery, RecoveryStep.Step.REPAID, amount, document, by=by, at=at)


def waive_recovery(
    *, recovery: Recovery, amount: int, document: str, by: User, at: datetime
) -> RecoveryStep:
    """Give up what cannot come back (分), by a document; never by whoever proposed the recovery.

    Errors: ``CannotRecover``.
    """
    if by.pk == recovery.made_by_id:
        raise CannotRecover("追回由您提出，核销须由另一人办理。")
    return _settle(recovery, RecoveryStep.Step.WAIVED, amount, document, by=by, at=at)


def _settle(
    recovery: Recovery,
    step: RecoveryStep.Step,
    amount: int,
    document: str,
    *,
    by: User,
    at: datetime,
) -> RecoveryStep:
    paper = paper_of(document, CannotRecover)
    left = with_progress(Recovery.objects.unscoped(_WHY).filter(pk=recovery.pk)).get().left_amount
    if not 0 < amount <= left:
        raise CannotRecover(f"金额应大于零、不超过尚未追回的 {show_money(left)} 元。")
    after = ("decided", "repaid", "waived", "lapsed")
    return _next(recovery, step, after=after, amount=amount, document=paper, by=by, at=at)


def _next(
    recovery: Recovery,
    step: RecoveryStep.Step,
    *,
    after: tuple[str, ...],
    by: User,
    at: datetime,
    terms: Terms | None = None,
    amount: int = 0,
    document: str = "",
) -> RecoveryStep:
    """Write the next step; its number is taken once, so of two people at one moment one fails."""
    steps = RecoveryStep.objects.unscoped(_WHY).filter(recovery=recovery)
    try:
        with transaction.atomic():
            hold_ledger()
            last = steps.order_by("-number")[0]
            if last.step not in after:
                raise CannotRecover(f"这笔追回{last.get_step_display()}，不能再办这一步。")
            act = record_act(
                _VERBS[step],
                by=by,
                at=at,
                subject=f"recovery:{recovery.pk}",
                payload={"step": str(step), "amount": amount, "document": document},
            )
            move_by_claim(recovery=recovery, step=step, amount=amount, act=act)
            number = (steps.aggregate(last=Max("number"))["last"] or 0) + 1
            return _write(
                recovery,
                number,
                step,
                act_id=act.pk,
                by=by,
                at=at,
                terms=terms,
                amount=amount,
                document=document,
            )
    except IntegrityError as error:
        raise CannotRecover(_MEANWHILE) from error


def move_by_claim(*, recovery: Recovery, step: str, amount: int, act: Act) -> None:
    """What a step of a recovery moves: a decision makes money due back, a repayment or a waiver
    settles it. A proposal and a refusal move nothing. The database wants it before the step.
    """
    moved = {
        RecoveryStep.Step.DECIDED: {"due_back": recovery.amount},
        RecoveryStep.Step.REPAID: {"recovered": amount},
        RecoveryStep.Step.WAIVED: {"waived": amount},
    }.get(RecoveryStep.Step(step), {})
    batch = recovery.line.batch
    record_transfers(batch=batch, amounts=moved, act=act, recovery=recovery)


_VERBS = {
    RecoveryStep.Step.DECIDED: "decide_recovery",
    RecoveryStep.Step.REFUSED: "decide_recovery",
    RecoveryStep.Step.REPAID: "record_repayment",
    RecoveryStep.Step.WAIVED: "waive_recovery",
}


def _write(
    recovery: Recovery,
    number: int,
    step: RecoveryStep.Step,
    *,
    act_id: int,
    by: User,
    at: datetime,
    terms: Terms | None = None,
    amount: int = 0,
    document: str = "",
) -> RecoveryStep:
    return RecoveryStep.objects.create(
        recovery=recovery,
        number=number,
        step=step,
        method=terms.method if terms is not None else "",
        monthly_amount=terms.monthly_amount if terms is not None else None,
        amount=amount,
        document=document,
        maker_id=recovery.made_by_id,
        step_at=at,
        step_by=by,
        act_id=act_id,
    )
