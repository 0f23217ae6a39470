"""A month paid outside the span in which the row says the person is entitled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, address, month_index
from mingbai.engine.checks.spells import Sieve


@dataclass(frozen=True, kw_only=True)
class EntitledSpan(CheckSpec):
    """`by_start`: no month before that of `start_date` plus `delay_months` (1 where payment
    begins in the month after approval). `by_end`: no month after that of `end_date`; a row
    without one is told, unless the rule says `open_ended`. One finding a person and code.
    """

    by_start: bool = True
    by_end: bool = False
    delay_months: int = 0
    open_ended: bool = False

    NAMES: ClassVar[Mapping[str, str]] = {
        "span_early": "早于享受期",
        "span_late": "晚于享受期",
        "span_reversed": "起止日期颠倒",
        "span_unknown": "享受期无法核对",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "span_early": "发放月份早于应当开始享受的月份，最多早 {months} 个月。"
        "请核对起始日期；多发的按政策追回。",
        "span_late": "发放月份晚于享受截止的月份，最多晚 {months} 个月。"
        "请核对截止日期；属实的停发并追回。",
        "span_reversed": "享受的截止日期早于起始日期，日期必有一个填错。请照审批表更正。",
        "span_unknown": "缺少发放月份、起始日期或截止日期，无法核对享受期。请补齐后再比对。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("months",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (self.by_start or self.by_end):
            raise ValueError("say which end of the span counts: by_start, by_end, or both")
        if not 0 <= self.delay_months <= 24 or (self.delay_months and not self.by_start):
            raise ValueError("delay_months (0 to 24) belongs to by_start")
        if self.open_ended and not self.by_end:
            raise ValueError("open_ended belongs to by_end")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person, month and the days that count."""
        days = ["start_date"] * self.by_start + ["end_date"] * self.by_end
        return {self.table: ["id_key", "period", *days, *self.scope_columns()]}

    def grain(self) -> tuple[str, ...]:
        """Each person by itself."""
        return ("id_key",)

    def points_at(self) -> str:
        """The month."""
        return "period"

    def query(self) -> Query:
        """One CASE names the fault of a row; what compares with nothing falls through."""
        starts = "year(r.start_date) * 12 + month(r.start_date) + $delay_months"
        ends = "year(r.end_date) * 12 + month(r.end_date)"
        whens, lacks = [], ["j.paid IS NULL"]
        if self.by_start and self.by_end:
            whens.append("WHEN j.reversed THEN 'span_reversed'")
        if self.by_start:
            whens.append("WHEN j.paid < j.starts THEN 'span_early'")
            lacks.append("j.starts IS NULL")
        if self.by_end:
            whens.append("WHEN j.paid > j.ends THEN 'span_late'")
            lacks += [] if self.open_ended else ["j.ends IS NULL"]
        reversed_ = "r.end_date < r.start_date" if self.by_start and self.by_end else "FALSE"
        return Query(
            f"""
            WITH months AS (
                SELECT r.id_key, r.row, r.period // 100 * 12 + r.period % 100 AS paid,
                       {starts if self.by_start else "NULL"} AS starts,
                       {ends if self.by_end else "NULL"} AS ends, {reversed_} AS reversed
                FROM {self.table} AS r WHERE {self.scope()}
            ), judged AS (
                SELECT j.*, CASE {" ".join(whens)}
                           WHEN {" OR ".join(lacks)} THEN 'span_unknown' END AS code
                FROM months AS j
            )
            SELECT j.code, j.id_key AS person,
                   CASE WHEN j.id_key IS NULL THEN 'row ' || CAST(j.row AS VARCHAR) ELSE '' END
                       AS cause,
                   '{self.table}' AS "table", j.row, TRUE AS subject,
                   CASE j.code WHEN 'span_early' THEN j.starts - j.paid
                       WHEN 'span_late' THEN j.paid - j.ends END AS fact1,
                   NULL AS fact2
            FROM judged AS j WHERE j.code IS NOT NULL
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            {
                **({"delay_months": self.delay_months} if self.by_start else {}),
                **self.scope_values(),
            },
        )

    def sieve(self) -> Sieve:
        """The first and the last month of a spell against its days."""
        odd = ["r.first_period IS NULL"]
        if self.by_start:
            starts = "year(r.start_date) * 12 + month(r.start_date) + $delay_months"
            first = "r.first_period // 100 * 12 + r.first_period % 100"
            odd += ["r.start_date IS NULL", f"{first} < {starts}"]
        if self.by_end:
            ends = "year(r.end_date) * 12 + month(r.end_date)"
            odd += [f"r.last_period // 100 * 12 + r.last_period % 100 > {ends}"]
            odd += [] if self.open_ended else ["r.end_date IS NULL"]
        if self.by_start and self.by_end:
            odd.append("r.end_date < r.start_date")
        return Sieve(
            f"""
            SELECT r.id_key FROM {self.table}_spells AS r
            WHERE ({" OR ".join(odd)}) AND {self.spell_scope()}
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            {
                **({"delay_months": self.delay_months} if self.by_start else {}),
                **self.scope_values(),
            },
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Row by row."""
        for row in self.scoped(tables[self.table]):
            code, months = self._judge(row)
            if code is not None:
                cause = address(row) if row["id_key"] is None else ""
                yield Hit(code, row["id_key"], cause, self.table, row["row"], True, months)

    def _judge(self, row: Row) -> tuple[str | None, int | None]:
        start = row["start_date"] if self.by_start else None
        end = row["end_date"] if self.by_end else None
        if start is not None and end is not None and end < start:
            return "span_reversed", None
        if row["period"] is None:
            return "span_unknown", None
        paid = month_index(row["period"])
        if start is not None:
            early = start.year * 12 + start.month + self.delay_months - paid
            if early > 0:
                return "span_early", early
        if end is not None:
            late = paid - end.year * 12 - end.month
            if late > 0:
                return "span_late", late
        if (self.by_start and start is None) or (
            self.by_end and not self.open_ended and end is None
        ):
            return "span_unknown", None
        return None, None
