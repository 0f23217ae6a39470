"""Age and sex as the ID number tells them, against what the benefit asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, address, month_index
from mingbai.engine.checks.spells import Sieve


@dataclass(frozen=True, kw_only=True)
class AgeSex(CheckSpec):
    """Full years, both bounds included. The lower bound must be reached within the month paid
    for; the upper must still hold on its first day. A missing birth date, sex or month is told.
    """

    min_age: int | None = None
    max_age: int | None = None
    sex: int | None = None

    NAMES: ClassVar[Mapping[str, str]] = {
        "age_below": "未到年龄",
        "age_above": "超过年龄",
        "age_unknown": "年龄无法核对",
        "sex_other": "性别不符",
        "sex_unknown": "性别无法核对",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "age_below": "按身份证号推算，发放月份时只有 {age} 周岁，未到规定的 {bound} 周岁。"
        "请核对证件和政策口径。",
        "age_above": "按身份证号推算，发放月份时已满 {age} 周岁，超过规定的 {bound} 周岁。"
        "请核对证件和政策口径。",
        "age_unknown": "缺少出生日期或发放月份，无法核对年龄条件。请补齐后再比对。",
        "sex_other": "按身份证号推算的性别与此项补助的对象不符。请照证件核对身份证号和申报项目。",
        "sex_unknown": "无法从身份证号得出性别，性别条件未能核对。请照证件核对。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("age", "bound")

    def __post_init__(self) -> None:
        super().__post_init__()
        ages = [age for age in (self.min_age, self.max_age) if age is not None]
        if self.sex not in (None, 1, 2) or (self.sex is None and not ages):
            raise ValueError("give an age bound, a sex (1 male, 2 female), or both")
        if any(not 0 <= age <= 150 for age in ages) or ages != sorted(ages):
            raise ValueError("ages run from min_age to max_age")

    @property
    def by_age(self) -> bool:
        """Whether an age bound is set."""
        return self.min_age is not None or self.max_age is not None

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person, and what is judged."""
        aged = ["birth_date", "period"] if self.by_age else []
        sexed = ["sex"] if self.sex is not None else []
        return {self.table: ["id_key", *aged, *sexed, *self.scope_columns()]}

    def grain(self) -> tuple[str, ...]:
        """A person."""
        return ("id_key",)

    def query(self) -> Query:
        """One SELECT for each thing asked."""
        parts: list[str] = []
        values: dict[str, object] = dict(self.scope_values())
        months = (
            "(r.period // 100 * 12 + r.period % 100 - year(r.birth_date) * 12"
            " - month(r.birth_date))"
        )
        known = "r.birth_date IS NOT NULL AND r.period IS NOT NULL"
        if self.min_age is not None:
            values["min_age"] = self.min_age
            # Integer division rounds towards zero; someone unborn is below any age all the same.
            parts.append(self._part("age_below", f"{months} < $min_age * 12",
                                    f"greatest({months} // 12, 0)", "$min_age"))  # fmt: skip
        if self.max_age is not None:
            values["max_age"] = self.max_age
            on_first = f"({months} - CASE WHEN day(r.birth_date) = 1 THEN 0 ELSE 1 END)"
            parts.append(self._part("age_above", f"{on_first} >= ($max_age + 1) * 12",
                                    f"{on_first} // 12", "$max_age"))  # fmt: skip
        if self.by_age:
            parts.append(self._part("age_unknown", f"NOT ({known})", "NULL", "NULL"))
        if self.sex is not None:
            values["sex"] = self.sex
            parts.append(self._part("sex_other", "r.sex <> $sex", "NULL", "NULL"))
            parts.append(self._part("sex_unknown", "r.sex IS NULL", "NULL", "NULL"))
        return Query(" UNION ALL ".join(parts), values)

    def _part(self, code: str, condition: str, fact1: str, fact2: str) -> str:
        return f"""
            SELECT '{code}' AS code, r.id_key AS person,
                   CASE WHEN r.id_key IS NULL THEN 'row ' || r.row ELSE '' END AS cause,
                   '{self.table}' AS "table", r.row, TRUE AS subject,
                   {fact1} AS fact1, {fact2} AS fact2
            FROM {self.table} AS r WHERE {condition} AND {self.scope()}
            """  # noqa: S608 - the table's name passed check_identifier, the rest is ours

    def sieve(self) -> Sieve:
        """The first and the last month of a spell against the birth date, and the sex."""
        months = "(r.{0} // 100 * 12 + r.{0} % 100 - year(r.birth_date) * 12 - month(r.birth_date))"
        odd = []
        values: dict[str, object] = dict(self.scope_values())
        if self.min_age is not None:
            values["min_age"] = self.min_age
            odd.append(f"{months.format('first_period')} < $min_age * 12")
        if self.max_age is not None:
            values["max_age"] = self.max_age
            odd.append(f"{months.format('last_period')} >= ($max_age + 1) * 12")
        if self.by_age:
            odd.append("r.birth_date IS NULL OR r.first_period IS NULL")
        if self.sex is not None:
            values["sex"] = self.sex
            odd.append("r.sex IS DISTINCT FROM $sex")
        return Sieve(
            f"""
            SELECT r.id_key FROM {self.table}_spells AS r
            WHERE ({" OR ".join(odd)}) AND {self.spell_scope()}
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            values,
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Row by row."""
        for row in self.scoped(tables[self.table]):
            for code, fact1, fact2 in self._judge(row):
                cause = address(row) if row["id_key"] is None else ""
                yield Hit(code, row["id_key"], cause, self.table, row["row"], True, fact1, fact2)

    def _judge(self, row: Row) -> Iterator[tuple[str, int | None, int | None]]:
        if self.by_age:
            birth, period = row["birth_date"], row["period"]
            if birth is None or period is None:
                yield "age_unknown", None, None
            else:
                at_end = month_index(period) - birth.year * 12 - birth.month
                at_start = at_end if birth.day == 1 else at_end - 1
                if self.min_age is not None and at_end < self.min_age * 12:
                    yield "age_below", max(at_end // 12, 0), self.min_age
                if self.max_age is not None and at_start >= (self.max_age + 1) * 12:
                    yield "age_above", at_start // 12, self.max_age
        if self.sex is not None:
            if row["sex"] is None:
                yield "sex_unknown", None, None
            elif row["sex"] != self.sex:
                yield "sex_other", None, None
