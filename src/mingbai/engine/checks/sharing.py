"""Values that several people, names or households share, and people who stand too often: what
sieves would otherwise look for anew each time.

Each is a list of values of one column. A value may stand in a list for no reason (rows may have
gone); none may lack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Listed:
    """Values of `value` where some group of spells, by it and `also`, meets the condition: that
    `several` differ in it, or (none) that it has more rows than months.
    """

    name: str
    value: str
    columns: frozenset[str]
    several: str | None = None
    also: tuple[str, ...] = ()

    @property
    def condition(self) -> str:
        """SQL for whether a group is listed."""
        if self.several is None:
            return "sum(times) > bit_count(bit_or(months))"
        return f"min({self.several}) <> max({self.several})"

    def of(self, table: str) -> str:
        """The list of a table."""
        return f"{table}_{self.name}"

    def narrowed(self, table: str) -> str:
        """The spells of a table whose value stands in the list."""
        return f"{table}_spells_{self.name}"

    def extend(self, table: str, touched: str | None) -> str:
        """Add what came to be there by the spells in `touched` (none: by any)."""
        spells, grouped = f"copy.{table}_spells", ", ".join([self.value, *self.also])
        some = "TRUE"
        if touched is not None:
            some = f"""
                {self.value} IN (SELECT s.{self.value} FROM {spells} AS s
                                 JOIN {touched} AS t ON s.spell = t.spell)
                AND {self.value} NOT IN (SELECT value FROM copy.{self.of(table)})
                """  # noqa: S608 - checked names
        return f"""
            INSERT INTO copy.{self.of(table)}
            SELECT DISTINCT {self.value} FROM (
                SELECT {grouped} FROM {spells} WHERE {self.value} IS NOT NULL AND {some}
                GROUP BY {grouped} HAVING {self.condition}
            )
            """  # noqa: S608 - checked names


def _several(value: str, several: str) -> Listed:
    name = f"several_{several}_by_{value}"
    return Listed(name, value, frozenset({value, several}), several)


#: People who stand more often in a sub-item than it has months.
_REPEATED: Final = Listed(
    "repeated",
    "id_key",
    frozenset({"id_key", "sub_item", "period"}),
    also=("sub_item", "era"),
)
#: What the kinds' sieves ask for.
LISTED: Final = (
    _several("account_key", "id_key"),
    _several("phone_key", "id_key"),
    _several("id_key", "name_key"),
    _several("id_key", "household_key"),
    _REPEATED,
)


def narrow(table: str, value: str, several: str) -> str:
    """The spells of a table whose `value` meets several values of another column, and perhaps a few
    more; for a sieve that would pass over all others.
    """
    return _several(value, several).narrowed(table)


def narrow_repeated(table: str) -> str:
    """The spells of a table's people who stand more often in a sub-item than it has months."""
    return _REPEATED.narrowed(table)
