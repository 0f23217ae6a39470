"""A code that the book does not know, or none at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, address
from mingbai.engine.checks.spells import Sieve

_CODED: Final = ("sub_item", "town", "village", "grade", "course", "measure")


@dataclass(frozen=True, kw_only=True)
class CodeList(CheckSpec):
    """`column` holds one of `allowed`, spelled exactly so. An empty cell is told, unless the
    rule says `optional`. One finding a person (or row without one).
    """

    column: str
    allowed: tuple[str, ...]
    optional: bool = False

    NAMES: ClassVar[Mapping[str, str]] = {
        "code_unlisted": "代码不在规定内",
        "code_missing": "缺代码",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "code_unlisted": "所填代码不在规定的范围之内，无法按规定归类。请照规定的代码表更正。",
        "code_missing": "没有填代码，无法按规定归类。请照规定的代码表补填。",
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.column not in _CODED:
            raise ValueError(f"codes stand in {', '.join(_CODED)}")
        if not self.allowed or len(set(self.allowed)) != len(self.allowed) or "" in self.allowed:
            raise ValueError("give the codes allowed, each once")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person and code."""
        return {self.table: ["id_key", self.column, *self.scope_columns()]}

    def grain(self) -> tuple[str, ...]:
        """Each person by itself."""
        return ("id_key",)

    def points_at(self) -> str:
        """The code."""
        return self.column

    def query(self) -> Query:
        """One CASE names the fault of a row."""
        names = ", ".join(f"$allowed_{n}" for n in range(len(self.allowed)))
        missing = "" if self.optional else f"WHEN r.{self.column} IS NULL THEN 'code_missing'"
        return Query(
            f"""
            WITH judged AS (
                SELECT r.id_key, r.row,
                       CASE {missing}
                           WHEN r.{self.column} NOT IN ({names}) THEN 'code_unlisted' END AS code
                FROM {self.table} AS r WHERE {self.scope()}
            )
            SELECT j.code, j.id_key AS person,
                   CASE WHEN j.id_key IS NULL THEN 'row ' || CAST(j.row AS VARCHAR)
                       ELSE '{self.column}' END AS cause,
                   '{self.table}' AS "table", j.row, TRUE AS subject, NULL AS fact1, NULL AS fact2
            FROM judged AS j WHERE j.code IS NOT NULL
            """,  # noqa: S608 - the table's name passed check_identifier, the column is one of ours
            {
                **{f"allowed_{n}": code for n, code in enumerate(self.allowed)},
                **self.scope_values(),
            },
        )

    def sieve(self) -> Sieve:
        """Spells with another code, or none."""
        names = ", ".join(f"$allowed_{n}" for n in range(len(self.allowed)))
        return Sieve(
            f"""
            SELECT r.id_key FROM {self.table}_spells AS r
            WHERE (r.{self.column} NOT IN ({names}){
                "" if self.optional else f" OR r.{self.column} IS NULL"
            }) AND {self.spell_scope()}
            """,  # noqa: S608 - the table's name passed check_identifier, the column is one of ours
            {
                **{f"allowed_{n}": code for n, code in enumerate(self.allowed)},
                **self.scope_values(),
            },
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Row by row."""
        for row in self.scoped(tables[self.table]):
            value = row[self.column]
            if value in self.allowed or (value is None and self.optional):
                continue
            code = "code_missing" if value is None else "code_unlisted"
            cause = address(row) if row["id_key"] is None else self.column
            yield Hit(code, row["id_key"], cause, self.table, row["row"], True)
