"""More people than seats, or than the year's target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, check_column
from mingbai.engine.checks.spells import Sieve


@dataclass(frozen=True, kw_only=True)
class Capacity(CheckSpec):
    """At most `limit` different people for each combination of `per` (none: in all). Rows of the
    people who came after the limit was full are doubted. One finding a combination.
    """

    limit: int
    per: tuple[str, ...] = ()

    NAMES: ClassVar[Mapping[str, str]] = {
        "over_capacity": "超过核定人数",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "over_capacity": "名单共有 {people} 人，超过核定的 {limit} 人。"
        "请核对核定人数和名单，超出部分说明依据。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("people", "limit")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.limit < 0:
            raise ValueError("a limit is not negative")
        for column in self.per:
            if check_column(column) not in ("sub_item", "town", "period", "course", "grade"):
                raise ValueError("people are counted per sub_item, town, period, course or grade")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person and what is counted by."""
        return {self.table: ["id_key", *self.per, *self.scope_columns()]}

    def grain(self) -> tuple[str, ...]:
        """What is counted by."""
        return self.per

    def query(self) -> Query:
        """Rank people by their first row."""
        columns = "".join(f"r.{column}, " for column in self.per)
        bare = "".join(f"{column}, " for column in self.per)
        partition = f"PARTITION BY {bare[:-2]}" if self.per else ""
        same = "".join(f" AND r.{c} IS NOT DISTINCT FROM p.{c}" for c in self.per)
        cause = " || '|' || ".join(f"coalesce(CAST(r.{c} AS VARCHAR), '')" for c in self.per)
        return Query(
            f"""
            WITH people AS (
                SELECT {columns}r.id_key, min(r.row) AS first FROM {self.table} AS r
                WHERE r.id_key IS NOT NULL AND {self.scope()} GROUP BY {columns}r.id_key
            ), placed AS (
                SELECT {bare}id_key,
                       row_number() OVER ({partition} ORDER BY first) AS place,
                       count(*) OVER ({partition}) AS people
                FROM people
            )
            SELECT 'over_capacity' AS code, NULL AS person, {cause or "''"} AS cause,
                   '{self.table}' AS "table", r.row, TRUE AS subject,
                   p.people AS fact1, $limit AS fact2
            FROM {self.table} AS r JOIN placed AS p ON r.id_key = p.id_key{same}
            WHERE p.place > $limit AND {self.scope()}
            """,  # noqa: S608 - names passed check_identifier and check_column
            {"limit": self.limit, **self.scope_values()},
        )

    def sieve(self) -> Sieve:
        """Everybody in what is full, all months together."""
        kept = [column for column in self.per if column != "period"]
        columns = ", ".join(f"r.{column}" for column in kept)
        same = "".join(f" AND r.{c} IS NOT DISTINCT FROM f.{c}" for c in kept)
        return Sieve(
            f"""
            WITH filled AS (
                SELECT {columns + ", " if kept else ""}count(DISTINCT r.id_key) AS people
                FROM {self.table}_spells AS r WHERE {self.spell_scope()}
                {f"GROUP BY {columns}" if kept else ""}
            )
            SELECT r.id_key FROM {self.table}_spells AS r JOIN filled AS f
              ON f.people > $limit{same}
            WHERE r.id_key IS NOT NULL AND {self.spell_scope()}
            """,  # noqa: S608 - names passed check_identifier and check_column
            {"limit": self.limit, **self.scope_values()},
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """People in the order in which they came."""
        groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            if row["id_key"] is not None:
                groups[tuple(row[column] for column in self.per)].append(row)
        for key, rows in groups.items():
            order = list(dict.fromkeys(row["id_key"] for row in rows))
            surplus = set(order[self.limit :])
            cause = "|".join("" if part is None else str(part) for part in key)
            for row in rows:
                if row["id_key"] in surplus:
                    yield Hit(
                        "over_capacity", None, cause, self.table, row["row"], True,
                        len(order), self.limit,
                    )  # fmt: skip
