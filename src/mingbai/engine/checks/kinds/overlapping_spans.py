"""One person in two places at the same time: spans of days that overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, address, check_column
from mingbai.engine.checks.spells import Sieve


@dataclass(frozen=True, kw_only=True)
class OverlappingSpans(CheckSpec):
    """No two rows of a person share a day between `start_date` and `end_date`, both included.
    With `apart` only rows that differ in that column meet (`course`: a course listed twice is no
    clash with itself). The row that begins later is doubted. One finding a person.
    """

    apart: str | None = None

    NAMES: ClassVar[Mapping[str, str]] = {
        "spans_overlap": "时间重叠",
        "spans_reversed": "起止日期颠倒",
        "spans_unknown": "起止日期不全",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "spans_overlap": "此人有 {times} 行与另一行的起止日期重叠，同一时间不可能参加两处"
        "（如两个培训班）。请核对签到和起止日期，不实的退回。",
        "spans_reversed": "结束日期早于开始日期，必有一个填错。请照原始记录更正。",
        "spans_unknown": "缺少开始日期、结束日期或班次，无法核对时间是否重叠。请补齐后再比对。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("times",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.apart is not None and check_column(self.apart) not in ("course", "sub_item"):
            raise ValueError("spans are told apart by course or sub_item")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person, both days, and what tells rows apart."""
        apart = [self.apart] if self.apart is not None else []
        return {self.table: ["id_key", "start_date", "end_date", *apart, *self.scope_columns()]}

    def grain(self) -> tuple[str, ...]:
        """Each person by itself."""
        return ("id_key",)

    def points_at(self) -> str:
        """The first day."""
        return "start_date"

    def query(self) -> Query:
        """Spans of a person meet in pairs."""
        lacking = "r.start_date IS NULL OR r.end_date IS NULL"
        apart, differ = "", ""
        if self.apart is not None:
            lacking += f" OR r.{self.apart} IS NULL"
            apart, differ = f", r.{self.apart} AS apart", "AND a.apart <> b.apart"
        return Query(
            f"""
            WITH spans AS (
                SELECT r.id_key, r.row, r.start_date, r.end_date{apart}
                FROM {self.table} AS r
                WHERE r.start_date <= r.end_date AND {self.scope()}
            ), pairs AS (
                SELECT a.id_key, a.row AS earlier, b.row AS later
                FROM spans AS a JOIN spans AS b
                  ON a.id_key = b.id_key AND a.end_date >= b.start_date {differ}
                 AND (a.start_date < b.start_date
                      OR (a.start_date = b.start_date AND a.row < b.row))
            ), doubted AS (
                SELECT DISTINCT id_key, later AS row FROM pairs
            ), beside AS (
                SELECT DISTINCT p.id_key, p.earlier AS row
                FROM pairs AS p LEFT JOIN doubted AS d ON p.earlier = d.row
                WHERE d.row IS NULL
            ), counted AS (
                SELECT id_key, count(*) AS times FROM doubted GROUP BY id_key
            ), caught AS (
                SELECT id_key, row, TRUE AS subject FROM doubted
                UNION ALL
                SELECT id_key, row, FALSE AS subject FROM beside
            )
            SELECT 'spans_overlap' AS code, c.id_key AS person, '' AS cause,
                   '{self.table}' AS "table", c.row, c.subject, n.times AS fact1, NULL AS fact2
            FROM caught AS c JOIN counted AS n ON c.id_key = n.id_key
            UNION ALL
            SELECT CASE WHEN {lacking} THEN 'spans_unknown' ELSE 'spans_reversed' END, r.id_key,
                   CASE WHEN r.id_key IS NULL THEN 'row ' || CAST(r.row AS VARCHAR) ELSE '' END,
                   '{self.table}', r.row, TRUE, NULL, NULL
            FROM {self.table} AS r
            WHERE ({lacking} OR r.end_date < r.start_date) AND {self.scope()}
            """,  # noqa: S608 - names passed check_identifier and check_column
            self.scope_values(),
        )

    def sieve(self) -> Sieve:
        """Days missing or reversed, or more than one span."""
        differ = f"min(r.{self.apart}) <> max(r.{self.apart})" if self.apart else "sum(r.times) > 1"
        lacking = "r.start_date IS NULL OR r.end_date IS NULL OR r.end_date < r.start_date"
        lacking += f" OR r.{self.apart} IS NULL" if self.apart else ""
        return Sieve(
            f"""
            SELECT r.id_key FROM {self.table}_spells AS r
            WHERE ({lacking}) AND {self.spell_scope()}
            UNION ALL
            SELECT r.id_key FROM {self.table}_spells AS r
            WHERE r.id_key IS NOT NULL AND {self.spell_scope()}
            GROUP BY r.id_key HAVING {differ}
            """,  # noqa: S608 - names passed check_identifier and check_column
            self.scope_values(),
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Each pair of a person's rows."""
        people: dict[bytes, list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            code = self._judge(row)
            if code is not None:
                cause = address(row) if row["id_key"] is None else ""
                yield Hit(code, row["id_key"], cause, self.table, row["row"], True)
            elif row["id_key"] is not None:
                people[row["id_key"]].append(row)
        for person, rows in people.items():
            rows.sort(key=lambda row: row["start_date"])
            caught: dict[int, bool] = {}
            for first, second in combinations(rows, 2):
                if first["end_date"] >= second["start_date"] and self._differ(first, second):
                    caught.setdefault(first["row"], False)
                    caught[second["row"]] = True
            times = sum(caught.values())
            for place, subject in caught.items():
                yield Hit("spans_overlap", person, "", self.table, place, subject, times)

    def _judge(self, row: Row) -> str | None:
        start, end = row["start_date"], row["end_date"]
        if start is None or end is None or (self.apart is not None and row[self.apart] is None):
            return "spans_unknown"
        return "spans_reversed" if end < start else None

    def _differ(self, first: Row, second: Row) -> bool:
        return self.apart is None or bool(first[self.apart] != second[self.apart])
