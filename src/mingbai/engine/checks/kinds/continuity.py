"""From month to month: a person who drops out and returns, an amount changed unexplained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row


@dataclass(frozen=True, kw_only=True)
class Continuity(CheckSpec):
    """Looks at each person's months within a sub-item, in the order of months that were handed in
    for it at all. `gaps`: months left out between two. `amounts`: another amount than the month
    before at the same grade.
    """

    gaps: bool = True
    amounts: bool = True

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "continuity_gap": "此人中间有 {months} 个月不在名单上，之后又出现。"
        "请核对是漏报还是停发后恢复，并注明原因。",
        "continuity_amount": "此人档次未变，金额却与上月不同（共 {months} 次）。"
        "请核对是否调标或填错。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("months",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (self.gaps or self.amounts):
            raise ValueError("say what to look for: gaps, amounts, or both")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person, sub-item, month; amount and grade where they count."""
        paid = ["amount", "grade"] if self.amounts else []
        return {self.table: ["id_key", "sub_item", "period", *paid]}

    def grain(self) -> tuple[str, ...]:
        """A person within a sub-item."""
        return ("id_key", "sub_item")

    def query(self) -> Query:
        """Number the months of each sub-item, then look one month back for each person."""
        amount = "sum(r.amount)" if self.amounts else "NULL::HUGEINT"
        grade = "min(r.grade)" if self.amounts else "NULL::VARCHAR"
        parts = []
        if self.gaps:
            parts.append(
                "SELECT 'continuity_gap' AS code, id_key, sub_item, row, nth - back - 1 AS months"
                " FROM steps WHERE nth - back > 1"
            )
        if self.amounts:
            parts.append(
                "SELECT 'continuity_amount' AS code, id_key, sub_item, row, 1 AS months"
                " FROM steps WHERE nth - back = 1 AND amount <> amount_back"
                " AND grade IS NOT DISTINCT FROM grade_back"
            )
        return Query(
            f"""
            WITH months AS (
                SELECT r.sub_item, r.period,
                       row_number() OVER (PARTITION BY r.sub_item ORDER BY r.period) AS nth
                FROM {self.table} AS r
                WHERE r.period IS NOT NULL AND r.sub_item IS NOT NULL AND {self.scope()}
                GROUP BY r.sub_item, r.period
            ), paid AS (
                SELECT r.id_key, r.sub_item, r.period, min(r.row) AS row,
                       {amount} AS amount, {grade} AS grade
                FROM {self.table} AS r
                WHERE r.id_key IS NOT NULL AND r.period IS NOT NULL AND r.sub_item IS NOT NULL
                  AND {self.scope()}
                GROUP BY r.id_key, r.sub_item, r.period
            ), steps AS (
                SELECT p.id_key, p.sub_item, p.row, p.amount, p.grade, m.nth,
                       lag(m.nth) OVER w AS back,
                       lag(p.amount) OVER w AS amount_back, lag(p.grade) OVER w AS grade_back
                FROM paid AS p
                JOIN months AS m ON p.sub_item = m.sub_item AND p.period = m.period
                WINDOW w AS (PARTITION BY p.id_key, p.sub_item ORDER BY m.nth)
            ), caught AS ({" UNION ALL ".join(parts)})
            SELECT c.code, c.id_key AS person, c.sub_item AS cause, '{self.table}' AS "table",
                   c.row, TRUE AS subject,
                   sum(c.months) OVER (PARTITION BY c.code, c.id_key, c.sub_item)::BIGINT AS fact1,
                   NULL AS fact2
            FROM caught AS c
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            self.scope_values(),
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Each person's months in order."""
        handed: dict[str, set[int]] = defaultdict(set)
        paid: dict[tuple[bytes, str], dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in self.scoped(tables[self.table]):
            if row["period"] is None or row["sub_item"] is None:
                continue
            handed[row["sub_item"]].add(row["period"])
            if row["id_key"] is not None:
                paid[row["id_key"], row["sub_item"]][row["period"]].append(row)
        for (person, sub_item), months in paid.items():
            order = {period: nth for nth, period in enumerate(sorted(handed[sub_item]))}
            caught: dict[str, list[tuple[Row, int]]] = defaultdict(list)
            present = sorted(months)
            for before, now in pairwise(present):
                missed = order[now] - order[before] - 1
                if self.gaps and missed:
                    caught["continuity_gap"].append((months[now][0], missed))
                if self.amounts and not missed and _changed(months[before], months[now]):
                    caught["continuity_amount"].append((months[now][0], 1))
            for code, found in caught.items():
                total = sum(count for _, count in found)
                for row, _ in found:
                    yield Hit(code, person, sub_item, self.table, row["row"], True, total)


def _changed(before: list[Row], now: list[Row]) -> bool:
    first, second = _paid(before), _paid(now)
    if first[0] is None or second[0] is None:
        return False
    return bool(first[0] != second[0] and first[1] == second[1])


def _paid(rows: list[Row]) -> tuple[Any, Any]:
    amounts = [row["amount"] for row in rows if row["amount"] is not None]
    grades = [row["grade"] for row in rows if row["grade"] is not None]
    return (sum(amounts) if amounts else None), (min(grades) if grades else None)
