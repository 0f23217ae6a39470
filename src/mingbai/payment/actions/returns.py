"""Reading the bank's answers: bytes kept, every line told, only sound ones entered, once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import pyarrow as pa
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from mingbai.base.bulk import insert_rows
from mingbai.base.files import store_file
from mingbai.base.ledger import hold_ledger, record_act
from mingbai.base.models import Act, StoredFile, User
from mingbai.base.secrets import blind_many
from mingbai.paper.bank import BankFormat, CannotReadReturn, ReturnedFile, read_return_file
from mingbai.payment.actions.answers import (
    ENTERED,
    Kind,
    SentLine,
    SortedLine,
    sort_answer,
    withhold,
)
from mingbai.payment.actions.bank import line_reference
from mingbai.payment.actions.lapse import Done, lapse_claims_on
from mingbai.payment.actions.transfers import (
    OUTCOME_COLUMNS,
    Settled,
    live_file,
    record_settled,
    record_transfers,
)
from mingbai.payment.models import (
    BankFile,
    BankLine,
    BankOutcome,
    BankReturn,
    BankTally,
    PaymentLine,
    ReturnLine,
    SettledShare,
)
from mingbai.payment.queries.bank import file_position, newest_outcomes

_WHY: Final = "an answer is held against every line of its file"
RETURN_KIND: Final = "bank-return"
_LINE_COLUMNS: Final = (
    *("bank_return_id", "number", "kind", "bank_line_id", "amount", "reason", "note"),
    "act_id",
)
_STATED: Final = (
    ("count", "total", frozenset({"paid", "returned", "pending"})),
    ("paid_count", "paid_total", frozenset({"paid"})),
    ("returned_count", "returned_total", frozenset({"returned"})),
)
Outcome = BankReturn.Outcome


class CannotReadBankReturn(Exception):
    """The file it answers is cancelled, or somebody else is reading an answer at this moment."""


@dataclass(frozen=True)
class _Answer:
    """An answer as judged before anything is written."""

    outcome: str
    message: str
    lines: list[SortedLine]


def read_bank_return(
    *, file: BankFile, content: bytes, layout: BankFormat, by: User, at: datetime
) -> BankReturn:
    """Keep an answer of the bank to ``file`` and enter what it soundly says, line by line.

    Never raises for what the bank wrote: a file that is unreadable, repeated, of another batch or
    whose totals do not hold is kept and entered nowhere. After each, sent = paid + returned + open
    to the 分, held by the database. Errors: ``CannotReadBankReturn``. 100,000 lines in about 6 s.
    """
    try:
        with transaction.atomic():
            hold_ledger()
            live = live_file(file.batch)
            if live is None or live.pk != file.pk:
                raise CannotReadBankReturn("这份银行文件已经作废，不能再读回盘。请核对是哪一份。")
            stored = store_file(content, kind=RETURN_KIND, by=by, at=at)
            answer = _judge(file, stored, content, layout, timezone.localdate(at))
            return _write(file, stored, answer, by=by, at=at)
    except IntegrityError as error:
        raise CannotReadBankReturn("这份文件的回盘刚刚由他人读入。请刷新页面核对。") from error


def _judge(
    file: BankFile, stored: StoredFile, content: bytes, layout: BankFormat, today: date
) -> _Answer:
    returns = BankReturn.objects.unscoped(_WHY).filter(bank_file=file)
    before = returns.filter(file=stored, outcome=Outcome.READ).first()
    if before is not None:
        day = timezone.localtime(before.received_at)
        said = f"与 {day:%Y-%m-%d %H:%M} 读入的回盘一字不差，没有重复入账。"
        return _Answer(Outcome.REPEATED, said, [])
    try:
        answer = read_return_file(content, layout)
    except CannotReadReturn as error:
        return _Answer(Outcome.UNREADABLE, f"{error}。", [])
    sent = _sent_lines(file)
    if answer.reference != file.reference:
        said = _whose(answer.reference)
        return _Answer(Outcome.OTHER_FILE, said, withhold(answer, sent=sent))
    if wrong := _wrong_totals(answer):
        return _Answer(Outcome.WRONG_TOTALS, wrong, withhold(answer, sent=sent))
    return _Answer(Outcome.READ, "", _sorted(file, answer, sent, layout, today))


def _sorted(
    file: BankFile,
    answer: ReturnedFile,
    sent: dict[str, SentLine],
    layout: BankFormat,
    today: date,
) -> list[SortedLine]:
    named = [line for line in answer.lines if line.account]
    blinded = blind_many("account", pa.array([line.account for line in named], pa.string()))
    keys = dict(zip((line.number for line in named), blinded.to_pylist(), strict=True))
    files = BankFile.objects.unscoped(_WHY).exclude(pk=file.pk)
    return sort_answer(
        answer,
        sent=sent,
        keys=keys,
        others=files.values_list("reference", flat=True),
        today=today,
        asks_account=layout.returned.kind != "pain002",
    )


def _sent_lines(file: BankFile) -> dict[str, SentLine]:
    """Reference -> line of the file that went to the bank, with its newest outcome."""
    said = newest_outcomes(file)
    rows = BankLine.objects.unscoped(_WHY).filter(
        bank_file=file, channel=BankLine.Channel.BANK, cancelled=False
    )
    columns = ("id", "number", "account_key", "amount", "town")
    return {
        line_reference(file.reference, number): SentLine(
            pk, bytes(key), amount, town, said.get(pk, "")
        )
        for pk, number, key, amount, town in rows.values_list(*columns).iterator(20_000)
        if key is not None
    }


def _whose(reference: str) -> str:
    other = BankFile.objects.unscoped(_WHY).filter(reference=reference).select_related("batch")
    found = other.first()
    if found is None:
        return "文件头的流水号不是本县任何一份银行文件，没有入账。请向银行核对。"
    period = f"{found.batch.period // 100}年{found.batch.period % 100}月"
    return (
        f"这是《{found.programme_name}》{period}另一份银行文件的回盘，没有入账。请到那一批下上传。"
    )


def _wrong_totals(answer: ReturnedFile) -> str:
    """What the bank states against what its own readable lines add up to; "" where all agree."""
    readable = [line for line in answer.lines if not line.fault]
    for count, total, results in _STATED:
        lines = [line for line in readable if line.result in results]
        added = sum(line.amount or 0 for line in lines)
        if answer.stated.get(count, len(lines)) != len(lines):
            return (
                f"文件写明 {answer.stated[count]} 笔，实际读到 {len(lines)} 笔，整份没有入账。"
                "文件可能不完整，请向银行重新索取。"
            )
        if answer.stated.get(total, added) != added:
            return "文件写明的金额合计与明细之和不符，整份没有入账。请向银行重新索取。"
    return ""


def _write(
    file: BankFile, stored: StoredFile, answer: _Answer, *, by: User, at: datetime
) -> BankReturn:
    counts = Counter(str(each.kind) for each in answer.lines)
    act = record_act(
        "read_bank_return",
        by=by,
        at=at,
        subject=f"bank_file:{file.pk}",
        payload={"outcome": str(answer.outcome), "sha256": stored.sha256, "counts": counts},
    )
    returns = BankReturn.objects.unscoped(_WHY).filter(bank_file=file)
    found = BankReturn.objects.create(
        bank_file=file,
        number=(returns.aggregate(last=Max("number"))["last"] or 0) + 1,
        file=stored,
        outcome=answer.outcome,
        message=answer.message,
        line_count=len(answer.lines),
        received_at=at,
        received_by=by,
        act=act,
    )
    rows = (
        (found.pk, each.answer.number, str(each.kind), each.sent and each.sent.bank_line_id,
         each.answer.amount, each.answer.reason[:40], each.note[:100], act.pk)
        for each in answer.lines
    )  # fmt: skip
    insert_rows(ReturnLine, _LINE_COLUMNS, rows)
    entered = [each for each in answer.lines if each.kind in ENTERED]
    _enter(found, entered, timezone.localdate(at), act)
    _release(entered, Done(by, at, act))
    position = file_position(file)
    BankTally.objects.create(bank_file=file, bank_return=found, act=act, **position)
    return found


def _enter(answer: BankReturn, lines: list[SortedLine], today: date, act: Act) -> None:
    """Outcomes, what reached people by town and day, and the movement between accounts."""
    rows = [
        (each.sent.bank_line_id, 2 if each.kind == Kind.BOUNCED else 1,
         "paid" if each.kind == Kind.PAID else "returned",
         each.answer.settled_date or today, each.answer.reason[:40], answer.pk, act.pk)
        for each in lines
        if each.sent is not None
    ]  # fmt: skip
    insert_rows(BankOutcome, OUTCOME_COLUMNS, rows)
    batch = answer.bank_file.batch
    amounts: Counter[str] = Counter()
    for each in lines:
        amounts[str(each.kind)] += each.sent.amount if each.sent else 0
    record_transfers(batch=batch, amounts=amounts, act=act)
    people = _person_times(answer.bank_file)
    for kind, sign, share in (
        (Kind.PAID, 1, SettledShare.Kind.SETTLED),
        (Kind.BOUNCED, -1, SettledShare.Kind.BOUNCED),
    ):
        shares = _shares((each for each in lines if each.kind == kind), people, sign, today)
        record_settled(batch=batch, kind=share, shares=shares, act=act)


def _release(lines: list[SortedLine], done: Done) -> None:
    """What is claimed of money that the bank has taken back is with the person no longer."""
    bounced = [x.sent.bank_line_id for x in lines if x.kind == Kind.BOUNCED and x.sent is not None]
    found = PaymentLine.objects.unscoped(_WHY).filter(bank_lines__in=bounced)
    lapse_claims_on(found.select_related("batch"), done)


def _person_times(file: BankFile) -> dict[int, int]:
    """Bank line -> person-times of its payment line."""
    rows = BankLine.objects.unscoped(_WHY).filter(bank_file=file)
    return dict(rows.values_list("id", "line__person_times").iterator(20_000))


def _shares(
    lines: Iterable[SortedLine], people: dict[int, int], sign: int, today: date
) -> list[Settled]:
    sums: dict[tuple[str, date], list[int]] = defaultdict(lambda: [0, 0, 0])
    for each in lines:
        if each.sent is None:
            continue
        part = sums[each.sent.town, each.answer.settled_date or today]
        part[0] += sign
        part[1] += sign * people[each.sent.bank_line_id]
        part[2] += sign * each.sent.amount
    return [Settled(town, day, *part) for (town, day), part in sorted(sums.items())]
