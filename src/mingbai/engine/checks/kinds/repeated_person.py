"""The same person more than once in the same month of the same sub-item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, check_column
from mingbai.engine.checks.sharing import narrow_repeated
from mingbai.engine.checks.spells import Sieve


@dataclass(frozen=True, kw_only=True)
class RepeatedPerson(CheckSpec):
    """A person may stand once for each combination of `per`. The first row stands, the later ones
    are doubted. One finding a person and sub-item, however many months.
    """

    per: tuple[str, ...] = ("period",)

    NAMES: ClassVar[Mapping[str, str]] = {
        "repeated_person": "重复申报",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "repeated_person": "同一人在同一子项的同一期名单中出现了 {times} 次，可能重复申报、"
        "重复发放。"
        "请核对后保留一行，其余退回更正。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("times",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.per or "sub_item" in self.per:
            raise ValueError("per names further columns; sub_item always counts")
        for column in self.per:
            check_column(column)

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person, sub-item and what they are counted by."""
        return {self.table: ["id_key", "sub_item", *self.per, *self.scope_columns()]}

    def grain(self) -> tuple[str, ...]:
        """A person within a sub-item."""
        return ("id_key", "sub_item")

    def query(self) -> Query:
        """Groups of more than one, then an order within each."""
        per = ", ".join(f"r.{column}" for column in self.per)
        same = " AND ".join(f"r.{column} IS NOT DISTINCT FROM t.{column}" for column in self.per)
        return Query(
            f"""
            WITH twice AS (
                SELECT r.id_key, r.sub_item, {per}, count(*) AS times
                FROM {self.table} AS r
                WHERE r.id_key IS NOT NULL AND {self.scope()}
                GROUP BY r.id_key, r.sub_item, {per}
                HAVING count(*) > 1
            )
            SELECT 'repeated_person' AS code, r.id_key AS person,
                   coalesce(r.sub_item, '') AS cause, '{self.table}' AS "table", r.row,
                   row_number() OVER (
                       PARTITION BY r.id_key, r.sub_item, {per} ORDER BY r.row
                   ) > 1 AS subject,
                   t.times AS fact1, NULL AS fact2
            FROM {self.table} AS r
            JOIN twice AS t
              ON r.id_key = t.id_key AND r.sub_item IS NOT DISTINCT FROM t.sub_item AND {same}
            WHERE {self.scope()}
            """,  # noqa: S608 - every name in the text passed check_identifier or check_column
            self.scope_values(),
        )

    def sieve(self) -> Sieve:
        """More rows than months."""
        more = "".join(f", r.{column}" for column in self.per if column != "period")
        dated = "period" in self.per
        spells = narrow_repeated(self.table) if dated else f"{self.table}_spells"
        return Sieve(
            f"""
            SELECT r.id_key FROM {spells} AS r
            WHERE r.id_key IS NOT NULL AND {self.spell_scope()}
            GROUP BY r.id_key, r.sub_item{more}{", r.era" if dated else ""}
            HAVING sum(r.times) > {"bit_count(bit_or(r.months))" if dated else "1"}
            """,  # noqa: S608 - every name in the text passed check_identifier or check_column
            self.scope_values(),
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Count by dictionary."""
        groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            if row["id_key"] is not None:
                key = (row["id_key"], row["sub_item"], *(row[column] for column in self.per))
                groups[key].append(row)
        for key, rows in groups.items():
            if len(rows) > 1:
                for nth, row in enumerate(rows):
                    yield Hit(
                        "repeated_person", key[0], key[1] or "", self.table, row["row"], nth > 0,
                        len(rows),
                    )  # fmt: skip
