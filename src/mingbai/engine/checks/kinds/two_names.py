"""One ID number under several names: a wrong number, or a name written in two ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row
from mingbai.engine.checks.sharing import narrow
from mingbai.engine.checks.spells import Sieve


@dataclass(frozen=True, kw_only=True)
class TwoNames(CheckSpec):
    """One finding an ID number; the rows that bear the name met first stand as evidence."""

    NAMES: ClassVar[Mapping[str, str]] = {
        "two_names": "一号多名",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "two_names": "同一个身份证号下有 {names} 个不同的姓名，可能填错号码或写错名字。"
        "请照证件逐行核对。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("names",)

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person and name."""
        return {self.table: ["id_key", "name_key", *self.scope_columns()]}

    def points_at(self) -> str:
        """The name."""
        return "name"

    def grain(self) -> tuple[str, ...]:
        """A person."""
        return ("id_key",)

    def query(self) -> Query:
        """IDs whose smallest and largest name differ, then their rows; a row without an ID joins
        nobody's.
        """
        return Query(
            f"""
            WITH several AS (
                SELECT r.id_key FROM {self.table} AS r WHERE {self.scope()}
                GROUP BY r.id_key HAVING min(r.name_key) <> max(r.name_key)
            ), theirs AS (
                SELECT r.id_key, r.name_key, r.row
                FROM {self.table} AS r JOIN several AS s ON r.id_key = s.id_key
                WHERE r.name_key IS NOT NULL AND {self.scope()}
            ), counted AS (
                SELECT id_key, count(DISTINCT name_key) AS names, arg_min(name_key, row) AS met
                FROM theirs GROUP BY id_key
            )
            SELECT 'two_names' AS code, t.id_key AS person, '' AS cause, '{self.table}' AS "table",
                   t.row, t.name_key <> c.met AS subject, c.names AS fact1, NULL AS fact2
            FROM theirs AS t JOIN counted AS c ON t.id_key = c.id_key
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            self.scope_values(),
        )

    def sieve(self) -> Sieve:
        """IDs with two names."""
        return Sieve(
            f"""
            SELECT r.id_key FROM {narrow(self.table, "id_key", "name_key")} AS r
            WHERE r.id_key IS NOT NULL AND {self.spell_scope()}
            GROUP BY r.id_key HAVING min(r.name_key) <> max(r.name_key)
            """,  # noqa: S608 - the table's name passed check_identifier
            self.scope_values(),
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Collect by ID."""
        people: dict[bytes, list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            if row["id_key"] is not None and row["name_key"] is not None:
                people[row["id_key"]].append(row)
        for person, rows in people.items():
            names = {row["name_key"] for row in rows}
            if len(names) > 1:
                for row in rows:
                    subject = row["name_key"] != rows[0]["name_key"]
                    yield Hit("two_names", person, "", self.table, row["row"], subject, len(names))
