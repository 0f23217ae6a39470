"""Exact decimals that are no money: kilometres, hectares, rates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import Reading, reject
from mingbai.engine.canon.types.digits import fold_digits, is_text_or_number
from mingbai.engine.reading.shapes import NUMBER, TEXT

_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_PLAIN: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(E[+-]?[0-9]{1,3})?")


@dataclass(frozen=True)
class DecimalType:
    """Plain spelling without exponent, sign + or trailing zeros; a percent sign divides by 100."""

    longest: int = 30

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "decimal_form": "这里应填数字。请只填数字，单位写在表头。",
        "decimal_long": "数字长达 {length} 位，多半填错了列。请核对后重填。",
        "decimal_exponent": "数字是科学计数法，原数可能已丢失。请把单元格设为数值格式后重填。",
    }

    @property
    def arrow(self) -> pa.DataType:
        """Text, exact."""
        return pa.string()

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Digits in canonical spelling already."""
        fits = is_text_or_number(kind) & text.str.contains(
            r"^(0|[1-9][0-9]{0,14})(\.[0-9]{0,9}[1-9])?$"
        )
        return pl.when(fits).then(text)

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell."""
        if kind not in (TEXT, NUMBER):
            return reject("decimal_form")
        folded = fold_digits(text).replace("−", "-")
        percent = folded.endswith("%")
        body = folded[:-1] if percent else folded
        if _GROUPED.fullmatch(body):
            body = body.replace(",", "")
        if not _PLAIN.fullmatch(body):
            return reject("decimal_form")
        if "E" in body and kind == TEXT:
            return reject("decimal_exponent")
        value = Decimal(body)
        if percent:  # by the exponent alone: arithmetic would round beyond 28 digits
            sign, digits, exponent = value.as_tuple()
            value = Decimal((sign, digits, int(exponent) - 2))
        spelled = format(value, "f")
        if "." in spelled:
            spelled = spelled.rstrip("0").rstrip(".")
        spelled = "0" if spelled in ("-0", "") else spelled
        minus, spelled = ("-", spelled[1:]) if spelled[:1] == "-" else ("", spelled)
        whole, point, fraction = spelled.partition(".")
        spelled = minus + (whole.lstrip("0") or "0") + point + fraction
        if len(spelled) > self.longest:
            return reject("decimal_long", length=len(spelled))
        return Reading(spelled)
