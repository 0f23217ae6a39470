"""Moving money between accounts, and counting what reached people, inside the act that does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, F, Sum

from mingbai.base.bulk import insert_rows
from mingbai.base.models import Act
from mingbai.payment.models import (
    BankFile,
    BankFileStep,
    BankLine,
    BankOutcome,
    BatchStep,
    PaymentBatch,
    PaymentLine,
    Recovery,
    SettledShare,
    Transfer,
)
from mingbai.payment.models.transfer import MOVES

_WHY = "money moves for the whole batch"


class CannotRecordTransfer(Exception):
    """No such movement, or no transaction around it."""


@dataclass(frozen=True)
class Settled:
    """What reached (or left again) one town on one day: lines, person-times, 分."""

    town: str
    settled_date: date
    line_count: int
    person_count: int
    amount: int


def record_transfers(
    *, batch: PaymentBatch, amounts: Mapping[str, int], act: Act, recovery: Recovery | None = None
) -> list[Transfer]:
    """Move ``amounts`` (cause -> 分) for a batch inside the caller's transaction, by its act.

    What a ``recovery`` moves stands on the batch that paid the line it claims back. Nothing is
    written for an amount of 0. Errors: ``CannotRecordTransfer`` for a cause that is none or outside
    a transaction; the database refuses to take out more than an account holds.
    """
    if not connection.in_atomic_block:
        raise CannotRecordTransfer("账户流水只能在事务内登记。")
    if unknown := set(amounts) - set(MOVES):
        raise CannotRecordTransfer(f"没有这样的资金去向：{'、'.join(sorted(unknown))}。")
    return [
        Transfer.objects.create(
            year=batch.year,
            sub_item=batch.sub_item,
            batch=batch,
            recovery=recovery,
            cause=cause,
            from_account=MOVES[cause][0],
            to_account=MOVES[cause][1],
            amount=amount,
            act=act,
        )
        for cause, amount in amounts.items()
        if amount
    ]


def record_settled(
    *, batch: PaymentBatch, kind: str, shares: Iterable[Settled], act: Act
) -> list[SettledShare]:
    """Write what reached people by this act, town by town; below zero where it came back."""
    return SettledShare.objects.bulk_create(
        SettledShare(
            batch=batch,
            kind=kind,
            sub_item=batch.sub_item,
            period=batch.period,
            town=each.town,
            settled_date=each.settled_date,
            line_count=each.line_count,
            person_count=each.person_count,
            amount=each.amount,
            act=act,
        )
        for each in shares
    )


def move_by_step(*, batch: PaymentBatch, step: BatchStep) -> None:
    """What a step of a batch moves: approval commits the money, a void returns it, paying ends it.

    Of a batch that lies with the bank only its cash lines are settled here: the rest is what the
    bank answers.
    """
    net = batch.expected_amount - batch.set_off_amount
    repaid = batch.kind == PaymentBatch.Kind.REPAID
    if step.step == BatchStep.Step.APPROVED:
        _set_off(batch, "set_off", step.act)
        record_transfers(batch=batch, amounts={_either(repaid, "repaid", "approved"): net},
                         act=step.act)  # fmt: skip
    elif step.step == BatchStep.Step.VOIDED and _was_approved(batch):
        _set_off(batch, "unset_off", step.act)
        record_transfers(batch=batch, amounts={_either(repaid, "unrepaid", "voided"): net},
                         act=step.act)  # fmt: skip
    elif step.step == BatchStep.Step.PAID and step.paid_date is not None:
        file = live_file(batch)
        if file is None:
            lines = PaymentLine.objects.unscoped(_WHY).filter(batch=batch)
            _settle_lines(batch, lines, step.paid_date, step.act)
        else:
            _settle_cash(batch, file, step.paid_date, step.act)


def _set_off(batch: PaymentBatch, cause: str, act: Act) -> None:
    """What a batch keeps back counts, once approved, as paid for its month: nobody sends it, the
    person has it. It stood as due back where it was overpaid.
    """
    if not batch.set_off_amount:
        return
    lines = PaymentLine.objects.unscoped(_WHY).filter(batch=batch, recovery__isnull=False)
    sums = lines.order_by().values("recovery").annotate(kept=Sum("set_off"))
    amounts = {row["recovery"]: row["kept"] for row in sums}
    claims = Recovery.objects.unscoped(_WHY).filter(pk__in=list(amounts))
    for claim in claims.select_related("line__batch").order_by("pk"):
        record_transfers(
            batch=claim.line.batch, amounts={cause: amounts[claim.pk]}, act=act, recovery=claim
        )


def live_file(batch: PaymentBatch) -> BankFile | None:
    """The batch's bank file that was not cancelled, if there is one."""
    cancelled = BankFileStep.objects.unscoped(_WHY).filter(step=BankFileStep.Step.CANCELLED)
    files = BankFile.objects.unscoped(_WHY).filter(batch=batch)
    return files.exclude(pk__in=cancelled.values("bank_file_id")).order_by("-turn").first()


def _either(repaid: bool, first: str, second: str) -> str:
    return first if repaid else second


def _was_approved(batch: PaymentBatch) -> bool:
    steps = BatchStep.objects.unscoped(_WHY).filter(batch=batch)
    return steps.filter(step=BatchStep.Step.APPROVED).exists()


def _settle_lines(batch: PaymentBatch, lines: Iterable[PaymentLine], day: date, act: Act) -> None:
    rows = (
        lines.values("town")  # type: ignore[attr-defined]
        .annotate(
            lines=Count("pk"), people=Sum("person_times"), total=Sum(F("amount") - F("set_off"))
        )
        .order_by("town")
    )
    shares = [Settled(r["town"], day, r["lines"], r["people"], r["total"]) for r in rows]
    amount = sum(each.amount for each in shares)
    record_transfers(batch=batch, amounts={"confirmed": amount}, act=act)
    record_settled(batch=batch, kind=SettledShare.Kind.SETTLED, shares=shares, act=act)


def _settle_cash(batch: PaymentBatch, file: BankFile, day: date, act: Act) -> None:
    cash = BankLine.objects.unscoped(_WHY).filter(bank_file=file, channel=BankLine.Channel.CASH)
    rows = [(pk, 1, BankOutcome.Outcome.PAID.value, day, "", None, act.pk)
            for pk in cash.values_list("pk", flat=True)]  # fmt: skip
    if not rows:
        return
    insert_rows(BankOutcome, OUTCOME_COLUMNS, rows)
    lines = PaymentLine.objects.unscoped(_WHY).filter(pk__in=cash.values("line_id"))
    _settle_lines(batch, lines, day, act)


#: The columns of an outcome as ``insert_rows`` writes them.
OUTCOME_COLUMNS = (
    *("bank_line_id", "number", "outcome", "settled_date", "reason", "bank_return_id"),
    "act_id",
)
