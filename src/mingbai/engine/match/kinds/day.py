"""Days, birth dates above all: typed digits, day and month exchanged, half of it right."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.match.differences import tell_difference
from mingbai.engine.match.distance import edits
from mingbai.engine.match.kinds.id_number import IdNumber
from mingbai.engine.match.shapes import MISSING, Comparison, Key, Level, Parts, one_column


@dataclass(frozen=True, kw_only=True)
class Day(Comparison):
    """Dates, or eight digits that should be one. Where the column is empty and `id_number` names a
    column, a valid number there gives the day; what came from one number is not counted twice.
    """

    label: str = "出生日期"
    own: bool = True
    id_number: str | None = None

    LEVELS: ClassVar[tuple[Level, ...]] = (
        Level("same", "{label}相同"),
        Level("exchanged", "{label}月、日互换"),
        Level("typo", "{label}{difference}"),
        Level("two_parts", "{label}年、月、日中有两项相同"),
        Level("year", "{label}只有年份相同"),
        Level("different", "{label}不同"),
    )
    PARTS: ClassVar[Mapping[str, pa.DataType]] = {
        "flat": pa.string(),
        "year": pa.string(),
        "month": pa.string(),
        "day": pa.string(),
        "derived": pa.bool_(),
        "number": pa.string(),
    }
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("date", "flat", ("year",), "birth"),
        Key("year", "year", (), "birth"),
    )
    WHOLE: ClassVar[str] = "flat"
    STRONG: ClassVar[int] = 3

    def reads(self) -> Sequence[str]:
        """The day, and the number it may come from."""
        return (self.column,) if self.id_number is None else (self.column, self.id_number)

    def prepare(self, table: pa.Table) -> Mapping[str, pa.Array]:
        """Eight digits and their three parts."""
        if pa.types.is_date(table.schema.field(self.column).type):
            flat = pc.strftime(one_column(table, self.column, pa.date32()), "%Y%m%d")
        else:
            text = one_column(table, self.column, pa.string())
            digits = pc.replace_substring_regex(text, r"[-/. ]", "")
            flat = pc.if_else(pc.match_substring_regex(digits, r"^[0-9]{8}$"), digits, None)
        number = pa.nulls(len(flat), pa.string())
        derived = pa.repeat(False, len(flat))
        if self.id_number is not None:
            parts = IdNumber(column=self.id_number).prepare(table)
            from_id = pc.if_else(parts["valid"], parts["birth"], None)
            number, derived = parts["flat"], pc.and_(pc.is_null(flat), pc.is_valid(from_id))
            flat = pc.coalesce(flat, from_id)
        return {
            "flat": flat,
            "year": pc.utf8_slice_codeunits(flat, 0, 4),
            "month": pc.utf8_slice_codeunits(flat, 4, 6),
            "day": pc.utf8_slice_codeunits(flat, 6, 8),
            "derived": derived,
            "number": number,
        }

    def prepare_plain(self, record: Mapping[str, Any]) -> Parts:
        """One day."""
        given, number, derived = record[self.column], None, False
        if isinstance(given, dt.date):
            flat: str | None = f"{given:%Y%m%d}"
        else:
            digits = re.sub(r"[-/. ]", "", given or "")
            flat = digits if re.fullmatch(r"[0-9]{8}", digits) else None
        if self.id_number is not None:
            parts = IdNumber(column=self.id_number).prepare_plain(record)
            number, derived = parts["flat"], flat is None and bool(parts["valid"])
            flat = parts["birth"] if derived else flat
        return {
            "flat": flat,
            "year": flat and flat[:4],
            "month": flat and flat[4:6],
            "day": flat and flat[6:],
            "derived": derived,
            "number": number,
        }

    def sql(self) -> str:
        """One slip leaves the year or the day whole."""
        return """CASE WHEN l.[flat] IS NULL OR r.[flat] IS NULL THEN 0
            WHEN (l.[derived] OR r.[derived]) AND l.[number] = r.[number] THEN 0
            WHEN l.[flat] = r.[flat] THEN 1
            WHEN l.[year] = r.[year] AND l.[month] = r.[day] AND l.[day] = r.[month] THEN 2
            WHEN (l.[year] = r.[year] OR l.[day] = r.[day])
                AND damerau_levenshtein(l.[flat], r.[flat]) = 1 THEN 3
            WHEN (l.[year] = r.[year])::INTEGER + (l.[month] = r.[month])::INTEGER
                + (l.[day] = r.[day])::INTEGER >= 2 THEN 4
            WHEN l.[year] = r.[year] THEN 5
            ELSE 6 END"""

    def plain(self, left: Parts, right: Parts) -> int:
        """The same, one rule a line."""
        a, b = left["flat"], right["flat"]
        if a is None or b is None:
            return MISSING
        one_number = left["number"] is not None and left["number"] == right["number"]
        if one_number and (left["derived"] or right["derived"]):
            return MISSING
        if a == b:
            return 1
        if a[:4] == b[:4] and a[4:6] == b[6:] and a[6:] == b[4:6]:
            return 2
        if edits(a, b) == 1:
            return 3
        if (a[:4] == b[:4]) + (a[4:6] == b[4:6]) + (a[6:] == b[6:]) >= 2:
            return 4
        return 5 if a[:4] == b[:4] else 6

    def say(self, left: Parts, right: Parts, level: int) -> str:
        """Names the digits that differ."""
        if level == 3:
            told = tell_difference(left["flat"], right["flat"])
            return self.LEVELS[2].phrase.format(label=self.label, difference=told)
        return super().say(left, right, level)
