"""Calling a meeting, moving it, calling it off, and recording that it was held and who came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from mingbai.base.ledger import record_act
from mingbai.base.models import Office, User
from mingbai.base.reasons import paper_of, reason_of
from mingbai.oversight.models import (
    Invitation,
    Meeting,
    MeetingAttendance,
    MeetingStep,
    MinutesIssue,
)

_WHY: Final = "an action asks for all of a meeting's history"
_CHANGED: Final = "这次会议刚刚由他人办理，请刷新后再看。"


class CannotPlanMeeting(Exception):
    """The meeting was not called; the message says what is missing."""


class CannotMoveMeeting(Exception):
    """The meeting stays where it is; the message says why."""


class CannotCallOffMeeting(Exception):
    """The meeting stands; the message says why."""


class CannotHoldMeeting(Exception):
    """That the meeting was held is not recorded; the message says why."""


@dataclass(frozen=True)
class MeetingNotice:
    """What a notice of a meeting says; ``period`` is the month it looks at (a 调度会 has one)."""

    kind: str
    planned_date: date
    place: str
    chair: str
    start_time: time | None = None
    period: int | None = None
    agenda: str = ""


@dataclass(frozen=True)
class Came:
    """How an office was represented: a state of ``MeetingAttendance.State`` and a post."""

    state: str
    post: str = ""


def plan_meeting(
    *,
    notice: MeetingNotice,
    offices: Sequence[Office],
    by: User,
    at: datetime,
    demonstration: bool = False,
) -> Meeting:
    """Call a meeting of these offices. Errors: ``CannotPlanMeeting``."""
    if notice.kind not in Meeting.Kind.values:
        raise CannotPlanMeeting("请选择会议类别。")
    if not offices:
        raise CannotPlanMeeting("请至少选一个参会单位。")
    year = notice.planned_date.year
    if notice.kind == Meeting.Kind.DISPATCH and notice.period is None:
        raise CannotPlanMeeting("调度会要写明调度哪个月的进度，材料按那个月编制。")
    if notice.period is not None and notice.period // 100 != year:
        raise CannotPlanMeeting("所议月份和会议日期不在同一年，请核对。")
    place = paper_of(notice.place, CannotPlanMeeting, what="地点", most=80)
    chair = paper_of(notice.chair, CannotPlanMeeting, what="主持人职务", most=60)
    agenda = notice.agenda.strip()
    if agenda:
        agenda = reason_of(agenda, CannotPlanMeeting, what="议题", most=500)
    try:
        with transaction.atomic():
            same = Meeting.objects.unscoped(_WHY).filter(year=year, kind=notice.kind)
            last = same.order_by("-number").values_list("number", flat=True).first() or 0
            name = Meeting.Kind(notice.kind).label
            act = record_act(
                "plan_meeting", by=by, at=at, subject=f"{year}年第{last + 1}次{name}",
                payload={"kind": notice.kind, "offices": sorted(each.code for each in offices)},
            )  # fmt: skip
            made = Meeting.objects.create(
                year=year, kind=notice.kind, number=last + 1, period=notice.period,
                planned_date=notice.planned_date, start_time=notice.start_time, place=place,
                chair=chair, agenda=agenda, is_demonstration=demonstration, planned_at=at,
                planned_by=by, act=act,
            )  # fmt: skip
            Invitation.objects.bulk_create(
                Invitation(meeting=made, office=office) for office in dict.fromkeys(offices)
            )
            return made
    except IntegrityError as error:
        raise CannotPlanMeeting("刚有人发起同类会议，请刷新后再看。") from error


def move_meeting(
    *,
    meeting: Meeting,
    meeting_date: date,
    place: str,
    reason: str,
    by: User,
    at: datetime,
) -> MeetingStep:
    """Move a meeting to another day or place. Errors: ``CannotMoveMeeting``."""
    why = reason_of(reason, CannotMoveMeeting, what="改期理由")
    where = paper_of(place, CannotMoveMeeting, what="地点", most=80)
    if meeting_date.year != meeting.year:
        raise CannotMoveMeeting("不能改到另一年，请取消后在那一年重新发起。")
    with transaction.atomic():
        taken = _steps(meeting)
        if _is_over(taken):
            raise CannotMoveMeeting("会议已召开或已取消，不能再改期。")
        return _record(
            meeting, taken, CannotMoveMeeting, step=MeetingStep.Step.MOVED, by=by, at=at,
            meeting_date=meeting_date, place=where, reason=why,
        )  # fmt: skip


def call_off_meeting(*, meeting: Meeting, reason: str, by: User, at: datetime) -> MeetingStep:
    """Say that a meeting will not take place. Errors: ``CannotCallOffMeeting``."""
    why = reason_of(reason, CannotCallOffMeeting, what="取消理由")
    with transaction.atomic():
        taken = _steps(meeting)
        if _is_over(taken):
            raise CannotCallOffMeeting("会议已召开或已取消，不用再取消。")
        return _record(
            meeting, taken, CannotCallOffMeeting, step=MeetingStep.Step.CALLED_OFF, by=by, at=at,
            reason=why,
        )  # fmt: skip


def hold_meeting(
    *,
    meeting: Meeting,
    held_date: date,
    place: str,
    chair: str,
    attendance: Mapping[int, Came],
    by: User,
    at: datetime,
) -> MeetingStep:
    """Record that a meeting was held; ``attendance``: office -> how it was represented.

    Said again it puts right what was said before, until the minutes are issued. Errors:
    ``CannotHoldMeeting`` where an office that was called is not told of, or the day is not over.
    """
    where = paper_of(place, CannotHoldMeeting, what="地点", most=80)
    who = paper_of(chair, CannotHoldMeeting, what="主持人职务", most=60)
    if held_date.year != meeting.year:
        raise CannotHoldMeeting("召开日期和会议年度不一致，请核对。")
    if not meeting.is_demonstration and held_date > localdate(at):
        raise CannotHoldMeeting("召开日期在今天之后，请开完会再登记。")
    called = set(
        Invitation.objects.unscoped(_WHY).filter(meeting=meeting).values_list("office", flat=True)
    )
    if set(attendance) != called:
        raise CannotHoldMeeting("每个参会单位都要写明到会情况，没有通知的单位不用写。")
    if any(came.state not in MeetingAttendance.State.values for came in attendance.values()):
        raise CannotHoldMeeting("请为每个单位选择到会情况。")
    with transaction.atomic():
        taken = _steps(meeting)
        if any(each.step == MeetingStep.Step.CALLED_OFF for each in taken):
            raise CannotHoldMeeting("会议已取消，不能登记召开；改了主意请重新发起。")
        issued = MinutesIssue.objects.unscoped(_WHY).filter(minutes__meeting=meeting)
        if issued.exists():
            raise CannotHoldMeeting("纪要已经印发，到会情况不再改动。")
        step = _record(
            meeting, taken, CannotHoldMeeting, step=MeetingStep.Step.HELD, by=by, at=at,
            meeting_date=held_date, place=where, chair=who,
        )  # fmt: skip
        MeetingAttendance.objects.bulk_create(
            MeetingAttendance(step=step, office_id=office, state=came.state, post=_post(came))
            for office, came in sorted(attendance.items())
        )
        return step


def _post(came: Came) -> str:
    """The post as it is kept; a name needs not be said."""
    given = came.post.strip()
    return paper_of(given, CannotHoldMeeting, what="参会人职务", most=60) if given else ""


#: Step -> the action's name in the ledger.
_VERBS: Final = {
    MeetingStep.Step.MOVED: "move_meeting",
    MeetingStep.Step.HELD: "hold_meeting",
    MeetingStep.Step.CALLED_OFF: "call_off_meeting",
}


def _steps(meeting: Meeting) -> list[MeetingStep]:
    return list(MeetingStep.objects.unscoped(_WHY).filter(meeting=meeting).order_by("number"))


def _is_over(taken: Sequence[MeetingStep]) -> bool:
    return any(each.step != MeetingStep.Step.MOVED for each in taken)


def _record(
    meeting: Meeting,
    taken: Sequence[MeetingStep],
    error: type[Exception],
    *,
    step: MeetingStep.Step,
    by: User,
    at: datetime,
    meeting_date: date | None = None,
    place: str = "",
    chair: str = "",
    reason: str = "",
) -> MeetingStep:
    act = record_act(
        _VERBS[step], by=by, at=at, subject=str(meeting),
        payload={"meeting": meeting.pk, "date": meeting_date and meeting_date.isoformat()},
    )  # fmt: skip
    try:
        with transaction.atomic():
            return MeetingStep.objects.create(
                meeting=meeting, number=len(taken) + 1, step=step, meeting_date=meeting_date,
                place=place, chair=chair, reason=reason, step_at=at, step_by=by, act=act,
            )  # fmt: skip
    except IntegrityError as found:
        raise error(_CHANGED) from found
