"""Meetings are called, moved, held; minutes go out by two hands; nothing is changed afterwards."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.db import IntegrityError, InternalError, transaction
from docx import Document

from mingbai.base.files import open_file
from mingbai.base.models import Act
from mingbai.oversight.actions import (
    Came,
    CannotCallOffMeeting,
    CannotDraftMinutes,
    CannotHoldMeeting,
    CannotIssueMinutes,
    CannotMoveMeeting,
    CannotPlanMeeting,
    call_off_meeting,
    hold_meeting,
    issue_minutes,
    move_meeting,
)
from mingbai.oversight.models import (
    Decision,
    Invitation,
    Meeting,
    MeetingAttendance,
    MeetingStep,
    Minutes,
    MinutesIssue,
)
from mingbai.oversight.queries import (
    decisions_seen,
    held_meetings,
    meeting_seen,
    meetings_seen,
    who_was_called,
)

REFUSED = (IntegrityError, InternalError)


def standing(tree, meeting):
    """The meeting as the county sees it."""
    return meeting_seen(meeting.pk, to=tree.asker(tree.clerk))


def test_a_meeting_goes_from_called_to_minutes(tree, meetings):
    meeting = meetings.plan()
    assert str(meeting) == "2021年第1次调度会"
    assert standing(tree, meeting).words == "待召开"
    meetings.hold(meeting)
    found = standing(tree, meeting)
    assert (found.words, found.day) == ("已召开，纪要未发", date(2021, 6, 10))
    assert [
        (each.office.short_name, each.attendance.state, each.came)
        for each in who_was_called(found, to=tree.asker(tree.clerk))
    ] == [("民政局", "absent", False), ("籍山镇", "came", True)]
    meetings.issue(meetings.draft(meeting))
    found = standing(tree, meeting)
    assert (found.words, found.number) == ("纪要已印发", "南民办纪〔2021〕1号")
    assert str(meetings.plan()) == "2021年第2次调度会"
    assert str(meetings.plan(kind="liaison", period=None)) == "2021年第1次联络员会议"


def test_each_act_leaves_one_ledger_entry(tree, meetings):
    meetings.issue()
    acts = Act.objects.unscoped("t").order_by("seq").values_list("verb", flat=True)
    assert list(acts) == ["plan_meeting", "hold_meeting", "draft_minutes", "issue_minutes"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"kind": "party"}, "会议类别"),
        ({"period": None}, "哪个月"),
        ({"period": 202012}, "同一年"),
    ],
)
def test_a_notice_that_says_too_little_is_refused(meetings, said, why):
    with pytest.raises(CannotPlanMeeting, match=why):
        meetings.plan(**said)
    assert not Meeting.objects.unscoped("t").exists()


def test_a_meeting_is_moved_and_called_off_only_before_it_is_held(tree, meetings, at):
    meeting, moved = meetings.plan(), {"place": "二楼会议室", "by": tree.clerk, "at": at}
    move_meeting(meeting=meeting, meeting_date=date(2021, 6, 15), reason="主持人另有会议", **moved)
    found = standing(tree, meeting)
    assert (found.day, found.place, found.state) == (date(2021, 6, 15), "二楼会议室", "planned")
    meetings.hold(meeting, day=date(2021, 6, 15))
    with pytest.raises(CannotMoveMeeting, match="已召开"):
        move_meeting(meeting=meeting, meeting_date=date(2021, 6, 20), reason="再议", **moved)
    with pytest.raises(CannotCallOffMeeting, match="已召开"):
        call_off_meeting(meeting=meeting, reason="不开了", by=tree.clerk, at=at)
    other = meetings.plan()
    call_off_meeting(meeting=other, reason="并入下次会议", by=tree.clerk, at=at)
    assert standing(tree, other).words == "已取消"
    with pytest.raises(CannotHoldMeeting, match="已取消"):
        meetings.hold(other)


def test_everybody_called_is_told_of_and_nobody_else(tree, meetings, at):
    meeting = meetings.plan()
    said = {
        "meeting": meeting, "held_date": date(2021, 6, 10), "place": "县政府", "chair": "副县长",
        "by": tree.clerk, "at": at,
    }  # fmt: skip
    for wrong in (
        {tree.civil.pk: Came("came")},
        {office.pk: Came("came") for office in (tree.civil, tree.office_a, tree.office_b)},
    ):
        with pytest.raises(CannotHoldMeeting, match="每个参会单位"):
            hold_meeting(attendance=wrong, **said)
    right = {office.pk: Came("came") for office in (tree.civil, tree.office_a)}
    with pytest.raises(CannotHoldMeeting, match="今天之后"):
        hold_meeting(attendance=right, **{**said, "held_date": date(2021, 7, 6)})
    hold_meeting(attendance=right, **said)
    again = {**right, tree.civil.pk: Came("on_leave", "局长")}
    hold_meeting(attendance=again, **said)
    called = who_was_called(standing(tree, meeting), to=tree.asker(tree.clerk))
    assert called[0].attendance.state == "on_leave", "the newest record counts"
    meetings.issue(meetings.draft(meeting))
    with pytest.raises(CannotHoldMeeting, match="已经印发"):
        hold_meeting(attendance=right, **said)


def test_minutes_are_of_a_held_meeting_and_issued_by_another_hand(tree, meetings, at):
    meeting = meetings.plan()
    with pytest.raises(CannotDraftMinutes, match="还没有登记召开"):
        meetings.draft(meeting)
    meetings.hold(meeting)
    first = meetings.draft(meeting)
    second = meetings.draft(meeting)
    said = {"number": "南民办纪〔2021〕1号", "issue_date": date(2021, 6, 12), "at": at}
    with pytest.raises(CannotIssueMinutes, match="新的一稿"):
        issue_minutes(minutes=first, by=tree.checker, **said)
    with pytest.raises(CannotIssueMinutes, match="同一个人"):
        issue_minutes(minutes=second, by=tree.clerk, **said)
    for wrong, why in (("第1号", "六角括号"), ("南民办纪〔2020〕1号", "年份")):
        with pytest.raises(CannotIssueMinutes, match=why):
            issue_minutes(minutes=second, by=tree.checker, **{**said, "number": wrong})
    with pytest.raises(CannotIssueMinutes, match="开会那天"):
        issue_minutes(minutes=second, by=tree.checker, **{**said, "issue_date": date(2021, 6, 9)})
    issue_minutes(minutes=second, by=tree.checker, **said)
    with pytest.raises(CannotIssueMinutes, match="已经印发"):
        issue_minutes(minutes=second, by=tree.checker, **said)
    with pytest.raises(CannotDraftMinutes, match="已印发"):
        meetings.draft(meeting)
    other = meetings.draft(meetings.hold())
    with pytest.raises(CannotIssueMinutes, match="已经用过"):
        issue_minutes(minutes=other, by=tree.checker, **said)


def test_decisions_must_make_sense(tree, meetings, at):
    meeting = meetings.hold()
    early = meetings.decided(due=date(2021, 6, 9))
    same = meetings.decided(lead=tree.office_a)
    number = meetings.decided(text="联系13812345678补资料")
    for wrong, why in ((early, "早于"), (same, "不用填"), (number, "电话号码")):
        with pytest.raises(CannotDraftMinutes, match=why):
            meetings.draft(meeting, [wrong])
    assert not Minutes.objects.unscoped("t").exists()


def test_the_docx_says_what_was_decided_who_came_and_its_number(tree, meetings):
    minutes = meetings.issue(
        meetings.draft(decided=[meetings.decided(lead=tree.civil), meetings.decided(tree.civil)])
    )
    issue = MinutesIssue.objects.unscoped("t").get(minutes=minutes)
    document = Document(BytesIO(open_file(issue.file)))
    text = "\n".join(each.text for each in document.paragraphs)
    assert "南陵县2021年第1次民生工程调度会" in text
    assert "南民办纪〔2021〕1号" in text
    assert "2021年6月10日，县政府分管领导在县政府三楼会议室主持召开" in text
    assert "县民生办通报了五月底的进度。" in text
    assert "会议议定2件" in text
    assert "会议通知2个单位，到会1个单位" in text
    assert "到会：籍山镇（分管负责人）" in text
    assert "缺席：民政局（分管负责人）" in text
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "补齐工程验收资料" in cells
    assert "6月30日" in cells


def test_minutes_without_a_decision_say_so(meetings):
    minutes = meetings.draft(decided=[])
    text = "\n".join(each.text for each in Document(BytesIO(open_file(minutes.file))).paragraphs)
    assert "没有议定需要跟踪办理的事项" in text


def test_only_those_called_see_a_meeting_and_only_issued_minutes_bind(tree, meetings):
    meeting = meetings.hold()
    for user, sees in ((tree.clerk, 1), (tree.user_civil, 1), (tree.user_a, 1), (tree.user_b, 0)):
        assert meetings_seen(to=tree.asker(user)).count() == sees
    minutes = meetings.draft(meeting)
    town, county = tree.asker(tree.user_a), tree.asker(tree.clerk)
    assert decisions_seen(to=county).count() == 0, "a draft binds nobody"
    meetings.issue(minutes)
    assert decisions_seen(to=county).count() == decisions_seen(to=town).count() == 1
    assert decisions_seen(to=tree.asker(tree.user_b)).count() == 0
    assert decisions_seen(to=tree.asker(tree.user_civil)).count() == 0


def test_meetings_are_counted_by_the_day_they_were_held(tree, meetings):
    meetings.plan()
    meetings.hold(meetings.plan(kind="launch", period=None), day=date(2021, 3, 2))
    seq = Act.objects.unscoped("t").count()
    meetings.hold(day=date(2021, 6, 10))
    to = tree.asker(tree.clerk)
    count = {"to": to, "year": 2021}
    assert [each.kind for each in held_meetings(through=date(2021, 6, 30), **count)] == [
        "launch", "dispatch",
    ]  # fmt: skip
    assert [each.kind for each in held_meetings(through=date(2021, 6, 9), **count)] == ["launch"]
    assert len(held_meetings(through=date(2021, 6, 30), as_of=seq, **count)) == 1
    assert held_meetings(to=tree.asker(tree.user_b), year=2021, through=date(2021, 6, 30)) == ()


def _step(meeting, number, step, tree, at, **said):
    return MeetingStep(
        meeting=meeting, number=number, step=step, step_at=at, step_by=tree.clerk,
        act=meeting.act, **said,
    )  # fmt: skip


def test_the_database_holds_the_order_of_a_meeting(tree, meetings, at):
    meeting = meetings.plan()
    held = {"meeting_date": date(2021, 6, 10), "place": "县政府", "chair": "副县长"}
    early = Minutes(
        meeting=meeting, turn=1, paragraphs=[], body={}, file_id=1, is_demonstration=False,
        drafted_at=at, drafted_by=tree.clerk, act=meeting.act,
    )  # fmt: skip
    with pytest.raises(REFUSED, match="not held"), transaction.atomic():
        early.save(force_insert=True)
    with pytest.raises(REFUSED, match="does not fit"), transaction.atomic():
        _step(meeting, 2, "held", tree, at, **held).save(force_insert=True)
    step = _step(meeting, 1, "held", tree, at, **held)
    step.save(force_insert=True)  # the control arm
    with pytest.raises(REFUSED, match="does not fit"), transaction.atomic():
        _step(meeting, 2, "called_off", tree, at, reason="不开了").save(force_insert=True)
    with pytest.raises(REFUSED, match="held or called off"), transaction.atomic():
        Invitation.objects.create(meeting=meeting, office=tree.office_b)
    with pytest.raises(REFUSED, match="not called"), transaction.atomic():
        MeetingAttendance.objects.create(step=step, office=tree.office_b, state="came")
    MeetingAttendance.objects.create(step=step, office=tree.office_a, state="came")
    with pytest.raises(REFUSED, match="frozen"), transaction.atomic():
        Meeting.objects.unscoped("t").update(place="别处")


def test_the_database_holds_the_hands_of_minutes(tree, meetings, at):
    minutes = meetings.draft()
    said = {
        "minutes": minutes, "number": "南民办纪〔2021〕9号", "issue_date": date(2021, 6, 12),
        "file": minutes.file, "issued_at": at, "act": minutes.act,
    }  # fmt: skip
    with pytest.raises(REFUSED, match="another_hand"), transaction.atomic():
        MinutesIssue.objects.create(drafted_by=tree.clerk, issued_by=tree.clerk, **said)
    with pytest.raises(REFUSED, match="another drafter"), transaction.atomic():
        MinutesIssue.objects.create(drafted_by=tree.payer, issued_by=tree.checker, **said)
    MinutesIssue.objects.create(drafted_by=tree.clerk, issued_by=tree.checker, **said)
    with pytest.raises(REFUSED, match="minutes are out"), transaction.atomic():
        Decision.objects.create(
            minutes=minutes, number=2, text="补记", office=tree.office_a, responsible="镇长",
            due_date=date(2021, 7, 1), act=minutes.act,
        )  # fmt: skip
    with pytest.raises(REFUSED, match="minutes are out"), transaction.atomic():
        Minutes.objects.create(
            meeting=minutes.meeting, turn=2, follows=minutes, paragraphs=[], body={},
            file=minutes.file, is_demonstration=False, drafted_at=at, drafted_by=tree.clerk,
            act=minutes.act,
        )  # fmt: skip
