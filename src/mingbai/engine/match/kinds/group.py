"""What many people share: sex, state, town; a code of places that nests by its first digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.match.fold import fold, fold_plain, spelling
from mingbai.engine.match.shapes import MISSING, Comparison, Key, Level, Parts, one_column


@dataclass(frozen=True, kw_only=True)
class Group(Comparison):
    """Same or not. `outer` characters name the wider group (9 of the 12 of a village: its town)."""

    outer: int = 0

    LEVELS: ClassVar[tuple[Level, ...]] = (
        Level("same", "{label}相同"),
        Level("outer", "{label}同属一个上级"),
        Level("different", "{label}不同"),
    )
    PARTS: ClassVar[Mapping[str, pa.DataType]] = {"flat": pa.string(), "outer": pa.string()}
    KEYS: ClassVar[tuple[Key, ...]] = (Key("group", "flat"),)
    WHOLE: ClassVar[str] = "flat"
    STRONG: ClassVar[int] = 1

    def prepare(self, table: pa.Table) -> Mapping[str, pa.Array]:
        """The code and its beginning."""
        flat = fold(one_column(table, self.column, pa.string()), spelling())
        outer = pa.nulls(len(flat), pa.string())
        if self.outer:
            outer = pc.utf8_slice_codeunits(flat, 0, self.outer)
        return {"flat": flat, "outer": outer}

    def prepare_plain(self, record: Mapping[str, Any]) -> Parts:
        """One code."""
        given = record[self.column]
        flat = fold_plain(None if given is None else str(given), spelling())
        return {"flat": flat, "outer": flat and flat[: self.outer] if self.outer else None}

    def sql(self) -> str:
        """Equality twice."""
        return """CASE WHEN l.[flat] IS NULL OR r.[flat] IS NULL THEN 0
            WHEN l.[flat] = r.[flat] THEN 1
            WHEN l.[outer] = r.[outer] THEN 2
            ELSE 3 END"""

    def plain(self, left: Parts, right: Parts) -> int:
        """The same, one rule a line."""
        a, b = left["flat"], right["flat"]
        if a is None or b is None:
            return MISSING
        if a == b:
            return 1
        return 2 if left["outer"] is not None and left["outer"] == right["outer"] else 3
