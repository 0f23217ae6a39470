"""The amount on the roster against the book's standard: fixed, by grade, or within a range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, address
from mingbai.engine.checks.spells import Sieve


@dataclass(frozen=True, kw_only=True)
class AmountStandard(CheckSpec):
    """Exactly one of: `fixed` 分; `grades` ((grade, 分), …); `smallest` and/or `largest` 分.
    A row without an amount or with a grade the book does not know is told.
    """

    fixed: int | None = None
    grades: tuple[tuple[str, int], ...] = ()
    smallest: int | None = None
    largest: int | None = None

    NAMES: ClassVar[Mapping[str, str]] = {
        "amount_off": "金额不符标准",
        "amount_below": "金额低于下限",
        "amount_above": "金额高于上限",
        "amount_missing": "缺金额",
        "amount_grade": "档次不明",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "amount_off": "发放金额与规定标准不符。请核对标准和档次后更正。",
        "amount_below": "发放金额低于规定的下限。请核对标准后更正。",
        "amount_above": "发放金额高于规定的上限。请核对标准后更正。",
        "amount_missing": "没有填发放金额，无法核对标准。请补填。",
        "amount_grade": "没有填档次，或档次不在规定之内，无法核对标准。请按政策填写档次。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("found", "standard")

    def __post_init__(self) -> None:
        super().__post_init__()
        ranged = self.smallest is not None or self.largest is not None
        if (self.fixed is not None) + bool(self.grades) + ranged != 1:
            raise ValueError("a standard is fixed, graded or a range")
        amounts = [self.fixed, self.smallest, self.largest, *(fen for _, fen in self.grades)]
        if any(amount is not None and amount < 0 for amount in amounts):
            raise ValueError("standards are not negative")
        if len({grade for grade, _ in self.grades}) != len(self.grades):
            raise ValueError("one amount a grade")
        if self.smallest is not None and self.largest is not None and self.smallest > self.largest:
            raise ValueError("a range runs from smallest to largest")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person, amount, and the grade where it counts."""
        graded = ["grade"] if self.grades else []
        return {self.table: ["id_key", "amount", *graded, *self.scope_columns()]}

    def points_at(self) -> str:
        """The amount."""
        return "amount"

    def grain(self) -> tuple[str, ...]:
        """A person."""
        return ("id_key",)

    def query(self) -> Query:
        """One CASE names the fault of a row."""
        standard, cases = self._cases()
        return Query(
            f"""
            WITH s AS (
                SELECT r.id_key, r.row, r.amount, {standard} AS standard
                FROM {self.table} AS r WHERE {self.scope()}
            ), judged AS (
                SELECT s.*, CASE WHEN s.amount IS NULL THEN 'amount_missing' {cases} END AS code
                FROM s
            )
            SELECT j.code, j.id_key AS person,
                   CASE WHEN j.id_key IS NULL THEN 'row ' || j.row ELSE '' END AS cause,
                   '{self.table}' AS "table", j.row, TRUE AS subject,
                   j.amount AS fact1, j.standard AS fact2
            FROM judged AS j WHERE j.code IS NOT NULL
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            self._values(),
        )

    def sieve(self) -> Sieve:
        """The same CASE over spells."""
        standard, cases = self._cases()
        return Sieve(
            f"""
            WITH s AS (
                SELECT r.id_key, r.amount, {standard} AS standard
                FROM {self.table}_spells AS r WHERE {self.spell_scope()}
            )
            SELECT s.id_key FROM s
            WHERE CASE WHEN s.amount IS NULL THEN 'amount_missing' {cases} END IS NOT NULL
            """,  # noqa: S608 - the table's name passed check_identifier, the rest is ours
            self._values(),
        )

    def _cases(self) -> tuple[str, str]:
        """SQL for the standard of a row, and the WHENs that judge it."""
        if self.grades:
            whens = " ".join(
                f"WHEN $grade_{n} THEN CAST($standard_{n} AS BIGINT)"
                for n in range(len(self.grades))
            )
            cases = "WHEN s.standard IS NULL THEN 'amount_grade' "
            return (
                f"CASE r.grade {whens} END",
                cases + "WHEN s.amount <> s.standard THEN 'amount_off'",
            )
        if self.fixed is not None:
            return "CAST($fixed AS BIGINT)", "WHEN s.amount <> s.standard THEN 'amount_off'"
        parts, standards = [], []
        if self.smallest is not None:
            parts.append("WHEN s.amount < $smallest THEN 'amount_below'")
            standards.append("WHEN r.amount < $smallest THEN CAST($smallest AS BIGINT)")
        if self.largest is not None:
            parts.append("WHEN s.amount > $largest THEN 'amount_above'")
            standards.append("WHEN r.amount > $largest THEN CAST($largest AS BIGINT)")
        return f"CASE {' '.join(standards)} END", " ".join(parts)

    def _values(self) -> dict[str, object]:
        values = dict(self.scope_values())
        for n, (grade, fen) in enumerate(self.grades):
            values |= {f"grade_{n}": grade, f"standard_{n}": fen}
        single = {"fixed": self.fixed, "smallest": self.smallest, "largest": self.largest}
        return values | {name: fen for name, fen in single.items() if fen is not None}

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Row by row."""
        for row in self.scoped(tables[self.table]):
            code, standard = self._judge(row)
            if code is not None:
                cause = address(row) if row["id_key"] is None else ""
                yield Hit(
                    code, row["id_key"], cause, self.table, row["row"], True,
                    row["amount"], standard,
                )  # fmt: skip

    def _judge(self, row: Row) -> tuple[str | None, int | None]:
        amount = row["amount"]
        standard = dict(self.grades).get(row["grade"]) if self.grades else self.fixed
        if amount is None:
            return "amount_missing", standard
        if self.grades or self.fixed is not None:
            if standard is None:
                return "amount_grade", None
            return ("amount_off" if amount != standard else None), standard
        if self.smallest is not None and amount < self.smallest:
            return "amount_below", self.smallest
        if self.largest is not None and amount > self.largest:
            return "amount_above", self.largest
        return None, None
