"""Whole numbers: heads, hours, counts."""

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

_GROUPED: Final = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
_UNITS: Final = "人次户套处座场个所名件条项期班次亩台天课时岁月年"


@dataclass(frozen=True)
class IntegerType:
    """At most 15 digits, so that a number cell is exact; a count word behind it is dropped."""

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "integer_form": "这里应填整数。请只填数字，单位写在表头。",
        "integer_fraction": "这里应填整数，却有小数。请核对后重填。",
        "integer_large": "数字有 {length} 位，过大，多半填错了列。请核对后重填。",
    }

    @property
    def arrow(self) -> pa.DataType:
        """64 bits."""
        return pa.int64()

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Plain digits."""
        fits = is_text_or_number(kind) & text.str.contains("^-?[0-9]{1,15}$")
        return pl.when(fits).then(text.cast(pl.Int64, strict=False))

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell."""
        if kind not in (TEXT, NUMBER):
            return reject("integer_form")
        folded = fold_digits(text).replace("−", "-").rstrip(_UNITS)
        sign = folded[:1] if folded[:1] in ("-", "+") else ""
        body = folded[len(sign) :]
        if is_scientific(body):
            return reject("integer_large", length=16) if kind == NUMBER else reject("integer_form")
        if _GROUPED.fullmatch(body):
            body = body.replace(",", "")
        whole, point, fraction = body.partition(".")
        if not re.fullmatch("[0-9]+", whole) or not re.fullmatch("[0-9]*", fraction):
            return reject("integer_form")
        if point and fraction.strip("0"):
            return reject("integer_fraction")
        if len(whole) > 15:
            return reject("integer_large", length=len(whole))
        return Reading(-int(whole) if sign == "-" else int(whole))
