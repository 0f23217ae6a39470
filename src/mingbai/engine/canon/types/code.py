"""Words from a list: towns, villages, sub-items, grades. What offices write becomes the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import Reading, reject
from mingbai.engine.canon.types.digits import fold_digits, is_text_or_number


@dataclass(frozen=True, eq=False)  # hashing thousands of spellings a sheet would cost more
class CodeType:
    """`codes`: (what is written, the code it means); the code itself is always understood."""

    codes: tuple[tuple[str, str], ...]

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "code_unknown": "内容不在规定的选项之内，无法归类。请按填表说明中的名称填写。",
    }

    def __post_init__(self) -> None:
        if not self.codes:
            raise ValueError("a column of codes needs its codes")
        found: dict[str, str] = {}
        for written, code in self.codes:
            if found.setdefault(fold_digits(written), code) != code:
                raise ValueError(f"two codes for {written!r}")

    @property
    def arrow(self) -> pa.DataType:
        """The code."""
        return pa.string()

    @cached_property
    def _exact(self) -> dict[str, str]:
        return {code: code for _, code in self.codes} | dict(self.codes)

    @cached_property
    def _folded(self) -> dict[str, str]:
        known = {fold_digits(code): code for _, code in self.codes}
        return known | {fold_digits(written): code for written, code in self.codes}

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Words exactly as listed."""
        known = self._exact
        found = text.replace_strict(
            list(known), list(known.values()), default=None, return_dtype=pl.String
        )
        return pl.when(is_text_or_number(kind)).then(found)

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell: blanks, width and case do not matter."""
        del kind
        code = self._exact.get(text) or self._folded.get(fold_digits(text))
        return Reading(code) if code is not None else reject("code_unknown")
