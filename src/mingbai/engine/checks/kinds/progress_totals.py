"""What the roster adds up to, against what the office's own progress table claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, check_identifier
from mingbai.engine.checks.tallies import count_people

#: What is counted on the roster, and what a row needs for it.
_COUNTED: Final = {"people": "id_key", "rows": None, "amount": "amount"}

#: Sub-item, place ('' where the county as a whole is meant) and month.
_Slot = tuple[str, str, int]


@dataclass(frozen=True, kw_only=True)
class ProgressTotals(CheckSpec):
    """The roster's `people` (each once), `rows` or `amount` (分) of a sub-item and month against
    `claimed` on the table `other`: of the month, or `cumulative` since January. `by_town` compares
    the towns' lines with the rows of each town, else the county's line (without a town) with all
    rows. `measure` picks the lines of one measure. Up to `tolerance` they may differ.
    """

    other: str
    counted: str = "people"
    cumulative: bool = True
    by_town: bool = False
    measure: str | None = None
    tolerance: int = 0

    NAMES: ClassVar[Mapping[str, str]] = {
        "totals_over": "进度大于名单",
        "totals_under": "进度小于名单",
        "totals_amount_over": "进度金额大于名单",
        "totals_amount_under": "进度金额小于名单",
        "totals_unclaimed": "有名单无进度",
        "totals_no_number": "进度缺数字",
        "totals_unplaced": "进度缺项目或月份",
        "totals_conflict": "进度前后不一",
        "totals_uncounted": "名单有行未计入",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "totals_over": "进度表报 {claimed}，名单上只数得出 {listed}，多报或名单未报全。"
        "请核对后更正进度表或补报名单。",
        "totals_under": "进度表报 {claimed}，名单上有 {listed}，少报或名单多列。"
        "请核对后更正进度表或名单。",
        "totals_amount_over": "进度表报的金额大于名单合计，多报或名单未报全。"
        "请核对后更正进度表或补报名单。",
        "totals_amount_under": "进度表报的金额小于名单合计，少报或名单多列。"
        "请核对后更正进度表或名单。",
        "totals_unclaimed": "这个月报了名单，进度表却没有相应的一行，无法核对总数。请补报进度。",
        "totals_no_number": "进度表这一行没有填完成数，无法与名单核对。请补填。",
        "totals_unplaced": "进度表这一行缺少子项、月份或指标，无法与名单核对。请补填。",
        "totals_conflict": "进度表对同一子项、同一月份填了不同的完成数，无法与名单核对。"
        "请核对后只留一个。",
        "totals_uncounted": "名单中有的行缺少子项、月份、乡镇、身份证号或金额，没有计入总数，"
        "与进度表的核对因此不准。请补齐后再比对。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("claimed", "listed")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_identifier(self.other)
        if self.other == self.table:
            raise ValueError("a roster is compared with another table")
        if self.counted not in _COUNTED:
            raise ValueError(f"totals are of {', '.join(_COUNTED)}")
        if self.measure == "":
            raise ValueError("a measure has a name")
        if self.tolerance < 0:
            raise ValueError("a tolerance is not negative")

    @property
    def _value(self) -> str | None:
        return _COUNTED[self.counted]

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Slot of each row and what is counted; slot, town and number of each line."""
        value = [self._value] if self._value else []
        town = ["town"] if self.by_town else []
        measure = ["measure"] if self.measure else []
        return {
            self.table: ["sub_item", "period", *town, *value],
            self.other: ["sub_item", "period", "town", "claimed", *measure],
        }

    def grain(self) -> tuple[str, ...]:
        """Each sub-item (and town) by itself."""
        return ("sub_item", "town") if self.by_town else ("sub_item",)

    def points_at(self) -> str:
        """The number claimed."""
        return "total_done" if self.cumulative else "month_done"

    def query(self) -> Query:
        """Tally the roster by slot, gather the lines by slot, lay one beside the other."""
        return self._lay(self._seen())

    def tallied_query(self) -> Query:
        """The same, where slots were tallied before."""
        return self._lay(self._tallied())

    def _lay(self, ours: str) -> Query:
        values: dict[str, object] = {"tolerance": self.tolerance, **self.scope_values()}
        if self.measure:
            values["measure"] = self.measure
        over, under = self._codes()
        slot = (
            "coalesce(sub_item, '') || '|' || place || '|' || coalesce(CAST(period AS VARCHAR), '')"
        )
        return Query(
            f"""
            WITH {ours}, {self._stated()}, {self._laid()}, differing AS (
                SELECT CASE WHEN claimed - listed > $tolerance THEN '{over}'
                            ELSE '{under}' END AS code, *
                FROM laid WHERE claimed = most
                  AND (claimed - listed > $tolerance OR listed - claimed > $tolerance)
            ), found AS (
                SELECT code, {slot} AS cause, '{self.other}' AS "table", line AS row,
                       TRUE AS subject, claimed AS fact1, listed AS fact2
                FROM differing
                UNION ALL
                SELECT code, {slot}, '{self.table}', first, FALSE, claimed, listed
                FROM differing WHERE first IS NOT NULL
                UNION ALL
                SELECT 'totals_unclaimed', {slot}, '{self.table}', first, TRUE, NULL, listed
                FROM laid WHERE line IS NULL
                UNION ALL
                SELECT 'totals_no_number', {slot}, '{self.other}', row, TRUE, NULL, NULL
                FROM lines WHERE NOT lost AND claimed IS NULL
                UNION ALL
                SELECT 'totals_unplaced', 'row ' || CAST(row AS VARCHAR), '{self.other}', row, TRUE,
                       NULL, NULL
                FROM lines WHERE lost
                UNION ALL
                SELECT 'totals_conflict', {slot}, '{self.other}', row, TRUE, NULL, NULL
                FROM (
                    SELECT n.*, d.claimed <> d.most AS differ
                    FROM lines AS n JOIN laid AS d
                      ON n.sub_item = d.sub_item AND n.place = d.place AND n.period = d.period
                    WHERE NOT n.lost AND n.claimed IS NOT NULL
                ) AS c WHERE differ
                UNION ALL
                SELECT 'totals_uncounted', coalesce(g.sub_item, '') || '|' || g.place,
                       '{self.table}', g.row, TRUE, NULL, NULL
                FROM unseen AS g
            )
            SELECT code, NULL AS person, cause, "table", row, subject, fact1, fact2 FROM found
            """,  # noqa: S608 - both tables' names passed check_identifier, the rest is ours
            values,
        )

    def _lacking(self) -> str:
        """Condition for roster rows that cannot be counted."""
        town = " OR g.place = ''" if self.by_town else ""
        return f"g.sub_item IS NULL OR g.period IS NULL OR g.value IS NULL{town}"

    def _place(self) -> str:
        return "coalesce(r.town, '')" if self.by_town else "''"

    def _seen(self) -> str:
        """Tables in between: the roster's rows, their tally, and those that cannot be counted."""
        value = f"r.{self._value}" if self._value else "1"
        lacking = self._lacking()
        return f"""
            given AS (
                SELECT r.sub_item, r.period, {self._place()} AS place, {value} AS value, r.row
                FROM {self.table} AS r WHERE {self.scope()}
            ), good AS (
                SELECT * FROM given AS g WHERE NOT ({lacking})
            ), unseen AS (
                SELECT * FROM given AS g WHERE {lacking}
            ), tally AS ({self._tally()}), present AS (
                SELECT sub_item, place, period, min(row) AS row
                FROM good GROUP BY sub_item, place, period
            )"""  # noqa: S608 - names passed check_identifier, the rest is ours

    def _tallied(self) -> str:
        """`_seen` from spells and tallies."""
        town = "coalesce(r.town, '') <> ''" if self.by_town else "TRUE"
        first = {"people": "first_person", "rows": "first", "amount": "first_amount"}[self.counted]
        value = f"r.{self._value}" if self._value else "1"
        summed = f"""
            SELECT r.sub_item, {self._place()} AS place, r.period, min(r.{first}) AS row,
                   CAST(sum(r.{"amount" if self.counted == "amount" else "rows"}) AS BIGINT) AS n
            FROM {self.table}_tally AS r
            WHERE r.sub_item IS NOT NULL AND r.period IS NOT NULL AND {town} AND {self.scope()}
            GROUP BY r.sub_item, {self._place()}, r.period HAVING min(r.{first}) IS NOT NULL
            """  # noqa: S608 - names passed check_identifier, the rest is ours
        tally = "SELECT sub_item, place, period, n FROM present"
        if self.counted == "people":
            tally = count_people(
                f"{self.table}_spells",
                place=self._place(),
                months=self.spell_months(),
                condition=f"{town} AND {self.spell_scope()}",
                yearly=self.cumulative,
            )
        return f"""
            present AS ({summed}), tally AS ({tally}), unseen AS (
                SELECT r.sub_item, r.period, {self._place()} AS place, r.row
                FROM {self.table} AS r
                WHERE (r.sub_item IS NULL OR r.era IS NULL OR {value} IS NULL OR NOT {town})
                  AND {self.scope()}
            )"""  # noqa: S608 - names passed check_identifier, the rest is ours

    def _stated(self) -> str:
        """Tables in between: the progress table's lines and slots."""
        lost = "p.sub_item IS NULL OR p.period IS NULL"
        ours = f"coalesce(p.town, '') {'<>' if self.by_town else '='} ''"
        if self.measure:
            ours += " AND (p.measure = $measure OR p.measure IS NULL)"
            lost += " OR p.measure IS NULL"
        return f"""
            lines AS (
                SELECT p.sub_item, p.period, coalesce(p.town, '') AS place, p.claimed, p.row,
                       {lost} AS lost
                FROM {self.other} AS p WHERE {ours} AND {self.scope("p")}
            ), stated AS (
                SELECT sub_item, place, period, min(row) AS row,
                       min(claimed) AS claimed, max(claimed) AS most
                FROM lines WHERE NOT lost GROUP BY sub_item, place, period
            )"""  # noqa: S608 - names passed check_identifier, the rest is ours

    def _laid(self) -> str:
        """Tables in between: what is claimed beside what is listed, slot by slot."""
        until = "t.period = k.period"
        if self.cumulative:
            until = "t.period <= k.period AND t.period // 100 = k.period // 100"
        return f"""
            slots AS (
                SELECT sub_item, place, period FROM stated
                UNION
                SELECT sub_item, place, period FROM present
            ), totals AS (
                SELECT k.sub_item, k.place, k.period,
                       CAST(coalesce(sum(t.n), 0) AS BIGINT) AS listed
                FROM slots AS k LEFT JOIN tally AS t
                  ON t.sub_item = k.sub_item AND t.place = k.place AND {until}
                GROUP BY k.sub_item, k.place, k.period
            ), laid AS (
                SELECT k.sub_item, k.place, k.period, k.listed, s.claimed, s.most,
                       s.row AS line, p.row AS first
                FROM totals AS k
                LEFT JOIN stated AS s
                  ON s.sub_item = k.sub_item AND s.place = k.place AND s.period = k.period
                LEFT JOIN present AS p
                  ON p.sub_item = k.sub_item AND p.place = k.place AND p.period = k.period
            )"""  # noqa: S608 - names passed check_identifier, the rest is ours

    def _codes(self) -> tuple[str, str]:
        if self.counted == "amount":
            return "totals_amount_over", "totals_amount_under"
        return "totals_over", "totals_under"

    def _tally(self) -> str:
        """How many (or how much) each slot adds; cumulative people count where they come first."""
        if self.counted != "people":
            n = "sum(value)" if self.counted == "amount" else "count(*)"
            return f"""
                SELECT sub_item, place, period, {n} AS n FROM good
                GROUP BY sub_item, place, period
                """  # noqa: S608 - text of ours
        span = "period // 100" if self.cumulative else "period"
        return f"""
            SELECT sub_item, place, period, count(*) AS n
            FROM (
                SELECT sub_item, place, min(period) AS period FROM good
                GROUP BY sub_item, place, {span}, value
            ) AS firsts GROUP BY sub_item, place, period
            """  # noqa: S608 - text of ours

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Add up each slot anew."""
        slots: dict[_Slot, list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            place = (row["town"] or "") if self.by_town else ""
            slot = (row["sub_item"], place, row["period"])
            value = row[self._value] if self._value else 1
            if None in (*slot, value) or (self.by_town and not place):
                cause = f"{row['sub_item'] or ''}|{place}"
                yield Hit("totals_uncounted", None, cause, self.table, row["row"], True)
            else:
                slots[slot].append(row)
        stated: dict[_Slot, list[Row]] = defaultdict(list)
        for line in self._lines(tables[self.other]):
            slot = (line["sub_item"], line["town"] or "", line["period"])
            if None in slot or (self.measure and line["measure"] is None):
                cause = f"row {line['row']}"
                yield Hit("totals_unplaced", None, cause, self.other, line["row"], True)
            else:
                stated[slot].append(line)
        for slot in {*slots, *stated}:
            counted = [
                row for each, rows in slots.items() if self._adds(each, slot) for row in rows
            ]
            yield from self._judge(slot, stated[slot], slots.get(slot, []), self._total(counted))

    def _lines(self, lines: Sequence[Row]) -> Iterable[Row]:
        for line in self.scoped(lines):
            other_measure = self.measure and line["measure"] not in (self.measure, None)
            if bool(line["town"]) == self.by_town and not other_measure:
                yield line

    def _adds(self, slot: _Slot, to: _Slot) -> bool:
        """Whether the rows of `slot` count towards `to`."""
        if slot[:2] != to[:2]:
            return False
        if self.cumulative:
            return slot[2] <= to[2] and slot[2] // 100 == to[2] // 100
        return slot[2] == to[2]

    def _total(self, rows: list[Row]) -> int:
        if self.counted == "people":
            return len({row["id_key"] for row in rows})
        return sum(row["amount"] for row in rows) if self.counted == "amount" else len(rows)

    def _judge(self, slot: _Slot, lines: list[Row], rows: list[Row], listed: int) -> Iterator[Hit]:
        cause = "|".join(map(str, slot))
        if not lines:
            yield Hit(
                "totals_unclaimed", None, cause, self.table, rows[0]["row"], True, None, listed
            )  # fmt: skip
        for line in lines:
            if line["claimed"] is None:
                yield Hit("totals_no_number", None, cause, self.other, line["row"], True)
        numbers = [line for line in lines if line["claimed"] is not None]
        claims = {line["claimed"] for line in numbers}
        if len(claims) > 1:
            for line in numbers:
                yield Hit("totals_conflict", None, cause, self.other, line["row"], True)
        for claimed in claims if len(claims) == 1 else ():
            over, under = self._codes()
            if abs(claimed - listed) > self.tolerance:
                code = over if claimed > listed else under
                found = (claimed, listed)
                yield Hit(code, None, cause, self.other, lines[0]["row"], True, *found)
                for row in rows[:1]:
                    yield Hit(code, None, cause, self.table, row["row"], False, *found)
