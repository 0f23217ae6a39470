"""How many people must approve a payment: dated bands by its amount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mingbai.rulebook.model.words import ValueIs


@dataclass(frozen=True, slots=True)
class ApprovalBand:
    """Up to ``up_to_fen`` (inclusive; None: without end) this many people approve."""

    up_to_fen: int | None
    approvals: int


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """The bands in force between two dates, lowest first; ``to_date`` inclusive or open (None)."""

    from_date: date
    to_date: date | None
    bands: tuple[ApprovalBand, ...]
    value_is: ValueIs
    source: str

    @property
    def rule_id(self) -> str:
        """Name the rule in results."""
        return f"approvals@{self.from_date.isoformat()}"

    def needed(self, amount_fen: int) -> int:
        """Return how many people approve this amount."""
        return next(
            band.approvals
            for band in self.bands
            if band.up_to_fen is None or amount_fen <= band.up_to_fen
        )
