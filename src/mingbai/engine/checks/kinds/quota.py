"""More trainees than a course has seats, more rows than a place has been given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, address, check_identifier

_COUNTED_BY: Final = ("sub_item", "town", "village", "period", "course", "grade")

_Slot = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Quota(CheckSpec):
    """For each combination of `per` the table `other` says in `claimed` how many `people` (each
    once) or `rows` the roster may hold. Who came after it was full is doubted, the quota's line
    stands beside. One finding a combination. A quota that is one number for all is Capacity's.
    """

    other: str
    per: tuple[str, ...]
    counted: str = "people"

    NAMES: ClassVar[Mapping[str, str]] = {
        "over_quota": "超过名额",
        "quota_unset": "没有核定名额",
        "quota_blank": "名额表缺项",
        "quota_conflict": "名额前后不一",
        "quota_unplaced": "缺班次等未数名额",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "over_quota": "名单列了 {listed}，超过核定的名额 {quota}。"
        "请核对名额和名单，超出部分退回或说明依据。",
        "quota_unset": "名单列了 {listed}，名额表却没有相应的一行，无法核对。请补报核定的名额。",
        "quota_blank": "名额表这一行缺少名额，或没有写明是谁的名额，无法核对。请补填。",
        "quota_conflict": "名额表对同一班次（或乡镇等）填了不同的名额，无法核对。"
        "请核对后只留一个。",
        "quota_unplaced": "没有写明班次（或子项、乡镇、月份等），没有计入任何名额。请补填。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("listed", "quota")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_identifier(self.other)
        if self.other == self.table:
            raise ValueError("a roster is compared with another table")
        if not self.per or len(set(self.per)) != len(self.per):
            raise ValueError("say what each quota is for")
        for column in self.per:
            if column not in _COUNTED_BY:
                raise ValueError(f"quotas are given per {', '.join(_COUNTED_BY)}")
        if self.counted not in ("people", "rows"):
            raise ValueError("quotas are of people or rows")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person and what is counted by; the quota of each."""
        return {
            self.table: ["id_key", *self.per, *self.scope_columns()],
            self.other: [*self.per, "claimed"],
        }

    def grain(self) -> tuple[str, ...]:
        """What is counted by."""
        return self.per

    def query(self) -> Query:
        """Place people by their first row, and lay their places beside the quotas."""
        bare = ", ".join(self.per)
        missing = " OR ".join(f"r.{column} IS NULL" for column in self.per)
        blank = " OR ".join(f"q.{column} IS NULL" for column in self.per)
        slot = " || '|' || ".join(f"CAST(n.{column} AS VARCHAR)" for column in self.per)
        known = " || '|' || ".join(
            f"coalesce(CAST(r.{column} AS VARCHAR), '')" for column in self.per
        )
        return Query(
            f"""
            WITH {self._places()}, stated AS (
                SELECT {bare}, min(q.claimed) AS quota, max(q.claimed) AS most, min(q.row) AS row
                FROM {self.other} AS q GROUP BY {bare}
            ), fuller AS (
                SELECT n.*, s.quota, s.row AS line FROM listed AS n
                JOIN stated AS s ON {self._same("n", "s")}
                WHERE s.quota = s.most AND n.listed > s.quota
            ), found AS (
                SELECT 'over_quota' AS code, NULL AS person, {slot} AS cause,
                       '{self.table}' AS "table", p.row, TRUE AS subject,
                       n.listed AS fact1, n.quota AS fact2
                FROM placed AS p JOIN fuller AS n ON {self._same("p", "n")}
                WHERE p.place > n.quota
                UNION ALL
                SELECT 'over_quota', NULL, {slot}, '{self.other}', n.line, FALSE, n.listed, n.quota
                FROM fuller AS n
                UNION ALL
                SELECT 'quota_unset', NULL, {slot}, '{self.table}', n.row, TRUE, n.listed, NULL
                FROM listed AS n LEFT JOIN stated AS s ON {self._same("n", "s")}
                WHERE s.row IS NULL
                UNION ALL
                SELECT 'quota_conflict', NULL, {slot}, '{self.other}', n.row, TRUE, NULL, NULL
                FROM {self.other} AS n JOIN stated AS s ON {self._same("n", "s")}
                WHERE n.claimed IS NOT NULL AND s.quota < s.most
                UNION ALL
                SELECT 'quota_blank', NULL, 'row ' || CAST(q.row AS VARCHAR),
                       '{self.other}', q.row, TRUE, NULL, NULL
                FROM {self.other} AS q WHERE q.claimed IS NULL OR {blank}
                UNION ALL
                SELECT 'quota_unplaced', r.id_key,
                       CASE WHEN r.id_key IS NULL THEN 'row ' || CAST(r.row AS VARCHAR)
                            ELSE {known} END,
                       '{self.table}', r.row, TRUE, NULL, NULL
                FROM {self.table} AS r WHERE ({missing}) AND {self.scope()}
            )
            SELECT * FROM found
            """,  # noqa: S608 - both tables' names passed check_identifier, the columns are ours
            self.scope_values(),
        )

    def _places(self) -> str:
        """Tables in between: the place of each row's person (or row), and how many there are."""
        mine = ", ".join(f"r.{column}" for column in self.per)
        bare = ", ".join(self.per)
        missing = " OR ".join(f"r.{column} IS NULL" for column in self.per)
        unit = "r.id_key" if self.counted == "people" else "r.row"
        return f"""
            counted AS (
                SELECT {mine}, r.row, min(r.row) OVER (PARTITION BY {mine}, {unit}) AS met
                FROM {self.table} AS r
                WHERE {unit} IS NOT NULL AND NOT ({missing}) AND {self.scope()}
            ), placed AS (
                SELECT {bare}, row, dense_rank() OVER (PARTITION BY {bare} ORDER BY met) AS place
                FROM counted
            ), listed AS (
                SELECT {bare}, max(place) AS listed, min(row) AS row FROM placed GROUP BY {bare}
            )"""  # noqa: S608 - names passed check_identifier, the rest is ours

    def _same(self, one: str, two: str) -> str:
        return " AND ".join(f"{one}.{column} = {two}.{column}" for column in self.per)

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Fill each quota row by row."""
        stated: dict[_Slot, list[Row]] = defaultdict(list)
        for line in tables[self.other]:
            slot = self._slot(line)
            if line["claimed"] is None or None in slot:
                yield Hit("quota_blank", None, address(line), self.other, line["row"], True)
            if None not in slot:
                stated[slot].append(line)
        rows: dict[_Slot, list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            slot = self._slot(row)
            if None in slot:
                cause = address(row) if row["id_key"] is None else self._cause(slot)
                yield Hit("quota_unplaced", row["id_key"], cause, self.table, row["row"], True)
            elif self.counted == "rows" or row["id_key"] is not None:
                rows[slot].append(row)
        for slot, lines in stated.items():
            numbers = {line["claimed"] for line in lines} - {None}
            for line in lines if len(numbers) > 1 else ():
                if line["claimed"] is not None:
                    cause = self._cause(slot)
                    yield Hit("quota_conflict", None, cause, self.other, line["row"], True)
        for slot, theirs in rows.items():
            yield from self._fill(self._cause(slot), theirs, stated.get(slot, []))

    def _slot(self, row: Row) -> _Slot:
        return tuple(row[column] for column in self.per)

    def _cause(self, slot: _Slot) -> str:
        return "|".join("" if value is None else str(value) for value in slot)

    def _fill(self, cause: str, rows: list[Row], lines: list[Row]) -> Iterator[Hit]:
        unit = "id_key" if self.counted == "people" else "row"
        order = list(dict.fromkeys(row[unit] for row in rows))
        listed = len(order)
        if not lines:
            yield Hit("quota_unset", None, cause, self.table, rows[0]["row"], True, listed)
        numbers = {line["claimed"] for line in lines} - {None}
        for quota in numbers if len(numbers) == 1 else ():
            surplus = set(order[quota:]) if quota >= 0 else set(order)
            for row in rows:
                if row[unit] in surplus:
                    yield Hit(
                        "over_quota", None, cause, self.table, row["row"], True, listed, quota
                    )  # fmt: skip
            if surplus:
                yield Hit(
                    "over_quota", None, cause, self.other, lines[0]["row"], False, listed, quota
                )  # fmt: skip
