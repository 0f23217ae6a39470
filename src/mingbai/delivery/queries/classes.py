"""Training classes as they stand: seats, people listed and passed, sessions, doubts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.db.models import Count, Max, Q

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.delivery.models import (
    Attendance,
    AttendanceList,
    Certificate,
    ClassAnswer,
    ClassDoubt,
    ClassRoll,
    ClassSession,
    EnteredSheet,
    TrainingClass,
    TrainingHead,
)
from mingbai.delivery.queries.reports import newest_sheets

_WHY: Final = "what belongs to a class the asker was shown"
_SENTENCES: Final[Mapping[str, str]] = {
    "spans_overlap": "有人同时在另一个班，时间重叠",
    "spans_reversed": "结业日期早于开班日期",
    "spans_unknown": "起止日期不全，无法核对时间是否重叠",
    "repeated_person": "同一人在本班列了不止一行",
    "shared_phone": "几个人共用一个电话",
    "paid_after_event": "有人在死亡名单上，死亡以后仍列为学员",
    "on_list_undated": "有人在死亡名单上，名单没有写日期",
    "on_list_no_month": "有人在死亡名单上，名册没有写日期",
    "after_death": "有人在结业前已经死亡",
    "same_list": "与另一个班的名册有 {people} 人相同，疑为一份名册报两次",
    "over_quota": "学员多于名额",
    "rest_day": "第 {session} 次课在休息日（{day}）",
    "odd_hours": "第 {session} 次课的钟点不合常理（{day}）",
    "outside_dates": "第 {session} 次课不在开班到结业之间（{day}）",
    "score_differs": "{people} 人的考核成绩与名册上的结论不符",
    "two_sessions": "{people} 人同一时间在两处签到（{day}）",
}


@dataclass(frozen=True)
class DoubtShown:
    """One doubt in words, with what was said to it."""

    doubt: ClassDoubt
    answer: ClassAnswer | None

    @property
    def text(self) -> str:
        """What is doubted."""
        sentence = _SENTENCES.get(self.doubt.code, "名额无法核对")
        return sentence.format(**self.doubt.facts)

    @property
    def is_open(self) -> bool:
        """Whether it keeps the class from counting: nothing said yet, or proved true."""
        return self.doubt.holds and (
            self.answer is None or self.answer.decision == ClassAnswer.Decision.CONFIRMED
        )


@dataclass(frozen=True)
class ClassStanding:
    """One class: its roll, people listed and passed, sessions held, doubts and certificates."""

    training_class: TrainingClass
    entered: EnteredSheet | None
    listed_count: int
    passed_count: int
    sessions_count: int
    certificates_count: int
    doubts: tuple[DoubtShown, ...]

    @property
    def pass_ratio(self) -> Fraction | None:
        """Passed / listed; ``None`` without a roll."""
        return Fraction(self.passed_count, self.listed_count) if self.listed_count else None

    @property
    def open_count(self) -> int:
        """Doubts that keep the class from counting."""
        return sum(each.is_open for each in self.doubts)

    @property
    def words(self) -> str:
        """The state in a word."""
        if self.entered is None:
            return "待开班"
        return "未核" if self.open_count else "计入"

    @property
    def tone(self) -> str:
        """The state's style."""
        if self.entered is None:
            return "note"
        return "warn" if self.open_count else "ok"


def classes_seen(*, to: Asker, year: int) -> ScopedQuerySet[TrainingClass]:
    """The year's classes this asker may see, by sub-item and number."""
    found = TrainingClass.objects.seen_by(to).filter(year=year).select_related("office", "roll")
    return found.order_by("sub_item", "start_date", "number")


def class_seen(pk: int, *, to: Asker) -> TrainingClass | None:
    """One class, if this asker may see it."""
    found = TrainingClass.objects.seen_by(to).filter(pk=pk)
    return found.select_related("office", "roll", "planned_by").first()


def session_seen(pk: int, *, to: Asker) -> ClassSession | None:
    """One session, if this asker may see its class."""
    found = ClassSession.objects.seen_by(to).filter(pk=pk)
    return found.select_related("training_class__office", "training_class__roll").first()


def doubt_seen(pk: int, *, to: Asker) -> ClassDoubt | None:
    """One doubt, if this asker may see its class."""
    found = ClassDoubt.objects.seen_by(to).filter(pk=pk)
    return found.select_related(
        "entered_sheet__sheet__office", "entered_sheet__sheet__receipt"
    ).first()


def roll_of(one: TrainingClass) -> EnteredSheet | None:
    """The roster that stands as a class's roll now."""
    slots = ClassRoll.objects.unscoped(_WHY).filter(training_class=one).values("slot")
    found = newest_sheets().filter(sheet__slot__in=slots)
    return found.select_related("sheet__office", "sheet__receipt").first()


def class_of(entered: EnteredSheet) -> TrainingClass | None:
    """The class whose roll a roster is."""
    found = ClassRoll.objects.unscoped(_WHY).filter(slot=entered.sheet.slot)
    roll = found.select_related("training_class").first()
    return roll.training_class if roll else None


