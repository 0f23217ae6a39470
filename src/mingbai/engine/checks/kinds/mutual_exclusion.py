"""Two benefits that one person may not draw in the same month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row
from mingbai.engine.checks.spells import Sieve


@dataclass(frozen=True, kw_only=True)
class MutualExclusion(CheckSpec):
    """The sub-items `first` and `second` in one month. Rows of `second` are doubted, those of
    `first` stand beside them. Rows without a month meet every month, under a code of their own.
    """

    first: str
    second: str

    NAMES: ClassVar[Mapping[str, str]] = {
        "exclusion": "重复享受",
        "exclusion_undated": "重复享受（缺月份）",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "exclusion": "同一人有 {months} 个月同时享受两项不得兼得的补助。"
        "请核对政策和本人情况，保留一项，另一项停发。",
        "exclusion_undated": "同一人出现在两项不得兼得的补助名单中，但名单缺少月份，"
        "无法断定是否重叠。"
        "请补报月份后再比对。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("months",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.first == self.second or not self.first or not self.second:
            raise ValueError("exclusion takes two different sub-items")
        if self.sub_items:
            raise ValueError("exclusion names its sub-items by first and second")

    @property
    def cause(self) -> str:
        """The pair names the cause."""
        return f"{self.first}|{self.second}"

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person, sub-item, month."""
        return {self.table: ["id_key", "sub_item", "period"]}

    def grain(self) -> tuple[str, ...]:
        """A person."""
        return ("id_key",)

    def query(self) -> Query:
        """Meet month by month; what meets nowhere but lacks a month meets as undated."""
        return Query(
            f"""
            WITH a AS (
                SELECT DISTINCT r.id_key, r.period FROM {self.table} AS r
                WHERE r.sub_item = $first AND r.id_key IS NOT NULL AND {self.scope()}
            ), b AS (
                SELECT DISTINCT r.id_key, r.period FROM {self.table} AS r
                WHERE r.sub_item = $second AND r.id_key IS NOT NULL AND {self.scope()}
            ), met AS (
                SELECT a.id_key, a.period FROM a JOIN b
                  ON a.id_key = b.id_key AND a.period = b.period
            ), dated AS (
                SELECT id_key, count(*) AS months FROM met GROUP BY id_key
            ), undated AS (
                SELECT DISTINCT a.id_key FROM a JOIN b ON a.id_key = b.id_key
                WHERE (a.period IS NULL OR b.period IS NULL)
                  AND a.id_key NOT IN (SELECT id_key FROM dated)
            )
            SELECT 'exclusion' AS code, r.id_key AS person, $cause AS cause,
                   '{self.table}' AS "table", r.row, r.sub_item = $second AS subject,
                   d.months AS fact1, NULL AS fact2
            FROM {self.table} AS r
            JOIN met AS m ON r.id_key = m.id_key AND r.period = m.period
            JOIN dated AS d ON r.id_key = d.id_key
            WHERE r.sub_item IN ($first, $second)
            UNION ALL
            SELECT 'exclusion_undated', r.id_key, $cause, '{self.table}', r.row,
                   r.sub_item = $second, NULL, NULL
            FROM {self.table} AS r JOIN undated AS u ON r.id_key = u.id_key
            WHERE r.sub_item IN ($first, $second) AND {self.scope()}
            """,  # noqa: S608 - the table's name passed check_identifier
            {
                "first": self.first,
                "second": self.second,
                "cause": self.cause,
                **self.scope_values(),
            },
        )

    def sieve(self) -> Sieve:
        """Both in one month, or one without a month."""
        return Sieve(
            f"""
            SELECT a.id_key
            FROM {self.table}_spells AS a JOIN {self.table}_spells AS b ON a.id_key = b.id_key
            WHERE a.sub_item = $first AND b.sub_item = $second
              AND (a.era IS NULL OR b.era IS NULL OR (a.era = b.era AND a.months & b.months <> 0))
            """,  # noqa: S608 - the table's name passed check_identifier
            {"first": self.first, "second": self.second},
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Each person's rows on both sides."""
        people: dict[bytes, list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            if row["id_key"] is not None and row["sub_item"] in (self.first, self.second):
                people[row["id_key"]].append(row)
        for person, rows in people.items():
            firsts = {row["period"] for row in rows if row["sub_item"] == self.first}
            seconds = {row["period"] for row in rows if row["sub_item"] == self.second}
            both = (firsts & seconds) - {None}
            if both:
                caught = [row for row in rows if row["period"] in both]
                code, months = "exclusion", len(both)
            elif firsts and seconds and None in firsts | seconds:
                caught, code, months = rows, "exclusion_undated", None
            else:
                continue
            for row in caught:
                subject = row["sub_item"] == self.second
                yield Hit(code, person, self.cause, self.table, row["row"], subject, months)
