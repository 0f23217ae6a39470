"""What cannot be true about classes: found by the engine, kept, answered by a second person."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Any

import pyarrow as pa
from django.db import IntegrityError, transaction
from django.db.models import Max

from mingbai.base.ledger import record_act
from mingbai.base.models import Office, User
from mingbai.base.scope import Asker
from mingbai.delivery.models import (
    Attendance,
    AttendanceList,
    ClassAnswer,
    ClassDoubt,
    ClassRoll,
    ClassSession,
    EnteredSheet,
    TrainingHead,
)
from mingbai.delivery.queries.class_sheets import standing_scores
from mingbai.delivery.queries.rolls import Seat, as_table, roll_sheets, seats_of
from mingbai.engine.checks import (
    OnList,
    OverlappingSpans,
    Quota,
    RepeatedPerson,
    SharedValue,
    check,
)
from mingbai.registry.queries import live_rows
from mingbai.rulebook.model import Book, TrainingRule

_HOUSE = Asker.system("classes of the whole county are held against each other")
_WHY = "classes of the year, whoever holds them"
#: Codes of the engine that the rulebook decides on under one name.
_KINDS = {
    "paid_after_event": "on_list",
    "on_list_undated": "on_list",
    "on_list_no_month": "on_list",
    "quota_unset": "over_quota",
    "quota_blank": "over_quota",
    "quota_conflict": "over_quota",
    "quota_unplaced": "over_quota",
}


class CannotAnswerDoubt(Exception):
    """The doubt was not answered; the message says why and what to do."""


@dataclass(frozen=True)
class ClassCheck:
    """What a check found: doubts that stand, those new, those gone since."""

    standing_count: int
    new_count: int
    gone_count: int


@dataclass(frozen=True, slots=True)
class Found:
    """One doubt about one roll, before it is kept."""

    entered_id: int
    code: str
    cause: str
    lines: tuple[int, ...] = ()
    facts: tuple[tuple[str, int | str], ...] = ()

    @property
    def key(self) -> tuple[int, str, str]:
        return self.entered_id, self.code, hashlib.sha256(self.cause.encode()).hexdigest()


def check_classes(*, year: int, book: Book, by: User | None, at: datetime) -> ClassCheck:
    """Hold the year's rolls and sessions against each other, against deaths and seats.

    Doubts found before stay as they are; what is no longer found is marked gone. Nothing is asked
    where the book has no rule for the year's end.
    """
    rule = book.training_rule(date(year, 12, 31))
    sheets = roll_sheets(year=year)
    if rule is None or not sheets:
        return ClassCheck(0, 0, 0)
    seats = seats_of(sheets, to=_HOUSE)
    looking = _Looking(year, book, rule, sheets, seats)
    found = {each.key: each for each in looking.look()}
    doubts = ClassDoubt.objects.unscoped(_WHY).filter(entered_sheet__sheet__year=year)
    known = {
        (each.entered_sheet_id, each.code, each.cause): each
        for each in doubts.select_related("answer")
    }
    fresh = [each for key, each in found.items() if key not in known]
    gone = [each for key, each in known.items() if key not in found and not hasattr(each, "answer")]
    if fresh or gone:
        _keep(year, rule, fresh, gone, by, at)
    return ClassCheck(len(found), len(fresh), len(gone))


def _keep(
    year: int,
    rule: TrainingRule,
    fresh: Sequence[Found],
    gone: Sequence[ClassDoubt],
    by: User | None,
    at: datetime,
) -> None:
    effects: Mapping[str, str] = {str(kind): effect for kind, effect in rule.effects.items()}
    with transaction.atomic():
        act = record_act(
            "check_classes",
            by=by,
            at=at,
            subject=str(year),
            payload={"new": len(fresh), "gone": len(gone), "rule": rule.rule_id},
        )
        ClassDoubt.objects.bulk_create(
            ClassDoubt(
                entered_sheet_id=each.entered_id,
                code=each.code,
                cause=each.key[2],
                holds=effects[_KINDS.get(each.code, each.code)] == "hold",
                lines=list(each.lines),
                facts=dict(each.facts),
                act=act,
            )
            for each in fresh
        )
        ClassAnswer.objects.bulk_create(
            ClassAnswer(
                doubt=each, decision=ClassAnswer.Decision.GONE, answered_at=at, answered_by=by,
                act=act,
            )
            for each in gone
        )  # fmt: skip


def answer_doubt(
    *, doubt: ClassDoubt, is_true: bool, words: str, by: User, at: datetime
) -> ClassAnswer:
    """Say that a doubt is explained, or that it is true; a true one keeps the class from counting
    until its roster is corrected.

    Who handed the roster in does not clear it. Errors: ``CannotAnswerDoubt``.
    """
    sheet = doubt.entered_sheet.sheet
    maker = sheet.receipt.received_by_id
    if not words.strip():
        raise CannotAnswerDoubt("请写明核实的情况")
    if by.office_id != sheet.office_id and by.office.kind != Office.Kind.COUNTY_OFFICE:
        raise CannotAnswerDoubt(f"这个班的疑点由{sheet.office.name}或县民生办核实")
    if not is_true and maker == by.pk:
        raise CannotAnswerDoubt("名册是本人报的，请由另一人核实")
    decision = ClassAnswer.Decision.CONFIRMED if is_true else ClassAnswer.Decision.CLEARED
    try:
        with transaction.atomic():
            act = record_act(
                "answer_doubt",
                by=by,
                at=at,
                subject=f"doubt:{doubt.pk}",
                office=sheet.office,
                payload={"code": doubt.code, "decision": decision},
            )
            return ClassAnswer.objects.create(
                doubt=doubt,
                decision=decision,
                words=words.strip(),
                maker_id=maker,
                answered_at=at,
                answered_by=by,
                act=act,
            )
    except IntegrityError as error:
        raise CannotAnswerDoubt("这条疑点已有结论，请刷新后查看") from error


class _Looking:
    """One look at a year's rolls and sessions."""

    def __init__(
        self,
        year: int,
        book: Book,
        rule: TrainingRule,
        sheets: Sequence[EnteredSheet],
        seats: Mapping[int, Sequence[Seat]],
    ) -> None:
        self.year, self.book, self.rule, self.seats = year, book, rule, seats
        self.sub_items = {each.pk: each.sheet.sub_item or "" for each in sheets}
        slots = {each.sheet.slot: each.pk for each in sheets}
        rolls = ClassRoll.objects.unscoped(_WHY).filter(training_class__year=year)
        self.classes = {
            roll.training_class_id: (roll.training_class, slots[roll.slot])
            for roll in rolls.select_related("training_class")
            if roll.slot in slots
        }

    def look(self) -> Iterator[Found]:
        """Everything doubtful, by the engine's checks and by what only a class has."""
        yield from self._by_the_engine()
        yield from self._same_lists()
        yield from self._sessions()
        yield from self._scores()

    def _by_the_engine(self) -> Iterator[Found]:
        everybody = [seat for each in self.seats.values() for seat in each]
        if not everybody:
            return
        limits = {
            entered: one.seats for one, entered in self.classes.values() if one.seats is not None
        }
        deaths = live_rows(
            to=_HOUSE, year=self.year, kind="list", columns=("id_key", "event_date", "roster")
        )
        dead = [
            (row["id_key"], row["event_date"])
            for row in deaths.filter(deaths["roster"] == "deaths").iter_rows(named=True)
            if row["id_key"]
        ]
        tables = {
            "roster": as_table(everybody, self.sub_items),
            "planned": as_table([s for s in everybody if s.entered_id in limits], self.sub_items),
            "seats": _seats_table(limits),
            "deaths": _deaths_table(dead),
        }
        specs = (
            OverlappingSpans(rule="training/two_places", apart="course"),
            RepeatedPerson(rule="training/repeated", per=("course",)),
            SharedValue(rule="training/phone", column="phone_key", at_least=self.rule.phone_people),
            OnList(rule="training/deaths", other="deaths", after_event=True),
            Quota(rule="training/seats", table="planned", other="seats", per=("course",)),
        )
        for finding in check(tables, specs).to_pylist():
            yield from _of_finding(finding)
        yield from self._died_meanwhile(everybody, dict(dead))

    def _died_meanwhile(
        self, everybody: Iterable[Seat], dead: Mapping[bytes, date | None]
    ) -> Iterator[Found]:
        """Who died in the very month the class ended, before it ended: months cannot tell it."""
        for seat in everybody:
            died, end = dead.get(seat.id_key), seat.end_date
            if died and end and died < end and (died.year, died.month) == (end.year, end.month):
                cause = f"{seat.id_key.hex()}"
                yield Found(seat.entered_id, "after_death", cause, (seat.line,))

    def _same_lists(self) -> Iterator[Found]:
        """Two rolls with mostly the same people under different names."""
        people = {pk: {seat.id_key for seat in each} for pk, each in self.seats.items() if each}
        holders: dict[bytes, list[int]] = defaultdict(list)
        for pk, keys in people.items():
            for key in keys:
                holders[key].append(pk)
        common: dict[tuple[int, int], int] = defaultdict(int)
        for numbers in holders.values():
            for pair in combinations(sorted(numbers), 2):
                common[pair] += 1
        for (first, second), count in sorted(common.items()):
            least = min(len(people[first]), len(people[second]))
            if least > 1 and count >= self.rule.alike * least:
                facts = (("people", count), ("other", first))
                yield Found(second, "same_list", f"{first}", (), facts)

    def _sessions(self) -> Iterator[Found]:
        sessions = list(
            ClassSession.objects.unscoped(_WHY)
            .filter(training_class__in=list(self.classes))
            .order_by("held_date", "first_minute", "pk")
        )
        for session in sessions:
            one, entered = self.classes[session.training_class_id]
            facts = (("session", session.number), ("day", session.held_date.isoformat()))
            cause = f"session {session.pk}"
            if not self.book.calendar.works_on(session.held_date):
                yield Found(entered, "rest_day", cause, (), facts)
            early = session.first_minute < self.rule.first_hour * 60
            if early or session.last_minute > self.rule.last_hour * 60:
                yield Found(entered, "odd_hours", cause, (), facts)
            if not one.start_date <= session.held_date <= one.end_date:
                yield Found(entered, "outside_dates", cause, (), facts)
        yield from self._two_at_once(sessions)

    def _scores(self) -> Iterator[Found]:
        """Rolls that call passed who failed the exam, or the other way round."""
        scores = standing_scores(list(self.classes))
        for number, (_, entered) in self.classes.items():
            marks = scores.get(number)
            if not marks:
                continue
            heads = TrainingHead.objects.unscoped(_WHY).filter(entered_sheet=entered)
            told = heads.order_by("origin_line").values_list("origin_line", "head_key", "passed")
            lines = tuple(
                line or 0
                for line, key, passed in told
                if (mark := marks.get(bytes(key))) is not None and mark.passed != passed
            )
            if lines:
                cause = ",".join(map(str, lines))
                yield Found(entered, "score_differs", cause, lines, (("people", len(lines)),))

    def _two_at_once(self, sessions: Sequence[ClassSession]) -> Iterator[Found]:
        """One person signed in at two sessions at the same time."""
        meeting = [
            (a, b)
            for day in _by_day(sessions)
            for a, b in combinations(day, 2)
            if b.first_minute < a.last_minute and a.first_minute < b.last_minute
        ]
        present = _present(sorted({each.pk for pair in meeting for each in pair}))
        for a, b in meeting:
            both = present.get(a.pk, frozenset()) & present.get(b.pk, frozenset())
            if both:
                entered = self.classes[b.training_class_id][1]
                lines = tuple(s.line for s in self.seats[entered] if s.id_key in both)
                facts = (("people", len(both)), ("day", b.held_date.isoformat()))
                yield Found(entered, "two_sessions", f"{a.pk} {b.pk}", lines, facts)


