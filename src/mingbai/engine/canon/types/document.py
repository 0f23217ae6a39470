"""Identity documents of every sort: citizen numbers first, and others told as what they are not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import WARN, Reading, Remark
from mingbai.engine.canon.types.digits import fold_digits
from mingbai.engine.canon.types.id_number import IdNumberType, is_other_document
from mingbai.engine.reading.shapes import TEXT


@dataclass(frozen=True)
class DocumentType:
    """An ID number as `IdNumberType` reads it, or the number of a passport or travel permit as it
    is written. Which sort the latter is, is not guessed: they have no check character, and one
    person may hold several, so the office is warned that no comparison can vouch for them.
    """

    as_of: dt.date

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "document_other": "填的不是身份证号，按护照、通行证等其他证件原样登记，没有校验位可核，"
        "也不能与身份证号比对。请照证件逐位核对，并注明证件种类。",
    }

    @property
    def arrow(self) -> pa.DataType:
        """Text."""
        return pa.string()

    @property
    def _numbers(self) -> IdNumberType:
        return IdNumberType(as_of=self.as_of)

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Regular ID numbers."""
        return self._numbers.fast(text, kind)

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell."""
        folded = fold_digits(text)
        if kind == TEXT and is_other_document(folded):
            return Reading(folded, (Remark("document_other", WARN),))
        return self._numbers.plain(text, kind)
