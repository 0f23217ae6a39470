"""What a comparison is: a column, parts made of it, ordered levels with words a clerk can read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

import pyarrow as pa

#: The level of a pair of which one side, or both, says nothing: neutral, and told.
MISSING: Final = 0
SURE: Final = 1
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")

Parts = Mapping[str, Any]


class CannotMatch(ValueError):
    """The tables do not hold what the plan compares, or the plan contradicts itself."""


class Level(NamedTuple):
    """One degree of agreement: its code, and what a clerk reads ({label} = the column)."""

    code: str
    phrase: str


class Key(NamedTuple):
    """Records that share it are looked at together. `coarser` keys of the same comparison hold
    at least the same pairs. Keys of one `topic` say the same, so that two are no better than one.
    """

    name: str
    part: str
    coarser: tuple[str, ...] = ()
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Compares one column of two records. Levels go from the strongest (1) to the weakest; 0 is
    missing. `common` lets a frequent value count for less than a rare one.
    """

    column: str
    label: str
    common: bool = True
    #: Whether it is a person's own, which others of the same house do not share.
    own: bool = False

    LEVELS: ClassVar[tuple[Level, ...]]
    #: Parts of type and SQL type: what `prepare` makes of the column.
    PARTS: ClassVar[Mapping[str, pa.DataType]]
    KEYS: ClassVar[tuple[Key, ...]]
    #: The part whose equality is level 1.
    WHOLE: ClassVar[str]
    #: How many of the strongest levels show that a person's own value is meant.
    STRONG: ClassVar[int]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.column):
            raise CannotMatch(f"not a plain lower-case name: {self.column!r}")

    def reads(self) -> Sequence[str]:
        """Columns of the table it needs."""
        return (self.column,)

    def prepare(self, table: pa.Table) -> Mapping[str, pa.Array]:
        """Parts for whole columns."""
        raise NotImplementedError

    def prepare_plain(self, record: Mapping[str, Any]) -> Parts:
        """The same parts for one record."""
        raise NotImplementedError

    def sql(self) -> str:
        """The level as an expression over parts l.[name] and r.[name] (see `write`)."""
        raise NotImplementedError

    def plain(self, left: Parts, right: Parts) -> int:
        """The level of two prepared records."""
        raise NotImplementedError

    def say(self, left: Parts, right: Parts, level: int) -> str:
        """What to tell a clerk about this level of this pair."""
        if level == MISSING:
            return f"{self.label}缺失未比"
        return self.LEVELS[level - 1].phrase.format(label=self.label)

    def part(self, name: str) -> str:
        """The column of the prepared table that holds a part."""
        return f"{self.column}__{name}"

    def write(self) -> str:
        """The expression with names of prepared columns put in."""
        return re.sub(r"\[(\w+)\]", lambda found: self.part(found[1]), self.sql())


def one_column(table: pa.Table, column: str, kind: pa.DataType) -> pa.Array:
    """A column as one array of a type."""
    return pa.concat_arrays(table[column].cast(kind).chunks or [pa.array([], kind)])
