"""应保尽保: people who qualify and do not stand on the roster."""

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
    address,
    check_identifier,
    month_index,
)
from mingbai.engine.checks.spells import Sieve, month_bit, month_era


@dataclass(frozen=True, kw_only=True)
class Absence(CheckSpec):
    """Who stands on the table `other` is due in every month handed in for the sub-items. With
    `by_town` the months handed in for the person's town count (standing on any town's roster
    will do). With `since_event` a person is due from the month of the earliest `event_date` plus
    `grace_months`. Doubted are lines of `other`; a person's first roster row stands beside.
    """

    other: str
    by_town: bool = False
    since_event: bool = False
    grace_months: int = 0

    NAMES: ClassVar[Mapping[str, str]] = {
        "not_enrolled": "应保未保",
        "enrolled_in_part": "部分月份未保",
        "enrolled_undated": "在保月份不明",
        "qualify_undated": "符合条件日期不明",
        "qualify_unplaced": "符合条件者缺乡镇",
        "qualify_unknown": "符合条件者缺证件号",
        "no_roster": "名单未报",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "not_enrolled": "此人符合条件，却有 {months} 个月不在享受名单上，一直没有纳入，可能漏保。"
        "请入户核实；符合条件的尽快纳入并按政策补发。",
        "enrolled_in_part": "此人符合条件，也曾在享受名单上，但有 {months} 个月不在名单上。"
        "请核实这些月份是漏报还是停发；漏报的按政策补发。",
        "enrolled_undated": "此人符合条件，也在享受名单上，但名单有一行缺少发放月份，"
        "无法断定 {months} 个月是否漏保。请补报月份后再比对。",
        "qualify_undated": "此人符合条件，有 {months} 个月不在享受名单上，但缺少符合条件的日期，"
        "无法断定从哪个月起应当享受。请补齐日期后再比对。",
        "qualify_unplaced": "此人符合条件，有 {months} 个月不在享受名单上，但没有写明所在乡镇，"
        "无法断定应由哪个乡镇纳入。请补填乡镇后再比对。",
        "qualify_unknown": "符合条件的名单中这一行缺少身份证号或号码有误，无法核对是否已经享受。"
        "请照证件补齐后再比对。",
        "no_roster": "还没有收到这些人应列入的写明月份的享受名单，无法核对应保尽保。"
        "请催报名单后再比对。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("months",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_identifier(self.other)
        if self.other == self.table:
            raise ValueError("a list is compared with another one")
        if not 0 <= self.grace_months <= 24 or (self.grace_months and not self.since_event):
            raise ValueError("grace_months (0 to 24) belongs to since_event")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person and month; on the list the person; town and day where they count."""
        town = ["town"] if self.by_town else []
        event = ["event_date"] if self.since_event else []
        return {
            self.table: ["id_key", "period", *town, *self.scope_columns()],
            self.other: ["id_key", *town, *event],
        }

    def grain(self) -> tuple[str, ...]:
        """All: whoever is due where nothing was handed in makes one finding a place."""
        return ()

    def query(self) -> Query:
        """Months due to each person of the list, less those in which they stand on the roster."""
        unclear = []
        if self.by_town:
            unclear.append("WHEN c.place = '' THEN 'qualify_unplaced'")
        if self.since_event:
            unclear.append("WHEN c.event IS NULL THEN 'qualify_undated'")
        return Query(
            f"""
            WITH {self._due()}, counted AS (
                SELECT d.id_key, d.row, d.event, d.place, count(*) AS due,
                       count(s.id_key) AS present
                FROM due AS d LEFT JOIN seen AS s ON d.id_key = s.id_key AND d.period = s.period
                GROUP BY d.id_key, d.row, d.event, d.place
            ), judged AS (
                SELECT CASE {" ".join(unclear)}
                           WHEN m.loose > 0 THEN 'enrolled_undated'
                           WHEN c.present = 0 THEN 'not_enrolled'
                           ELSE 'enrolled_in_part' END AS code,
                       c.id_key, c.row, c.due - c.present AS months, m.row AS met_row
                FROM counted AS c LEFT JOIN met AS m ON c.id_key = m.id_key
                WHERE c.present < c.due
            )
            SELECT j.code, j.id_key AS person, '{self.other}' AS cause, '{self.other}' AS "table",
                   j.row, TRUE AS subject, j.months AS fact1, NULL AS fact2
            FROM judged AS j
            UNION ALL
            SELECT j.code, j.id_key, '{self.other}', '{self.table}', j.met_row, FALSE, j.months,
                   NULL
            FROM judged AS j WHERE j.met_row IS NOT NULL
            UNION ALL
            SELECT 'no_roster', NULL, l.place, '{self.other}', l.row, TRUE, NULL, NULL
            FROM listed AS l
            LEFT JOIN (SELECT DISTINCT place FROM handed) AS p ON l.place = p.place
            WHERE p.place IS NULL
            UNION ALL
            SELECT 'qualify_unknown', NULL, 'row ' || CAST(l.row AS VARCHAR), '{self.other}', l.row,
                   TRUE, NULL, NULL
            FROM {self.other} AS l WHERE l.id_key IS NULL
            """,  # noqa: S608 - both tables' names passed check_identifier, the rest is ours
            {
                **({"grace_months": self.grace_months} if self.since_event else {}),
                **self.scope_values(),
            },
        )

    def _due(self) -> str:
        """Tables in between: the months due to each person of the list."""
        event = "l.event_date" if self.since_event else "CAST(NULL AS DATE)"
        earliest = "l.event_date NULLS LAST, l.row" if self.since_event else "l.row"
        places = ("coalesce(r.town, '')", "coalesce(l.town, '')") if self.by_town else ("''", "''")
        return f"""
            scoped AS (
                SELECT r.id_key, r.period, r.row FROM {self.table} AS r
                WHERE r.id_key IN (SELECT l.id_key FROM {self.other} AS l) AND {self.scope()}
            ), given AS (
                SELECT {places[0]} AS place, r.period FROM {self._handed()[0]} AS r
                WHERE r.period IS NOT NULL AND {self.scope()}
            ), handed AS (
                SELECT place, period FROM given
                UNION
                SELECT '' AS place, period FROM given
            ), ordered AS (
                SELECT l.id_key, l.row, {event} AS event, {places[1]} AS place,
                       row_number() OVER (PARTITION BY l.id_key ORDER BY {earliest}) AS nth
                FROM {self.other} AS l WHERE l.id_key IS NOT NULL
            ), listed AS (
                SELECT id_key, row, event, place FROM ordered WHERE nth = 1
            ), seen AS (
                SELECT DISTINCT id_key, period FROM scoped
                WHERE id_key IS NOT NULL AND period IS NOT NULL
            ), met AS (
                SELECT id_key, min(row) AS row, count(*) - count(period) AS loose
                FROM scoped WHERE id_key IS NOT NULL GROUP BY id_key
            ), due AS (
                SELECT l.id_key, l.row, l.event, l.place, h.period
                FROM listed AS l JOIN handed AS h ON l.place = h.place
                WHERE {self._begun("l.event")}
            )"""  # noqa: S608 - names passed check_identifier, the rest is ours

    def contexts(self) -> Mapping[str, str]:
        """The months that were handed in."""
        return dict([self._handed()])

    def _handed(self) -> tuple[str, str]:
        wanted = ["period"] + ["town"] * self.by_town + ["sub_item"] * bool(self.sub_items)
        return self.handed(*wanted)

    def sieve(self) -> Sieve:
        """Lines whose due months are not all among the person's months, and what nothing is due
        to.
        """
        place = ("coalesce(r.town, '')", "coalesce(l.town, '')") if self.by_town else ("''", "''")
        return Sieve(
            f"""
            WITH given AS (
                SELECT r.period, {place[0]} AS place FROM {self._handed()[0]} AS r
                WHERE r.period IS NOT NULL AND {self.scope()}
            ), handed AS (
                SELECT place, period FROM given
                UNION
                SELECT '' AS place, period FROM given
            ), due AS (
                SELECT l.id_key, {month_era("h.period")} AS era,
                       bit_or({month_bit("h.period")}) AS months
                FROM {self.other} AS l JOIN handed AS h ON {place[1]} = h.place
                WHERE l.id_key IS NOT NULL AND {self._begun("l.event_date")}
                GROUP BY l.id_key, {month_era("h.period")}
            ), present AS (
                SELECT r.id_key, r.era, bit_or(r.months) AS months
                FROM {self.table}_spells AS r
                JOIN (SELECT DISTINCT id_key FROM {self.other}) AS l ON r.id_key = l.id_key
                WHERE {self.spell_scope()}
                GROUP BY r.id_key, r.era
            )
            SELECT d.id_key FROM due AS d
            LEFT JOIN present AS p ON d.id_key = p.id_key AND d.era = p.era
            WHERE p.months IS NULL OR (d.months & (~p.months)) <> 0
            UNION ALL
            SELECT l.id_key FROM {self.other} AS l
            LEFT JOIN (SELECT DISTINCT place FROM handed) AS h ON {place[1]} = h.place
            WHERE h.place IS NULL OR l.id_key IS NULL
            """,  # noqa: S608 - both tables' names passed check_identifier, the rest is ours
            {
                **({"grace_months": self.grace_months} if self.since_event else {}),
                **self.scope_values(),
            },
        )

    def _begun(self, event: str) -> str:
        if not self.since_event:
            return "TRUE"
        return (
            f"({event} IS NULL OR h.period // 100 * 12 + h.period % 100"
            f" >= year({event}) * 12 + month({event}) + $grace_months)"
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """The list line by line, against the months in which each person stands on the roster."""
        handed: dict[str, set[int]] = defaultdict(set)
        rows: dict[bytes, list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            if row["period"] is not None:
                handed[""].add(row["period"])
                handed[self._place(row)].add(row["period"])
            if row["id_key"] is not None:
                rows[row["id_key"]].append(row)
        listed: dict[bytes, Row] = {}
        for line in tables[self.other]:
            person = line["id_key"]
            if person is None:
                yield Hit("qualify_unknown", None, address(line), self.other, line["row"], True)
            elif person not in listed or self._is_earlier(line, listed[person]):
                listed[person] = line
        for person, line in listed.items():
            place = self._place(line)
            if place not in handed:
                yield Hit("no_roster", None, place, self.other, line["row"], True)
                continue
            due = {period for period in handed[place] if self._is_due(period, line)}
            theirs = rows.get(person, [])
            missed = due - {row["period"] for row in theirs}
            if missed:
                code = self._judge(line, theirs, never=missed == due)
                found = (len(missed), None)
                yield Hit(code, person, self.other, self.other, line["row"], True, *found)
                for row in theirs[:1]:
                    yield Hit(code, person, self.other, self.table, row["row"], False, *found)

    def _place(self, row: Row) -> str:
        return (row["town"] or "") if self.by_town else ""

    def _is_earlier(self, line: Row, other: Row) -> bool:
        if not self.since_event or line["event_date"] is None:
            return False
        return other["event_date"] is None or bool(line["event_date"] < other["event_date"])

    def _is_due(self, period: int, line: Row) -> bool:
        event = line["event_date"] if self.since_event else None
        if event is None:
            return True
        return bool(month_index(period) >= event.year * 12 + event.month + self.grace_months)

    def _judge(self, line: Row, theirs: list[Row], *, never: bool) -> str:
        if self.by_town and not line["town"]:
            return "qualify_unplaced"
        if self.since_event and line["event_date"] is None:
            return "qualify_undated"
        if any(row["period"] is None for row in theirs):
            return "enrolled_undated"
        return "not_enrolled" if never else "enrolled_in_part"
