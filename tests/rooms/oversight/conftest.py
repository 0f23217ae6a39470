"""A meeting at each stage of its life, in a small county."""

from __future__ import annotations

from datetime import date

import pytest

from mingbai.oversight.actions import (
    Came,
    Decided,
    MeetingNotice,
    draft_minutes,
    hold_meeting,
    issue_minutes,
    plan_meeting,
)
from mingbai.oversight.models import Decision, Invitation

DAY = date(2021, 6, 10)
PHOTO_PDF = b"%PDF-1.4 demonstration"


class Meetings:
    """Calls, holds and writes up meetings of the office tree."""

    def __init__(self, tree, at):
        self.tree, self.at = tree, at

    def plan(self, kind="dispatch", period=202105, offices=None, day=DAY, **said):
        """A meeting that was called."""
        notice = MeetingNotice(
            kind=kind,
            planned_date=day,
            place="县政府三楼会议室",
            chair="县政府分管领导",
            period=period,
            **said,
        )
        tree = self.tree
        called = offices or (tree.civil, tree.office_a)
        return plan_meeting(notice=notice, offices=called, by=tree.clerk, at=self.at)

    def hold(self, meeting=None, states=("came", "absent"), day=DAY):
        """A meeting that was held; the offices called came as ``states`` say."""
        meeting = meeting or self.plan()
        invited = Invitation.objects.unscoped("t").filter(meeting=meeting)
        called = invited.order_by("office__code").values_list("office", flat=True)
        hold_meeting(
            meeting=meeting,
            held_date=day,
            place="县政府三楼会议室",
            chair="县政府分管领导",
            attendance={
                pk: Came(state, "分管负责人")
                for pk, state in zip(called, states * len(called), strict=False)
            },
            by=self.tree.clerk,
            at=self.at,
        )
        return meeting

    def decided(self, office=None, due=date(2021, 6, 30), lead=None, text="补齐工程验收资料"):
        """A decision as it is typed."""
        return Decided(text, office or self.tree.office_a, "分管负责人", due, lead)

    def draft(self, meeting=None, decided=None):
        """Minutes that were drafted."""
        return draft_minutes(
            meeting=meeting or self.hold(),
            paragraphs=["县民生办通报了五月底的进度。"],
            decided=decided if decided is not None else [self.decided()],
            by=self.tree.clerk,
            at=self.at,
        )

    def issue(self, minutes=None, number="南民办纪〔2021〕1号"):
        """Minutes that went out; their first decision."""
        minutes = minutes or self.draft()
        issue_minutes(
            minutes=minutes,
            number=number,
            issue_date=date(2021, 6, 12),
            by=self.tree.checker,
            at=self.at,
        )
        return minutes

    def decision(self, **said):
        """One decision that binds."""
        minutes = self.issue(self.draft(decided=[self.decided(**said)]))
        return Decision.objects.unscoped("t").get(minutes=minutes)


@pytest.fixture
def meetings(tree, at):
    """A small county's meetings."""
    return Meetings(tree, at)
