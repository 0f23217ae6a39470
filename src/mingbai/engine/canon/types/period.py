"""Months as one number, 202106."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import Reading, reject
from mingbai.engine.canon.types.date import DateType
from mingbai.engine.canon.types.digits import fold_digits, is_text_or_number
from mingbai.engine.reading.shapes import BOOLEAN, NUMBER

_MONTH: Final = re.compile(r"([0-9]{4})(?:[-./年]([0-9]{1,2})月?份?|([0-9]{2}))")


@dataclass(frozen=True)
class PeriodType:
    """A month between two years, both included; a whole day gives its month."""

    first_year: int = 1990
    last_year: int = 2100

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "period_form": "月份无法识别。请写成 202106 或 2021年6月。",
        "period_month": "月份不在 1 至 12 之间。请核对后重填。",
        "period_range": "月份的年份不在 {first}至{last} 年之间。请核对年份。",
        "period_ambiguous": "数字 {year}.1 既可能是 1 月也可能是 10 月。"
        "请写成 {year}年1月 或 {year}年10月。",
    }

    @property
    def arrow(self) -> pa.DataType:
        """yyyymm."""
        return pa.int32()

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Six plain digits."""
        fits = is_text_or_number(kind) & text.str.contains(r"^[0-9]{4}(0[1-9]|1[0-2])$")
        number = pl.when(fits).then(text).cast(pl.Int32, strict=False)
        return pl.when(number.is_between(self.first_year * 100, self.last_year * 100 + 99)).then(
            number
        )

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell."""
        if kind == BOOLEAN:
            return reject("period_form")
        folded = fold_digits(text)
        if kind == NUMBER and re.fullmatch(r"[0-9]{4}\.1", folded):
            return reject("period_ambiguous", year=int(folded[:4]))
        match = _MONTH.fullmatch(folded)
        if match:
            return self._judge(int(match[1]), int(match[2] or match[3]))
        if not folded.isdecimal() or len(folded) == 8:
            day = DateType(self.first_year, self.last_year).plain(text, kind)
            if day.value is not None:
                iso = str(day.value)
                return self._judge(int(iso[:4]), int(iso[5:7]))
        return reject("period_form")

    def _judge(self, year: int, month: int) -> Reading:
        if not self.first_year <= year <= self.last_year:
            return reject("period_range", first=self.first_year, last=self.last_year)
        if not 1 <= month <= 12:
            return reject("period_month")
        return Reading(year * 100 + month)
