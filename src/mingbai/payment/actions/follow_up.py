"""Returned money: put right by the town, looked at by another person, paid again in a new batch."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Sum

from mingbai.base.bulk import insert_rows
from mingbai.base.ledger import hold_ledger, record_act
from mingbai.base.models import Act, StoredFile, User
from mingbai.base.reasons import reason_of
from mingbai.base.scope import Asker
from mingbai.base.secrets import blind, seal
from mingbai.payment.models import (
    BankOutcome,
    BatchShare,
    BatchStep,
    CorrectionDecision,
    PayeeCorrection,
    PaymentBatch,
    PaymentLine,
)
from mingbai.payment.queries.bank import returned_outcomes
from mingbai.payment.queries.digest import DIGEST_COLUMNS, DIGEST_ORDER, digest_lines
from mingbai.rulebook import Book

_WHY: Final = "what is paid again follows what was returned, in every town"
_ACCOUNT: Final = re.compile(r"[0-9]{6,34}")
Kind = PayeeCorrection.Kind


class CannotProposeCorrection(Exception):
    """Nothing to put right, an account that is none, no basis, or already proposed."""


class CannotDecideCorrection(Exception):
    """The proposer's own, decided already, or no reason for sending it back."""


class CannotDrawFollowUp(Exception):
    """Nothing that was returned and put right is left to be paid again."""


def propose_correction(
    *,
    outcome: BankOutcome,
    kind: str,
    basis: str,
    by: User,
    at: datetime,
    account: str = "",
    holder: str = "",
    evidence: StoredFile | None = None,
) -> PayeeCorrection:
    """Say how a returned line is paid again: ``account``, ``holder`` (and account) or ``same``.

    Values are sealed under the person; neither they nor any long number enter the ledger. Errors:
    ``CannotProposeCorrection``.
    """
    why = reason_of(basis, CannotProposeCorrection, what="依据")
    number = "".join(account.split()) if kind != Kind.SAME else ""
    name = holder.strip() if kind == Kind.HOLDER else ""
    _must_be_whole(kind, number, name)
    try:
        with transaction.atomic():
            act = record_act(
                "propose_correction",
                by=by,
                at=at,
                subject=f"bank_outcome:{outcome.pk}",
                payload={"kind": kind, "evidence": evidence.pk if evidence else None},
            )
            given = {"kind": kind, "basis": why, "evidence": evidence, "act": act}
            sealed = _sealed(outcome, number, name)
            return PayeeCorrection.objects.create(
                outcome=outcome, proposed_at=at, proposed_by=by, **given, **sealed
            )
    except IntegrityError as error:
        raise CannotProposeCorrection(
            "这一笔没有退票，或已有更正在核对、已经同意。请刷新页面，看最新状态。"
        ) from error


def decide_correction(
    *, correction: PayeeCorrection, accepted: bool, by: User, at: datetime, reason: str = ""
) -> CorrectionDecision:
    """Agree to a correction or send it back; never by who proposed it.

    Errors: ``CannotDecideCorrection``.
    """
    why = reason_of(reason, CannotDecideCorrection) if reason.strip() else ""
    if by.pk == correction.proposed_by_id:
        raise CannotDecideCorrection("提出更正的人不能自己核对。请由另一位人员核对证明材料。")
    if not accepted and not why:
        raise CannotDecideCorrection("退回更正必须写明理由，镇里才知道改什么。")
    choice = CorrectionDecision.Decision
    try:
        with transaction.atomic():
            act = record_act(
                "decide_correction",
                by=by,
                at=at,
                subject=f"payee_correction:{correction.pk}",
                payload={"accepted": accepted},
            )
            return CorrectionDecision.objects.create(
                correction=correction,
                decision=choice.ACCEPTED if accepted else choice.REFUSED,
                reason=why,
                maker_id=correction.proposed_by_id,
                decided_at=at,
                decided_by=by,
                act=act,
            )
    except IntegrityError as error:
        raise CannotDecideCorrection("这条更正刚刚由他人处理。请刷新页面，看最新状态。") from error


def draw_follow_up(*, batch: PaymentBatch, book: Book, by: User, at: datetime) -> PaymentBatch:
    """Pay again what the bank returned of ``batch`` and two people put right; it names the first.

    Every line stands on the line it pays again, with the same amount and rule. The batch goes
    through approval, bank and confirmation like any other. Errors: ``CannotDrawFollowUp``.
    """
    try:
        with transaction.atomic():
            hold_ledger()
            ready = returned_outcomes(to=Asker.system(_WHY), state="accepted", batch=batch)
            basis = list(
                PaymentLine.objects.unscoped(_WHY).filter(
                    pk__in=ready.values("bank_line__line_id"), voided=False
                )
            )
            if not basis:
                raise CannotDrawFollowUp(
                    "本批没有可以重发的退票：要么没有退票，要么更正还没有核对同意，要么已经重发。"
                )
            return _write(batch, basis, book, by=by, at=at)
    except IntegrityError as error:
        raise CannotDrawFollowUp("这些退票刚刚由他人重发。请刷新页面核对。") from error


