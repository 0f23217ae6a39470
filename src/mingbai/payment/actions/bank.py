"""The bank's file of an approved batch: written whole, handed over by a logged act, cancelled."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from mingbai.base.bulk import insert_rows
from mingbai.base.files import open_file, store_file
from mingbai.base.ledger import hold_ledger, record_act
from mingbai.base.models import Act, User
from mingbai.base.reasons import reason_of
from mingbai.paper.bank import (
    BankFormat,
    BankOrder,
    CannotFillBankFile,
    OrderLine,
    WrittenFile,
    fill_bank_file,
)
from mingbai.payment.actions.transfers import live_file, record_transfers
from mingbai.payment.models import BankFile, BankFileStep, BankLine, BatchStep, PaymentBatch
from mingbai.payment.queries.digest import batch_digest
from mingbai.payment.queries.payees import Payee, payees_of
from mingbai.rulebook import Book, PayingAccount

_WHY: Final = "the file holds the whole batch"
FILE_KIND: Final = "bank-file"
_LINE_COLUMNS: Final = (
    *("bank_file_id", "line_id", "number", "channel", "amount", "town", "account_key"),
    *("cancelled", "act_id"),
)


class CannotWriteBankFile(Exception):
    """Not approved, wrong hand, lines without account, or what the format cannot carry.

    ``lines`` names the payment lines it is about (id, sentence), so that a page can lead there.
    """

    def __init__(self, message: str, lines: Sequence[tuple[int, str]] = ()) -> None:
        super().__init__(message)
        self.lines = tuple(lines)


class CannotHandOverBankFile(Exception):
    """Cancelled, or the stored bytes are no longer those that were written."""


class CannotCancelBankFile(Exception):
    """The bank has answered already, the batch is closed, or no reason was given."""


@dataclass(frozen=True, repr=False)
class _Whole:
    """A file ready to be written: the order, its bytes, who is paid by bank and who in cash."""

    order: BankOrder
    written: WrittenFile
    payees: list[Payee]
    cash: list[Payee]
    cash_reason: str

    @property
    def totals(self) -> dict[str, int]:
        """Counts and totals (分) as the file's row holds them."""
        return {
            "line_count": self.order.count,
            "amount": self.order.total,
            "cash_count": len(self.cash),
            "cash_amount": sum(each.amount for each in self.cash),
        }


def write_bank_file(
    *,
    batch: PaymentBatch,
    layout: BankFormat,
    pay_date: date,
    book: Book,
    by: User,
    at: datetime,
    cash_reason: str = "",
) -> BankFile:
    """Write the whole of an approved batch as its bank reads it, bound to the batch's digest.

    The payer is neither maker nor checker. Lines without an account block the file unless a named
    reason leaves them to cash. The bytes are on disk, sealed, before any row exists; sha256, count,
    total and check value are in the database. Errors: ``CannotWriteBankFile``; nothing is written.
    """
    reason = ""
    if cash_reason.strip():
        reason = reason_of(cash_reason, CannotWriteBankFile, what="现金发放理由")
    try:
        with transaction.atomic():
            hold_ledger()
            _must_be_ready(batch, by)
            payees = payees_of(batch)
            with_account = [each for each in payees if each.account]
            without = [each for each in payees if not each.account]
            _must_be_payable(layout, with_account, without, reason)
            order = _order(batch, layout, with_account, pay_date=pay_date, book=book, at=at)
            written = _fill(order, layout, with_account)
            whole = _Whole(order, written, with_account, without, reason if without else "")
            return _write(batch, whole, layout, book=book, by=by, at=at)
    except IntegrityError as error:
        raise CannotWriteBankFile(
            "这个批次刚刚由他人处理，或已有一份有效的银行文件。请刷新页面，看最新状态。"
        ) from error


