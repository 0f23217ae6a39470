"""Unified social credit codes of employers and clinics (GB 32100-2015), to 18 characters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import WARN, Reading, Remark, reject
from mingbai.engine.canon.types.digits import (
    fold_digits,
    fold_digits_fast,
    is_scientific,
    is_text,
)
from mingbai.engine.reading.shapes import TEXT

#: Digits and letters without I, O, S, V, Z, which look like 1, 0, 5, U and 2.
ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
#: Powers of 3 modulo 31, as the standard writes them out.
WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))
# The organisation's own code (characters 9 to 17) ends in a check character of GB 11714-1997.
_OWN_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_OWN_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CLASS: Final = f"[{ALPHABET}]"
_FORM: Final = re.compile(rf"{_CLASS}{{2}}[0-9]{{6}}{_CLASS}{{10}}")


def check_character(first17: str) -> str:
    """The 18th character that belongs to 17 of the alphabet."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def own_check_character(first8: str) -> str:
    """The ninth character of an organisation's own code."""
    total = sum(_OWN_ALPHABET.index(c) * w for c, w in zip(first8, _OWN_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


@dataclass(frozen=True)
class CreditCodeType:
    """Upper case. The whole code's check character decides; that of the organisation's own code
    inside is only a warning, since old codes were carried over as they were.
    """

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "credit_number_cell": "统一社会信用代码被存成了数字，末位已丢失。"
        "请把该列设为文本格式，照营业执照重新填写。",
        "credit_length": "统一社会信用代码有 {length} 位，应为 18 位。请照营业执照核对。",
        "credit_letters": "统一社会信用代码里不会有字母 I、O、S、V、Z，"
        "多半是把 1、0、5、U、2 看错了。请照营业执照核对。",
        "credit_form": "统一社会信用代码应为 18 位数字和大写字母，第 3 至 8 位是数字。"
        "请照营业执照重新填写。",
        "credit_check": "统一社会信用代码校验位不符，至少有一位写错。请照营业执照逐位核对。",
        "credit_own_check": "统一社会信用代码中的主体标识码校验位不符，请照营业执照核对。",
    }

    @property
    def arrow(self) -> pa.DataType:
        """Text."""
        return pa.string()

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Text of the right form that carries both check characters."""
        folded = fold_digits_fast(text)
        own = pl.sum_horizontal(
            _value(folded, 8 + n, _OWN_ALPHABET) * w for n, w in enumerate(_OWN_WEIGHTS)
        )
        whole = pl.sum_horizontal(_value(folded, n, ALPHABET) * w for n, w in enumerate(WEIGHTS))
        due = (11 - own % 11).replace_strict(
            list(range(1, 12)), list("123456789X0"), default=None, return_dtype=pl.String
        )
        fits = (
            is_text(kind)
            & folded.str.contains(f"^{_FORM.pattern}$")
            & ((whole + _value(folded, 17, ALPHABET)) % 31 == 0)
            & (folded.str.slice(16, 1) == due)
        )
        return pl.when(fits).then(folded)

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell."""
        folded = fold_digits(text)
        if kind != TEXT or is_scientific(folded):
            return reject("credit_number_cell")
        if not re.fullmatch("[0-9A-Z]+", folded):
            return reject("credit_form")
        if len(folded) != 18:
            return reject("credit_length", length=len(folded))
        if re.search("[IOSVZ]", folded):
            return reject("credit_letters")
        if not _FORM.fullmatch(folded):
            return reject("credit_form")
        if folded[17] != check_character(folded[:17]):
            return reject("credit_check")
        if folded[16] != own_check_character(folded[8:16]):
            return Reading(folded, (Remark("credit_own_check", WARN),))
        return Reading(folded)


def _value(text: pl.Expr, place: int, alphabet: str) -> pl.Expr:
    """The value of one character in an alphabet; null where it is not in it."""
    return text.str.slice(place, 1).replace_strict(
        list(alphabet), list(range(len(alphabet))), default=None, return_dtype=pl.Int64
    )
