"""What a dispatch meeting (调度会) hears of: which gaps of money, and who must say what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from mingbai.rulebook.model.words import ValueIs

#: ``released_behind``: 拨付/预算 below the schedule; ``arrived_unreleased``: share of what arrived
#: that is not released; ``released_unspent``: share of what was released that is not spent.
MoneyGapKind = Literal["released_behind", "arrived_unreleased", "released_unspent"]
#: Why an office must speak. ``unanswered``: it lags and gave no plan; ``missed``: its confirmed
#: plan was not kept; ``at_risk``: it will hardly be done by its date; ``overdue`` and ``pending``:
#: decisions of earlier meetings.
AskKind = Literal[
    "lagging", "unanswered", "missed", "at_risk", "silent", "money", "overdue", "pending"
]
Among = Literal["sub_items", "towns"]


@dataclass(frozen=True, slots=True)
class MoneyRule:
    """A gap of money that is told where it is wider than ``over`` (a share)."""

    kind: MoneyGapKind
    name: str
    over: Decimal


@dataclass(frozen=True, slots=True)
class AskRule:
    """What an office is asked to say; ``{items}`` in the text are the sub-items or decisions.

    ``among`` narrows it to departments (``sub_items``) or to towns, ``severity`` to red lights.
    """

    on: AskKind
    text: str
    among: Among | None
    severity: Literal["red"] | None


@dataclass(frozen=True, slots=True)
class DispatchRule:
    """How packs are compiled between two dates.

    ``at_risk``: from which chance of missing its date on an item counts as at risk; ``named``: how
    many things a line names before it says how many there are.
    """

    money: tuple[MoneyRule, ...]
    asks: tuple[AskRule, ...]
    at_risk: Decimal
    named: int
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str

    @property
    def rule_id(self) -> str:
        """Name the rule in results."""
        return f"dispatch@{self.from_date.isoformat()}"