def hand_over_bank_file(*, file: BankFile, by: User, at: datetime) -> bytes:
    """The bytes of a live file, once for this act: who took it and when stands in the ledger.

    Errors: ``CannotHandOverBankFile``.
    """
    content = open_file(file.file)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise CannotHandOverBankFile("存档的银行文件与登记的摘要不符，不能送行。请联系系统管理员。")
    try:
        with transaction.atomic():
            _add_step(file, BankFileStep.Step.HANDED_OVER, by=by, at=at)
    except IntegrityError as error:
        raise CannotHandOverBankFile("这份银行文件已作废或正由他人处理。请刷新页面。") from error
    return content


def cancel_bank_file(*, file: BankFile, reason: str, by: User, at: datetime) -> BankFileStep:
    """Cancel a file that the bank has not answered; its lines can go into a new one.

    Whoever cancels vouches by the reason that the bank will not carry it out. Errors:
    ``CannotCancelBankFile``.
    """
    why = reason_of(reason, CannotCancelBankFile, what="作废理由")
    try:
        with transaction.atomic():
            step = _add_step(file, BankFileStep.Step.CANCELLED, by=by, at=at, reason=why)
            BankLine.objects.unscoped(_WHY).filter(bank_file=file).update(cancelled=True)
            record_transfers(batch=file.batch, amounts={"cancelled": file.amount}, act=step.act)
            return step
    except IntegrityError as error:
        raise CannotCancelBankFile(
            "银行已经回盘，或批次已确认发放，这份文件不能作废。退回的钱走退票更正、重新发放。"
        ) from error


def _must_be_ready(batch: PaymentBatch, by: User) -> None:
    steps = list(BatchStep.objects.unscoped(_WHY).filter(batch=batch).order_by("number"))
    last = steps[-1]
    if last.step != BatchStep.Step.APPROVED:
        raise CannotWriteBankFile(
            f"这个批次{last.get_step_display()}，只有已复核、尚未确认发放的批次才能生成银行文件。"
        )
    if by.pk in {step.step_by_id for step in steps}:
        raise CannotWriteBankFile("制表人和复核人不能生成银行文件。请由支付人员办理。")
    if batch_digest(batch.pk) != last.batch_digest:
        raise CannotWriteBankFile(
            "明细与复核时的摘要不符，复核已失效，不能送银行。请作废本批次，查明原因后重新制表。"
        )
    if live_file(batch) is not None:
        raise CannotWriteBankFile(
            "这个批次已有一份有效的银行文件。要重新生成，请先作废原来的一份。"
        )


def _must_be_payable(
    layout: BankFormat, payees: list[Payee], without: list[Payee], reason: str
) -> None:
    if without and not reason:
        raise CannotWriteBankFile(
            f"有 {len(without)} 笔没有银行账号，没有生成文件。"
            "请补登账号；确需现金发放的，写明理由后再生成。",
            [(each.line_id, "没有银行账号") for each in without],
        )
    if not payees:
        raise CannotWriteBankFile("这个批次没有一笔有银行账号，不需要银行文件，请按现金发放确认。")
    if layout.most_lines and len(payees) > layout.most_lines:
        raise CannotWriteBankFile(
            f"本批 {len(payees)} 笔，超过该格式每份 {layout.most_lines} 笔的上限。请换一种格式。"
        )


def _next_turn(batch: PaymentBatch) -> int:
    files = BankFile.objects.unscoped(_WHY).filter(batch=batch)
    return (files.aggregate(last=Max("turn"))["last"] or 0) + 1


def _payer(book: Book, day: date) -> PayingAccount:
    try:
        return book.bank.payer(day)
    except KeyError as error:
        raise CannotWriteBankFile(
            f"规则库里没有 {day} 可用的付款账户。请在县的 bank.yaml 里登记后再生成。"
        ) from error


