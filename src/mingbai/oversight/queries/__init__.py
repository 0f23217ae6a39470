"""Reading meetings and decisions within the asker's scope."""

from mingbai.oversight.queries.decisions import (
    DecisionStanding,
    OpenDecision,
    decision_seen,
    decision_standings,
    decisions_seen,
    history_of,
    open_decisions,
)
from mingbai.oversight.queries.meetings import (
    HeldMeeting,
    MeetingStanding,
    held_meetings,
    meeting_seen,
    meetings_seen,
    standing_of,
    who_was_called,
)

__all__ = [
    "DecisionStanding",
    "HeldMeeting",
    "MeetingStanding",
    "OpenDecision",
    "decision_seen",
    "decision_standings",
    "decisions_seen",
    "held_meetings",
    "history_of",
    "meeting_seen",
    "meetings_seen",
    "open_decisions",
    "standing_of",
    "who_was_called",
]
