"""Words in letters, or text at large: names of people in Latin script, streets, places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.match.distance import edits
from mingbai.engine.match.fold import fold, fold_plain, letters, letters_plain, spelling
from mingbai.engine.match.shapes import MISSING, Comparison, Key, Level, Parts, one_column


@dataclass(frozen=True, kw_only=True)
class Words(Comparison):
    """Slips of the pen, counted in bytes once case, accents and blanks are gone. `swap` names the
    column this one is mistaken for (given name and surname).
    """

    swap: str | None = None

    LEVELS: ClassVar[tuple[Level, ...]] = (
        Level("same", "{label}相同"),
        Level("one_slip", "{label}差一处笔误"),
        Level("two_slips", "{label}差两处笔误"),
        Level("part", "{label}一方只写了一部分"),
        Level("similar", "{label}相近"),
        Level("swapped", "{label}填到了另一列"),
        Level("start", "{label}只有开头相同"),
        Level("different", "{label}不同"),
    )
    PARTS: ClassVar[Mapping[str, pa.DataType]] = {
        "flat": pa.string(),
        "start": pa.string(),
        "other": pa.string(),
        "letters": pa.int64(),
    }
    KEYS: ClassVar[tuple[Key, ...]] = (Key("text", "flat", ("start",)), Key("start", "start"))
    WHOLE: ClassVar[str] = "flat"
    STRONG: ClassVar[int] = 3

    def reads(self) -> Sequence[str]:
        """The text, and the column it is mistaken for."""
        return (self.column,) if self.swap is None else (self.column, self.swap)

    def prepare(self, table: pa.Table) -> Mapping[str, pa.Array]:
        """Fold the column, and the other one."""
        flat = fold(one_column(table, self.column, pa.string()), spelling())
        other = pa.nulls(len(flat), pa.string())
        if self.swap is not None:
            other = fold(one_column(table, self.swap, pa.string()), spelling())
        start = pc.utf8_slice_codeunits(flat, 0, 3)
        return {"flat": flat, "start": start, "other": other, "letters": letters(flat)}

    def prepare_plain(self, record: Mapping[str, Any]) -> Parts:
        """One text."""
        flat = fold_plain(record[self.column], spelling())
        other = None if self.swap is None else fold_plain(record[self.swap], spelling())
        bits = letters_plain(flat)
        return {"flat": flat, "start": flat and flat[:3], "other": other, "letters": bits}

    def sql(self) -> str:
        """The costly distance only where the cheap ones leave room for it: a swap of neighbours is
        one slip but two plain edits.
        """
        plain = "levenshtein(l.[flat], r.[flat])"
        slips = "damerau_levenshtein(l.[flat], r.[flat])"
        longer = "greatest(strlen(l.[flat]), strlen(r.[flat]))"
        return f"""CASE WHEN l.[flat] IS NULL OR r.[flat] IS NULL THEN 0
            WHEN l.[flat] = r.[flat] THEN 1
            WHEN l.[flat] = r.[other] OR l.[other] = r.[flat] THEN 6
            WHEN least(strlen(l.[flat]), strlen(r.[flat])) >= 3
                AND (contains(l.[flat], r.[flat]) OR contains(r.[flat], l.[flat])) THEN
                CASE WHEN abs(strlen(l.[flat]) - strlen(r.[flat])) = 1 THEN 2 ELSE 4 END
            WHEN abs(strlen(l.[flat]) - strlen(r.[flat])) <= greatest(2, {longer} // 4)
                AND bit_count(xor(l.[letters], r.[letters])) <= 2 * greatest(2, {longer} // 4) THEN
                CASE WHEN {plain} > greatest(4, {longer} // 4) THEN {_start()}
                    WHEN {longer} >= 3 AND {slips} = 1 THEN 2
                    WHEN {longer} >= 5 AND {slips} = 2 THEN 3
                    WHEN {plain} * 4 <= {longer} THEN 5
                    ELSE {_start()} END
            ELSE {_start()} END"""

    def plain(self, left: Parts, right: Parts) -> int:
        """The same, one rule a line."""
        a, b = left["flat"], right["flat"]
        if a is None or b is None:
            return MISSING
        if a == b:
            return 1
        if a == right["other"] or b == left["other"]:
            return 6
        shorter, longer = sorted((len(a.encode()), len(b.encode())))
        if shorter >= 3 and (a in b or b in a):
            return 2 if longer - shorter == 1 else 4
        slips = edits(a, b)
        if longer >= 3 and slips == 1:
            return 2
        if longer >= 5 and slips == 2:
            return 3
        if edits(a, b, swaps=False) * 4 <= longer:
            return 5
        return 7 if left["start"] == right["start"] else 8


def _start() -> str:
    return "CASE WHEN l.[start] = r.[start] THEN 7 ELSE 8 END"
