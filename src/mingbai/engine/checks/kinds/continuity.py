"""From month to month: who is new, who is gone, who dropped out and returned, whose amount
changed unexplained.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, address
from mingbai.engine.checks.spells import Sieve

#: Months handed in, by sub-item and place ('' is anywhere).
_Handed = Mapping[tuple[str, str], set[int]]


@dataclass(frozen=True, kw_only=True)
class Continuity(CheckSpec):
    """Looks at each person's months within a sub-item, in the order of months that were handed in
    for it at all (`by_town`: for the town where the person stood; a town that handed in nothing
    leaves nobody out). `gaps`: months left out between two. `amounts`: another amount than the
    month before at the same grade. `new`: not there in months handed in before their first.
    `gone`: not there in months handed in after their last.
    """

    gaps: bool = True
    amounts: bool = True
    new: bool = False
    gone: bool = False
    by_town: bool = False

    NAMES: ClassVar[Mapping[str, str]] = {
        "continuity_gap": "中断后恢复",
        "continuity_amount": "金额变动",
        "continuity_new": "新增对象",
        "continuity_gone": "不再列入",
        "continuity_unknown": "前后月无法核对",
        "continuity_unpriced": "金额变动无法核对",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "continuity_gap": "此人中间有 {months} 个月不在名单上，之后又出现。"
        "请核对是漏报还是停发后恢复，并注明原因。",
        "continuity_amount": "此人档次未变，金额却与上月不同（共 {months} 次）。"
        "请核对是否调标或填错。",
        "continuity_new": "此人新列入名单，此前已报的 {months} 个月都没有。"
        "请核对审批手续和起始月份。",
        "continuity_gone": "此人不再列入名单，之后已报的 {months} 个月都没有。"
        "请核对是停发、去世、迁出还是漏报；漏报的补报。",
        "continuity_unknown": "这一行缺少子项或月份，没有参加前后月核对。请补齐后再比对。",
        "continuity_unpriced": "此人有 {months} 个月没有填金额，无法与前后月核对金额变动。请补填。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("months",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (self.gaps or self.amounts or self.new or self.gone):
            raise ValueError("say what to look for: gaps, amounts, new, gone")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person, sub-item, month; amount and grade, and the town, where they count."""
        paid = ["amount", "grade"] * self.amounts + ["town"] * self.by_town
        return {self.table: ["id_key", "sub_item", "period", *paid]}

    def grain(self) -> tuple[str, ...]:
        """A person within a sub-item."""
        return ("id_key", "sub_item")

    def query(self) -> Query:
        """Number the months of each place, then look one month back and ahead for each person."""
        amount, grade = "CAST(NULL AS BIGINT)", "CAST(NULL AS VARCHAR)"
        if self.amounts:
            amount, grade = "CAST(sum(r.amount) AS BIGINT)", "min(r.grade)"
        return Query(
            f"""
            WITH {self._months()}, paid AS (
                SELECT r.id_key, r.sub_item, r.period, min(r.row) AS row,
                       {amount} AS amount, {grade} AS grade
                FROM scoped AS r WHERE r.id_key IS NOT NULL
                GROUP BY r.id_key, r.sub_item, r.period
            ), placed AS (
                SELECT p.*, s.place, m.nth, m.total, m.due
                FROM paid AS p JOIN scoped AS s ON p.row = s.row
                JOIN months AS m
                  ON m.sub_item = p.sub_item AND m.place = s.place AND m.period = p.period
            ), steps AS (
                SELECT placed.*, lag(period) OVER w AS back, lag(place) OVER w AS place_back,
                       lag(due) OVER w AS due_back, lag(amount) OVER w AS amount_back,
                       lag(grade) OVER w AS grade_back, lead(period) OVER w AS ahead
                FROM placed WINDOW w AS (PARTITION BY id_key, sub_item ORDER BY period)
            ), caught AS ({" UNION ALL ".join(self._parts())})
            SELECT c.code, c.id_key AS person, c.sub_item AS cause, '{self.table}' AS "table",
                   c.row, TRUE AS subject,
                   CAST(sum(c.months) OVER (PARTITION BY c.code, c.id_key, c.sub_item) AS BIGINT)
                       AS fact1,
                   NULL AS fact2
            FROM caught AS c
            UNION ALL
            SELECT 'continuity_unknown', r.id_key,
                   CASE WHEN r.id_key IS NULL THEN 'row ' || CAST(r.row AS VARCHAR)
                       ELSE coalesce(r.sub_item, '') END,
                   '{self.table}', r.row, TRUE, NULL, NULL
            FROM {self.table} AS r
            WHERE (r.period IS NULL OR r.sub_item IS NULL) AND {self.scope()}
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            self.scope_values(),
        )

    def _months(self) -> str:
        """Tables in between: the rows looked at, and the months of each place in order."""
        place = "coalesce(r.town, '')" if self.by_town else "''"
        return f"""
            scoped AS (
                SELECT r.*, {place} AS place FROM {self.table} AS r
                WHERE r.period IS NOT NULL AND r.sub_item IS NOT NULL AND {self.scope()}
            ), given AS (
                SELECT r.sub_item, {place} AS place, r.period FROM {self._handed()[0]} AS r
                WHERE r.period IS NOT NULL AND r.sub_item IS NOT NULL AND {self.scope()}
            ), handed AS (
                SELECT sub_item, place, period FROM given
                UNION
                SELECT sub_item, '' AS place, period FROM given
            ), months AS (
                SELECT sub_item, place, period,
                       row_number() OVER (PARTITION BY sub_item, place ORDER BY period) AS nth,
                       count(*) OVER (PARTITION BY sub_item, place) AS total,
                       lead(period) OVER (PARTITION BY sub_item, place ORDER BY period) AS due
                FROM handed
            )"""  # noqa: S608 - names passed check_identifier, the rest is ours

    def _parts(self) -> Iterator[str]:
        """One SELECT for each thing looked for."""
        if self.gaps:
            yield (
                "SELECT 'continuity_gap' AS code, s.id_key, s.sub_item, s.row, count(*) AS months"
                " FROM steps AS s JOIN months AS m ON m.sub_item = s.sub_item"
                " AND m.place = s.place_back AND m.period > s.back AND m.period < s.period"
                " WHERE s.due_back < s.period GROUP BY s.id_key, s.sub_item, s.row"
            )
        if self.amounts:
            yield (
                "SELECT 'continuity_amount' AS code, id_key, sub_item, row, 1 AS months FROM steps"
                " WHERE amount <> amount_back AND grade IS NOT DISTINCT FROM grade_back"
                " AND (due_back IS NULL OR due_back >= period)"
            )
            yield (
                "SELECT 'continuity_unpriced' AS code, id_key, sub_item, row, 1 AS months"
                " FROM steps WHERE amount IS NULL AND (back IS NOT NULL OR ahead IS NOT NULL)"
            )
        if self.new:
            yield (
                "SELECT 'continuity_new' AS code, id_key, sub_item, row, nth - 1 AS months"
                " FROM steps WHERE back IS NULL AND nth > 1"
            )
        if self.gone:
            yield (
                "SELECT 'continuity_gone' AS code, id_key, sub_item, row, total - nth AS months"
                " FROM steps WHERE ahead IS NULL AND total > nth"
            )

    def contexts(self) -> Mapping[str, str]:
        """The months that were handed in."""
        return dict([self._handed()])

    def _handed(self) -> tuple[str, str]:
        return self.handed("sub_item", "period", *["town"] * self.by_town)

    def sieve(self) -> Sieve:
        """Months left out among those handed in anywhere, several amounts, or what lacks a month.
        Who misses no month was new or is gone only by the first or the last one.
        """
        odd = ["z.nth - a.nth + 1 <> p.present"]
        odd += ["a.nth > 1"] * self.new + ["z.nth < z.total"] * self.gone
        money, most = "", ""
        if self.amounts:
            odd.append("p.low <> p.high OR p.unpriced > 0 OR p.times > p.present")
            money = ", min(r.amount) AS low, max(r.amount) AS high"
            money += ", count(*) - count(r.amount) AS unpriced"
            most = ", min(low) AS low, max(high) AS high, sum(unpriced) AS unpriced"
        return Sieve(
            f"""
            WITH eras AS (
                SELECT r.id_key, r.sub_item, bit_count(bit_or(r.months)) AS present,
                       sum(r.times) AS times, min(r.first_period) AS first,
                       max(r.last_period) AS last{money}
                FROM {self.table}_spells AS r
                WHERE r.id_key IS NOT NULL AND r.sub_item IS NOT NULL AND r.era IS NOT NULL
                  AND {self.spell_scope()}
                GROUP BY r.id_key, r.sub_item, r.era
            ), paid AS (
                SELECT id_key, sub_item, sum(present) AS present, sum(times) AS times,
                       min(first) AS first, max(last) AS last{most}
                FROM eras GROUP BY id_key, sub_item
            ), months AS (
                SELECT sub_item, period,
                       row_number() OVER (PARTITION BY sub_item ORDER BY period) AS nth,
                       count(*) OVER (PARTITION BY sub_item) AS total
                FROM (
                    SELECT DISTINCT r.sub_item, r.period FROM {self._handed()[0]} AS r
                    WHERE r.sub_item IS NOT NULL AND r.period IS NOT NULL
                )
            )
            SELECT p.id_key FROM paid AS p
            JOIN months AS a ON p.sub_item = a.sub_item AND p.first = a.period
            JOIN months AS z ON p.sub_item = z.sub_item AND p.last = z.period
            WHERE {" OR ".join(odd)}
            UNION ALL
            SELECT r.id_key FROM {self.table}_spells AS r
            WHERE (r.era IS NULL OR r.sub_item IS NULL) AND {self.spell_scope()}
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            self.scope_values(),
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Each person's months in order."""
        handed: dict[tuple[str, str], set[int]] = defaultdict(set)
        paid: dict[tuple[bytes, str], dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in self.scoped(tables[self.table]):
            person, sub_item, period = row["id_key"], row["sub_item"], row["period"]
            if period is None or sub_item is None:
                cause = address(row) if person is None else sub_item or ""
                yield Hit("continuity_unknown", person, cause, self.table, row["row"], True)
                continue
            handed[sub_item, ""].add(period)
            handed[sub_item, self._place(row)].add(period)
            if person is not None:
                paid[person, sub_item][period].append(row)
        for (person, sub_item), months in paid.items():
            caught: dict[str, list[tuple[Row, int]]] = defaultdict(list)
            for code, row, count in self._judge(sub_item, months, handed):
                caught[code].append((row, count))
            for code, found in caught.items():
                total = sum(count for _, count in found)
                for row, _ in found:
                    yield Hit(code, person, sub_item, self.table, row["row"], True, total)

    def _judge(
        self, sub_item: str, months: Mapping[int, list[Row]], handed: _Handed
    ) -> Iterator[tuple[str, Row, int]]:
        present = sorted(months)
        first, last = months[present[0]][0], months[present[-1]][0]
        earlier = [p for p in handed[sub_item, self._place(first)] if p < first["period"]]
        later = [p for p in handed[sub_item, self._place(last)] if p > last["period"]]
        if self.new and earlier:
            yield "continuity_new", first, len(earlier)
        if self.gone and later:
            yield "continuity_gone", last, len(later)
        for before, now in pairwise(present):
            place = self._place(months[before][0])
            missed = sum(before < period < now for period in handed[sub_item, place])
            if self.gaps and missed:
                yield "continuity_gap", months[now][0], missed
            if self.amounts and not missed and _changed(months[before], months[now]):
                yield "continuity_amount", months[now][0], 1
        for period in present if self.amounts and len(present) > 1 else ():
            if _paid(months[period])[0] is None:
                yield "continuity_unpriced", months[period][0], 1

    def _place(self, row: Row) -> str:
        return (row["town"] or "") if self.by_town else ""


def _changed(before: list[Row], now: list[Row]) -> bool:
    first, second = _paid(before), _paid(now)
    if first[0] is None or second[0] is None:
        return False
    return bool(first[0] != second[0] and first[1] == second[1])


def _paid(rows: list[Row]) -> tuple[Any, Any]:
    amounts = [row["amount"] for row in rows if row["amount"] is not None]
    grades = [row["grade"] for row in rows if row["grade"] is not None]
    return (sum(amounts) if amounts else None), (min(grades) if grades else None)
