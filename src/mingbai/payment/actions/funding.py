"""Decisions to pay beyond the funds: registered by one hand, countersigned by another."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.reasons import paper_of, reason_of
from mingbai.engine.money import show_money
from mingbai.payment.models import FundingApproval, FundingDecision, PaymentBatch
from mingbai.payment.queries.room import Room, decisions_in_force, find_room


class CannotDecideFunding(Exception):
    """A decision without number, amount, term or reason; entered twice; or one's own to sign."""


class CannotFundBatch(Exception):
    """Budget or arrived money does not cover a batch, and no decision in force does."""


def register_funding(
    *,
    sub_item: str,
    year: int,
    document_number: str,
    document_date: date,
    amount: int,
    until_date: date,
    reason: str,
    by: User,
    at: datetime,
) -> FundingDecision:
    """Register a document that lets a sub-item pay more than its funds; it waits for a second hand.

    ``amount`` in 分. Errors: ``CannotDecideFunding``.
    """
    number = paper_of(document_number, CannotDecideFunding, what="文号", most=60)
    why = reason_of(reason, CannotDecideFunding, what="事由")
    if amount <= 0:
        raise CannotDecideFunding("可超出的金额应大于零。")
    if until_date < document_date:
        raise CannotDecideFunding("有效期早于成文日期。请核对两个日期。")
    try:
        with transaction.atomic():
            act = record_act(
                "register_funding",
                by=by,
                at=at,
                subject=f"{sub_item}:{year}",
                payload={"document": number, "amount": amount, "until": until_date.isoformat()},
            )
            return FundingDecision.objects.create(
                sub_item=sub_item,
                year=year,
                document_number=number,
                document_date=document_date,
                amount=amount,
                until_date=until_date,
                reason=why,
                made_at=at,
                made_by=by,
                act=act,
            )
    except IntegrityError as error:
        raise CannotDecideFunding(f"{number} 已经为这个子项登记过。") from error


def approve_funding(*, decision: FundingDecision, by: User, at: datetime) -> FundingApproval:
    """Countersign a registered decision; from now on it counts. Errors: ``CannotDecideFunding``."""
    if by.pk == decision.made_by_id:
        raise CannotDecideFunding("资金决定由您登记，须由另一人核准。")
    try:
        with transaction.atomic():
            act = record_act(
                "approve_funding",
                by=by,
                at=at,
                subject=f"funding:{decision.pk}",
                payload={"document": decision.document_number, "amount": decision.amount},
            )
            return FundingApproval.objects.create(
                decision=decision,
                maker_id=decision.made_by_id,
                approved_at=at,
                approved_by=by,
                act=act,
            )
    except IntegrityError as error:
        raise CannotDecideFunding("这个资金决定已经核准过。") from error


def find_funding(*, batch: PaymentBatch, on: date) -> FundingDecision | None:
    """The decision a batch needs, None where the funds cover it; raises ``CannotFundBatch``.

    Call it after the act is recorded: from there on no other batch can be approved meanwhile.
    """
    if batch.kind == PaymentBatch.Kind.REPAID:
        return None
    room = find_room(sub_item=batch.sub_item, year=batch.year, on=on, besides=batch.pk)
    wanted = batch.expected_amount - batch.set_off_amount
    if room.committed + wanted <= room.limit:
        return None
    if room.committed + wanted > room.limit + room.decided:
        raise CannotFundBatch(_tell(room, wanted))
    return decisions_in_force(sub_item=batch.sub_item, year=batch.year, on=on).last()


def _tell(room: Room, wanted: int) -> str:
    which = "年度预算" if room.budget <= room.arrived else "已到位资金"
    more = f"，资金决定另准 {show_money(room.decided)} 元" if room.decided else ""
    return (
        f"资金不够，不能复核：年度预算 {show_money(room.budget)} 元，已到位 "
        f"{show_money(room.arrived)} 元，已复核和已发放 {show_money(room.committed)} 元，本批 "
        f"{show_money(wanted)} 元，超出{which}"
        f" {show_money(room.committed + wanted - room.limit)} 元{more}。"
        "请核对资金到位情况；确需先行发放的，登记资金决定并经另一人核准后再复核。"
    )
