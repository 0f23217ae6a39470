"""Meetings, what they were handed, their minutes and decisions; nothing is changed afterwards."""

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
from mingbai.oversight.models.pack import (
    DispatchPack,
    PackIssue,
    PackLine,
)

__all__ = [
    "Decision",
    "DecisionStep",
    "DispatchPack",
    "Invitation",
    "Meeting",
    "MeetingAttendance",
    "MeetingStep",
    "Minutes",
    "MinutesIssue",
    "PackIssue",
    "PackLine",
]
