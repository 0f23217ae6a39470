"""What a year's book says, as frozen values: money in 分, targets exact, every value sourced."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Kind = Literal["works", "subsidy", "insurance", "training", "service"]
Status = Literal["own", "not_applicable", "added"]
Group = Literal["new", "adjusted", "continued"]
ValueIs = Literal["sourced", "demonstration"]
TargetState = Literal["set", "none", "multi_year", "awaiting"]
Tier = Literal["central", "province", "city", "county", "town", "other"]
Effect = Literal["hold", "note"]
AmountKind = Literal["fixed", "graded", "actual"]
Per = Literal["month", "term", "year", "case"]
ScheduleKind = Literal["linear", "points"]
RosterKind = Literal["subsidy", "training", "list", "progress", "funds", "information"]
Layout = Literal["rows", "wide"]
ColumnType = Literal[
    "text",
    "name",
    "id_number",
    "date",
    "period",
    "money",
    "account",
    "phone",
    "integer",
    "decimal",
    "code",
    "town",
    "village",
    "sub_item",
]
Privacy = Literal["open", "personal", "sensitive"]
OfficeKind = Literal[
    "county_office",
    "leader",
    "department",
    "town",
    "village",
    "auditor",
    "supervisor",
    "third_party",
]
CheckKind = Literal[
    "age", "sex", "amount_standard", "capacity", "repeated_person", "shared_account", "shared_phone"
]
Level = Literal["common", "province", "city", "county"]


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
class AmountRule:
    """What one item pays between two dates; amounts in 分, ``to_date`` inclusive or open (None)."""

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

    @property
    def rule_id(self) -> str:
        """Name the rule in results: sub-item, item and the day it took force."""
        return f"{self.sub_item}/{self.item}@{self.from_date.isoformat()}"

    def covers(self, day: date) -> bool:
        """Tell whether the rule is in force on ``day``."""
        return self.from_date <= day and (self.to_date is None or day <= self.to_date)


@dataclass(frozen=True, slots=True)
class Check:
    """One parameterised check of a roster; ``params`` belong to the kind (ages, sex, numbers)."""

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
        return f"{self.roster}@{self.from_date.isoformat()}"


@dataclass(frozen=True, slots=True)
class OfficeSpec:
    """One office of the county; ``leads`` are the codes of the programmes it answers for."""

    code: str
    name: str
    short_name: str
    kind: OfficeKind
    parent: str | None
    division: str | None
    aliases: tuple[str, ...]
    leads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """A site that may adopt information pieces; ``column`` is the roster column with its date."""

    code: str
    name: str
    level: Literal["city", "province", "country"]
    column: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DivisionSpec:
    """One division code with the dates between which it is valid."""

    code: str
    name: str
    level: Literal["province", "city", "county", "town", "village"]
    parent: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Case:
    """A worked example: facts in, what the book says out; test and manual at once."""

    name: str
    sub_item: str
    day: date
    given: Mapping[str, str | int] = field(hash=False)
    expect: Mapping[str, str] = field(hash=False)
    file: str


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """A county's policy for one year; ``digest`` is the SHA-256 of what it was read from.

    Two books are equal when year, county and digest are: what they say then is too.
    """

    year: int
    county: str
    county_name: str
    province_source: str
    county_source: str
    programmes: tuple[Programme, ...]
    rosters: tuple[Roster, ...]
    exclusions: tuple[Exclusion, ...]
    lists: tuple[PresenceList, ...]
    offices: tuple[OfficeSpec, ...]
    sites: tuple[Site, ...]
    divisions: tuple[DivisionSpec, ...]
    cases: tuple[Case, ...]
    digest: str
    files: tuple[str, ...]
    _index: Mapping[tuple[str, str], object] = field(repr=False)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Book):
            return NotImplemented
        mine, theirs = (self.year, self.county), (other.year, other.county)
        return mine == theirs and self.digest == other.digest

    def __hash__(self) -> int:
        return hash((self.year, self.county, self.digest))

    @property
    def sub_items(self) -> tuple[SubItem, ...]:
        """Return all sub-items of the programmes that the county carries out."""
        return tuple(
            item
            for programme in self.programmes
            if programme.status != "not_applicable"
            for item in programme.sub_items
        )

    @property
    def towns(self) -> tuple[DivisionSpec, ...]:
        """Return the town-level divisions valid on the first day of the year."""
        day = date(self.year, 1, 1)
        return tuple(
            each
            for each in self.divisions
            if each.level == "town"
            and each.valid_from <= day
            and (each.valid_to is None or day <= each.valid_to)
        )

    def programme(self, code: str) -> Programme:
        """Return one programme, or raise KeyError."""
        found = self._index.get(("programme", code))
        if not isinstance(found, Programme):
            raise KeyError(f"{self.year}年清单没有项目“{code}”")
        return found

    def sub_item(self, code: str) -> SubItem:
        """Return one sub-item of the year, applicable or not, or raise KeyError."""
        found = self._index.get(("sub_item", code))
        if not isinstance(found, SubItem):
            raise KeyError(f"{self.year}年清单没有子项“{code}”")
        return found

    def roster(self, code: str) -> Roster:
        """Return one roster, or raise KeyError."""
        found = self._index.get(("roster", code))
        if not isinstance(found, Roster):
            raise KeyError(f"没有花名册“{code}”")
        return found

    def office(self, code: str) -> OfficeSpec:
        """Return one office, or raise KeyError."""
        found = self._index.get(("office", code))
        if not isinstance(found, OfficeSpec):
            raise KeyError(f"没有单位“{code}”")
        return found
