"""The head of a household: named, one only, and a member of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, address
from mingbai.engine.checks.spells import Sieve


@dataclass(frozen=True, kw_only=True)
class HouseholdHead(CheckSpec):
    """Every household has one head, who stands among its members; `monthly`: in each month, so
    that a change of head is no fault. One finding a household and code (and head, where the head
    is not a member). A head named on some of the household's rows speaks for all of them.
    """

    monthly: bool = False

    NAMES: ClassVar[Mapping[str, str]] = {
        "head_outside": "户主不在户内",
        "head_unsure": "户主是否在户内不明",
        "head_several": "一户多个户主",
        "head_missing": "缺户主",
        "head_unplaced": "缺户号无法核对户主",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "head_outside": "所填户主不在这一户的成员之中。请照户口簿核对户主和成员，补齐或更正。",
        "head_unsure": "所填户主不在这一户写明身份证号的成员之中，而这一户有成员缺身份证号，"
        "无法断定。请先补齐身份证号。",
        "head_several": "同一户填了 {heads} 个不同的户主。请照户口簿核对，只留一个。",
        "head_missing": "这一户没有填户主。请照户口簿补填。",
        "head_unplaced": "没有填户号，无法核对户主。请照户口簿补填。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("heads",)

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person, household and head, and the month where it counts."""
        month = ["period"] if self.monthly else []
        return {self.table: ["id_key", "household_key", "head_key", *month, *self.scope_columns()]}

    def grain(self) -> tuple[str, ...]:
        """Each household by itself."""
        return ("household_key",)

    def points_at(self) -> str:
        """The head."""
        return "head_name"

    def query(self) -> Query:
        """Sum each household up, then look at its rows again. Rows without a month make a month."""
        month = "coalesce(r.period, 0)" if self.monthly else "0"
        return Query(
            f"""
            WITH members AS (
                SELECT r.id_key, r.household_key AS house, r.head_key, r.row, {month} AS month
                FROM {self.table} AS r WHERE r.household_key IS NOT NULL AND {self.scope()}
            ), houses AS (
                SELECT house, month, count(DISTINCT head_key) AS heads,
                       count(*) - count(id_key) AS unnamed,
                       min(CASE WHEN head_key IS NOT NULL THEN row END) AS first
                FROM members GROUP BY house, month
            ), theirs AS (
                SELECT DISTINCT house, month, id_key FROM members WHERE id_key IS NOT NULL
            )
            SELECT 'head_missing' AS code, NULL AS person, lower(hex(m.house)) AS cause,
                   '{self.table}' AS "table", m.row, TRUE AS subject, NULL AS fact1, NULL AS fact2
            FROM members AS m JOIN houses AS h ON m.house = h.house AND m.month = h.month
            WHERE h.heads = 0
            UNION ALL
            SELECT 'head_several', NULL, lower(hex(m.house)), '{self.table}', m.row,
                   m.head_key <> f.head_key, h.heads, NULL
            FROM members AS m JOIN houses AS h ON m.house = h.house AND m.month = h.month
            JOIN members AS f ON h.first = f.row
            WHERE h.heads > 1 AND m.head_key IS NOT NULL
            UNION ALL
            SELECT CASE WHEN h.unnamed > 0 THEN 'head_unsure' ELSE 'head_outside' END, m.head_key,
                   lower(hex(m.house)), '{self.table}', m.row, TRUE, NULL, NULL
            FROM members AS m JOIN houses AS h ON m.house = h.house AND m.month = h.month
            LEFT JOIN theirs AS t
              ON m.house = t.house AND m.month = t.month AND m.head_key = t.id_key
            WHERE m.head_key IS NOT NULL AND t.id_key IS NULL
            UNION ALL
            SELECT 'head_unplaced', r.id_key,
                   CASE WHEN r.id_key IS NULL THEN 'row ' || CAST(r.row AS VARCHAR) ELSE '' END,
                   '{self.table}', r.row, TRUE, NULL, NULL
            FROM {self.table} AS r WHERE r.household_key IS NULL AND {self.scope()}
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            self.scope_values(),
        )

    def sieve(self) -> Sieve:
        """Households with several heads, and those where some month lacks a head, or lacks the
        head among its members.
        """
        era = "r.era" if self.monthly else "0"
        months = "bit_or(r.months)" if self.monthly else "1"
        return Sieve(
            f"""
            WITH members AS (
                SELECT r.id_key, r.household_key, r.head_key, {era} AS era,
                       {self.spell_months()} AS months
                FROM {self.table}_spells AS r
                WHERE r.household_key IS NOT NULL AND {self.spell_scope()}
                  AND ({self.spell_months()}) <> 0
            ), houses AS (
                SELECT r.household_key, r.era, {months} AS months
                FROM members AS r GROUP BY r.household_key, r.era
            ), heads AS (
                SELECT r.household_key, r.era, r.head_key, {months} AS months
                FROM members AS r WHERE r.head_key IS NOT NULL
                GROUP BY r.household_key, r.era, r.head_key
            ), theirs AS (
                SELECT r.household_key, r.era, r.id_key, {months} AS months
                FROM members AS r WHERE r.id_key IS NOT NULL
                GROUP BY r.household_key, r.era, r.id_key
            ), odd AS (
                SELECT h.household_key FROM houses AS h
                LEFT JOIN heads AS d ON h.household_key = d.household_key
                  AND h.era IS NOT DISTINCT FROM d.era
                WHERE d.head_key IS NULL OR (h.months & (~d.months)) <> 0
                UNION
                SELECT d.household_key FROM heads AS d
                LEFT JOIN theirs AS t ON d.household_key = t.household_key
                  AND d.era IS NOT DISTINCT FROM t.era AND d.head_key = t.id_key
                WHERE t.id_key IS NULL OR (d.months & (~t.months)) <> 0
                UNION
                SELECT d.household_key FROM heads AS d
                GROUP BY d.household_key HAVING min(d.head_key) <> max(d.head_key)
            )
            SELECT r.id_key, r.household_key FROM {self.table}_spells AS r
            JOIN odd AS o ON r.household_key = o.household_key
            UNION ALL
            SELECT r.id_key, r.household_key FROM {self.table}_spells AS r
            WHERE r.household_key IS NULL AND {self.spell_scope()}
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            self.scope_values(),
            by="household_key",
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Household by household."""
        houses: dict[tuple[bytes, int], list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            if row["household_key"] is None:
                cause = address(row) if row["id_key"] is None else ""
                yield Hit("head_unplaced", row["id_key"], cause, self.table, row["row"], True)
            else:
                month = (row["period"] or 0) if self.monthly else 0
                houses[row["household_key"], month].append(row)
        for (house, _), rows in houses.items():
            yield from self._judge(house.hex(), rows)

    def _judge(self, cause: str, rows: list[Row]) -> Iterator[Hit]:
        members = {row["id_key"] for row in rows}
        headed = [row for row in rows if row["head_key"] is not None]
        heads = {row["head_key"] for row in headed}
        if not heads:
            for row in rows:
                yield Hit("head_missing", None, cause, self.table, row["row"], True)
        if len(heads) > 1:
            for row in headed:
                subject = row["head_key"] != headed[0]["head_key"]
                yield Hit(
                    "head_several", None, cause, self.table, row["row"], subject, len(heads)
                )  # fmt: skip
        outside = "head_unsure" if None in members else "head_outside"
        for row in headed:
            if row["head_key"] not in members:
                yield Hit(outside, row["head_key"], cause, self.table, row["row"], True)
