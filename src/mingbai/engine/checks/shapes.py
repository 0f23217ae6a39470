"""The words of checking: a spec says what to look for, a hit is a row it caught."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

import pyarrow as pa

from mingbai.engine.checks.spells import Sieve, bound_months

#: Columns that checks may ask of a table, with their Arrow types. Keys are keyed digests: no check
#: needs an identifier in clear.
COLUMNS: Final[Mapping[str, pa.DataType]] = {
    "id_key": pa.binary(),
    "account_key": pa.binary(),
    "phone_key": pa.binary(),
    "name_key": pa.binary(),
    "sub_item": pa.string(),
    "town": pa.string(),
    "period": pa.int32(),
    "amount": pa.int64(),
    "grade": pa.string(),
    "birth_date": pa.date32(),
    "sex": pa.int8(),
    "event_date": pa.date32(),
    "start_date": pa.date32(),
    "end_date": pa.date32(),
    "course": pa.string(),
    "village": pa.string(),
    "household_key": pa.binary(),
    "head_key": pa.binary(),
    "measure": pa.string(),
    "claimed": pa.int64(),
}

ROSTER: Final = "roster"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")

#: A row on the plain machine: the columns of COLUMNS plus `row`, its place in the table from 0.
Row = Mapping[str, Any]


class CannotCheck(ValueError):
    """A spec asks for a table or column that was not given: told, never skipped."""


class Hit(NamedTuple):
    """A row caught by a spec. Hits with the same code, person and cause make one finding.

    `subject` rows are the doubted ones, the others stand beside them as evidence. Facts are
    whole numbers for the message, named by the kind's FACTS; a finding shows the largest.
    """

    code: str
    person: bytes | None
    cause: str
    table: str
    row: int
    subject: bool
    fact1: int | None = None
    fact2: int | None = None


@dataclass(frozen=True)
class Query:
    """A statement in the restricted dialect and the values of its `$names`."""

    text: str
    values: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class CheckSpec:
    """What every kind of check has: the rule's id in the book, how grave, and which sub-items.

    An empty `sub_items` means all rows of the table. `from_period` and `to_period` (yyyymm, both
    included) bound the months looked at; rows without a month are always looked at.
    """

    rule: str
    severity: int = 2
    table: str = ROSTER
    sub_items: tuple[str, ...] = ()
    from_period: int | None = None
    to_period: int | None = None

    #: A short name for each code, for lists and filters.
    NAMES: ClassVar[Mapping[str, str]] = {}
    MESSAGES: ClassVar[Mapping[str, str]] = {}
    FACTS: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if not self.rule:
            raise ValueError("a check needs the id of its rule")
        if self.severity not in (1, 2, 3):
            raise ValueError("severity is 1 note, 2 warn or 3 reject")
        check_identifier(self.table)
        for period in (self.from_period, self.to_period):
            if period is not None and not 1 <= period % 100 <= 12:
                raise ValueError(f"no month: {period}")

    def needs(self) -> Mapping[str, Sequence[str]]:
        """Tables and columns the check reads."""
        raise NotImplementedError

    def query(self) -> Query:
        """The check for a machine that speaks SQL; gives the columns of Hit."""
        raise NotImplementedError

    def tallied_query(self) -> Query | None:
        """The same from `<table>_spells` and `<table>_tally` (see `tallies`), where these tell
        without their rows what everybody adds up to. Rows of `<table>` tell their spell's `era`.
        """
        return None

    def contexts(self) -> Mapping[str, str]:
        """Small tables that `query` reads beside those of `needs`, and the statement of each over
        all rows, in which each row stands for some row (SELECT DISTINCT). Equal names mean equal
        statements.
        """
        return {}

    def sieve(self) -> Sieve | None:
        """Whom the check may concern, found cheaply; None where everybody must be looked at."""
        return None

    def plain(self, tables: Mapping[str, Sequence[Row]]) -> Iterator[Hit]:
        """The same check in plain Python, slow and obvious."""
        raise NotImplementedError

    def grain(self) -> tuple[str, ...]:
        """Columns of the subject table within whose equal values one finding is decided: as long as
        the tables of `contexts` stay the same, rows with other values neither make it nor change
        it. `("row",)` is each row by itself, `()` all rows.
        """
        raise NotImplementedError

    def points_at(self) -> str:
        """The canonical column whose cell a finding is shown at."""
        return "id_number"

    def handed(self, *columns: str) -> tuple[str, str]:
        """A context: the different values of `columns` that were handed in, by name and text."""
        listed = ", ".join(columns)
        name = "_".join((self.table, "by", *columns))
        return name, f"SELECT DISTINCT {listed} FROM {self.table}"  # noqa: S608 - checked names

    # -- shared by the kinds -------------------------------------------------------------------

    def scope(self, alias: str = "r") -> str:
        """SQL condition for the rows this spec looks at."""
        parts = ["TRUE"]
        if self.sub_items:
            names = ", ".join(f"$sub_item_{n}" for n in range(len(self.sub_items)))
            parts.append(f"{alias}.sub_item IN ({names})")
        if self.from_period is not None:
            parts.append(f"({alias}.period IS NULL OR {alias}.period >= $from_period)")
        if self.to_period is not None:
            parts.append(f"({alias}.period IS NULL OR {alias}.period <= $to_period)")
        return " AND ".join(parts)

    def spell_scope(self, alias: str = "r") -> str:
        """`scope` for spells: those with a month in it."""
        bounds = {"period >= ": "last_period >= ", "period <= ": "first_period <= "}
        text = self.scope(alias)
        for asked, told in bounds.items():
            text = text.replace(f"{alias}.{asked}", f"{alias}.{told}")
        return text.replace(f"{alias}.period IS", f"{alias}.first_period IS")

    def spell_months(self, alias: str = "r") -> str:
        """The bits of a spell's months that are within the bounds, for what must not be found in
        other months.
        """
        text = f"{alias}.months"
        for period, later in ((self.from_period, True), (self.to_period, False)):
            if period is not None:
                era, bits = bound_months(period, later=later)
                kept = f"CAST({bits} AS UBIGINT)"
                text += f" & CASE WHEN {alias}.era = {era} THEN {kept} ELSE {alias}.months END"
        return text

    def scope_values(self) -> dict[str, object]:
        """Values of the names in `scope`."""
        values: dict[str, object] = {f"sub_item_{n}": s for n, s in enumerate(self.sub_items)}
        if self.from_period is not None:
            values["from_period"] = self.from_period
        if self.to_period is not None:
            values["to_period"] = self.to_period
        return values

    def scoped(self, rows: Sequence[Row]) -> list[Row]:
        """Twin of `scope`."""
        found = []
        for row in rows:
            if self.sub_items and row["sub_item"] not in self.sub_items:
                continue
            period = row["period"] if self.uses_period() else None
            if period is not None and self.from_period is not None and period < self.from_period:
                continue
            if period is not None and self.to_period is not None and period > self.to_period:
                continue
            found.append(row)
        return found

    def uses_period(self) -> bool:
        """Whether months bound this spec."""
        return self.from_period is not None or self.to_period is not None

    def scope_columns(self) -> list[str]:
        """Columns that `scope` reads."""
        return ["sub_item"] * bool(self.sub_items) + ["period"] * self.uses_period()


def check_identifier(name: str) -> str:
    """Names of tables and columns go into SQL text, so they must be plain words."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a plain lower-case name: {name!r}")
    return name


def check_column(name: str) -> str:
    """A column that checks know."""
    if name not in COLUMNS:
        raise ValueError(f"no column {name!r}: known are {', '.join(COLUMNS)}")
    return name


def month_index(period: int) -> int:
    """yyyymm as a running count of months, so that months can be subtracted."""
    return period // 100 * 12 + period % 100


def address(row: Row) -> str:
    """Cause of a finding about one row that has no person."""
    return f"row {row['row']}"
