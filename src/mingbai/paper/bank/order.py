"""What is to stand in a bank file, given whole by the caller: nothing here is computed later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

_NAMED: Final = 20

#: Cause of a refusal -> what the clerk is told, after the line numbers.
CAUSES: Final = {
    "rare": "有该银行格式写不出的生僻字（四字节字）。请与开户行商定写法后改用支持全部汉字的格式",
    "private": "有自造字（私用区字符），发出去银行会认作别的字。请核对原件，改成正式汉字",
    "control": "有换行、制表等不可见字符。请在花名册里去掉后更正",
    "outside": "有银行字符集以外的字符。请核对原件，或请开户行说明替代写法",
    "too_long": "超过银行格式规定的长度，截短会造成户名账号不符。请与开户行商定后更正",
    "empty": "是空的，银行不收。请补全后再写",
}


@dataclass(frozen=True)
class OrderLine:
    """One payment: ``number`` from 1, ``reference`` unique for ever, ``amount`` in 分."""

    number: int
    reference: str
    name: str
    account: str
    amount: int
    remark: str = ""


@dataclass(frozen=True)
class BankOrder:
    """One file's worth of payments with the totals the caller vouches for; ``total`` in 分.

    ``programme`` is the unified programme name that recipients read in their passbook.
    """

    reference: str
    made_at: datetime
    pay_date: date
    payer_name: str
    payer_account: str
    payer_bank_name: str
    payer_bank_code: str
    programme: str
    count: int
    total: int
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True)
class OrderProblem:
    """Why one line (0: the head) cannot be written: its field and a cause of ``CAUSES``.

    It never holds the value itself: names and accounts stay out of messages.
    """

    line: int
    field: str
    cause: str


class CannotFillBankFile(Exception):
    """Lines hold what the bank's format cannot carry; ``problems`` names every one of them."""

    def __init__(self, problems: Iterable[OrderProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(explain_problems(self.problems))


@dataclass(frozen=True)
class WrittenFile:
    """The bytes of a bank file and the check value printed in it ("" where the format has none)."""

    content: bytes
    check: str


def explain_problems(problems: Iterable[OrderProblem]) -> str:
    """One Chinese sentence a field and cause, naming the lines."""
    grouped: dict[tuple[str, str], list[int]] = {}
    for each in problems:
        grouped.setdefault((each.field, each.cause), []).append(each.line)
    return "；".join(
        f"{_lines(lines)}{field}{CAUSES[cause]}" for (field, cause), lines in grouped.items()
    )


def _lines(lines: list[int]) -> str:
    if lines == [0]:
        return "文件头的"
    shown = "、".join(str(each) for each in lines[:_NAMED])
    more = f" 等 {len(lines)} 笔" if len(lines) > _NAMED else " 笔"
    return f"第 {shown}{more}的"
