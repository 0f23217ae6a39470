"""What each line of a bank's answer is taken for: pure, line by line, nothing dropped.

A line is entered only where its reference, account and amount are those that were sent. Of lines
that contradict each other in one file none is entered: the bank has to say again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from mingbai.paper.bank import ReturnedFile, ReturnedLine
from mingbai.payment.models import ReturnLine

Kind = ReturnLine.Kind

#: What is entered as an outcome of its line.
ENTERED: Final = frozenset({Kind.PAID, Kind.RETURNED, Kind.BOUNCED})

#: What a clerk is told of each kind, and what to do.
MESSAGES: Final[dict[str, str]] = {
    Kind.PAID: "银行回报已到账。",
    Kind.RETURNED: "银行退票，已转退票更正，由镇核对账号户名。",
    Kind.BOUNCED: "此前回报到账，现又退票，已转退票更正。",
    Kind.PENDING: "银行仍在处理，等下一份回盘。",
    Kind.DUPLICATE: "这一笔已按同样结果入账，本行不再计。",
    Kind.CONTRADICTS: "与这一笔的另一次回报相反，没有入账。请向银行书面核实，以补发的回盘为准。",
    Kind.UNKNOWN: "流水号不是本县送出的，没有入账。请向银行查询来源。",
    Kind.OTHER_FILE: "流水号属于另一份银行文件，没有入账。请到那份文件下上传。",
    Kind.SWAPPED: "流水号和账号分属两个人（串户），没有入账。请银行核实究竟付给了谁。",
    Kind.WRONG_ACCOUNT: "账号与送出的不一致，没有入账。请银行核实付到了哪个账户。",
    Kind.WRONG_AMOUNT: "金额与送出的不一致，没有入账。请银行核实实际付款金额。",
    Kind.UNREADABLE: "这一行读不出来，没有入账。请银行重新提供。",
    Kind.WITHHELD: "整份文件没有入账，本行随之搁置。",
}


@dataclass(frozen=True)
class SentLine:
    """A line as it was sent, with what the bank said of it so far ("" for nothing yet)."""

    bank_line_id: int
    account_key: bytes
    amount: int
    town: str
    outcome: str


@dataclass(frozen=True)
class SortedLine:
    """A line of the answer with what it was taken for; ``sent`` where its reference is known."""

    answer: ReturnedLine
    kind: str
    sent: SentLine | None
    note: str = ""


def sort_answer(
    answer: ReturnedFile,
    *,
    sent: Mapping[str, SentLine],
    keys: Mapping[int, bytes],
    others: Iterable[str],
    today: date,
    asks_account: bool,
) -> list[SortedLine]:
    """Take every line of an answer for one kind.

    ``sent`` by reference; ``keys``: line number -> blind key of the account the bank names;
    ``others``: references of other files of the county; ``asks_account``: whether a line must name
    the account. A line of an earlier file's answer counts as said before.
    """
    known = {each.account_key for each in sent.values()}
    prefixes = tuple(others)
    first = [
        _take(line, sent.get(line.reference), keys.get(line.number, b""), known, prefixes, today,
              asks_account)
        for line in answer.lines
    ]  # fmt: skip
    return _without_contradictions(first)


def withhold(answer: ReturnedFile, *, sent: Mapping[str, SentLine]) -> list[SortedLine]:
    """Every line of an answer that is not entered as a whole."""
    return [
        SortedLine(line, Kind.UNREADABLE, None, line.fault)
        if line.fault
        else SortedLine(line, Kind.WITHHELD, sent.get(line.reference))
        for line in answer.lines
    ]


def _take(
    line: ReturnedLine,
    sent: SentLine | None,
    key: bytes,
    known: set[bytes],
    others: tuple[str, ...],
    today: date,
    asks_account: bool,
) -> SortedLine:
    if line.fault:
        return SortedLine(line, Kind.UNREADABLE, None, line.fault)
    if line.settled_date is not None and line.settled_date > today:
        return SortedLine(line, Kind.UNREADABLE, None, "入账日期在今天之后")
    if sent is None:
        other = bool(others) and line.reference.startswith(others)
        return SortedLine(line, Kind.OTHER_FILE if other else Kind.UNKNOWN, None)
    if (key or asks_account) and key != sent.account_key:
        return SortedLine(line, Kind.SWAPPED if key in known else Kind.WRONG_ACCOUNT, sent)
    if line.amount != sent.amount:
        return SortedLine(line, Kind.WRONG_AMOUNT, sent)
    return SortedLine(line, _kind_of(line.result, sent.outcome), sent)


def _kind_of(result: str, before: str) -> str:
    """What a sound line says, given what was said before."""
    if result == "pending":
        return Kind.DUPLICATE if before else Kind.PENDING
    if not before:
        return Kind.PAID if result == "paid" else Kind.RETURNED
    if result == before:
        return Kind.DUPLICATE
    return Kind.BOUNCED if result == "returned" else Kind.CONTRADICTS


def _without_contradictions(lines: list[SortedLine]) -> list[SortedLine]:
    """Of one reference the first line counts and later ones repeat it, unless they disagree."""
    said: dict[str, set[str]] = defaultdict(set)
    for each in lines:
        if each.kind in ENTERED:
            said[each.answer.reference].add(each.answer.result)
    seen: set[str] = set()
    found = []
    for each in lines:
        reference = each.answer.reference
        if each.kind not in ENTERED:
            found.append(each)
        elif len(said[reference]) > 1:
            found.append(SortedLine(each.answer, Kind.CONTRADICTS, each.sent))
        elif reference in seen:
            found.append(SortedLine(each.answer, Kind.DUPLICATE, each.sent))
        else:
            seen.add(reference)
            found.append(each)
    return found