def _order(
    batch: PaymentBatch,
    layout: BankFormat,
    payees: list[Payee],
    *,
    pay_date: date,
    book: Book,
    at: datetime,
) -> BankOrder:
    payer = _payer(book, pay_date)
    if layout.code not in payer.formats:
        raise CannotWriteBankFile(f"{payer.bank_name}没有约定“{layout.name}”，请换一种格式。")
    named = book.bank.name_of(batch.sub_item, pay_date)
    reference = f"{book.county}{batch.pk:08d}{_next_turn(batch):02d}"
    year, month = divmod(batch.period, 100)
    lines = tuple(
        OrderLine(n, line_reference(reference, n), each.name, each.account, each.amount,
                  f"{year}年{month}月")
        for n, each in enumerate(payees, start=1)
    )  # fmt: skip
    return BankOrder(
        reference=reference,
        made_at=timezone.localtime(at),
        pay_date=pay_date,
        payer_name=payer.name,
        payer_account=payer.account,
        payer_bank_name=payer.bank_name,
        payer_bank_code=payer.bank_code,
        programme=named.name if named else book.sub_item(batch.sub_item).name,
        count=len(lines),
        total=sum(line.amount for line in lines),
        lines=lines,
    )


def line_reference(reference: str, number: int) -> str:
    """The reference of one line, unique for ever: the bank's answer names it."""
    return f"{reference}{number:07d}"


def _fill(order: BankOrder, layout: BankFormat, payees: list[Payee]) -> WrittenFile:
    try:
        return fill_bank_file(order, layout)
    except CannotFillBankFile as error:
        lines = [
            (payees[each.line - 1].line_id, str(CannotFillBankFile([each])))
            for each in error.problems
            if each.line
        ]
        raise CannotWriteBankFile(f"没有生成文件：{error}。", lines) from error


def _write(
    batch: PaymentBatch,
    whole: _Whole,
    layout: BankFormat,
    *,
    book: Book,
    by: User,
    at: datetime,
) -> BankFile:
    order, totals = whole.order, whole.totals
    stored = store_file(whole.written.content, kind=FILE_KIND, by=by, at=at)
    act = record_act(
        "write_bank_file",
        by=by,
        at=at,
        subject=f"batch:{batch.pk}",
        payload={
            **totals,
            "reference": order.reference,
            "format": layout.code,
            "sha256": stored.sha256,
            "check": whole.written.check,
            "cash_reason": whole.cash_reason,
        },
    )
    file = BankFile.objects.create(
        batch=batch,
        turn=_next_turn(batch),
        reference=order.reference,
        format_code=layout.code,
        format_digest=layout.digest,
        batch_digest=batch.lines_digest,
        rulebook_digest=book.digest,
        programme_name=order.programme,
        file=stored,
        sha256=stored.sha256,
        check_value=whole.written.check,
        cash_reason=whole.cash_reason,
        pay_date=order.pay_date,
        written_at=at,
        written_by=by,
        act=act,
        **totals,
    )
    _write_lines(file, whole.payees, whole.cash, act)
    BankFileStep.objects.create(
        bank_file=file, number=1, step=BankFileStep.Step.WRITTEN, step_by=by, step_at=at, act=act
    )
    record_transfers(batch=batch, amounts={"sent": order.total}, act=act)
    return file


def _write_lines(file: BankFile, payees: list[Payee], cash: list[Payee], act: Act) -> None:
    rows = (
        (file.pk, each.line_id, number, "bank" if each.account else "cash", each.amount, each.town,
         each.account_key, False, act.pk)
        for number, each in enumerate((*payees, *cash), start=1)
    )  # fmt: skip
    insert_rows(BankLine, _LINE_COLUMNS, rows)


def _add_step(
    file: BankFile, step: BankFileStep.Step, *, by: User, at: datetime, reason: str = ""
) -> BankFileStep:
    verb = "cancel_bank_file" if step == BankFileStep.Step.CANCELLED else "hand_over_bank_file"
    act = record_act(
        verb,
        by=by,
        at=at,
        subject=f"bank_file:{file.pk}",
        payload={"reference": file.reference, "sha256": file.sha256, "reason": reason},
    )
    steps = BankFileStep.objects.unscoped(_WHY).filter(bank_file=file)
    number = (steps.aggregate(last=Max("number"))["last"] or 0) + 1
    return BankFileStep.objects.create(
        bank_file=file, number=number, step=step, reason=reason, step_by=by, step_at=at, act=act
    )
