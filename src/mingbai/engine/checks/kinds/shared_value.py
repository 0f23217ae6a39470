"""One bank account, or one phone, used by several people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row
from mingbai.engine.checks.sharing import narrow
from mingbai.engine.checks.spells import Sieve

_CODES: Final = {"account_key": "shared_account", "phone_key": "shared_phone"}


@dataclass(frozen=True, kw_only=True)
class SharedValue(CheckSpec):
    """At least `at_least` different people behind one value of `column`. One finding a value."""

    column: str = "account_key"
    at_least: int = 2

    NAMES: ClassVar[Mapping[str, str]] = {
        "shared_account": "多人同账号",
        "shared_phone": "多人同电话",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "shared_account": "{people} 个人共用同一个银行账号，补助可能被他人代领。"
        "请逐人核对账户；确由监护人或户主代领的，请注明关系。",
        "shared_phone": "{people} 个人共用同一个联系电话，可能联系不到本人。请核对；"
        "确由家人代接的，请注明。",
    }
    FACTS: ClassVar[tuple[str, ...]] = ("people",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.column not in _CODES:
            raise ValueError(f"shared values are {', '.join(_CODES)}")
        if self.at_least < 2:
            raise ValueError("sharing takes two")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person and value."""
        return {self.table: ["id_key", self.column, *self.scope_columns()]}

    def points_at(self) -> str:
        """The account or the phone."""
        return self.column.removesuffix("_key")

    def grain(self) -> tuple[str, ...]:
        """The value."""
        return (self.column,)

    def query(self) -> Query:
        """Count people by value."""
        return Query(
            f"""
            WITH pairs AS (
                SELECT DISTINCT r.{self.column} AS value, r.id_key
                FROM {self.table} AS r
                WHERE r.{self.column} IS NOT NULL AND r.id_key IS NOT NULL AND {self.scope()}
            ), busy AS (
                SELECT value, count(*) AS people FROM pairs GROUP BY value
                HAVING count(*) >= $at_least
            )
            SELECT '{_CODES[self.column]}' AS code, NULL AS person,
                   lower(hex(b.value)) AS cause, '{self.table}' AS "table", r.row,
                   TRUE AS subject, b.people AS fact1, NULL AS fact2
            FROM {self.table} AS r JOIN busy AS b ON r.{self.column} = b.value
            WHERE r.id_key IS NOT NULL AND {self.scope()}
            """,  # noqa: S608 - names passed check_identifier, the column is one of two
            {"at_least": self.at_least, **self.scope_values()},
        )

    def sieve(self) -> Sieve:
        """Values with two people, and all people who have them; what is missing would join with
        nothing.
        """
        shared = narrow(self.table, self.column, "id_key")
        return Sieve(
            f"""
            WITH busy AS (
                SELECT r.{self.column} AS value FROM {shared} AS r
                WHERE {self.spell_scope()} GROUP BY r.{self.column}
                HAVING min(r.id_key) <> max(r.id_key)
            )
            SELECT r.id_key FROM {shared} AS r
            JOIN busy AS b ON r.{self.column} = b.value
            """,  # noqa: S608 - names passed check_identifier, the column is one of two
            self.scope_values(),
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Collect by value."""
        groups: dict[bytes, list[Row]] = defaultdict(list)
        for row in self.scoped(tables[self.table]):
            if row[self.column] is not None and row["id_key"] is not None:
                groups[row[self.column]].append(row)
        for value, rows in groups.items():
            people = len({row["id_key"] for row in rows})
            if people >= self.at_least:
                for row in rows:
                    yield Hit(
                        _CODES[self.column], None, value.hex(), self.table, row["row"], True, people
                    )
