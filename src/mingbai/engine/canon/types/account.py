"""Bank accounts: cards and old passbooks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import WARN, Reading, Remark, reject
from mingbai.engine.canon.types.digits import (
    EXACT_DIGITS,
    fold_digits,
    fold_digits_fast,
    is_scientific,
    is_text,
)
from mingbai.engine.reading.shapes import NUMBER, TEXT


def passes_luhn(digits: str) -> bool:
    """The card check digit (ISO/IEC 7812). Old passbooks need not have one."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _luhn_sum(number: int) -> int:
    """The Luhn sum of four digits, of which the last counts once."""
    once = number % 10 + number // 100 % 10
    twice = (number // 10 % 10, number // 1000 % 10)
    return once + sum(digit * 2 - (9 if digit > 4 else 0) for digit in twice)


_LUHN: Final = pl.Series([_luhn_sum(number) for number in range(10_000)], dtype=pl.Int64)


def _pass_luhn(cards: pl.Series) -> pl.Series:
    """passes_luhn for a column of at most 18 nines and all 19-digit numbers that begin with 62.

    Four digits at a time out of a table: single digits would take four times as many steps.
    """
    left = cards.cast(pl.Int64, strict=False)
    total = left * 0
    for _ in range(5):
        total += _LUHN[(left % 10_000).cast(pl.UInt32)]
        left //= 10_000
    return total % 10 == 0


@dataclass(frozen=True)
class AccountType:
    """`shortest` to `longest` digits. Only UnionPay cards (62…, 16 to 19 digits) are expected to
    carry a check digit, and failing it is a warning: the bank has the last word.
    """

    shortest: int = 12
    longest: int = 25

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "account_number_cell": "银行账号被存成了数字，第 15 位以后的数字已被表格软件改成 0，"
        "无法还原。"
        "请把该列设为文本格式，照存折或银行卡重新填写。",
        "account_scientific": "银行账号显示为科学计数法，原账号已丢失。"
        "请把该列设为文本格式后重新填写。",
        "account_length": "银行账号有 {length} 位，应为 {shortest} 至 {longest} 位。"
        "请照存折或银行卡核对。",
        "account_form": "银行账号里有数字以外的字符。请照存折或银行卡重新填写。",
        "account_luhn": "银行卡号校验位不符，可能写错一位，发放时可能被银行退回。请照卡面核对。",
        "account_leading_zero": "银行账号被存成了数字，开头如有 0 已丢失。请照存折或银行卡核对。",
    }

    @property
    def arrow(self) -> pa.DataType:
        """Digits as text."""
        return pa.string()

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Text digits of the right length which carry the check digit where one is due."""
        folded = fold_digits_fast(text)
        digits = folded.str.contains(rf"^[0-9]{{{self.shortest},{self.longest}}}$")
        card = folded.str.contains("^62[0-9]{14,17}$")
        passes = pl.when(card).then(folded).map_batches(_pass_luhn, return_dtype=pl.Boolean)
        return pl.when(is_text(kind) & digits & (~card | passes)).then(folded)

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell."""
        folded = fold_digits(text)
        folded = folded.replace("-", "") if kind == TEXT else folded
        if is_scientific(folded):
            return reject("account_scientific")
        if kind == NUMBER and (len(folded) > EXACT_DIGITS or not folded.isdecimal()):
            return reject("account_number_cell")
        if kind not in (TEXT, NUMBER) or not re.fullmatch("[0-9]+", folded):
            return reject("account_form")
        if not self.shortest <= len(folded) <= self.longest:
            return reject(
                "account_length",
                length=len(folded), shortest=self.shortest, longest=self.longest,
            )  # fmt: skip
        remarks: tuple[Remark, ...] = ()
        if kind == NUMBER:
            remarks += (Remark("account_leading_zero", WARN),)
        if re.fullmatch("62[0-9]{14,17}", folded) and not passes_luhn(folded):
            remarks += (Remark("account_luhn", WARN),)
        return Reading(folded, remarks)
