"""Entering workbooks about classes: plans, attendance and scores, each sheet once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from mingbai.base.bulk import insert_rows
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Office, User
from mingbai.base.scope import Asker
from mingbai.delivery.actions.class_lines import (
    ClassLines,
    ClassProblem,
    Ground,
    Meeting,
    ProblemCode,
)
from mingbai.delivery.actions.classes import ClassPlan, open_class
from mingbai.delivery.models import (
    Attendance,
    AttendanceList,
    AttendanceSource,
    ClassRoll,
    ClassSession,
    EnteredClassSheet,
    ExamScore,
    TrainingClass,
)
from mingbai.delivery.queries.class_sheets import KINDS
from mingbai.delivery.queries.rolls import roll_sheets, seats_of
from mingbai.intake.models import REJECT, Sheet
from mingbai.intake.queries import sheet_table
from mingbai.programme.queries import sub_items
from mingbai.rulebook.model import Book

_HOUSE: Final = Asker.system("workbooks about classes are entered for the county as a whole")
_WHY: Final = "classes of the year, whoever holds them"


class CannotEnterClassSheet(Exception):
    """A sheet of another kind or year was given."""


@dataclass(frozen=True)
class ClassSheetEntry:
    """What a call entered: sheets, classes planned, lists taken, scores; what did not fit, by
    sheet. ``waiting_count`` sheets speak of classes whose rolls have not come; they are tried
    again."""

    sheets_count: int
    classes_count: int
    lists_count: int
    scores_count: int
    waiting_count: int
    problems: Mapping[int, tuple[ClassProblem, ...]]


@dataclass
class _Counts:
    classes: int = 0
    lists: int = 0
    scores: int = 0
    waiting: int = 0


def enter_class_sheets(
    *, sheets: Iterable[Sheet], book: Book, by: User | None, at: datetime
) -> ClassSheetEntry:
    """Enter plans of classes, lists of attendance and of scores; a sheet entered before is passed
    over, a corrected one takes the place of what it follows.

    A sheet none of whose lines finds its class and roll is left for the next call.
    Errors: ``CannotEnterClassSheet``.
    """
    given = sorted(sheets, key=lambda sheet: (KINDS.index(sheet.kind), sheet.pk)
                   if sheet.kind in KINDS else (len(KINDS), sheet.pk))  # fmt: skip
    for sheet in given:
        if sheet.kind not in KINDS or sheet.year != book.year:
            raise CannotEnterClassSheet(
                f"第 {sheet.pk} 号表不是{book.year}年的开班计划、签到册或成绩册，不能计入"
            )
    with transaction.atomic():
        done = EnteredClassSheet.objects.unscoped("a sheet is entered once, whoever asks")
        known = set(done.filter(sheet__year=book.year).values_list("sheet_id", flat=True))
        fresh = [sheet for sheet in given if sheet.pk not in known]
        if not fresh:
            return ClassSheetEntry(0, 0, 0, 0, 0, {})
        return _enter(fresh, book, by, at)


def _enter(sheets: Sequence[Sheet], book: Book, by: User | None, at: datetime) -> ClassSheetEntry:
    reading = _Reading(book, by, at)
    problems: dict[int, tuple[ClassProblem, ...]] = {}
    entered = 0
    for sheet in sheets:
        found = reading.read(sheet)
        if found is None:
            continue
        entered += 1
        if found:
            problems[sheet.pk] = tuple(found)
    counts = reading.counts
    return ClassSheetEntry(
        entered, counts.classes, counts.lists, counts.scores, counts.waiting, problems
    )


class _Reading:
    """One call: the year's classes and rolls are read once, classes planned by it added."""

    def __init__(self, book: Book, by: User | None, at: datetime) -> None:
        self.book, self.by, self.at = book, by, at
        self.counts = _Counts()
        self._act: Act | None = None
        self.items = {item.code: item for item in sub_items(to=_HOUSE, year=book.year)}
        self.ground = _ground(book.year)

    @property
    def act(self) -> Act:
        """The one ledger entry of the call, written when the first sheet is entered."""
        if self._act is None:
            self._act = record_act(
                "enter_class_sheets", by=self.by, at=self.at, subject=str(self.book.year)
            )
        return self._act

    def read(self, sheet: Sheet) -> list[ClassProblem] | None:
        """Enter one sheet; None where it waits for rolls to come."""
        rows = sheet_table(sheet, to=_HOUSE).to_pylist()
        if sheet.kind == "class_plan":
            return self._plans(sheet, rows)
        lines = ClassLines(sheet, self.ground)
        if sheet.kind == "attendance":
            meetings = lines.meetings(rows)
            if not meetings and _unplaced(lines.problems):
                self.counts.waiting += 1
                return None
            entered = self._keep(sheet, sum(map(len, meetings.values())), lines.problems)
            self._take(entered, meetings)
        else:
            scores = lines.scores(rows)
            marked = [(each, self.book.training_rule(each.exam_date)) for each in scores]
            if not scores and _unplaced(lines.problems):
                self.counts.waiting += 1
                return None
            lines.problems += [
                ClassProblem(each.line, "no_rule") for each, rule in marked if rule is None
            ]
            entered = self._keep(sheet, len(scores), lines.problems)
            ExamScore.objects.bulk_create(
                ExamScore(
                    training_class=each.training_class, entered=entered, head_key=each.head_key,
                    exam_date=each.exam_date, score=each.score, pass_mark=rule.pass_mark,
                    origin_file_id=sheet.file_id, origin_sheet=sheet.number,
                    origin_line=each.line, act=self.act,
                )
                for each, rule in marked
                if rule is not None
            )  # fmt: skip
            self.counts.scores += len(scores)
        return lines.problems

    def _keep(
        self, sheet: Sheet, lines: int, problems: Sequence[ClassProblem]
    ) -> EnteredClassSheet:
        return EnteredClassSheet.objects.create(
            sheet=sheet,
            lines_count=lines,
            problems=[problem.as_json() for problem in problems],
            act=self.act,
        )

    def _plans(self, sheet: Sheet, rows: Iterable[Mapping[str, Any]]) -> list[ClassProblem]:
        problems: list[ClassProblem] = []
        planned = 0
        for row in rows:
            if row.get("verdict") == REJECT:
                continue
            code = row.get("sub_item") or sheet.sub_item or ""
            plan = ClassPlan(
                code, row["course"], row.get("place") or "", row["start_date"], row["end_date"],
                int(row["seats"]),
            )  # fmt: skip
            said, number = self._against(sheet, plan)
            if said is not None:
                problems.append(ClassProblem(row["line"], said, number))
                continue
            made = open_class(
                self.book.year, self.items[code].lead_office, plan, plan.seats, self.by, self.at,
                self.act,
            )  # fmt: skip
            self.ground = _with_class(self.ground, made)
            planned += 1
        self._keep(sheet, planned, problems)
        self.counts.classes += planned
        return problems

    def _against(self, sheet: Sheet, plan: ClassPlan) -> tuple[ProblemCode | None, int]:
        """Whether a line of a plan may open a class: its office leads, and none is there yet."""
        item = self.items.get(plan.sub_item)
        county = sheet.office.kind == Office.Kind.COUNTY_OFFICE
        if item is None or not (county or item.lead_office_id == sheet.office_id):
            return "not_leading", 0
        for one in self.ground.classes:
            same = (one.sub_item, _fold(one.course), one.start_date) == (
                plan.sub_item,
                _fold(plan.course),
                plan.start_date,
            )
            if same and one.seats is not None and (one.place == plan.place or not plan.place):
                alike = (one.end_date, one.seats) == (plan.end_date, plan.seats)
                return ("planned_before" if alike else "plan_differs"), one.number
        return None, 0

    def _take(self, entered: EnteredClassSheet, meetings: Mapping[Meeting, set[bytes]]) -> None:
        """A list for each meeting; meetings that a corrected sheet no longer tells are emptied."""
        told: set[int] = set()
        for meeting, present in meetings.items():
            session = self._session(meeting)
            told.add(session.pk)
            self._list(session, present, entered)
        for session in _sessions_before(entered):
            if session.pk not in told:
                self._list(session, set(), entered)

    def _session(self, meeting: Meeting) -> ClassSession:
        one = meeting.training_class
        sessions = ClassSession.objects.unscoped(_WHY).filter(training_class=one)
        hours = (meeting.held_date, meeting.first_minute, meeting.last_minute)
        found = sessions.filter(
            held_date=hours[0], first_minute=hours[1], last_minute=hours[2]
        ).first()
        if found is not None:
            return found
        last = sessions.aggregate(last=Max("number"))["last"] or 0
        return ClassSession.objects.create(
            training_class=one, number=last + 1, held_date=hours[0], first_minute=hours[1],
            last_minute=hours[2], topic="", opened_at=self.at, opened_by=self.by, act=self.act,
        )  # fmt: skip

    def _list(self, session: ClassSession, present: set[bytes], entered: EnteredClassSheet) -> None:
        taken = AttendanceList.objects.unscoped(_WHY).filter(session=session)
        turn = (taken.aggregate(last=Max("turn"))["last"] or 0) + 1
        made = AttendanceList.objects.create(
            session=session, turn=turn, present_count=len(present),
            listed_count=len(self.ground.people[session.training_class_id]), taken_at=self.at,
            taken_by=self.by, act=self.act,
        )  # fmt: skip
        AttendanceSource.objects.create(attendance_list=made, entered=entered, act=self.act)
        insert_rows(
            Attendance, ("attendance_list_id", "head_key"), [(made.pk, k) for k in sorted(present)]
        )
        self.counts.lists += 1


