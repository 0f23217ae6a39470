"""Triggers that hold the order and the hands of meetings and decisions, whoever writes.

1 Offices are called before a meeting is held; who came is told of those who were called.
2 A meeting is moved or called off before it is held; nothing of it changes once minutes are out.
3 A pack is compiled and handed out before the meeting, by two hands, the newest turn alone.
4 Minutes are of a meeting that was held, and go out once; their decisions are written with them.
5 Only the owner's office reports a decision done, only another hand than the reporter's answers,
  a done one stays done, and time is only added.
"""

from __future__ import annotations

from mingbai.base.frozen import ForbidChange
from mingbai.base.guards import GuardInsert

_HELD = """
EXISTS (SELECT 1 FROM oversight_meetingstep s
        WHERE s.meeting_id = {meeting} AND s.step IN ('held', 'called_off'))
"""
_STEP = """
NEW.number <> 1 + (
    SELECT COUNT(*) FROM oversight_meetingstep s WHERE s.meeting_id = NEW.meeting_id)
OR EXISTS (
    SELECT 1 FROM oversight_meetingstep s WHERE s.meeting_id = NEW.meeting_id
    AND (s.step = 'called_off' OR (s.step = 'held' AND NEW.step <> 'held')))
OR EXISTS (
    SELECT 1 FROM oversight_minutesissue i JOIN oversight_minutes m ON m.id = i.minutes_id
    WHERE m.meeting_id = NEW.meeting_id)
"""
_ATTENDED = """
NOT EXISTS (
    SELECT 1 FROM oversight_meetingstep s
    JOIN oversight_invitation i ON i.meeting_id = s.meeting_id
    WHERE s.id = NEW.step_id AND s.step = 'held' AND i.office_id = NEW.office_id)
"""
_PACK_LINE = "EXISTS (SELECT 1 FROM oversight_packissue i WHERE i.pack_id = NEW.pack_id)"
_PACK_ISSUED = """
NOT EXISTS (SELECT 1 FROM oversight_dispatchpack p
            WHERE p.id = NEW.pack_id AND p.compiled_by_id = NEW.compiled_by_id)
OR EXISTS (SELECT 1 FROM oversight_dispatchpack n WHERE n.follows_id = NEW.pack_id)
OR EXISTS (SELECT 1 FROM oversight_dispatchpack p
           JOIN oversight_meetingstep s ON s.meeting_id = p.meeting_id
           WHERE p.id = NEW.pack_id AND s.step IN ('held', 'called_off'))
"""
_MINUTES = """
NOT EXISTS (SELECT 1 FROM oversight_meetingstep s
            WHERE s.meeting_id = NEW.meeting_id AND s.step = 'held')
OR EXISTS (SELECT 1 FROM oversight_minutesissue i JOIN oversight_minutes m ON m.id = i.minutes_id
           WHERE m.meeting_id = NEW.meeting_id)
"""
_MINUTES_ISSUED = """
NOT EXISTS (SELECT 1 FROM oversight_minutes m
            WHERE m.id = NEW.minutes_id AND m.drafted_by_id = NEW.drafted_by_id)
OR EXISTS (SELECT 1 FROM oversight_minutes n WHERE n.follows_id = NEW.minutes_id)
"""
_DECISION = "EXISTS (SELECT 1 FROM oversight_minutesissue i WHERE i.minutes_id = NEW.minutes_id)"
_BINDING = """
NOT EXISTS (
    SELECT 1 FROM oversight_decision d
    JOIN oversight_minutesissue i ON i.minutes_id = d.minutes_id WHERE d.id = NEW.decision_id)
"""
#: A report waits until it is answered: no second one beside it, no answer without it.
_ORDER = """
NEW.number <> 1 + (
    SELECT COUNT(*) FROM oversight_decisionstep s WHERE s.decision_id = NEW.decision_id)
OR EXISTS (
    SELECT 1 FROM oversight_decisionstep s
    WHERE s.decision_id = NEW.decision_id AND s.step = 'done')
OR (NEW.step = 'reported' AND EXISTS (
    SELECT 1 FROM oversight_decisionstep s
    WHERE s.decision_id = NEW.decision_id AND s.step = 'reported' AND NOT EXISTS (
        SELECT 1 FROM oversight_decisionstep n
        WHERE n.decision_id = s.decision_id AND n.number > s.number AND n.step = 'sent_back')))
OR (NEW.step IN ('done', 'sent_back') AND NOT EXISTS (
    SELECT 1 FROM oversight_decisionstep s
    WHERE s.decision_id = NEW.decision_id AND s.step = 'reported' AND s.step_by_id = NEW.maker_id
    AND NOT EXISTS (
        SELECT 1 FROM oversight_decisionstep n
        WHERE n.decision_id = s.decision_id AND n.number > s.number AND n.step = 'sent_back')))
"""
_OWNER = """
NEW.step = 'reported' AND NOT EXISTS (
    SELECT 1 FROM oversight_decision d JOIN base_user u ON u.office_id = d.office_id
    WHERE d.id = NEW.decision_id AND u.id = NEW.step_by_id)
"""
_LATER = """
NEW.step = 'extended' AND NEW.due_date <= COALESCE(
    (SELECT MAX(s.due_date) FROM oversight_decisionstep s
     WHERE s.decision_id = NEW.decision_id AND s.step = 'extended'),
    (SELECT d.due_date FROM oversight_decision d WHERE d.id = NEW.decision_id))
"""
_BY_MEETING = _HELD.format(meeting="NEW.meeting_id")

GUARDS = tuple(
    GuardInsert(f"oversight_{name}", f"oversight_{table}", refused, message)
    for name, table, refused, message in (
        ("invited_before", "invitation", _BY_MEETING, "the meeting was held or called off"),
        ("meeting_order", "meetingstep", _STEP, "this step does not fit the meeting"),
        ("attended_called", "meetingattendance", _ATTENDED, "this office was not called"),
        ("pack_before", "dispatchpack", _BY_MEETING, "the meeting was held or called off"),
        ("pack_line_before", "packline", _PACK_LINE, "the pack was handed out"),
        ("pack_issued", "packissue", _PACK_ISSUED, "another compiler, a later turn, or too late"),
        ("minutes_held", "minutes", _MINUTES, "not held, or its minutes are out"),
        ("minutes_issued", "minutesissue", _MINUTES_ISSUED, "another drafter, or a later turn"),
        ("decision_drafted", "decision", _DECISION, "the minutes are out"),
        ("decision_binding", "decisionstep", _BINDING, "its minutes are not out"),
        ("decision_order", "decisionstep", _ORDER, "this step does not fit the decision"),
        ("decision_owner", "decisionstep", _OWNER, "only its owner reports a decision"),
        ("decision_later", "decisionstep", _LATER, "time is only added"),
    )
)
FROZEN = tuple(
    ForbidChange(f"oversight_{table}")
    for table in (
        "meeting", "invitation", "meetingstep", "meetingattendance", "dispatchpack", "packline",
        "packissue", "minutes", "minutesissue", "decision", "decisionstep",
    )
)  # fmt: skip