def _of_finding(finding: Mapping[str, Any]) -> Iterator[Found]:
    """One doubt for each roll with a doubted row."""
    by_roll: dict[int, list[int]] = defaultdict(list)
    for place in finding["evidence"]:
        if place["subject"] and str(place["table"]).isdecimal():
            by_roll[int(place["table"])].append(place["line"])
    person = finding["person"]
    cause = f"{person.hex() if person else ''}|{finding['cause']}"
    for entered, lines in by_roll.items():
        facts = (("rows", finding["rows"]),)
        yield Found(entered, finding["code"], cause, tuple(sorted(lines)), facts)


def _seats_table(limits: Mapping[int, int]) -> pa.Table:
    return pa.table(
        {
            "line": pa.array(range(1, len(limits) + 1), pa.int32()),
            "course": pa.array([str(entered) for entered in limits], pa.string()),
            "claimed": pa.array(list(limits.values()), pa.int64()),
        }
    )


def _deaths_table(dead: Sequence[tuple[bytes, date | None]]) -> pa.Table:
    return pa.table(
        {
            "line": pa.array(range(1, len(dead) + 1), pa.int32()),
            "id_key": pa.array([key for key, _ in dead], pa.binary(16)),
            "event_date": pa.array([day for _, day in dead], pa.date32()),
        }
    )


def _by_day(sessions: Iterable[ClassSession]) -> Iterator[list[ClassSession]]:
    days: dict[date, list[ClassSession]] = defaultdict(list)
    for session in sessions:
        days[session.held_date].append(session)
    yield from days.values()


def _present(sessions: Sequence[int]) -> dict[int, frozenset[bytes]]:
    """Session -> keys of those on its newest list; two queries."""
    lists = AttendanceList.objects.unscoped(_WHY).filter(session__in=sessions)
    newest = dict(lists.order_by().values_list("session").annotate(turn=Max("turn")))
    rows = Attendance.objects.unscoped(_WHY).filter(attendance_list__session__in=sessions)
    found: dict[int, set[bytes]] = defaultdict(set)
    told = ("attendance_list__session_id", "attendance_list__turn", "head_key")
    for session, turn, key in rows.values_list(*told):
        if newest[session] == turn:
            found[session].add(bytes(key))
    return {session: frozenset(keys) for session, keys in found.items()}