def _unplaced(problems: Sequence[ClassProblem]) -> bool:
    """Whether every line waits for a class or its roll."""
    return bool(problems) and all(each.code in ("no_class", "no_roll") for each in problems)


def _ground(year: int) -> Ground:
    classes = list(TrainingClass.objects.unscoped(_WHY).filter(year=year).order_by("number"))
    rolls = roll_sheets(year=year)
    by_slot = {each.sheet.slot: each for each in rolls}
    of_class = {
        roll.training_class_id: by_slot[roll.slot]
        for roll in ClassRoll.objects.unscoped(_WHY).filter(training_class__year=year)
        if roll.slot in by_slot
    }
    seats = seats_of(of_class.values(), to=_HOUSE)
    people = {
        one: frozenset(seat.id_key for seat in seats[entered.pk])
        for one, entered in of_class.items()
    }
    return Ground(classes, of_class, people)


def _with_class(ground: Ground, made: TrainingClass) -> Ground:
    return Ground([*ground.classes, made], ground.rolls, ground.people)


def _sessions_before(entered: EnteredClassSheet) -> Iterable[ClassSession]:
    """Sessions whose lists an earlier turn of the same sheet gave."""
    slot, turn = entered.sheet.slot, entered.sheet.turn
    return (
        ClassSession.objects.unscoped(_WHY)
        .filter(
            lists__source__entered__sheet__slot=slot,
            lists__source__entered__sheet__turn__lt=turn,
        )
        .distinct()
    )


def _fold(text: str) -> str:
    return "".join(text.split())
