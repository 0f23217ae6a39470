"""Reminders: of what, how long before and after it is due, by which channel, at which hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from mingbai.engine.schedule import RemindSpec
from mingbai.rulebook.model.channels import Term
from mingbai.rulebook.model.words import ValueIs

#: What an office is reminded of.
RemindKind = Literal[
    "report",
    "report_answer",
    "report_check",
    "lag_plan",
    "letter",
    "slip",
    "application",
    "decision",
    "milestone",
    "site_note",
    "upkeep",
    "comparison",
]
#: ``site`` is the inbox of every account and cannot be left out; the others are asked for.
RemindChannel = Literal["site", "mail", "robot"]


@dataclass(frozen=True, slots=True)
class RemindRule:
    """How one kind of duty is reminded of; ``to_date`` inclusive or open (None).

    ``term`` is given where nothing else says by when the duty must be done: so many days after what
    made it a duty.
    """

    code: RemindKind
    name: str
    spec: RemindSpec
    term: Term | None
    channels: tuple[RemindChannel, ...]
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str


@dataclass(frozen=True, slots=True)
class SendingRule:
    """Between which hours of a worked day messages leave the house (24-hour clock)."""

    first_hour: int
    last_hour: int
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str


@dataclass(frozen=True, slots=True)
class Reminding:
    """All rules of every date; empty where the book has no such page."""

    rules: tuple[RemindRule, ...] = ()
    hours: tuple[SendingRule, ...] = ()

    def rule_on(self, kind: RemindKind, day: dt.date) -> RemindRule | None:
        """How a kind is reminded of on a day; None where nobody is."""
        return next((each for each in self.rules if each.code == kind and _holds(each, day)), None)

    def hours_on(self, day: dt.date) -> SendingRule | None:
        """When messages may leave on a day; None: at any hour."""
        return next((each for each in self.hours if _holds(each, day)), None)


def _holds(rule: RemindRule | SendingRule, day: dt.date) -> bool:
    return rule.from_date <= day and (rule.to_date is None or day <= rule.to_date)
