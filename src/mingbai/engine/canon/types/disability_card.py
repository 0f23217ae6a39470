"""Disability cards: the holder's ID number, then the kind (1-7) and the grade (1-4)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import NOTE, Reading, Remark, reject
from mingbai.engine.canon.types.digits import (
    EXACT_DIGITS,
    fold_digits,
    fold_digits_fast,
    is_scientific,
)
from mingbai.engine.canon.types.id_number import IdNumberType
from mingbai.engine.reading.shapes import DATE, NUMBER

#: 视力 听力 言语 肢体 智力 精神 多重.
KINDS: Final = 7
GRADES: Final = 4
_CARD: Final = re.compile(r"([0-9]{17}[0-9X])([0-9])([0-9])(B[0-9]{1,2})?")


@dataclass(frozen=True)
class DisabilityCardType:
    """20 characters. What follows a reissued card (B1, B2, …) counts the reissues and is no part
    of the number. `as_of` bounds birth dates.
    """

    as_of: dt.date

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "card_number_cell": "残疾人证号被存成了数字，第 15 位以后的数字已被表格软件改成 0，"
        "无法还原。请把该列设为文本格式，照证件重新填写。",
        "card_scientific": "残疾人证号显示为科学计数法，原号已丢失。"
        "请把该列设为文本格式，照证件重新填写。",
        "card_length": "残疾人证号有 {length} 位，应为 20 位"
        "（18 位身份证号加类别、等级各 1 位）。请照证件核对。",
        "card_form": "残疾人证号里有不该出现的字符。应为身份证号加 2 位数字，请照证件重新填写。",
        "card_id": "残疾人证号前 18 位不是有效的身份证号（出生日期或校验位不符）。"
        "请照证件逐位核对。",
        "card_kind": "残疾人证号第 19 位是残疾类别，应为 1 至 7。请照证件核对。",
        "card_grade": "残疾人证号第 20 位是残疾等级，应为 1 至 4。请照证件核对。",
        "card_reissued": "残疾人证号带有补办标记，已去掉标记登记，请核对现用证件。",
    }

    @property
    def arrow(self) -> pa.DataType:
        """Text."""
        return pa.string()

    @property
    def _numbers(self) -> IdNumberType:
        return IdNumberType(as_of=self.as_of)

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """A regular ID number, a kind and a grade."""
        folded = fold_digits_fast(text)
        own = self._numbers.fast(folded.str.slice(0, 18), kind)
        fits = folded.str.contains(rf"^[0-9]{{17}}[0-9X][1-{KINDS}][1-{GRADES}]$")
        return pl.when(fits & own.is_not_null()).then(folded)

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell."""
        folded = fold_digits(text)
        if is_scientific(folded):
            return reject("card_scientific")
        if kind == DATE or (kind == NUMBER and len(folded) > EXACT_DIGITS):
            return reject("card_number_cell")
        found = _CARD.fullmatch(folded)
        if not found:
            if re.fullmatch(r"[0-9X]+", folded) and len(folded) != 20:
                return reject("card_length", length=len(folded))
            return reject("card_form")
        own = self._numbers.plain(found[1], kind)
        if own.value is None:
            return reject("card_id")
        if not 1 <= int(found[2]) <= KINDS:
            return reject("card_kind")
        if not 1 <= int(found[3]) <= GRADES:
            return reject("card_grade")
        reissued = (Remark("card_reissued", NOTE),) if found[4] else ()
        return Reading(found[1] + found[2] + found[3], own.remarks + reissued)


def kind_of(card: str) -> int:
    """1-7, as the 19th digit says."""
    return int(card[18])


def grade_of(card: str) -> int:
    """1 (gravest) to 4, as the 20th digit says."""
    return int(card[19])
