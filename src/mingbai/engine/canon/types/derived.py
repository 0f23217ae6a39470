"""What a canonical number tells beside itself: birth date and sex, kind and grade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import CanonColumn, Value
from mingbai.engine.canon.types.disability_card import grade_of, kind_of
from mingbai.engine.canon.types.id_number import (
    birth_date_of,
    derive_birth_date,
    derive_sex,
    sex_of,
)


@dataclass(frozen=True)
class Derived:
    """A column that comes with another: its name's end, its type, and how it is told, twice."""

    name: str
    arrow: pa.DataType
    fast: Callable[[pl.Expr], pl.Expr]
    plain: Callable[[str], Value | None]


def _digit(place: int) -> Callable[[pl.Expr], pl.Expr]:
    return lambda card: card.str.slice(place, 1).cast(pl.Int8)


def _only_numbers(tell: Callable[[str], Value | None]) -> Callable[[str], Value | None]:
    """Nothing for old permits and other documents, which are no 18-character numbers."""
    return lambda number: tell(number) if len(number) == 18 else None


_PERSON: Final = (
    Derived("birth_date", pa.date32(), derive_birth_date, _only_numbers(birth_date_of)),
    Derived("sex", pa.int8(), derive_sex, _only_numbers(sex_of)),
)
_CARD: Final = (
    Derived("id_number", pa.string(), lambda card: card.str.slice(0, 18), lambda card: card[:18]),
    Derived("kind", pa.int8(), _digit(18), kind_of),
    Derived("grade", pa.int8(), _digit(19), grade_of),
)
_BY_TYPE: Final[Mapping[str, tuple[Derived, ...]]] = {
    "id_number": _PERSON,
    "document": _PERSON,
    "disability_card": _CARD,
}


def derived_columns(column: CanonColumn) -> list[tuple[str, Derived]]:
    """Names of the columns that `column` gives beside itself, each with how it is told.

    They bear its name as a prefix; only the column `id_number` itself does without, since it is
    the row's own person: `birth_date`, `head_id_birth_date`, `card_grade`.
    """
    prefix = "" if column.name == "id_number" else column.name + "_"
    return [(prefix + each.name, each) for each in _BY_TYPE.get(column.type, ())]
