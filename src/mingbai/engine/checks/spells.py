"""Spells: a table folded to one row for all rows that agree in everything but the month.

Columns are those of the table but `row` and `period`; instead of these `times` (rows), `era` and
`months` (four years, and a bit for each of their months), `first_period` and `last_period`. Nothing
else is lost, so a condition over spells can be exact; on monthly rosters there are a tenth as many.
Kinds of check say over spells whom they may concern (Sieve).
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

#: Years to an era: sixteen bits a year make 64 bits an era.
_ERA: Final = 400
#: Numbers that are no yyyymm get an era each, from here.
_ODD: Final = 10_000_000_000


@dataclass(frozen=True)
class Sieve:
    """A statement over spells (`<table>_spells`) and lists that gives `id_key` of every person
    whom the check may name, and more. Rows without a person count as one, NULL.

    A check is decided among all rows of the people given; with another `by` (a key, which the
    statement gives beside `id_key`) among the rows of the values given, of which all people must
    be given.
    """

    text: str
    values: Mapping[str, object]
    by: str = "id_key"

    def content(self) -> object:
        """Rules that differ in severity only ask the same."""
        return self.text, tuple(sorted(self.values.items())), self.by


def month_era(period: str) -> str:
    """SQL for the four years in which a month lies."""
    return (
        f"CASE WHEN {period} >= 0 AND {period} % 100 < 16 THEN {period} // {_ERA}"
        f" ELSE {_ODD} + {period} END"
    )


def month_bit(period: str) -> str:
    """SQL for the month's bit in its era; a missing month has the first."""
    place = f"{period} % {_ERA} // 100 * 16 + {period} % 100"
    return (
        f"CASE WHEN {period} >= 0 AND {period} % 100 < 16"
        f" THEN CAST(1 AS UBIGINT) << CAST({place} AS UBIGINT) ELSE CAST(1 AS UBIGINT) END"
    )


def bound_months(period: int, *, later: bool) -> tuple[int, int]:
    """The era of a month, and the bits in it of that month and the later (or earlier) ones."""
    place = period % _ERA // 100 * 16 + period % 100
    bits = range(place, 64) if later else range(place + 1)
    return period // _ERA, sum(1 << bit for bit in bits)


def fold(relation: str, columns: AbstractSet[str], codes: Mapping[str, str]) -> str:
    """The statement that folds `columns` (with `id_key`) of a relation into spells. Columns of text
    go through the pass as numbers, each by the ENUM type that `codes` names for it.
    """
    kept = ["id_key", *sorted(columns - {"id_key", "period"})]
    coded = [_cast(column, codes.get(column)) for column in kept]
    told = [_cast(column, "VARCHAR" if column in codes else None) for column in kept]
    month = "period" if "period" in columns else "CAST(NULL AS INTEGER)"
    # Smeared downwards, the highest bit tells its place by their count.
    return f"""
        SELECT {", ".join(told)}, times, months, era,
               {month_at("era", "bit_count((months & ((~months) + 1)) - 1)")} AS first_period,
               {month_at("era", "bit_count(s32) - 1")} AS last_period
        FROM (
            SELECT *, months | (months >> 1) AS s1, s1 | (s1 >> 2) AS s2, s2 | (s2 >> 4) AS s4,
                   s4 | (s4 >> 8) AS s8, s8 | (s8 >> 16) AS s16, s16 | (s16 >> 32) AS s32
            FROM (
                SELECT {", ".join(coded)}, {month_era(month)} AS era, count(*) AS times,
                       bit_or({month_bit(month)}) AS months
                FROM {relation} GROUP BY ALL
            )
        )
        """  # noqa: S608 - checked names


def _cast(column: str, kind: str | None) -> str:
    return f'CAST("{column}" AS {kind}) AS "{column}"' if kind else f'"{column}"'


def month_at(era: str, bit: str) -> str:
    """SQL for the month that a bit of an era stands for; twin of `month_era` and `month_bit`."""
    # Counts of bits are tiny integers, which overflow from the era's third year.
    place = f"CAST({bit} AS INTEGER)"
    first = f"{era} * {_ERA} + {place} // 16 * 100 + {place} % 16"
    return f"CAST(CASE WHEN {era} >= {_ODD // 2} THEN {era} - {_ODD} ELSE {first} END AS INTEGER)"