def _sealed(outcome: BankOutcome, account: str, holder: str) -> dict[str, Any]:
    """What a correction holds of its line and person; the values only sealed under the person."""
    lines = PaymentLine.objects.unscoped(_WHY).select_related("person")
    line = lines.get(pk=outcome.bank_line.line_id)
    anchor = bytes(line.person.id_key)
    before = PayeeCorrection.objects.unscoped(_WHY).filter(outcome=outcome)
    return {
        "number": (before.aggregate(last=Max("number"))["last"] or 0) + 1,
        "enrolment_id": line.enrolment_id,
        "town": line.town,
        "account_sealed": seal("correction.account", account, anchor) if account else None,
        "account_key": blind("account", account) if account else None,
        "holder_sealed": seal("correction.holder", holder, anchor) if holder else None,
    }


def _must_be_whole(kind: str, account: str, holder: str) -> None:
    if kind not in Kind.values:
        raise CannotProposeCorrection(
            "没有这种更正方式。请选择更正账号、更正账号和户名或原账户重发。"
        )
    if kind != Kind.SAME and not _ACCOUNT.fullmatch(account):
        raise CannotProposeCorrection("账号应为 6 到 34 位数字，请对照存折或银行卡核对。")
    if kind == Kind.HOLDER and not holder:
        raise CannotProposeCorrection("请填写存折上的户名。")


def _row(line: PaymentLine) -> dict[str, Any]:
    """The line once more, standing on itself: the whole that was sent, nothing else changed."""
    copied = {name: getattr(line, name) for name in DIGEST_COLUMNS}
    changed = {
        "amount": line.amount - line.set_off,
        "nature": PaymentLine.Nature.REPAID.value,
        "basis_line_id": line.pk,
        "set_off": 0,
        "recovery_id": None,
    }
    return copied | {name: value for name, value in changed.items() if name in copied}


def _write(
    first: PaymentBatch, basis: list[PaymentLine], book: Book, *, by: User, at: datetime
) -> PaymentBatch:
    rows = sorted(
        (_row(line) for line in basis), key=lambda row: tuple(row[name] for name in DIGEST_ORDER)
    )
    lines = [tuple(row[name] for name in DIGEST_COLUMNS) for row in rows]
    digest, total = digest_lines(lines), sum(row["amount"] for row in rows)
    act = record_act(
        "draw_follow_up",
        by=by,
        at=at,
        subject=f"batch:{first.pk}",
        payload={"count": len(rows), "amount": total, "digest": digest},
    )
    batches = PaymentBatch.objects.unscoped(_WHY).filter(
        sub_item=first.sub_item, period=first.period
    )
    batch = PaymentBatch.objects.create(
        kind=PaymentBatch.Kind.REPAID,
        sub_item=first.sub_item,
        year=first.year,
        period=first.period,
        number=(batches.aggregate(last=Max("number"))["last"] or 0) + 1,
        follows=first,
        expected_count=len(rows),
        expected_amount=total,
        person_count=sum(row["person_times"] for row in rows),
        approvals_needed=book.approvals_needed(total, at.date()),
        lines_digest=digest,
        rulebook_digest=first.rulebook_digest,
        drawn_at=at,
        drawn_by=by,
        act=act,
    )
    _write_lines(batch, lines, act)
    return batch


def _write_lines(batch: PaymentBatch, lines: list[tuple[Any, ...]], act: Act) -> None:
    """Lines, totals by town, and the step that closes the batch."""
    rest = (batch.pk, False, act.pk)
    insert_rows(
        PaymentLine,
        [*DIGEST_COLUMNS, "batch_id", "voided", "act_id"],
        (line + rest for line in lines),
    )
    _write_shares(batch, act)
    BatchStep.objects.create(
        batch=batch,
        number=1,
        step=BatchStep.Step.DRAWN,
        batch_digest=batch.lines_digest,
        maker=batch.drawn_by,
        step_by=batch.drawn_by,
        step_at=batch.drawn_at,
        act=act,
    )


def _write_shares(batch: PaymentBatch, act: Act) -> None:
    rows = (
        PaymentLine.objects.unscoped(_WHY)
        .filter(batch=batch)
        .values("town")
        .annotate(lines=Count("pk"), people=Sum("person_times"), total=Sum("amount"))
        .order_by("town")
    )
    BatchShare.objects.bulk_create(
        BatchShare(
            batch=batch,
            sub_item=batch.sub_item,
            period=batch.period,
            town=row["town"],
            line_count=row["lines"],
            person_count=row["people"],
            amount=row["total"],
            act=act,
        )
        for row in rows
    )
