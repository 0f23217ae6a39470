"""How works are built: networks of milestones, seasons that stop work, when a light turns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from mingbai.engine.schedule import Calendar, Link, Season
from mingbai.rulebook.model.words import ValueIs


@dataclass(frozen=True, slots=True)
class WorkStep:
    """A milestone and the work that leads to it: worked days, what comes before, what proves it.

    ``stops`` are codes of seasons in which this work rests. ``photos`` is how many photos a report
    from the site needs at least; ``paper`` asks for the number of a document.
    """

    code: str
    name: str
    days: int
    after: tuple[Link, ...]
    stops: tuple[str, ...]
    photos: int
    paper: bool

    @property
    def calendar(self) -> str:
        """Name of the calendar it is worked by; empty where no season stops it."""
        return "+".join(self.stops)


@dataclass(frozen=True, slots=True)
class WorkNetwork:
    """The milestones of one kind of works, in the order of work.

    ``begins``, ``finishes`` and ``hands_over`` name the steps that mean 开工, 完工 and 移交.
    """

    code: str
    name: str
    steps: tuple[WorkStep, ...]
    sub_items: tuple[str, ...]
    begins: str
    finishes: str
    hands_over: str
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str

    def stage(self, code: str, *, done: bool) -> int:
        """Return how many of 开工, 完工 and 移交 stand behind a site that has come this far.

        ``done``: the milestone is reached; else its work has only begun.
        """
        codes = [step.code for step in self.steps]
        place = codes.index(code) + (1 if done else 0)
        roles = (self.begins, self.finishes, self.hands_over)
        return sum(codes.index(role) < place for role in roles)

    def step(self, code: str) -> WorkStep:
        """Return one step, or raise KeyError."""
        for step in self.steps:
            if step.code == code:
                return step
        raise KeyError(f"{self.name}没有节点“{code}”")


@dataclass(frozen=True, slots=True)
class StopSeason:
    """Days of each year on which certain work rests: winter, the flood season."""

    code: str
    season: Season
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str


@dataclass(frozen=True, slots=True)
class WorksTerms:
    """Days and months that the care for works counts with.

    ``near_days``: natural days before a milestone's day from which its light is yellow;
    ``note_days``: natural days for putting right, by kind of note; ``upkeep_months``: months
    between inspections after hand-over where nothing else was agreed.
    """

    near_days: int
    note_days: Mapping[str, int] = field(hash=False)
    upkeep_months: int
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str


@dataclass(frozen=True, slots=True)
class WorksRules:
    """All of it, for a book; a book made by hand may have none."""

    networks: tuple[WorkNetwork, ...] = ()
    seasons: tuple[StopSeason, ...] = ()
    terms: tuple[WorksTerms, ...] = ()

    def network_of(self, sub_item: str, day: dt.date) -> WorkNetwork:
        """Return the network a sub-item is built by on a day, or raise KeyError."""
        for network in self.networks:
            if sub_item in network.sub_items and _in_force(network, day):
                return network
        raise KeyError(f"没有子项“{sub_item}”的施工节点")

    def terms_on(self, day: dt.date) -> WorksTerms:
        """Return the terms in force on a day, or raise KeyError."""
        for terms in self.terms:
            if _in_force(terms, day):
                return terms
        raise KeyError(f"{day}没有工程管理的期限规定")

    def calendars(self, calendar: Calendar, day: dt.date) -> dict[str, Calendar]:
        """Return the calendars that steps name: the county's, less the seasons in force."""
        seasons = {each.code: each.season for each in self.seasons if _in_force(each, day)}
        years = range(calendar.first_date.year - 1, calendar.last_date.year + 1)
        names = {step.stops for network in self.networks for step in network.steps if step.stops}
        return {
            "+".join(stops): calendar.without(
                *(span for code in stops if code in seasons for span in seasons[code].spans(years))
            )
            for stops in sorted(names)
        }


def _in_force(rule: WorkNetwork | StopSeason | WorksTerms, day: dt.date) -> bool:
    return rule.from_date <= day and (rule.to_date is None or day <= rule.to_date)
