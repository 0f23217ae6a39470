"""One household, one house: a grant given to the same household again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, address, month_index
from mingbai.engine.checks.spells import Sieve


@dataclass(frozen=True, kw_only=True)
class HouseholdGrants(CheckSpec):
    """Each row is a grant; those of all `sub_items` count together. A household may have one:
    ever, or within `within_months` months (0: within one month). The earlier row stands, the
    later is doubted. One finding a household.
    """

    within_months: int | None = None

    NAMES: ClassVar[Mapping[str, str]] = {
        "household_twice": "一户多次享受",
        "household_undated": "一户多次享受（缺月份）",
        "household_unknown": "缺户号未比对",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "household_twice": "同一户在规定期限内 {times} 次列入，每户只能享受一次，可能重复享受。"
        "请核对户籍和政策，保留一次，其余退回。",
        "household_undated": "同一户 {times} 次列入，但有的行缺少月份，"
        "无法断定是否在规定期限内重复。请补报月份后再比对。",
        "household_unknown": "没有填户号，这一行没有参加每户一次的比对。请照户口簿补填。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("times",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.within_months is not None and not 0 <= self.within_months <= 1200:
            raise ValueError("within_months runs from 0 to 1200")

    @property
    def dated(self) -> bool:
        """Whether months count."""
        return self.within_months is not None

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Household, and the month where it counts."""
        month = ["period"] if self.dated else []
        return {self.table: ["id_key", "household_key", *month, *self.scope_columns()]}

    def grain(self) -> tuple[str, ...]:
        """Each household by itself; rows without one by the person."""
        return ("household_key",)

    def points_at(self) -> str:
        """The household."""
        return "household"

    def query(self) -> Query:
        """Each grant looks back and ahead to the nearest of its household."""
        month = "r.period // 100 * 12 + r.period % 100" if self.dated else "0"
        undated = """
            UNION ALL
            SELECT 'household_undated', g.house, g.row, g.month IS NULL, g.times
            FROM looked AS g
            WHERE g.times > 1 AND g.gaps > 0 AND (g.month IS NULL OR g.nth = 1)
        """
        return Query(
            f"""
            WITH grants AS (
                SELECT r.household_key AS house, r.row, {month} AS month
                FROM {self.table} AS r
                WHERE r.household_key IS NOT NULL AND {self.scope()}
            ), looked AS (
                SELECT house, row, month,
                       month - (lag(month) OVER w) AS since, (lead(month) OVER w) - month AS until,
                       row_number() OVER w AS nth,
                       count(*) OVER (PARTITION BY house) AS times,
                       count(*) OVER (PARTITION BY house)
                           - count(month) OVER (PARTITION BY house) AS gaps
                FROM grants WINDOW w AS (PARTITION BY house ORDER BY month NULLS LAST, row)
            ), met AS (
                SELECT house, row, coalesce(since <= $within, FALSE) AS subject
                FROM looked WHERE since <= $within OR until <= $within
            ), caught AS (
                SELECT 'household_twice' AS code, house, row, subject,
                       count(*) OVER (PARTITION BY house) AS times
                FROM met {undated if self.dated else ""}
            )
            SELECT c.code, NULL AS person, lower(hex(c.house)) AS cause, '{self.table}' AS "table",
                   c.row, c.subject, c.times AS fact1, NULL AS fact2
            FROM caught AS c
            UNION ALL
            SELECT 'household_unknown', r.id_key,
                   CASE WHEN r.id_key IS NULL THEN 'row ' || CAST(r.row AS VARCHAR) ELSE '' END,
                   '{self.table}', r.row, TRUE, NULL, NULL
            FROM {self.table} AS r WHERE r.household_key IS NULL AND {self.scope()}
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            {"within": self.within_months or 0, **self.scope_values()},
        )

    def sieve(self) -> Sieve:
        """Households with several grants, and rows without a household."""
        return Sieve(
            f"""
            WITH several AS (
                SELECT r.household_key FROM {self.table}_spells AS r
                WHERE r.household_key IS NOT NULL AND {self.spell_scope()}
                GROUP BY r.household_key HAVING sum(r.times) > 1
            )
            SELECT r.id_key, r.household_key FROM {self.table}_spells AS r
            JOIN several AS s ON r.household_key = s.household_key
            UNION ALL
            SELECT r.id_key, r.household_key FROM {self.table}_spells AS r
            WHERE r.household_key IS NULL AND {self.spell_scope()}
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            self.scope_values(),
            by="household_key",
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Each household's grants in order."""
        houses: dict[bytes, list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            if row["household_key"] is not None:
                houses[row["household_key"]].append(row)
                continue
            cause = address(row) if row["id_key"] is None else ""
            yield Hit("household_unknown", row["id_key"], cause, self.table, row["row"], True)
        for house, rows in houses.items():
            dated = [row for row in rows if not self.dated or row["period"] is not None]
            dated.sort(key=self._month)
            caught: dict[int, bool] = {}
            for before, now in pairwise(dated):
                if self._month(now) - self._month(before) <= (self.within_months or 0):
                    caught.setdefault(before["row"], False)
                    caught[now["row"]] = True
            for place, subject in caught.items():
                yield self._hit("household_twice", house, place, subject, len(caught))
            undated = [row for row in rows if row not in dated]
            if undated and len(rows) > 1:
                for row in [*dated[:1], *undated]:
                    subject = row["period"] is None
                    yield self._hit("household_undated", house, row["row"], subject, len(rows))

    def _month(self, row: Row) -> int:
        return month_index(row["period"]) if self.dated else 0

    def _hit(self, code: str, house: bytes, place: int, subject: bool, times: int) -> Hit:
        return Hit(code, None, house.hex(), self.table, place, subject, times)
