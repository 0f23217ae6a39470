"""Calling and holding meetings; reminding offices and sending what leaves the house."""

from mingbai.oversight.actions.delivering import (
    deliver_message,
)
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
from mingbai.oversight.actions.mailboxes import (
    CannotSetMail,
    set_mail_address,
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
from mingbai.oversight.actions.outlets import (
    CannotUseOutlet,
    MailDoor,
    Outlet,
)
from mingbai.oversight.actions.packs import (
    CannotCompilePack,
    CannotIssuePack,
    compile_pack,
    issue_pack,
)
from mingbai.oversight.actions.reminding import (
    CannotReadReminders,
    read_reminders,
    remind_offices,
)
from mingbai.oversight.actions.robots import (
    CannotAddRobot,
    CannotSwitchRobot,
    NewRobot,
    add_robot,
    switch_robot,
    try_robot,
)

__all__ = [
    "Came",
    "CannotAddRobot",
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
    "CannotReadReminders",
    "CannotReportDecision",
    "CannotReturnDecision",
    "CannotSetMail",
    "CannotSwitchRobot",
    "CannotUseOutlet",
    "Decided",
    "MailDoor",
    "MeetingNotice",
    "NewRobot",
    "Outlet",
    "add_robot",
    "call_off_meeting",
    "compile_pack",
    "confirm_decision",
    "deliver_message",
    "draft_minutes",
    "extend_decision",
    "hold_meeting",
    "issue_minutes",
    "issue_pack",
    "move_meeting",
    "plan_meeting",
    "read_reminders",
    "remind_offices",
    "report_decision",
    "return_decision",
    "set_mail_address",
    "switch_robot",
    "try_robot",
]
