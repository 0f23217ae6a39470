"""Calling and holding meetings."""

from mingbai.oversight.actions.meetings import (
    Called,
    Came,
    CannotCallOffMeeting,
    CannotHoldMeeting,
    CannotMoveMeeting,
    CannotPlanMeeting,
    call_off_meeting,
    hold_meeting,
    move_meeting,
    plan_meeting,
)

__all__ = [
    "Called",
    "Came",
    "CannotCallOffMeeting",
    "CannotHoldMeeting",
    "CannotMoveMeeting",
    "CannotPlanMeeting",
    "call_off_meeting",
    "hold_meeting",
    "move_meeting",
    "plan_meeting",
]
