"""Statements that fold rows to spells by number, so that later rows can be folded into the same.

A key stands as a 64-bit number, which is the same whenever and wherever it is computed, so nothing
is renumbered when more rows come. A spell's own number is that of all its columns and its era. A
second, independent number beside it (`proof`) tells two spells of one number apart.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Final

import pyarrow as pa

from mingbai.engine.checks.shapes import COLUMNS
from mingbai.engine.checks.spells import month_bit, month_era

#: Keys that findings tell, as persons or as causes; these stand in clear beside their numbers.
SHOWN: Final = ("account_key", "head_key", "household_key", "id_key", "phone_key")
#: Columns of a row that are not its spell's.
OF_ROWS: Final = frozenset({"row", "period", "table", "line"})


def is_key(column: str) -> bool:
    """Whether a column holds keys."""
    return bool(COLUMNS.get(column) == pa.binary())


def kept_columns(columns: Set[str]) -> list[str]:
    """What a spell tells: `columns`, and what a finding tells of any row."""
    return sorted({*columns, "amount", "sub_item"} - OF_ROWS)


def numbered(column: str) -> str:
    """A column of a row as it stands in a spell."""
    if not is_key(column):
        return f'r."{column}"'
    return f'CASE WHEN r."{column}" IS NOT NULL THEN hash(r."{column}") END AS "{column}"'


def shown(columns: Sequence[str]) -> list[str]:
    """Keys in clear, each under its name with an underscore before it."""
    return [f'r."{column}" AS "_{column}"' for column in columns if column in SHOWN]


def number_rows(relation: str, columns: Sequence[str], sheets: str, seed: int) -> str:
    """Rows of a relation, each with the number of its spell and the proof of it."""
    era = month_era("r.period")
    listed = [f'r."{column}"' for column in columns]
    number = f"hash({seed}, {', '.join([era, *listed])})"
    proof = f"hash({', '.join([*reversed(listed), era])}, {seed})"
    return f"""
        SELECT {number} AS spell, {proof} AS proof, r.row, r.period, s.sheet, r.line
        FROM {relation} AS r JOIN {sheets} AS s ON r."table" = s.name
        """  # noqa: S608 - checked names


def group_rows(relation: str) -> str:
    """One row a spell: its months, how many rows, and one row (`sample`) that stands for them."""
    return f"""
        SELECT spell, min(proof) AS proof, max(proof) AS other_proof, count(*) AS times,
               bit_or({month_bit("period")}) AS months, {month_era("any_value(period)")} AS era,
               min(period) AS first_period, max(period) AS last_period, min(row) AS sample
        FROM {relation} GROUP BY spell
        """  # noqa: S608 - checked names


def tell_spells(relation: str, grouped: str, columns: Sequence[str]) -> str:
    """The spells of grouped rows, with what their samples in the relation tell."""
    told = ", ".join([*map(numbered, columns), *shown(columns)])
    return f"""
        SELECT g.spell, g.proof, g.times, g.months, g.era, g.first_period, g.last_period, {told}
        FROM {relation} AS r JOIN {grouped} AS g ON r.row = g.sample
        """  # noqa: S608 - checked names


def tell_rows(name: str, columns: Sequence[str]) -> str:
    """The rows of a folded table, as they were given."""
    told = ", ".join(f's."{column}"' for column in columns)
    return f"""
        SELECT r.row, r.period, r.line, h.name AS "table", s.era, {told}
        FROM copy.{name}_rows AS r JOIN copy.{name}_spells AS s ON r.spell = s.spell
        JOIN copy.{name}_sheets AS h ON r.sheet = h.sheet
        """  # noqa: S608 - checked names
