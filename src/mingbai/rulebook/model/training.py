"""Training classes: budget and allowance a head, what is suspect about a roll or a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from mingbai.rulebook.model.words import Effect, ValueIs

#: What may be doubted about a class: codes of the checks of rolls, and of its sessions.
ClassDoubtKind = Literal[
    "spans_overlap",
    "spans_reversed",
    "spans_unknown",
    "repeated_person",
    "shared_phone",
    "on_list",
    "after_death",
    "same_list",
    "over_quota",
    "rest_day",
    "odd_hours",
    "outside_dates",
    "two_sessions",
    "score_differs",
]


@dataclass(frozen=True, slots=True)
class TrainingRule:
    """What holds for training classes between two dates; ``to_date`` inclusive or open (None).

    Money in 分. ``pass_mark`` is the least score that passes, of ``full_mark`` at most.
    ``attendance_least`` is the share of sessions needed for a certificate; ``alike``
    the share of people two rolls may have in common; hours of the day by the 24-hour clock.
    """

    from_date: date
    to_date: date | None
    head_budget: int
    allowance_day: int
    full_mark: Decimal
    pass_mark: Decimal
    attendance_least: Decimal
    phone_people: int
    alike: Decimal
    first_hour: int
    last_hour: int
    effects: Mapping[ClassDoubtKind, Effect]
    value_is: ValueIs
    source: str

    @property
    def rule_id(self) -> str:
        """Name the rule in results."""
        return f"training@{self.from_date.isoformat()}"