def standings_of_classes(classes: Iterable[TrainingClass]) -> tuple[ClassStanding, ...]:
    """Each class with everything about it counted; six queries, whatever the number."""
    given = list(classes)
    numbers = [each.pk for each in given]
    slots = {
        roll.training_class_id: roll.slot
        for roll in ClassRoll.objects.unscoped(_WHY).filter(training_class__in=numbers)
    }
    rolls = {
        each.sheet.slot: each
        for each in newest_sheets()
        .filter(sheet__slot__in=list(slots.values()))
        .select_related("sheet")
    }
    entered = [each.pk for each in rolls.values()]
    heads = {
        row["entered_sheet"]: row
        for row in TrainingHead.objects.unscoped(_WHY)
        .filter(entered_sheet__in=entered)
        .order_by()
        .values("entered_sheet")
        .annotate(
            listed=Count("seat_key", distinct=True),
            passed=Count("seat_key", distinct=True, filter=Q(passed=True)),
        )
    }
    doubts: dict[int, list[DoubtShown]] = defaultdict(list)
    for doubt in _doubts(entered):
        doubts[doubt.entered_sheet_id].append(DoubtShown(doubt, getattr(doubt, "answer", None)))
    sessions = _counts(ClassSession.objects.unscoped(_WHY), numbers)
    certificates = _counts(Certificate.objects.unscoped(_WHY), numbers)
    found: list[ClassStanding] = []
    for one in given:
        roll = rolls.get(slots.get(one.pk, ""))
        counted = heads.get(roll.pk if roll else 0, {"listed": 0, "passed": 0})
        found.append(
            ClassStanding(
                training_class=one,
                entered=roll,
                listed_count=counted["listed"],
                passed_count=counted["passed"],
                sessions_count=sessions.get(one.pk, 0),
                certificates_count=certificates.get(one.pk, 0),
                doubts=tuple(doubts[roll.pk]) if roll else (),
            )
        )
    return tuple(found)


def _doubts(entered: Iterable[int]) -> ScopedQuerySet[ClassDoubt]:
    found = ClassDoubt.objects.unscoped(_WHY).filter(entered_sheet__in=list(entered))
    gone = Q(answer__decision=ClassAnswer.Decision.GONE)
    return found.exclude(gone).select_related("answer__answered_by").order_by("-holds", "pk")


def _counts(rows: ScopedQuerySet[Any], numbers: list[int]) -> dict[int, int]:
    found = rows.filter(training_class__in=numbers).order_by().values_list("training_class")
    return dict(found.annotate(count=Count("pk")))


def is_sound(entered: EnteredSheet) -> bool:
    """Whether nothing grave is doubted about a roll any more."""
    return not any(
        DoubtShown(each, getattr(each, "answer", None)).is_open for each in _doubts([entered.pk])
    )


def sessions_of(one: TrainingClass) -> tuple[tuple[ClassSession, AttendanceList | None], ...]:
    """A class's sessions in order, each with its newest list; two queries."""
    lists: dict[int, AttendanceList] = {}
    taken = AttendanceList.objects.unscoped(_WHY).filter(session__training_class=one)
    for each in taken.select_related("taken_by").order_by("turn"):
        lists[each.session_id] = each
    sessions = ClassSession.objects.unscoped(_WHY).filter(training_class=one).order_by("number")
    return tuple((session, lists.get(session.pk)) for session in sessions)


def newest_list(session: ClassSession) -> tuple[AttendanceList | None, frozenset[bytes]]:
    """The list that counts for a session and who is on it; two queries."""
    found = AttendanceList.objects.unscoped(_WHY).filter(session=session).order_by("-turn").first()
    if found is None:
        return None, frozenset()
    rows = Attendance.objects.unscoped(_WHY).filter(attendance_list=found)
    return found, frozenset(bytes(key) for key in rows.values_list("head_key", flat=True))


def _present_rows(one: TrainingClass) -> Iterable[tuple[int, Any, bytes]]:
    """(session, day, key) of everybody present, by the newest list of each session."""
    lists = AttendanceList.objects.unscoped(_WHY).filter(session__training_class=one)
    newest = dict(lists.order_by().values_list("session").annotate(turn=Max("turn")))
    rows = Attendance.objects.unscoped(_WHY).filter(attendance_list__session__training_class=one)
    told = (
        "attendance_list__session_id",
        "attendance_list__turn",
        "attendance_list__session__held_date",
        "head_key",
    )
    for session, turn, day, key in rows.values_list(*told):
        if newest[session] == turn:
            yield session, day, bytes(key)


def sessions_attended(one: TrainingClass) -> tuple[Counter[bytes], int]:
    """Person -> sessions attended, and how many sessions were taken."""
    lists = AttendanceList.objects.unscoped(_WHY).filter(session__training_class=one)
    held = lists.order_by().values("session").distinct().count()
    return Counter(key for _, _, key in _present_rows(one)), held


def days_present(one: TrainingClass) -> Counter[bytes]:
    """Person -> days on which he attended at least one session."""
    return Counter(key for _, key in {(day, key) for _, day, key in _present_rows(one)})


def certificates_of(one: TrainingClass) -> tuple[Certificate, ...]:
    """The register of a class in order."""
    found = Certificate.objects.unscoped(_WHY).filter(training_class=one)
    return tuple(found.order_by("number"))
