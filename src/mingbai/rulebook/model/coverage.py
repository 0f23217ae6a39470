"""Who should be insured, who is, and by which lists that is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mingbai.rulebook.model.words import ValueIs


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the insured of a sub-item are counted: codes of rosters and of its measures.

    Due is everybody on ``register`` who is on none of ``elsewhere`` and on no list of ``gone``
    before the year began. ``measure`` and ``rate`` are the measures that the count answers.
    """

    sub_item: str
    roster: str
    register: str
    elsewhere: tuple[str, ...]
    gone: tuple[str, ...]
    measure: str
    rate: str
    from_date: date
    to_date: date | None
    value_is: ValueIs
    source: str

    @property
    def rule_id(self) -> str:
        """Name the rule in results."""
        return f"{self.sub_item}/coverage@{self.from_date.isoformat()}"
