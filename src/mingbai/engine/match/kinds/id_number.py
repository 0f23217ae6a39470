"""Citizen numbers that may be mistyped: what the check character and the segments give away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.canon.types.id_number import CHECKS, WEIGHTS, birth_date_of, check_character
from mingbai.engine.match.differences import tell_difference
from mingbai.engine.match.distance import edits
from mingbai.engine.match.fold import fold, fold_plain, spelling
from mingbai.engine.match.shapes import MISSING, Comparison, Key, Level, Parts, one_column

_FORM: Final = re.compile(r"[1-9][0-9]{16}[0-9x]")
_OLD: Final = re.compile(r"[1-9][0-9]{14}")


@dataclass(frozen=True, kw_only=True)
class IdNumber(Comparison):
    """15 digits are grown to 18. No slip of one digit, nor of two neighbours, passes the check: two
    numbers that both pass and differ are two numbers, however alike (twins have such).
    """

    label: str = "身份证号"
    common: bool = False
    own: bool = True

    LEVELS: ClassVar[tuple[Level, ...]] = (
        Level("same", "{label}相同"),
        Level("typo", "{label}{difference}"),
        Level("near", "{label}{difference}（至少一个号码校验位不符）"),
        Level("other_region", "{label}只有前 6 位地区码不同"),
        Level("other_birth", "{label}只有出生日期段（第 7 至 14 位）不同"),
        Level("both_valid", "{label}不同（两个号码都通过校验）"),
        Level("different", "{label}不同"),
    )
    PARTS: ClassVar[Mapping[str, pa.DataType]] = {
        "flat": pa.string(),
        "region": pa.string(),
        "birth": pa.string(),
        "turn": pa.string(),
        "tail": pa.string(),
        "head": pa.string(),
        "valid": pa.bool_(),
    }
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("number", "flat", ("tail", "head"), "birth"),
        Key("tail", "tail", (), "birth"),
        Key("head", "head", (), "birth"),
    )
    WHOLE: ClassVar[str] = "flat"
    STRONG: ClassVar[int] = 4
    #: Levels at which two numbers, not one number with slips, are told.
    TWO: ClassVar[tuple[int, ...]] = (4, 5, 6)

    def prepare(self, table: pa.Table) -> Mapping[str, pa.Array]:
        """Fold, grow, and cut at the seams of GB 11643."""
        flat = fold(one_column(table, self.column, pa.string()), spelling())
        old = pc.match_substring_regex(flat, r"^[1-9][0-9]{14}$").fill_null(False)
        if pc.any(old).as_py():
            grown = [_grow(number) for number in flat.filter(old).to_pylist()]
            flat = pc.replace_with_mask(flat, old, pa.array(grown, pa.string()))
        return {
            "flat": flat,
            "region": _cut(flat, 0, 6),
            "birth": _cut(flat, 6, 14),
            "turn": _cut(flat, 14, 17),
            "tail": _cut(flat, 6, 18),
            "head": _cut(flat, 0, 14),
            "valid": pa.array(_valid(flat), mask=pc.is_null(flat).to_numpy(zero_copy_only=False)),
        }

    def prepare_plain(self, record: Mapping[str, Any]) -> Parts:
        """One number."""
        given = fold_plain(record[self.column], spelling())
        flat = _grow(given) if given is not None and _OLD.fullmatch(given) else given
        whole = flat if flat is not None and len(flat) == 18 else None
        return {
            "given": given,
            "flat": flat,
            "region": whole and whole[:6],
            "birth": whole and whole[6:14],
            "turn": whole and whole[14:17],
            "tail": whole and whole[6:],
            "head": whole and whole[:14],
            "valid": None if flat is None else is_valid(flat),
        }

    def sql(self) -> str:
        """An edit of one or two leaves a segment whole, or changes the length."""
        return """CASE WHEN l.[flat] IS NULL OR r.[flat] IS NULL THEN 0
            WHEN l.[flat] = r.[flat] THEN 1
            WHEN l.[valid] AND r.[valid] THEN
                CASE WHEN l.[birth] = r.[birth] AND l.[turn] = r.[turn] THEN 4
                    WHEN l.[region] = r.[region] AND l.[turn] = r.[turn] THEN 5
                    ELSE 6 END
            WHEN (l.[region] IS NULL OR r.[region] IS NULL OR l.[region] = r.[region]
                    OR (l.[birth] = r.[birth] AND l.[turn] = r.[turn]))
                AND abs(strlen(l.[flat]) - strlen(r.[flat])) <= 2
                AND damerau_levenshtein(l.[flat], r.[flat]) <= 2 THEN
                CASE WHEN damerau_levenshtein(l.[flat], r.[flat]) = 1 THEN 2 ELSE 3 END
            WHEN l.[birth] = r.[birth] AND l.[turn] = r.[turn] THEN 4
            WHEN l.[region] = r.[region] AND l.[turn] = r.[turn] THEN 5
            ELSE 7 END"""

    def plain(self, left: Parts, right: Parts) -> int:
        """The same, one rule a line."""
        a, b = left["flat"], right["flat"]
        if a is None or b is None:
            return MISSING
        if a == b:
            return 1
        whole = left["region"] is not None and right["region"] is not None
        alike_end = whole and a[6:17] == b[6:17]
        alike_seams = whole and a[:6] == b[:6] and a[14:17] == b[14:17]
        both = left["valid"] and right["valid"]
        in_place = not whole or a[:6] == b[:6] or a[6:17] == b[6:17]
        if not both and in_place and edits(a, b) <= 2:
            return 2 if edits(a, b) == 1 else 3
        if alike_end:
            return 4
        if alike_seams:
            return 5
        return 6 if both else 7

    def say(self, left: Parts, right: Parts, level: int) -> str:
        """Names the digits that differ."""
        if level in (2, 3):
            told = tell_difference(left["flat"].upper(), right["flat"].upper())
            return self.LEVELS[level - 1].phrase.format(label=self.label, difference=told)
        if level == 1 and left["given"] != right["given"]:
            return f"{self.label}相同（一方为 15 位老号）"
        return super().say(left, right, level)


def is_valid(number: str) -> bool:
    """Whether 18 folded characters have the form, a day and the check character of GB 11643."""
    return (
        _FORM.fullmatch(number) is not None
        and birth_date_of(number) is not None
        and number[17].upper() == check_character(number[:17])
    )


def _grow(number: str) -> str:
    grown = number[:6] + "19" + number[6:]
    return grown + check_character(grown).lower()


def _cut(flat: pa.Array, start: int, stop: int) -> pa.Array:
    whole = pc.equal(pc.binary_length(flat), 18)
    return pc.if_else(whole, pc.utf8_slice_codeunits(flat, start, stop), None)


def _valid(flat: pa.Array) -> npt.NDArray[np.bool_]:
    """is_valid for a column: digits as a matrix."""
    formed = pc.match_substring_regex(flat, r"^[1-9][0-9]{16}[0-9x]$").fill_null(False)
    found = formed.to_numpy(zero_copy_only=False)
    numbers = flat.filter(formed)
    text = "".join(numbers.to_pylist()).upper().encode()
    digits = np.frombuffer(text, dtype=np.uint8).reshape(-1, 18)
    values = digits[:, :17].astype(np.int64) - ord("0")
    due = np.frombuffer(CHECKS.encode(), dtype=np.uint8)[values @ np.array(WEIGHTS) % 11]
    year = values[:, 6:10] @ np.array([1000, 100, 10, 1])
    month = values[:, 10:12] @ np.array([10, 1])
    day = values[:, 12:14] @ np.array([10, 1])
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    longest = lengths[np.where(month <= 12, month, 0)] + ((month == 2) & leap)
    result = np.zeros(len(flat), dtype=np.bool_)
    result[found] = (due == digits[:, 17]) & (day >= 1) & (day <= longest) & (year >= 1)
    return result
