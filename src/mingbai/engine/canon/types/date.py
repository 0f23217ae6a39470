"""Days, in the spellings offices use. An ambiguous one is refused, never guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import NOTE, Reading, Remark, reject
from mingbai.engine.canon.types.digits import fold_digits, is_text
from mingbai.engine.reading.shapes import BOOLEAN, DATE, NUMBER

_TIME: Final = r"(?:[T ]?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_FULL: Final = re.compile(r"([0-9]{4})([-./])([0-9]{1,2})\2([0-9]{1,2})" + _TIME)
_CHINESE: Final = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})[日号]?")
_PACKED: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TWO_DIGIT: Final = re.compile(r"[0-9]{2}[-./年][0-9]{1,2}[-./月][0-9]{1,2}日?")
_BACKWARD: Final = re.compile(r"[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{4}")
_NO_DAY: Final = re.compile(
    r"[0-9]{4}(年([0-9]{1,2}月?)?|[-./][0-9]{1,2})|[0-9]{6}|(19|20)[0-9]{2}"
)
_NO_YEAR: Final = re.compile(r"[0-9]{1,2}(月[0-9]{1,2}[日号]?|[-./][0-9]{1,2})")
# Day 1 of Excel's 1900 system as it counts from March 1900 on (it believes in 29 February 1900).
_EXCEL_ZERO: Final = dt.date(1899, 12, 30)
_SERIALS: Final = (20_000, 80_000)  # 1954 to 2119: outside it, a bare number is no day


@dataclass(frozen=True)
class DateType:
    """A day between two years, both included."""

    first_year: int = 1900
    last_year: int = 2100

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "date_form": "日期无法识别。请写成 2021-06-30 或 2021年6月30日。",
        "date_impossible": "没有这一天（如 6月31日、平年的 2月29日）。请核对后重填。",
        "date_range": "日期的年份不在 {first}至{last} 年之间。请核对年份。",
        "date_two_digit_year": "年份只写了两位，无法断定是哪个世纪。"
        "请写全四位年份，例如 2021-06-30。",
        "date_backward": "日期写成了“日-月-年”或“月-日-年”，无法断定先后。请写成 2021-06-30。",
        "date_no_day": "日期只有年月，缺少日。请写全，例如 2021-06-30。",
        "date_no_year": "日期没有年份。请写全，例如 2021-06-30。",
        "date_serial": "日期被存成了序号数字，已按表格软件的规则换算，请核对。",
    }

    def __post_init__(self) -> None:
        if not 1 <= self.first_year <= self.last_year <= 9999:
            raise ValueError("a date type needs first_year <= last_year")

    @property
    def arrow(self) -> pa.DataType:
        """A day."""
        return pa.date32()

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """ISO days, from date cells or text, without a time of day."""
        iso = (is_text(kind) | (kind == DATE)) & text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
        day = pl.when(iso).then(text).str.to_date("%Y-%m-%d", strict=False)
        return pl.when(
            day.is_between(dt.date(self.first_year, 1, 1), dt.date(self.last_year, 12, 31))
        ).then(day)

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell."""
        if kind == BOOLEAN:
            return reject("date_form")
        folded = fold_digits(text)
        if kind == NUMBER and folded.isdecimal() and len(folded) == 5:
            return self._from_serial(int(folded), folded)
        full = _FULL.fullmatch(folded)
        if full:
            return self._judge(full[1], full[3], full[4])
        other = _CHINESE.fullmatch(folded) or _PACKED.fullmatch(folded)
        if other:
            return self._judge(other[1], other[2], other[3])
        if folded.isdecimal() and len(folded) == 5:
            return self._from_serial(int(folded), folded)
        for pattern, code in (
            (_BACKWARD, "date_backward"), (_TWO_DIGIT, "date_two_digit_year"),
            (_NO_DAY, "date_no_day"), (_NO_YEAR, "date_no_year"),
        ):  # fmt: skip
            if pattern.fullmatch(folded):
                return reject(code)
        return reject("date_form")

    def _from_serial(self, serial: int, _: str) -> Reading:
        if not _SERIALS[0] <= serial <= _SERIALS[1]:
            return reject("date_form")
        day = _EXCEL_ZERO + dt.timedelta(days=serial)
        if not self.first_year <= day.year <= self.last_year:
            return reject("date_range", first=self.first_year, last=self.last_year)
        return Reading(day, (Remark("date_serial", NOTE),))

    def _judge(self, year: str, month: str, day: str) -> Reading:
        if not self.first_year <= int(year) <= self.last_year:
            return reject("date_range", first=self.first_year, last=self.last_year)
        try:
            return Reading(dt.date(int(year), int(month), int(day)))
        except ValueError:
            return reject("date_impossible")
