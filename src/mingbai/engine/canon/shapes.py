"""The words of the canon: which column is read as what, what came out, and what was wrong."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

NOTE, WARN, REJECT = 1, 2, 3

#: Blank characters that mean nothing at either end of a cell: spaces of every sort, zero-width
#: marks, and the apostrophe with which Excel marks text.
BLANKS: Final = (
    " \t\r\n\x0b\x0c\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\u200b\u200c\u200d\u2060\ufeff'‘’`"
)

Value = str | int | dt.date


@dataclass(frozen=True)
class Remark:
    """One thing to say about one cell. `params` hold lengths and counts, never the value itself."""

    code: str
    severity: int = REJECT
    params: tuple[tuple[str, int | str], ...] = ()

    def __post_init__(self) -> None:
        if self.severity not in (NOTE, WARN, REJECT):
            raise ValueError("severity is 1 note, 2 warn or 3 reject")

    @property
    def params_json(self) -> str:
        """Params as stored in fault tables."""
        return json.dumps(dict(self.params), ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class Reading:
    """What a cell says: its canonical value (None when it has none) and remarks."""

    value: Value | None
    remarks: tuple[Remark, ...] = ()


def reject(code: str, **params: int | str) -> Reading:
    """No value, and why."""
    return Reading(None, (Remark(code, REJECT, tuple(sorted(params.items()))),))


class CanonType(Protocol):
    """A type of cell. `fast` decides regular cells for whole columns and leaves others null;
    `plain` decides any cell that is not blank. Where `fast` answers, `plain` says the same and
    has no remarks: tests hold every type to it.
    """

    MESSAGES: ClassVar[Mapping[str, str]]

    def __hash__(self) -> int:
        """A type is asked for its expressions once and remembered."""
        ...

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Canonical value of regular cells, null for the rest."""
        ...

    def plain(self, text: str, kind: int) -> Reading:
        """Canonical value and remarks of one trimmed, non-blank cell."""
        ...

    @property
    def arrow(self) -> pa.DataType:
        """Arrow type of the canonical column."""
        ...


@dataclass(frozen=True)
class CanonColumn:
    """One column to make canonical: its name, type, and where in the sheet it stands.

    `source` is a 1-based number, a letter ('C'), or None when the sheet has no such column.
    `codes` maps what offices write to the code it means (types code, town, village, sub_item).
    """

    name: str
    type: str
    source: int | str | None = None
    unit: str = "元"
    required: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise ValueError(f"column name {self.name!r} is not a lower-case identifier")
        if isinstance(self.source, str) and not re.fullmatch(r"[A-Z]{1,3}", self.source):
            raise ValueError(f"column {self.name}: {self.source!r} is no column letter")
        if isinstance(self.source, int) and self.source < 1:
            raise ValueError(f"column {self.name}: columns are counted from 1")

    @property
    def place(self) -> int | None:
        """1-based number of the column in the sheet."""
        if not isinstance(self.source, str):
            return self.source
        number = 0
        for letter in self.source:
            number = number * 26 + ord(letter) - 64
        return number


@dataclass(frozen=True)
class CanonResult:
    """`table`: line int32, the canonical columns, verdict int8 (0 clean, 1 note, 2 warn,
    3 rejected). `faults`: line int32, column string, code string, severity int8, params string.
    """

    table: pa.Table
    faults: pa.Table
