"""A person on a roster who also stands on another list: deaths, fiscal staff, business owners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mingbai.engine.checks.shapes import (
    CheckSpec,
    Hit,
    Query,
    Row,
    check_identifier,
    month_index,
)
from mingbai.engine.checks.spells import Sieve


@dataclass(frozen=True, kw_only=True)
class OnList(CheckSpec):
    """Presence on the table `other`. With `after_event` only months later than the month of the
    earliest `event_date` (plus `grace_months`) count, and what lacks a date or a month gets a
    code of its own.
    """

    other: str
    after_event: bool = False
    grace_months: int = 0

    NAMES: ClassVar[Mapping[str, str]] = {
        "on_list": "在比对名单中",
        "paid_after_event": "死亡等变动后列入",
        "on_list_undated": "在名单中（缺日期）",
        "on_list_no_month": "在名单中（缺月份）",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "on_list": "此人同时出现在比对名单上，可能不符合享受条件，涉及 {months} 个月。"
        "请核实本人情况后处理。",
        "paid_after_event": "比对名单显示此人已发生变动（如死亡），"
        "之后仍列入 {months} 个月的发放名单。"
        "请核实日期；属实的停发并追回。",
        "on_list_undated": "此人在比对名单上，但名单没有写变动日期，无法断定先后。"
        "请向提供名单的部门补齐日期后再比对。",
        "on_list_no_month": "此人在比对名单上，但享受名单缺少发放月份，无法断定先后。"
        "请补报月份后再比对。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("months",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_identifier(self.other)
        if self.other == self.table:
            raise ValueError("a list is compared with another one")
        if not 0 <= self.grace_months <= 24 or (self.grace_months and not self.after_event):
            raise ValueError("grace_months (0 to 24) belongs to after_event")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person and month; on the list the person, and the day where it counts."""
        theirs = ["id_key", "event_date"] if self.after_event else ["id_key"]
        return {self.table: ["id_key", "period", *self.scope_columns()], self.other: theirs}

    def grain(self) -> tuple[str, ...]:
        """A person."""
        return ("id_key",)

    def query(self) -> Query:
        """One line of the list for each person: the earliest."""
        event = "l.event_date" if self.after_event else "CAST(NULL AS DATE)"
        if self.after_event:
            known = "f.event IS NOT NULL AND r.period IS NOT NULL"
            code = (
                f"CASE WHEN {known} THEN 'paid_after_event'"
                " WHEN f.event IS NULL THEN 'on_list_undated' ELSE 'on_list_no_month' END"
            )
            late = (
                f"(NOT ({known}) OR r.period // 100 * 12 + r.period % 100"
                " > year(f.event) * 12 + month(f.event) + $grace_months)"
            )
        else:
            code, late = "'on_list'", "TRUE"
        return Query(
            f"""
            WITH ordered AS (
                SELECT l.id_key, {event} AS event, l.row,
                       row_number() OVER (
                           PARTITION BY l.id_key ORDER BY {event} NULLS LAST, l.row
                       ) AS nth
                FROM {self.other} AS l WHERE l.id_key IS NOT NULL
            ), first AS (
                SELECT id_key, event, row FROM ordered WHERE nth = 1
            ), caught AS (
                SELECT {code} AS code, r.id_key, r.row, r.period, f.row AS list_row
                FROM {self.table} AS r JOIN first AS f ON r.id_key = f.id_key
                WHERE {late} AND {self.scope()}
            ), counted AS (
                SELECT code, id_key, list_row, count(DISTINCT period) AS months
                FROM caught GROUP BY code, id_key, list_row
            )
            SELECT c.code, c.id_key AS person, $other AS cause, '{self.table}' AS "table",
                   c.row, TRUE AS subject, n.months AS fact1, NULL AS fact2
            FROM caught AS c JOIN counted AS n ON c.id_key = n.id_key AND c.code = n.code
            UNION ALL
            SELECT n.code, n.id_key, $other, '{self.other}', n.list_row, FALSE, n.months, NULL
            FROM counted AS n
            """,  # noqa: S608 - both tables' names passed check_identifier
            {
                "other": self.other,
                **({"grace_months": self.grace_months} if self.after_event else {}),
                **self.scope_values(),
            },
        )

    def sieve(self) -> Sieve:
        """On both tables, and paid in a month that is late for some line of the list."""
        late = ""
        if self.after_event:
            late = """
              AND (l.event_date IS NULL OR r.first_period IS NULL
                   OR r.last_period // 100 * 12 + r.last_period % 100
                      > year(l.event_date) * 12 + month(l.event_date) + $grace_months)
            """
        return Sieve(
            f"""
            SELECT r.id_key FROM {self.table}_spells AS r JOIN {self.other} AS l
              ON r.id_key = l.id_key
            WHERE {self.spell_scope()} {late}
            """,  # noqa: S608 - both tables' names passed check_identifier
            {
                **({"grace_months": self.grace_months} if self.after_event else {}),
                **self.scope_values(),
            },
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """The list's earliest line for each person, then the roster row by row."""
        listed: dict[bytes, Row] = {}
        for line in tables[self.other]:
            person = line["id_key"]
            if person is None:
                continue
            if person not in listed or (self.after_event and _earlier(line, listed[person])):
                listed[person] = line
        caught: dict[tuple[str, bytes], list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            line = listed.get(row["id_key"]) or {}
            code = self._judge(row, line) if line else None
            if code is not None:
                caught[code, row["id_key"]].append(row)
        for (code, person), rows in caught.items():
            months = len({row["period"] for row in rows} - {None})
            for row in rows:
                yield Hit(code, person, self.other, self.table, row["row"], True, months)
            yield Hit(code, person, self.other, self.other, listed[person]["row"], False, months)

    def _judge(self, row: Row, line: Row) -> str | None:
        if not self.after_event:
            return "on_list"
        event, period = line["event_date"], row["period"]
        if event is None:
            return "on_list_undated"
        if period is None:
            return "on_list_no_month"
        due = event.year * 12 + event.month + self.grace_months
        return "paid_after_event" if month_index(period) > due else None


def _earlier(line: Row, other: Row) -> bool:
    if line["event_date"] is None:
        return False
    return other["event_date"] is None or bool(line["event_date"] < other["event_date"])
