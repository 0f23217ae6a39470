"""Meetings and what was decided; reminders, where they go, and the outbox."""

from mingbai.oversight.models.meeting import (
    Invitation,
    Meeting,
    MeetingAttendance,
    MeetingStep,
)
from mingbai.oversight.models.minutes import (
    Decision,
    DecisionStep,
    Minutes,
    MinutesIssue,
)
from mingbai.oversight.models.outbox import (
    MessageReminder,
    OutboxMessage,
)
from mingbai.oversight.models.outlets import (
    GroupRobot,
    MailAddress,
    RobotStep,
)
from mingbai.oversight.models.pack import (
    DispatchPack,
    PackIssue,
    PackLine,
)
from mingbai.oversight.models.reminding import (
    Reminder,
    ReminderReading,
    ReminderRound,
)

__all__ = [
    "Decision",
    "DecisionStep",
    "DispatchPack",
    "GroupRobot",
    "Invitation",
    "MailAddress",
    "Meeting",
    "MeetingAttendance",
    "MeetingStep",
    "MessageReminder",
    "Minutes",
    "MinutesIssue",
    "OutboxMessage",
    "PackIssue",
    "PackLine",
    "Reminder",
    "ReminderReading",
    "ReminderRound",
    "RobotStep",
]
