"""Public postings as the book rules them: channels, columns and masks, stages, days, telephones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mingbai.engine.schedule import Calendar
from mingbai.rulebook.model.words import ValueIs

Place = Literal["board", "site"]
BoardLevel = Literal["village", "town", "county"]
StageKind = Literal["first_review", "approval", "payment"]
PostedKind = Literal["application", "enrolment"]
Counted = Literal["calendar", "working"]
Starts = Literal["same_day", "next_day"]


@dataclass(frozen=True, slots=True)
class Term:
    """A number of days and how they are counted."""

    days: int
    counted: Counted
    starts: Starts
    extends: bool

    def last_day(self, start: dt.date, calendar: Calendar) -> dt.date:
        """The last day of the term that begins by what happened on ``start``.

        ``next_day``: the day itself does not count. ``extends``: a last day of rest moves on to the
        next worked day. Raises CannotSchedule where the calendar does not reach.
        """
        first = start + dt.timedelta(days=self.starts == "next_day")
        if self.counted == "working":
            end = calendar.add(first.toordinal(), self.days)
            return dt.date.fromordinal(end - 1)
        last = first + dt.timedelta(days=self.days - 1)
        while self.extends and not calendar.works_on(last):
            last += dt.timedelta(days=1)
        return last

    @property
    def words(self) -> str:
        """As a notice says it."""
        return f"{self.days}个工作日" if self.counted == "working" else f"{self.days}天"


@dataclass(frozen=True, slots=True)
class PostedColumn:
    """One column that may be shown, and the mask it is shown through."""

    name: str
    label: str
    mask: str


@dataclass(frozen=True, slots=True)
class PostingClass:
    """Sub-items whose rolls are shown alike; one class takes all that no other names."""

    code: str
    name: str
    is_default: bool
    sub_items: tuple[str, ...]
    site_by_name: bool
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a roll is shown; a class without columns here may not be shown here at all."""

    code: str
    name: str
    place: Place
    level: BoardLevel
    columns: Mapping[str, tuple[PostedColumn, ...]] = field(hash=False)
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str


@dataclass(frozen=True, slots=True)
class PostingStage:
    """When a roll is shown, on which channels, for how long, and how soon after approval.

    ``within`` counts working days. Without ``sub_items`` it is for all that no other entry of the
    same stage names.
    """

    code: str
    stage: StageKind
    name: str
    about: PostedKind
    is_final: bool
    term: Term
    within: int | None
    channels: tuple[str, ...]
    deciding: str
    sub_items: tuple[str, ...]
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str


@dataclass(frozen=True, slots=True)
class AnswerTerm:
    """Within how long an objection is answered."""

    code: str
    term: Term
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str


@dataclass(frozen=True, slots=True)
class PostedPhone:
    """A telephone that every notice prints."""

    code: str
    name: str
    number: str
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str


@dataclass(frozen=True, slots=True)
class PostingRules:
    """All that the book says of postings."""

    classes: tuple[PostingClass, ...] = ()
    channels: tuple[Channel, ...] = ()
    stages: tuple[PostingStage, ...] = ()
    answers: tuple[AnswerTerm, ...] = ()
    phones: tuple[PostedPhone, ...] = ()

    def class_of(self, sub_item: str, day: dt.date) -> PostingClass:
        """The class of a sub-item on a day; KeyError where the book has none."""
        found = [each for each in self.classes if _holds(each, day)]
        named = [each for each in found if sub_item in each.sub_items]
        for each in (*named, *(each for each in found if each.is_default)):
            return each
        raise KeyError(f"公示规定里没有“{sub_item}”的类别")

    def channel(self, code: str, day: dt.date) -> Channel:
        """One channel as it is on a day; KeyError where there is none."""
        for each in self.channels:
            if each.code == code and _holds(each, day):
                return each
        raise KeyError(f"公示规定里没有渠道“{code}”")

    def stage(self, kind: str, sub_item: str, day: dt.date) -> PostingStage:
        """How a stage is held for a sub-item on a day; KeyError where the book has none."""
        found = [each for each in self.stages if each.stage == kind and _holds(each, day)]
        named = [each for each in found if sub_item in each.sub_items]
        for each in (*named, *(each for each in found if not each.sub_items)):
            return each
        raise KeyError(f"公示规定里没有环节“{kind}”")

    def columns(self, channel: str, sub_item: str, day: dt.date) -> tuple[PostedColumn, ...]:
        """What a channel shows of a sub-item's roll; empty where it may not be shown there."""
        own = self.class_of(sub_item, day)
        return self.channel(channel, day).columns.get(own.code, ())

    def answer(self, day: dt.date) -> AnswerTerm:
        """Within how long objections received on a day are answered; KeyError without a rule."""
        for each in self.answers:
            if _holds(each, day):
                return each
        raise KeyError("公示规定里没有异议答复期限")

    def phones_on(self, day: dt.date) -> tuple[PostedPhone, ...]:
        """The telephones a notice of this day prints."""
        return tuple(each for each in self.phones if _holds(each, day))


def _holds(
    each: PostingClass | Channel | PostingStage | AnswerTerm | PostedPhone, day: dt.date
) -> bool:
    return each.from_date <= day and (each.to_date is None or day <= each.to_date)
