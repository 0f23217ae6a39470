"""What a return file said, line by line, before anybody decides what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mingbai.paper.bank.formats import ReturnLayout
from mingbai.paper.bank.shapes import read_amount, read_day


class CannotReadReturn(Exception):
    """The bytes are not a return file of this format at all; the message says what to do."""


@dataclass(frozen=True)
class ReturnedLine:
    """One line as the bank wrote it; ``fault`` is "" or what makes it unreadable, in Chinese.

    ``number`` is the line in the file from 1; ``result`` paid, returned or pending; ``amount`` 分.
    """

    number: int
    reference: str = ""
    account: str = ""
    name: str = ""
    amount: int | None = None
    result: str = ""
    reason: str = ""
    settled_date: date | None = None
    fault: str = ""


@dataclass(frozen=True)
class ReturnedFile:
    """A return file: the reference it answers, the totals it states (None: not stated), its lines.

    ``stated``: ``count total paid_count paid_total returned_count returned_total``, money in 分.
    """

    reference: str
    stated: Mapping[str, int]
    lines: tuple[ReturnedLine, ...]


def make_line(
    number: int, values: Mapping[str, str], shape: str, layout: ReturnLayout
) -> ReturnedLine:
    """A line from its texts; names what cannot be read."""
    amount = read_amount(values["amount"], shape)
    result = layout.results.get(values["result"]) or layout.results.get("*", "")
    day = values.get("settled_date", "")
    settled = read_day(day) if day else None
    fault = ""
    if amount is None:
        fault = "金额读不出来"
    elif not result:
        fault = "处理结果代码不在格式约定之内"
    elif day and settled is None:
        fault = "入账日期读不出来"
    elif not values["reference"]:
        fault = "没有流水号"
    return ReturnedLine(
        number=number,
        reference=values["reference"],
        account=values["account"],
        name=values.get("name", ""),
        amount=amount,
        result=result if not fault else "",
        reason=values.get("reason", ""),
        settled_date=settled,
        fault=fault,
    )
