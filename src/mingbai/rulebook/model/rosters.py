"""The tables offices hand in, and the sites that adopt information."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mingbai.rulebook.model.words import (
    ColumnType,
    Layout,
    Privacy,
    RosterKind,
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a roster; ``codes`` turn the words offices write into codes."""

    name: str
    label: str
    aliases: tuple[str, ...]
    type: ColumnType
    unit: str | None
    required: bool
    privacy: Privacy
    codes: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Roster:
    """A table that offices hand in, and how to know it: title words and column names."""

    code: str
    kind: RosterKind
    name: str
    title_words: tuple[str, ...]
    columns: tuple[Column, ...]
    layout: Layout
    sub_item: str | None

    def column(self, name: str) -> Column:
        """Return one column, or raise KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.code} 没有列“{name}”")


@dataclass(frozen=True, slots=True)
class Site:
    """A site that may adopt information pieces; ``column`` is the roster column with its date."""

    code: str
    name: str
    level: Literal["city", "province", "country"]
    column: str
    aliases: tuple[str, ...]
