"""Amounts of money, to exact 分."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final

import polars as pl
import pyarrow as pa

from mingbai.engine import money
from mingbai.engine.canon.shapes import NOTE, WARN, Reading, Remark, reject
from mingbai.engine.canon.types.digits import is_text_or_number
from mingbai.engine.reading.shapes import BOOLEAN, DATE, NUMBER

#: How reading spells a number cell.
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")


@dataclass(frozen=True)
class MoneyType:
    """Amounts whose column stands in `unit`; a unit written in the cell wins, with a word."""

    unit: str = "元"

    MESSAGES: ClassVar[Mapping[str, str]] = money.MESSAGES

    def __post_init__(self) -> None:
        if self.unit not in money.UNIT_POWERS:
            raise ValueError(f"no unit of money: {self.unit!r}")

    @property
    def arrow(self) -> pa.DataType:
        """分."""
        return pa.int64()

    @property
    def power(self) -> int:
        """Decimal places of the unit above 分."""
        return money.UNIT_POWERS[self.unit]

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Plain non-negative digits with no more decimals than 分 allow."""
        power = self.power
        decimals = rf"(\.[0-9]{{1,{power}}})?" if power else ""
        fits = is_text_or_number(kind) & text.str.contains(rf"^[0-9]{{1,{15 - power}}}{decimals}$")
        whole = text.str.extract(r"^([0-9]+)", 1)
        rest = text.str.extract(r"\.([0-9]+)$", 1).fill_null("").str.pad_end(power, "0")
        return pl.when(fits).then((whole + rest).cast(pl.Int64, strict=False))

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell."""
        if kind in (BOOLEAN, DATE):
            return reject("money_form")
        remarks: tuple[Remark, ...] = ()
        try:
            amount, own = self._read(text, kind)
        except money.CannotReadMoney as error:
            if error.code != "money_decimals" or not _is_number(text, kind):
                return reject(error.code)
            # A sum such as 0.1+0.2 leaves a tail that no one sees: take what the sheet shows.
            shown = format(Decimal(f"{float(text):.15g}"), "f")
            try:
                amount, own = money.read_money(shown, self.unit)
            except money.CannotReadMoney:
                return reject("money_decimals")
            remarks = (Remark("money_float_tail", NOTE),)
        if amount < 0:
            remarks += (Remark("money_negative", WARN),)
        if own is not None and money.UNIT_POWERS[own] != self.power:
            remarks += (Remark("money_own_unit", NOTE),)
        return Reading(amount, remarks)

    def _read(self, text: str, kind: int) -> tuple[int, str | None]:
        if _is_number(text, kind):
            # 1e+16 in a number cell is how large whole floats are spelled: exact all the same.
            return money.read_money(Decimal(text), self.unit)
        return money.read_money(text, self.unit)


def _is_number(text: str, kind: int) -> bool:
    return kind == NUMBER and _NUMBER.fullmatch(text) is not None
