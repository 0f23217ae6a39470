"""Citizen numbers (GB 11643-1999) and the permits that share their form, to 18 characters."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import NOTE, WARN, Reading, Remark, reject
from mingbai.engine.canon.types.digits import (
    EXACT_DIGITS,
    fold_digits,
    fold_digits_fast,
    is_scientific,
    is_text,
)
from mingbai.engine.reading.shapes import DATE, NUMBER

# ISO 7064 MOD 11-2 as GB 11643-1999 writes it out.
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS: Final = "10X98765432"
_OLD_FOREIGN: Final = re.compile(r"[A-Z]{3}[0-9]{12}")
# Passports (E, G, D, EA and foreign ones), travel permits (H, M and ten digits, or eight).
_OTHER: Final = re.compile(r"[A-Z]{1,3}[0-9]{6,10}|[0-9]{8,10}")


def check_character(first17: str) -> str:
    """The 18th character that belongs to 17 digits."""
    return CHECKS[sum(int(d) * w for d, w in zip(first17, WEIGHTS, strict=True)) % 11]


def is_other_document(folded: str) -> bool:
    """Whether a folded cell has the form of a passport's or travel permit's number."""
    return _OTHER.fullmatch(folded) is not None


@dataclass(frozen=True)
class IdNumberType:
    """18 characters, upper-case X. The region is where a person was first registered and may be
    long abolished, so it is never judged. `as_of` bounds birth dates.
    """

    as_of: dt.date
    oldest_years: int = 120

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "id_number_cell": "身份证号被存成了数字，第 15 位以后的数字已被表格软件改成 0，无法还原。"
        "请把该列设为文本格式，照证件重新填写。",
        "id_scientific": "身份证号显示为科学计数法（如 3.4E+17），原号已丢失。"
        "请把该列设为文本格式，照证件重新填写。",
        "id_length": "身份证号有 {length} 位，应为 18 位（老证 15 位）。"
        "请核对证件，看是否多写或漏写。",
        "id_form": "身份证号里有不该出现的字符。应为 17 位数字加 1 位数字或 X，请照证件重新填写。",
        "id_other_document": "填的像是护照或通行证号，不是身份证号，无法参加人员比对。"
        "有身份证或居住证的请改填 18 位号码；确实没有的，请与业务部门联系。",
        "id_birth": "身份证号中第 7 至 14 位不是真实的出生日期。请照证件核对。",
        "id_birth_future": "身份证号中的出生日期晚于报表日期。请照证件核对。",
        "id_too_old": "按身份证号推算年龄超过 {years} 岁。请核对本人是否健在、号码是否填错。",
        "id_check": "身份证号校验位不符，至少有一位写错或两位写颠倒。请照证件逐位核对。",
        "id_lost_digits": "身份证号末三位为 000 且校验位不符，多半是表格软件丢失了末位。"
        "请把该列设为文本格式，照证件重新填写。",
        "id_ends_000": "身份证号末三位为 000，可能是表格软件丢失末位后的结果。请照证件核对。",
        "id_15": "填的是 15 位老身份证号，已按国家标准换算成 18 位，请核对现用证件。",
        "id_foreign_old": "填的是旧版外国人永久居留证号，无法校验，请核对证件。",
    }

    def __post_init__(self) -> None:
        if self.oldest_years < 100:
            raise ValueError("people over 100 are alive and on the rosters")

    @property
    def arrow(self) -> pa.DataType:
        """Text, since leading digits and X matter."""
        return pa.string()

    @property
    def oldest(self) -> dt.date:
        """Births before this day are doubted."""
        return dt.date(self.as_of.year - self.oldest_years, 1, 1)

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Text cells whose 18 characters pass every test."""
        folded = fold_digits_fast(text)
        due = folded.map_batches(_due_checks, return_dtype=pl.String)
        birth = folded.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
        fits = (
            is_text(kind)
            & folded.str.contains(r"^[1-9][0-9]{16}[0-9X]$")
            & (folded.str.slice(17, 1) == due)
            & birth.is_between(self.oldest, self.as_of)
            & ~folded.str.ends_with("000")
        )
        return pl.when(fits).then(folded)

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell."""
        folded = fold_digits(text)
        if is_scientific(folded):
            return reject("id_scientific")
        if kind == DATE or (kind == NUMBER and not _exact_in_a_number(folded)):
            return reject("id_number_cell")
        if _OLD_FOREIGN.fullmatch(folded):
            return Reading(folded, (Remark("id_foreign_old", NOTE),))
        if re.fullmatch(r"[0-9]{15}", folded):
            grown = folded[:6] + "19" + folded[6:]
            return self._judge(grown + check_character(grown), (Remark("id_15", NOTE),))
        if not re.fullmatch(r"[0-9]*[0-9X]", folded):
            return reject("id_other_document" if is_other_document(folded) else "id_form")
        if len(folded) != 18:
            return reject("id_length", length=len(folded))
        return self._judge(folded, ())

    def _judge(self, number: str, remarks: tuple[Remark, ...]) -> Reading:
        if number[0] == "0":
            return reject("id_form")
        birth = birth_date_of(number)
        if birth is None:
            return reject("id_birth")
        if number[17] != check_character(number[:17]):
            return reject("id_lost_digits" if number.endswith("000") else "id_check")
        if birth > self.as_of:
            return reject("id_birth_future")
        if birth < self.oldest:
            remarks += (Remark("id_too_old", WARN, (("years", self.oldest_years),)),)
        if number.endswith("000"):
            remarks += (Remark("id_ends_000", WARN),)
        return Reading(number, remarks)


def _exact_in_a_number(folded: str) -> bool:
    return len(folded) <= EXACT_DIGITS and folded.isdecimal()


def _due_checks(numbers: pl.Series) -> pl.Series:
    """check_character for a column; null where the first 17 are no digits.

    Three digits at a time out of tables, step by step on purpose: as one expression the optimiser
    spends 20 ms a sheet on it.
    """
    digits = numbers.str.slice(0, 17).cast(pl.Int64, strict=False)
    total = digits * 0
    for table in _SUMS:
        total += table[(digits % 1000).cast(pl.UInt32)]
        digits //= 1000
    return _DUE[(total % 11).cast(pl.UInt32)]


def _weighted(number: int, weights: Sequence[int]) -> int:
    """The weighted sum of the digits of a number, the last digit by the first weight."""
    return sum(number // 10**place % 10 * weight for place, weight in enumerate(weights))


_DUE: Final = pl.Series(list(CHECKS), dtype=pl.String)
#: For each three digits from the right: what they add to the weighted sum.
_SUMS: Final = [
    pl.Series([_weighted(n, WEIGHTS[::-1][start : start + 3]) for n in range(1000)], dtype=pl.Int64)
    for start in range(0, len(WEIGHTS), 3)
]


def birth_date_of(number: str) -> dt.date | None:
    """The birth date inside an 18-character number, None when there is no such day."""
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> int:
    """1 male, 2 female, by the 17th digit."""
    return 1 if int(number[16]) % 2 else 2


def derive_birth_date(number: pl.Expr) -> pl.Expr:
    """Vectorised birth_date_of for canonical numbers; null where the number has none."""
    digits = pl.when(number.str.len_bytes() == 18).then(number.str.slice(6, 8))
    return digits.str.to_date("%Y%m%d", strict=False)


def derive_sex(number: pl.Expr) -> pl.Expr:
    """Vectorised sex_of for canonical numbers; null where the number has none."""
    digit = pl.when(number.str.len_bytes() == 18).then(number.str.slice(16, 1))
    return (2 - digit.cast(pl.Int8, strict=False) % 2).cast(pl.Int8)
