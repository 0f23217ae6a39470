"""What is promised: programmes, their sub-items, and what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from mingbai.rulebook.model.rules import (
    AmountRule,
    Check,
    Schedule,
)
from mingbai.rulebook.model.words import (
    Group,
    Kind,
    Status,
    TargetState,
    Tier,
    ValueIs,
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing counted for a sub-item; ``shares`` are the towns' and add up to ``target``."""

    code: str
    name: str
    unit: str
    target: Decimal | None
    target_state: TargetState
    shares: Mapping[str, Decimal] = field(hash=False)
    value_is: ValueIs
    source: str


@dataclass(frozen=True, slots=True)
class SubItem:
    """The smallest thing promised: one kind of work, its measures, money and rules."""

    code: str
    programme: str
    name: str
    summary_name: str
    listed_as: str
    kind: Kind
    kind_note: str
    lead_office: str
    unit: str
    measures: tuple[Measure, ...]
    roster: str | None
    checks: tuple[Check, ...]
    amounts: tuple[AmountRule, ...]
    schedule: Schedule
    budgets: Mapping[Tier, int] = field(hash=False)
    budget_value_is: ValueIs
    budget_source: str
    aliases: tuple[str, ...]

    @property
    def budget_fen(self) -> int:
        """Return the year's budget over all tiers, in 分."""
        return sum(self.budgets.values())

    def measure(self, code: str) -> Measure:
        """Return one measure, or raise KeyError."""
        for measure in self.measures:
            if measure.code == code:
                return measure
        raise KeyError(f"{self.code} 没有指标“{code}”")

    def amount_rules(self, day: date) -> tuple[AmountRule, ...]:
        """Return the amounts in force on ``day``, one an item."""
        return tuple(rule for rule in self.amounts if rule.covers(day))

    def checks_on(self, day: date) -> tuple[Check, ...]:
        """Return the checks in force on ``day``."""
        return tuple(
            check
            for check in self.checks
            if check.from_date <= day and (check.to_date is None or day <= check.to_date)
        )


@dataclass(frozen=True, slots=True)
class Programme:
    """One item of the year's list; completed when all its sub-items are."""

    code: str
    number: int | None
    local_number: int | None
    name: str
    short_name: str
    summary_name: str
    status: Status
    status_reason: str
    group: Group
    field: str
    lead_office: str
    sub_items: tuple[SubItem, ...]
    aliases: tuple[str, ...]
    source: str
