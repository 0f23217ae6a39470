"""Free text: remarks, schools, employers. Kept, but never allowed to act as a formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import Reading, reject
from mingbai.engine.reading.shapes import ERROR, FORMULA


@dataclass(frozen=True)
class TextType:
    """Trimmed text of any kind of cell. `longest` in characters."""

    longest: int = 2000

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "text_long": "内容长达 {length} 个字，超出 {longest} 个字的上限。请精简后重填。",
    }

    @property
    def arrow(self) -> pa.DataType:
        """Text."""
        return pa.string()

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Everything that is not an error, a formula or very long."""
        fits = ~kind.is_in([ERROR, FORMULA]) & (text.str.len_chars() <= self.longest)
        return pl.when(fits).then(text)

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell (errors and formulas are judged before any type is asked)."""
        if len(text) > self.longest:
            return reject("text_long", length=len(text), longest=self.longest)
        return Reading(text)
