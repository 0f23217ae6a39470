"""Dated rules, each with its source: amounts in 分, checks, schedules, exclusions, lists, cases."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from mingbai.rulebook.model.words import (
    AmountKind,
    CheckKind,
    Effect,
    HouseholdBase,
    Level,
    MemberChange,
    Partial,
    Per,
    ScheduleKind,
    ValueIs,
)


@dataclass(frozen=True, slots=True)
class AmountRule:
    """What one item pays between two dates; amounts in 分, ``to_date`` inclusive or open (None).

    ``partial`` says what a month pays that somebody is entitled to only in part: the ``whole``
    month, nothing before the ``next`` one, or its ``days`` over the month's days, rounded half up
    to ``round_to_fen``.

    Of the kind ``household`` one payment is made for all counted members: by ``base`` the amount a
    household, the amount a member, the amount of the household's grade, or (``top_up``) what its
    income a head lacks to the amount, a member; never more than ``cap_fen``. Somebody who joins,
    leaves or dies counts so from the ``same_month`` or the ``next_month`` on; who is entitled to a
    sub-item of ``not_counted`` is no counted member.
    """

    sub_item: str
    item: str
    name: str
    from_date: date
    to_date: date | None
    kind: AmountKind
    per: Per
    amount_fen: int | None
    grades: Mapping[str, int] = field(hash=False)
    min_fen: int | None
    max_fen: int | None
    level: Level
    value_is: ValueIs
    source: str
    partial: Partial = "whole"
    round_to_fen: int = 1
    base: HouseholdBase | None = None
    cap_fen: int | None = None
    member_change: MemberChange = "next_month"
    not_counted: tuple[str, ...] = ()

    def household_fen(self, *, members: int, grade: str = "", income_fen: int = 0) -> int | None:
        """What a household of so many counted members is due; None for a grade nobody set."""
        due: int | None = self.amount_fen
        if self.base == "per_member":
            due = (self.amount_fen or 0) * members
        elif self.base == "graded":
            due = self.grades.get(grade)
        elif self.base == "top_up":
            due = max((self.amount_fen or 0) - income_fen, 0) * members
        if due is None or self.cap_fen is None:
            return due
        return min(due, self.cap_fen)

    @property
    def rule_id(self) -> str:
        """Name the rule in results: sub-item, item and the day it took force."""
        return f"{self.sub_item}/{self.item}@{self.from_date.isoformat()}"

    def covers(self, day: date) -> bool:
        """Tell whether the rule is in force on ``day``."""
        return self.from_date <= day and (self.to_date is None or day <= self.to_date)


@dataclass(frozen=True, slots=True)
class Check:
    """One parameterised check of a roster; ``params`` belong to the kind (ages, sex, numbers).

    ``watch`` of a continuity check holds its words in one text, separated by spaces.
    """

    sub_item: str
    kind: CheckKind
    effect: Effect
    params: Mapping[str, int | str] = field(hash=False)
    from_date: date
    to_date: date | None
    value_is: ValueIs
    source: str

    @property
    def rule_id(self) -> str:
        """Name the check in results."""
        return f"{self.sub_item}/{self.kind}@{self.from_date.isoformat()}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """How far a sub-item should be on a day, as a ratio of the year's target."""

    kind: ScheduleKind
    points: tuple[tuple[int, Decimal], ...]
    start_date: date
    finish_date: date
    value_is: ValueIs
    source: str

    def planned_ratio(self, day: date) -> Decimal:
        """Return the ratio due by the end of ``day``, 0 to 1.

        Linear counts months from start to finish, a part month by its days, so a full-year item
        stands at exactly one half on 30 June. Points hold from the end of their month until the
        next one: nothing more is due between two nodes.
        """
        if day < self.start_date:
            return Decimal(0)
        if day >= self.finish_date:
            return Decimal(1)
        if self.kind == "linear":
            start = _months(self.start_date) - Decimal(1) / _days_in(self.start_date)
            finish = _months(self.finish_date)
            return (_months(day) - start) / (finish - start)
        reached = Decimal(0)
        for month, ratio in self.points:
            year = self.start_date.year
            if day >= date(year, month, calendar.monthrange(year, month)[1]):
                reached = ratio
        return reached


def _days_in(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _months(day: date) -> Decimal:
    """Months gone by at the end of ``day``: whole ones, plus the part of its own month."""
    return Decimal(day.year * 12 + day.month - 1) + Decimal(day.day) / _days_in(day)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Two benefits that one person may not draw at once, from a day on."""

    first: str
    second: str
    from_date: date
    to_date: date | None
    effect: Effect
    reason: str
    value_is: ValueIs
    source: str

    @property
    def rule_id(self) -> str:
        """Name the rule in results."""
        return f"{self.first}x{self.second}@{self.from_date.isoformat()}"


@dataclass(frozen=True, slots=True)
class PresenceList:
    """Being on this list (deaths, staff) speaks against these sub-items."""

    roster: str
    applies_to: tuple[str, ...]
    from_date: date
    to_date: date | None
    effect: Effect
    reason: str
    value_is: ValueIs
    source: str

    @property
    def rule_id(self) -> str:
        """Name the rule in results."""
        return f"{self.applies_to[0]}/{self.roster}@{self.from_date.isoformat()}"


@dataclass(frozen=True, slots=True)
class Absence:
    """Who stands on all these rosters, and on none of those, is entitled to a sub-item as well."""

    sub_item: str
    on_all: tuple[str, ...]
    unless_on: tuple[str, ...]
    from_date: date
    to_date: date | None
    effect: Effect
    reason: str
    value_is: ValueIs
    source: str

    @property
    def rule_id(self) -> str:
        """Name the rule in results."""
        return f"{self.sub_item}/absent+{'+'.join(self.on_all)}@{self.from_date.isoformat()}"


@dataclass(frozen=True, slots=True)
class Case:
    """A worked example: facts in, what the book says out; test and manual at once."""

    name: str
    sub_item: str
    day: date
    given: Mapping[str, str | int] = field(hash=False)
    expect: Mapping[str, str] = field(hash=False)
    file: str
