"""Phone numbers: 11-digit mobiles, or landlines with their area code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import Reading, reject
from mingbai.engine.canon.types.digits import fold_digits, is_scientific, is_text_or_number
from mingbai.engine.reading.shapes import NUMBER, TEXT

_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE: Final = re.compile(r"0(10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}")
_ZEROS: Final = "0" * 8
_DECOR: Final = re.compile(r"[-()（）—－]|^\+?86(?=1[3-9][0-9]{9}$)|^\+?0086(?=1[3-9][0-9]{9}$)")


@dataclass(frozen=True)
class PhoneType:
    """Digits as text; hyphens, brackets and the country code go."""

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "phone_form": "联系电话里有数字以外的内容。请只填一个号码。",
        "phone_length": "联系电话有 {length} 位。"
        "手机应为 11 位，座机应为区号加 7 至 8 位，请核对。",
        "phone_prefix": "联系电话不是有效的手机号段或带区号的座机。请核对后重填。",
        "phone_no_area": "座机缺少区号。请写成区号加号码。",
        "phone_several": "一格里填了几个号码。请只填一个最常用的。",
        "phone_fake": "联系电话是凑数的号码（同一数字或一串 0），联系不到本人。请核对后重填。",
    }

    @property
    def arrow(self) -> pa.DataType:
        """Digits as text."""
        return pa.string()

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Eleven digits of a mobile that do not end in a row of zeros."""
        fits = is_text_or_number(kind) & text.str.contains("^1[3-9][0-9]{9}$")
        return pl.when(fits & ~text.str.ends_with(_ZEROS)).then(text)

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell."""
        folded = fold_digits(text)
        if kind not in (TEXT, NUMBER) or is_scientific(folded):
            return reject("phone_form")
        if re.search(r"[0-9]{7,}[、,;/][0-9]{7,}", folded):
            return reject("phone_several")
        digits = _DECOR.sub("", _DECOR.sub("", folded))
        if not re.fullmatch("[0-9]+", digits):
            return reject("phone_form")
        if len(digits) > 6 and (len(set(digits)) == 1 or digits.endswith(_ZEROS)):
            return reject("phone_fake")
        if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
            return Reading(digits)
        if len(digits) in (7, 8):
            return reject("phone_no_area")
        if len(digits) in (10, 11, 12):
            return reject("phone_prefix")
        return reject("phone_length", length=len(digits))
