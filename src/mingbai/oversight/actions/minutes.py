"""Drafting the minutes of a meeting with its decisions, and issuing them by another hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Office, User
from mingbai.base.reasons import paper_of, reason_of
from mingbai.base.scope import Asker
from mingbai.oversight.actions.minutes_text import write_minutes
from mingbai.oversight.actions.papers import lay_out
from mingbai.oversight.models import Decision, Meeting, Minutes, MinutesIssue
from mingbai.oversight.queries.meetings import MeetingStanding, meeting_seen
from mingbai.paper.arranging import Body
from mingbai.paper.form import CannotLoadForm, Form, load_form
from mingbai.paper.numbering import year_of_number
from mingbai.paper.official import Verification, write_official_docx

MINUTES: Final = "meeting-minutes"
_HOUSE: Final = Asker.system("minutes tell of the whole meeting")
_WHY: Final = "an action asks for all of a meeting's history"


class CannotDraftMinutes(Exception):
    """The minutes were not drafted; the message says what is missing or wrong."""


class CannotIssueMinutes(Exception):
    """The minutes may not go out; the message says why and what to do."""


@dataclass(frozen=True)
class Decided:
    """One decision as it is typed; ``responsible`` is a post, ``programme`` a code or nothing."""

    text: str
    office: Office
    responsible: str
    due_date: date
    lead_office: Office | None = None
    programme: str = ""


def draft_minutes(
    *,
    meeting: Meeting,
    paragraphs: Sequence[str],
    decided: Sequence[Decided],
    by: User,
    at: datetime,
    forms_folder: Path | None = None,
) -> Minutes:
    """Write the next turn of a held meeting's minutes and its docx. Errors: ``CannotDraftMinutes``.

    ``paragraphs`` tell what was reported and said; the decisions bind once the minutes are issued.
    """
    said = tuple(
        reason_of(text, CannotDraftMinutes, what="会议情况", most=2000)
        for text in paragraphs
        if text.strip()
    )
    try:
        form = load_form(MINUTES, county_folder=forms_folder)
    except CannotLoadForm as error:
        raise CannotDraftMinutes(str(error)) from error
    try:
        with transaction.atomic():
            standing = meeting_seen(meeting.pk, to=_HOUSE)
            if standing is None or standing.held is None:
                raise CannotDraftMinutes("会议还没有登记召开，请先登记召开日期和到会情况。")
            if standing.number:
                raise CannotDraftMinutes(f"纪要已印发（{standing.number}），不再起草新稿。")
            checked = [_checked(each, standing.day) for each in decided]
            return _write(standing, said, checked, form, by=by, at=at)
    except IntegrityError as error:
        raise CannotDraftMinutes("有人刚起草了同一次会议的纪要，请刷新后再看。") from error


def issue_minutes(
    *, minutes: Minutes, number: str, issue_date: date, by: User, at: datetime
) -> MinutesIssue:
    """Record that the newest turn went out under a number, by another hand than the drafter's.

    Errors: ``CannotIssueMinutes``.
    """
    said = number.strip()
    year = year_of_number(said)
    if year is None:
        raise CannotIssueMinutes(
            "文号要写成“南民办纪〔2021〕3号”的样子：六角括号、不写“第”、不补零。"
        )
    if year != issue_date.year:
        raise CannotIssueMinutes("文号里的年份和印发日期的年份不一致，请核对。")
    if minutes.drafted_by_id == by.pk:
        raise CannotIssueMinutes("起草和印发不能是同一个人，请由复核人或领导印发。")
    with transaction.atomic():
        standing = meeting_seen(minutes.meeting_id, to=_HOUSE)
        if standing is None or standing.number:
            raise CannotIssueMinutes("这次会议的纪要已经印发，不用重复印发。")
        if Minutes.objects.unscoped(_WHY).filter(follows=minutes).exists():
            raise CannotIssueMinutes("这一稿之后已有新的一稿，请印发最新的一稿。")
        today = timezone.localdate(at)
        if issue_date < standing.day or (not minutes.is_demonstration and issue_date > today):
            raise CannotIssueMinutes(f"印发日期应在开会那天（{standing.day}）到今天之间，请核对。")
        act = record_act(
            "issue_minutes", by=by, at=at, subject=f"{minutes} {said}",
            payload={"minutes": minutes.pk, "number": said},
        )  # fmt: skip
        document = lay_out(
            minutes.body, signed_date=issue_date, number=said,
            verification=_verification(act, minutes.is_demonstration),
        )  # fmt: skip
        try:
            with transaction.atomic():
                return MinutesIssue.objects.create(
                    minutes=minutes, number=said, issue_date=issue_date,
                    file=store_file(write_official_docx(document), kind="minutes", by=by, at=at),
                    drafted_by_id=minutes.drafted_by_id, issued_at=at, issued_by=by, act=act,
                )  # fmt: skip
        except IntegrityError as error:
            raise CannotIssueMinutes(f"文号{said}已经用过，或刚刚由他人印发，请核对。") from error


def _checked(each: Decided, held_date: date) -> Decided:
    if each.due_date < held_date:
        raise CannotDraftMinutes("完成时限不能早于开会那天，请核对。")
    if each.lead_office is not None and each.lead_office.pk == each.office.pk:
        raise CannotDraftMinutes("牵头单位和责任单位是同一个的，牵头单位不用填。")
    return Decided(
        reason_of(each.text, CannotDraftMinutes, what="议定事项", most=300),
        each.office,
        paper_of(each.responsible, CannotDraftMinutes, what="责任岗位", most=60),
        each.due_date,
        each.lead_office,
        each.programme,
    )


def _write(
    standing: MeetingStanding,
    said: tuple[str, ...],
    decided: Sequence[Decided],
    form: Form,
    *,
    by: User,
    at: datetime,
) -> Minutes:
    meeting = standing.meeting
    body = _body(standing, said, decided, form)
    drafts = Minutes.objects.unscoped(_WHY).filter(meeting=meeting)
    before = drafts.order_by("-turn").first()
    turn = before.turn + 1 if before else 1
    act = record_act(
        "draft_minutes", by=by, at=at, subject=f"{meeting}纪要第{turn}稿",
        payload={"meeting": meeting.pk, "turn": turn, "decisions": len(decided)},
    )  # fmt: skip
    document = lay_out(
        body,
        signed_date=timezone.localdate(at),
        verification=_verification(act, meeting.is_demonstration),
    )
    made = Minutes.objects.create(
        meeting=meeting, turn=turn, follows=before, paragraphs=list(said), body=body,
        file=store_file(write_official_docx(document), kind="minutes", by=by, at=at),
        is_demonstration=meeting.is_demonstration, drafted_at=at, drafted_by=by, act=act,
    )  # fmt: skip
    Decision.objects.bulk_create(
        Decision(
            minutes=made, number=number, text=each.text, office=each.office,
            lead_office=each.lead_office, responsible=each.responsible, due_date=each.due_date,
            programme=each.programme, act=act,
        )
        for number, each in enumerate(decided, start=1)
    )  # fmt: skip
    return made


def _body(
    standing: MeetingStanding, said: Sequence[str], decided: Sequence[Decided], form: Form
) -> Body:
    rows = [
        (each.text, each.office.short_name,
         each.lead_office.short_name if each.lead_office else "", each.due_date)
        for each in decided
    ]  # fmt: skip
    return write_minutes(standing, said, rows, form, CannotDraftMinutes)


def _verification(act: Act, demonstration: bool) -> Verification:
    return Verification(f"台账第{act.seq}条　校验码{act.hash[:16]}", demonstration=demonstration)
