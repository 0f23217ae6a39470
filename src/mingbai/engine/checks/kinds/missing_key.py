"""Rows that no comparison could see, because what it compares by is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from mingbai.engine.checks.shapes import CheckSpec, Hit, Query, Row, address
from mingbai.engine.checks.spells import Sieve

_CODES: Final = {
    "id_key": "uncompared_id",
    "account_key": "uncompared_account",
    "phone_key": "uncompared_phone",
    "name_key": "uncompared_name",
    "household_key": "uncompared_household",
    "sub_item": "uncompared_sub_item",
    "period": "uncompared_period",
    "town": "uncompared_town",
}


@dataclass(frozen=True, kw_only=True)
class MissingKey(CheckSpec):
    """A missing value switches no rule off in silence: each row without `column` is told."""

    column: str = "id_key"

    NAMES: ClassVar[Mapping[str, str]] = {
        "uncompared_id": "缺证件号未比对",
        "uncompared_account": "缺账号未比对",
        "uncompared_phone": "缺电话未比对",
        "uncompared_name": "缺姓名未比对",
        "uncompared_household": "缺户号未比对",
        "uncompared_sub_item": "缺子项未比对",
        "uncompared_period": "缺月份未比对",
        "uncompared_town": "缺乡镇未比对",
    }
    MESSAGES: ClassVar[Mapping[str, str]] = {
        "uncompared_id": "身份证号缺失或有误，这一行没有参加任何人员比对。请更正后重新上报。",
        "uncompared_account": "银行账号缺失或有误，这一行没有参加账户比对。请更正后重新上报。",
        "uncompared_phone": "联系电话缺失或有误，这一行没有参加电话比对。请更正后重新上报。",
        "uncompared_name": "姓名缺失或有误，这一行没有参加姓名比对。请更正后重新上报。",
        "uncompared_household": "户号缺失，这一行没有参加按户比对。请照户口簿补填后重新上报。",
        "uncompared_sub_item": "没有写明子项，按子项设的比对都没有看到这一行。请补填后重新上报。",
        "uncompared_period": "没有写明月份，按月的比对无法断定先后。请补填后重新上报。",
        "uncompared_town": "没有写明乡镇，按乡镇的比对无法归属这一行。请补填后重新上报。",
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.column not in _CODES:
            raise ValueError(f"keys are {', '.join(_CODES)}")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Person and the key."""
        return {self.table: ["id_key", self.column, *self.scope_columns()]}

    def points_at(self) -> str:
        """The column that is missing."""
        return "id_number" if self.column == "id_key" else self.column.removesuffix("_key")

    def grain(self) -> tuple[str, ...]:
        """A person."""
        return ("id_key",)

    def query(self) -> Query:
        """Rows without the key."""
        return Query(
            f"""
            SELECT '{_CODES[self.column]}' AS code, r.id_key AS person,
                   CASE WHEN r.id_key IS NULL THEN 'row ' || r.row ELSE '' END AS cause,
                   '{self.table}' AS "table", r.row, TRUE AS subject,
                   NULL AS fact1, NULL AS fact2
            FROM {self.table} AS r WHERE r.{self.column} IS NULL AND {self.scope()}
            """,  # noqa: S608 - the table's name passed check_identifier, the column is one of four
            self.scope_values(),
        )

    def sieve(self) -> Sieve:
        """Spells without it."""
        column = "first_period" if self.column == "period" else self.column
        return Sieve(
            f"""
            SELECT r.id_key FROM {self.table}_spells AS r
            WHERE r.{column} IS NULL AND {self.spell_scope()}
            """,  # noqa: S608 - the table's name passed check_identifier, the column is known
            self.scope_values(),
        )

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """Row by row."""
        for row in self.scoped(tables[self.table]):
            if row[self.column] is None:
                cause = address(row) if row["id_key"] is None else ""
                yield Hit(_CODES[self.column], row["id_key"], cause, self.table, row["row"], True)
