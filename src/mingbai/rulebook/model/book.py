"""A county's whole policy for one year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from mingbai.engine.schedule import Calendar
from mingbai.rulebook.model.approvals import ApprovalRule
from mingbai.rulebook.model.bank import BankRules
from mingbai.rulebook.model.channels import Channel, PostingRules
from mingbai.rulebook.model.comparison import MonthlyComparison
from mingbai.rulebook.model.coverage import Coverage
from mingbai.rulebook.model.dispatch import DispatchRule
from mingbai.rulebook.model.handling import Handling
from mingbai.rulebook.model.lags import LagBook
from mingbai.rulebook.model.offices import (
    DivisionSpec,
    OfficeSpec,
)
from mingbai.rulebook.model.procedures import Procedure
from mingbai.rulebook.model.programmes import (
    Programme,
    SubItem,
)
from mingbai.rulebook.model.reminding import Reminding
from mingbai.rulebook.model.reporting import ReportRule
from mingbai.rulebook.model.rosters import (
    Roster,
    Site,
)
from mingbai.rulebook.model.rules import (
    Absence,
    Case,
    Exclusion,
    PresenceList,
)
from mingbai.rulebook.model.tiles import TileMap
from mingbai.rulebook.model.training import TrainingRule
from mingbai.rulebook.model.weights import Weights
from mingbai.rulebook.model.works import WorksRules

#: For books made by hand, which have no table of official days: only weekends rest.
WEEKENDS: Final = Calendar(date.fromisoformat("2015-01-01"), date.fromisoformat("2034-12-31"))


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
    absences: tuple[Absence, ...] = field(default=(), kw_only=True)
    approvals: tuple[ApprovalRule, ...] = field(default=(), kw_only=True)
    bank: BankRules = field(default=BankRules(), kw_only=True)
    procedures: tuple[Procedure, ...] = field(default=(), kw_only=True)
    posting: PostingRules = field(default=PostingRules(), kw_only=True)
    calendar: Calendar = field(default=WEEKENDS, kw_only=True)
    handling: tuple[Handling, ...] = field(default=(), kw_only=True)
    monthly: tuple[MonthlyComparison, ...] = field(default=(), kw_only=True)
    coverages: tuple[Coverage, ...] = field(default=(), kw_only=True)
    works: WorksRules = field(default=WorksRules(), kw_only=True)
    tiles: TileMap | None = field(default=None, kw_only=True)
    weights: tuple[Weights, ...] = field(default=(), kw_only=True)
    dispatch: tuple[DispatchRule, ...] = field(default=(), kw_only=True)
    lagging: LagBook = field(default=LagBook(), kw_only=True)
    reporting: tuple[ReportRule, ...] = field(default=(), kw_only=True)
    reminding: Reminding = field(default_factory=Reminding, kw_only=True)
    training: tuple[TrainingRule, ...] = field(default=(), kw_only=True)
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
    def channels(self) -> tuple[Channel, ...]:
        """Return the channels of public posting, with what each may show."""
        return self.posting.channels

    def channel(self, code: str, day: date | None = None) -> Channel:
        """Return one channel as it is on a day (the last of the year), or raise KeyError."""
        return self.posting.channel(code, day or date(self.year, 12, 31))

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

    def comparison_due(self, on: date) -> date | None:
        """Return the last day on which everything was due to be compared, on a day.

        None where no rule is in force, and where the day due lies outside the year and the January
        after it: a closed year is compared no more.
        """
        before = on.replace(day=1) - timedelta(days=1)
        for month in (on, before):
            for rule in self.monthly:
                due = rule.due_in(month)
                in_force = rule.from_date <= due and (rule.to_date is None or due <= rule.to_date)
                if (
                    in_force
                    and due <= on
                    and date(self.year, 1, 1) <= due < date(self.year + 1, 2, 1)
                ):
                    return due
        return None

    def procedure(self, sub_item: str, on: date | None = None) -> Procedure:
        """Return how a sub-item's rights are decided on a day, the year's last by default.

        Raises KeyError where the sub-item pays nobody.
        """
        day = on or date(self.year, 12, 31)
        for rule in self.procedures:
            in_force = rule.from_date <= day and (rule.to_date is None or day <= rule.to_date)
            if rule.sub_item == sub_item and in_force:
                return rule
        raise KeyError(f"没有子项“{sub_item}”的办理程序")

    def approvals_needed(self, amount_fen: int, day: date) -> int:
        """Return how many people approve a payment of this amount; one where nothing is said."""
        for rule in self.approvals:
            if rule.from_date <= day and (rule.to_date is None or day <= rule.to_date):
                return rule.needed(amount_fen)
        return 1

    def report_rule(self, day: date) -> ReportRule | None:
        """Return how monthly reports are taken in on a day; None where nothing is said."""
        for rule in self.reporting:
            if rule.from_date <= day and (rule.to_date is None or day <= rule.to_date):
                return rule
        return None

    def dispatch_rule(self, day: date) -> DispatchRule | None:
        """Return how packs of dispatch meetings are compiled; None where nothing is said."""
        for rule in self.dispatch:
            if rule.from_date <= day and (rule.to_date is None or day <= rule.to_date):
                return rule
        return None

    def training_rule(self, day: date) -> TrainingRule | None:
        """Return what holds for training classes on a day; None where nothing is said."""
        for rule in self.training:
            if rule.from_date <= day and (rule.to_date is None or day <= rule.to_date):
                return rule
        return None

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
