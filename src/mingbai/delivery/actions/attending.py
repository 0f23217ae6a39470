"""Sessions of a class, who was there, certificates for those who passed, the allowance list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max

from mingbai.base.bulk import insert_rows
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Office, User
from mingbai.base.scope import Asker
from mingbai.delivery.models import (
    Attendance,
    AttendanceList,
    Certificate,
    ClassSession,
    EnteredSheet,
    TrainingClass,
    TrainingHead,
)
from mingbai.delivery.queries.classes import days_present, is_sound, roll_of, sessions_attended
from mingbai.delivery.queries.rolls import listed_on
from mingbai.paper.tables import ExportColumn, write_export
from mingbai.rulebook.model import Book, TrainingRule

_HOUSE = Asker.system("a class is taken as its rosters and lists stand")
_WHY = "sessions and lists of this class"
_DAY_MINUTES = 24 * 60


class CannotOpenSession(Exception):
    """The session was not opened; the message says why."""


class CannotTakeAttendance(Exception):
    """The list was not kept; the message says why."""


class CannotIssueCertificates(Exception):
    """No certificate was issued; the message says why and what to do."""


class CannotListAllowance(Exception):
    """No list was written; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A day and the minutes after midnight between which a class met."""

    held_date: date
    first_minute: int
    last_minute: int
    topic: str = ""


def open_session(
    *, training_class: TrainingClass, hours: Hours, by: User | None, at: datetime
) -> ClassSession:
    """Open one session of a class. Odd days and hours are kept and doubted, not refused.

    Errors: ``CannotOpenSession`` for another office, or an end that is not after the beginning.
    """
    if by is not None and not _holds(training_class, by):
        raise CannotOpenSession(f"课次由{training_class.office.name}登记")
    if not 0 <= hours.first_minute < hours.last_minute <= _DAY_MINUTES:
        raise CannotOpenSession("下课时间应晚于上课时间，请核对")
    try:
        with transaction.atomic():
            sessions = ClassSession.objects.unscoped(_WHY).filter(training_class=training_class)
            last = sessions.aggregate(last=Max("number"))["last"] or 0
            act = record_act(
                "open_session",
                by=by,
                at=at,
                subject=f"{training_class} {hours.held_date}",
                office=training_class.office,
            )
            return ClassSession.objects.create(
                training_class=training_class,
                number=last + 1,
                held_date=hours.held_date,
                first_minute=hours.first_minute,
                last_minute=hours.last_minute,
                topic=hours.topic.strip()[:80],
                opened_at=at,
                opened_by=by,
                act=act,
            )
    except IntegrityError as error:
        raise CannotOpenSession("有人同时登记了这个班的课次，请刷新后再试") from error


def take_attendance(
    *,
    session: ClassSession,
    lines: Collection[int],
    seen_turn: int,
    by: User | None,
    at: datetime,
) -> AttendanceList:
    """Keep who was there, by the lines of the roll; a list taken again replaces the one before.

    ``seen_turn``: the turn shown, 0 before the first. Errors: ``CannotTakeAttendance`` for another
    office, a class without a roll, a line that is not on it, or a list somebody took meanwhile.
    """
    one = session.training_class
    if by is not None and not _holds(one, by):
        raise CannotTakeAttendance(f"签到由{one.office.name}办理")
    entered = roll_of(one)
    if entered is None:
        raise CannotTakeAttendance("这个班还没有学员名册，请先上传名册再签到")
    keys = {each.line: each.id_key for each in listed_on(entered, to=_HOUSE)}
    if not set(lines) <= set(keys):
        raise CannotTakeAttendance("名册已有更正，请刷新后重新签到")
    present = {keys[line] for line in lines}
    try:
        with transaction.atomic():
            taken = AttendanceList.objects.unscoped(_WHY).filter(session=session)
            turn = (taken.aggregate(last=Max("turn"))["last"] or 0) + 1
            if turn != seen_turn + 1:
                raise CannotTakeAttendance("刚才有人为这次课签过到，请刷新后再改")
            act = record_act(
                "take_attendance",
                by=by,
                at=at,
                subject=f"session:{session.pk}",
                office=one.office,
                payload={"present": len(present), "listed": len(set(keys.values()))},
            )
            made = AttendanceList.objects.create(
                session=session,
                turn=turn,
                present_count=len(present),
                listed_count=len(set(keys.values())),
                taken_at=at,
                taken_by=by,
                act=act,
            )
            _write_present(made, present)
            return made
    except IntegrityError as error:
        raise CannotTakeAttendance("刚才有人为这次课签过到，请刷新后再改") from error


def _write_present(made: AttendanceList, present: Collection[bytes]) -> None:
    rows = [(made.pk, key) for key in sorted(present)]
    insert_rows(Attendance, ("attendance_list_id", "head_key"), rows)


def issue_certificates(
    *, training_class: TrainingClass, on: date, book: Book, by: User, at: datetime
) -> list[Certificate]:
    """Number a certificate for each seat that passed, attended enough and has none yet.

    Errors: ``CannotIssueCertificates`` for another office, open doubts, no attendance, or nobody.
    """
    rule = book.training_rule(on)
    entered = roll_of(training_class)
    if not _holds(training_class, by):
        raise CannotIssueCertificates(f"证书由{training_class.office.name}登记")
    if entered is None or rule is None:
        raise CannotIssueCertificates("这个班还没有学员名册，不能发证")
    if not is_sound(entered):
        raise CannotIssueCertificates("这个班还有疑点没有核清，请先核实再发证")
    attended, held = sessions_attended(training_class)
    if not held:
        raise CannotIssueCertificates("这个班还没有签到记录，请先补齐各次课的签到")
    try:
        with transaction.atomic():
            numbers = Certificate.objects.unscoped(_WHY).filter(year=training_class.year)
            given = {bytes(key) for key in numbers.values_list("seat_key", flat=True)}
            last = numbers.aggregate(last=Max("number"))["last"] or 0
            due = _due_heads(entered, attended, rule.attendance_least * held, given)
            if not due:
                raise CannotIssueCertificates("没有要发证的人：合格、到课够、还没有证书的才发")
            act = record_act(
                "issue_certificates",
                by=by,
                at=at,
                subject=str(training_class),
                office=training_class.office,
                payload={"first": last + 1, "count": len(due)},
            )
            return Certificate.objects.bulk_create(
                _numbered(training_class, head, number, on, act)
                for number, head in enumerate(due, start=last + 1)
            )
    except IntegrityError as error:
        raise CannotIssueCertificates("有人同时发了证，请刷新后再试") from error


def _numbered(
    one: TrainingClass, head: TrainingHead, number: int, on: date, act: Act
) -> Certificate:
    return Certificate(
        training_class=one,
        year=one.year,
        number=number,
        head_key=head.head_key,
        seat_key=head.seat_key,
        issued_date=on,
        issued_at=act.at,
        issued_by=act.by,
        origin_file_id=head.origin_file_id,
        origin_sheet=head.origin_sheet,
        origin_line=head.origin_line,
        act=act,
    )


def _due_heads(
    entered: EnteredSheet, attended: Mapping[bytes, int], least: Decimal, given: Collection[bytes]
) -> list[TrainingHead]:
    """Seats of a roll that passed, attended so many sessions and have no certificate, by line."""
    passed = TrainingHead.objects.unscoped(_WHY).filter(entered_sheet=entered, passed=True)
    heads = {
        bytes(head.seat_key): head
        for head in passed.order_by("-origin_line")
        if attended.get(bytes(head.head_key), 0) >= least
    }
    due = [head for key, head in heads.items() if key not in given]
    return sorted(due, key=lambda head: head.origin_line or 0)


def list_allowance(
    *,
    training_class: TrainingClass,
    book: Book,
    by: User,
    at: datetime,
    demonstration: bool = False,
) -> bytes:
    """Write the roster of allowances: the rate of the rulebook for each day present. It is handed
    in like any roster of payment and paid there, not here.

    Errors: ``CannotListAllowance`` for another office, open doubts, no rule, or nobody present.
    """
    one, entered = training_class, roll_of(training_class)
    rule = book.training_rule(one.end_date)
    if not _holds(one, by):
        raise CannotListAllowance(f"补贴名单由{one.office.name}制作")
    if entered is None or rule is None or not is_sound(entered):
        raise CannotListAllowance("名册未到或疑点没有核清，不能造补贴名单")
    rows = _allowance_rows(one, entered, rule)
    if not rows:
        raise CannotListAllowance("没有到课记录，请先签到")
    with transaction.atomic():
        record_act(
            "list_allowance",
            by=by,
            at=at,
            subject=str(one),
            office=one.office,
            payload={"people": len(rows), "fen": sum(int(row[5]) for row in rows)},
        )
    return write_export(
        title=f"{one.year}年{one.end_date.month}月{one.course}培训补贴发放花名册",
        columns=_ALLOWANCE,
        rows=rows,
        notes=(f"每人每天 {rule.allowance_day / 100:.2f} 元，按签到天数计（{rule.source}）",),
        demonstration=demonstration,
        made_date=one.end_date,
    )


def _allowance_rows(
    one: TrainingClass, entered: EnteredSheet, rule: TrainingRule
) -> list[tuple[str | int, ...]]:
    """A row for each person present on some day; the amount (分) stands in the sixth place."""
    days = days_present(one)
    return [
        (
            each.name,
            each.id_number,
            each.village,
            each.phone,
            f"{one.end_date.year}年{one.end_date.month}月",
            days[each.id_key] * rule.allowance_day,
            f"{one}，到课 {days[each.id_key]} 天",
        )
        for each in listed_on(entered, to=_HOUSE)
        if days.get(each.id_key)
    ]


_ALLOWANCE = (
    ExportColumn("姓名"),
    ExportColumn("身份证号", width=22),
    ExportColumn("村（居）", width=18),
    ExportColumn("联系电话", width=16),
    ExportColumn("发放月份"),
    ExportColumn("发放金额", "money"),
    ExportColumn("备注", width=36),
)


def _holds(one: TrainingClass, by: User) -> bool:
    """Whether this person's office holds the class, or is the county's."""
    return by.office_id == one.office_id or by.office.kind == Office.Kind.COUNTY_OFFICE
