"""Meetings, what they are handed, their minutes, and following what was decided."""

from mingbai.oversight.actions.following import (
    CannotConfirmDecision,
    CannotExtendDecision,
    CannotReportDecision,
    CannotReturnDecision,
    confirm_decision,
    extend_decision,
    report_decision,
    return_decision,
)
from mingbai.oversight.actions.meetings import (
    Came,
    CannotCallOffMeeting,
    CannotHoldMeeting,
    CannotMoveMeeting,
    CannotPlanMeeting,
    MeetingNotice,
    call_off_meeting,
    hold_meeting,
    move_meeting,
    plan_meeting,
)
from mingbai.oversight.actions.minutes import (
    CannotDraftMinutes,
    CannotIssueMinutes,
    Decided,
    draft_minutes,
    issue_minutes,
)
from mingbai.oversight.actions.packs import (
    CannotCompilePack,
    CannotIssuePack,
    compile_pack,
    issue_pack,
)

__all__ = [
    "Came",
    "CannotCallOffMeeting",
    "CannotCompilePack",
    "CannotConfirmDecision",
    "CannotDraftMinutes",
    "CannotExtendDecision",
    "CannotHoldMeeting",
    "CannotIssueMinutes",
    "CannotIssuePack",
    "CannotMoveMeeting",
    "CannotPlanMeeting",
    "CannotReportDecision",
    "CannotReturnDecision",
    "Decided",
    "MeetingNotice",
    "call_off_meeting",
    "compile_pack",
    "confirm_decision",
    "draft_minutes",
    "extend_decision",
    "hold_meeting",
    "issue_minutes",
    "issue_pack",
    "move_meeting",
    "plan_meeting",
    "report_decision",
    "return_decision",
]
