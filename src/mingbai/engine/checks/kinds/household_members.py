"""A person counted as a member of two households."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, address
from mingbai.engine.checks.sharing import narrow
from mingbai.engine.checks.spells import Sieve


@dataclass(frozen=True, kw_only=True)
class HouseholdMembers(CheckSpec):
    """A person belongs to one household; `monthly`: to one in each month, so that moving is no
    fault. Rows of the household met first stand, the others are doubted. One finding a person.
    """

    monthly: bool = False

    NAMES: ClassVar[Mapping[str, str]] = {
        "member_twice": "一人列入多户",
        "member_undated": "一人列入多户（缺月份）",
        "member_unknown": "缺户号无法核对成员",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "member_twice": "同一人被列为 {households} 户的家庭成员，可能重复计算人口。"
        "请核对户籍，只在实际所在的一户保留。",
        "member_undated": "同一人被列为 {households} 户的家庭成员，但有的行缺少月份，"
        "无法断定是迁移还是重复。请补报月份后再比对。",
        "member_unknown": "没有填户号，无法核对此人是否重复计入别户。请照户口簿补填。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("households",)

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person and household, and the month where it counts."""
        month = ["period"] if self.monthly else []
        return {self.table: ["id_key", "household_key", *month, *self.scope_columns()]}

    def grain(self) -> tuple[str, ...]:
        """Each person by itself."""
        return ("id_key",)

    def points_at(self) -> str:
        """The household."""
        return "household"

    def query(self) -> Query:
        """Groups with two households, and the household of the first row of each."""
        undated = """
            , dateless AS (
                SELECT id_key, min(row) AS first, count(DISTINCT household_key) AS households
                FROM members WHERE id_key NOT IN (SELECT id_key FROM dated)
                GROUP BY id_key
                HAVING min(household_key) <> max(household_key) AND count(*) > count(month)
            )
        """
        undated_rows = f"""
            UNION ALL
            SELECT 'member_undated', m.id_key, '', '{self.table}', m.row,
                   m.household_key <> f.household_key, d.households, NULL
            FROM members AS m JOIN dateless AS d ON m.id_key = d.id_key
            JOIN members AS f ON d.first = f.row
        """  # noqa: S608 - the table's name passed check_identifier, the rest is ours
        return Query(
            f"""
            WITH members AS (
                SELECT r.id_key, r.household_key, r.row,
                       {"r.period" if self.monthly else "0"} AS month
                FROM {self.table} AS r
                WHERE r.id_key IS NOT NULL AND r.household_key IS NOT NULL AND {self.scope()}
            ), dated AS (
                SELECT id_key, month, min(row) AS first,
                       count(DISTINCT household_key) AS households
                FROM members WHERE month IS NOT NULL GROUP BY id_key, month
                HAVING min(household_key) <> max(household_key)
            ){undated if self.monthly else ""}
            SELECT 'member_twice' AS code, m.id_key AS person, '' AS cause,
                   '{self.table}' AS "table", m.row, m.household_key <> f.household_key AS subject,
                   d.households AS fact1, NULL AS fact2
            FROM members AS m JOIN dated AS d ON m.id_key = d.id_key AND m.month = d.month
            JOIN members AS f ON d.first = f.row
            {undated_rows if self.monthly else ""}
            UNION ALL
            SELECT 'member_unknown', r.id_key,
                   CASE WHEN r.id_key IS NULL THEN 'row ' || CAST(r.row AS VARCHAR) ELSE '' END,
                   '{self.table}', r.row, TRUE, NULL, NULL
            FROM {self.table} AS r WHERE r.household_key IS NULL AND {self.scope()}
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            self.scope_values(),
        )

    def sieve(self) -> Sieve:
        """People with two households, and rows without one."""
        return Sieve(
            f"""
            SELECT r.id_key FROM {self.table}_spells AS r
            WHERE r.household_key IS NULL AND {self.spell_scope()}
            UNION ALL
            SELECT r.id_key FROM {narrow(self.table, "id_key", "household_key")} AS r
            WHERE r.id_key IS NOT NULL AND {self.spell_scope()}
            GROUP BY r.id_key HAVING min(r.household_key) <> max(r.household_key)
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            self.scope_values(),
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Each person's rows, month by month."""
        people: dict[bytes, list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            if row["household_key"] is None:
                cause = address(row) if row["id_key"] is None else ""
                yield Hit("member_unknown", row["id_key"], cause, self.table, row["row"], True)
            elif row["id_key"] is not None:
                people[row["id_key"]].append(row)
        for person, rows in people.items():
            months: dict[int, list[Row]] = defaultdict(list)
            for row in rows:
                month = row["period"] if self.monthly else 0
                if month is not None:
                    months[month].append(row)
            clashes = [group for group in months.values() if _count(group) > 1]
            for group in clashes:
                yield from self._hits("member_twice", person, group)
            undated = sum(map(len, months.values())) < len(rows)
            if not clashes and undated and _count(rows) > 1:
                yield from self._hits("member_undated", person, rows)

    def _hits(self, code: str, person: bytes, rows: list[Row]) -> Iterator[Hit]:
        for row in rows:
            subject = row["household_key"] != rows[0]["household_key"]
            yield Hit(code, person, "", self.table, row["row"], subject, _count(rows))


def _count(rows: list[Row]) -> int:
    return len({row["household_key"] for row in rows})
