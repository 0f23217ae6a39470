"""Numbers given out to one holder, or to one house: phones, accounts, codes, postcodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from mingbai.engine.match.differences import tell_difference
from mingbai.engine.match.distance import edits
from mingbai.engine.match.fold import fold, fold_plain, letters, letters_plain, spelling
from mingbai.engine.match.shapes import MISSING, Comparison, Key, Level, Parts, one_column


@dataclass(frozen=True, kw_only=True)
class Digits(Comparison):
    """Equal, one slip, or different: one digit, two neighbours swapped, one too many or too few."""

    LEVELS: ClassVar[tuple[Level, ...]] = (
        Level("same", "{label}相同"),
        Level("typo", "{label}{difference}"),
        Level("different", "{label}不同"),
    )
    PARTS: ClassVar[Mapping[str, pa.DataType]] = {"flat": pa.string(), "letters": pa.int64()}
    KEYS: ClassVar[tuple[Key, ...]] = (Key("number", "flat"),)
    WHOLE: ClassVar[str] = "flat"
    STRONG: ClassVar[int] = 2

    def prepare(self, table: pa.Table) -> Mapping[str, pa.Array]:
        """Half-width digits and letters."""
        flat = fold(one_column(table, self.column, pa.string()), spelling())
        return {"flat": flat, "letters": letters(flat)}

    def prepare_plain(self, record: Mapping[str, Any]) -> Parts:
        """One number."""
        given = record[self.column]
        flat = fold_plain(None if given is None else str(given), spelling())
        return {"flat": flat, "letters": letters_plain(flat)}

    def sql(self) -> str:
        """Distances only between numbers of like length and like digits."""
        return """CASE WHEN l.[flat] IS NULL OR r.[flat] IS NULL THEN 0
            WHEN l.[flat] = r.[flat] THEN 1
            WHEN greatest(strlen(l.[flat]), strlen(r.[flat])) >= 3
                AND abs(strlen(l.[flat]) - strlen(r.[flat])) <= 1
                AND bit_count(xor(l.[letters], r.[letters])) <= 2
                AND damerau_levenshtein(l.[flat], r.[flat]) = 1 THEN 2
            ELSE 3 END"""

    def plain(self, left: Parts, right: Parts) -> int:
        """The same, one rule a line."""
        a, b = left["flat"], right["flat"]
        if a is None or b is None:
            return MISSING
        if a == b:
            return 1
        longer = max(len(a.encode()), len(b.encode()))
        return 2 if longer >= 3 and edits(a, b) == 1 else 3

    def say(self, left: Parts, right: Parts, level: int) -> str:
        """Names the digits that differ."""
        if level == 2:
            told = tell_difference(left["flat"], right["flat"])
            return self.LEVELS[1].phrase.format(label=self.label, difference=told)
        return super().say(left, right, level)
