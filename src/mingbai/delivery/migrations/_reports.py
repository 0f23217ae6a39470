"""Triggers that hold a report's checking, whoever writes to the database.

1 A step names as maker who handed the sheet in.
2 Who answered a question of a report does not confirm it.
3 Nothing is said about a sheet that a later entered turn has replaced, or that asks for no word.
"""

from __future__ import annotations

from mingbai.base.guards import GuardInsert

_MAKER = """
NOT EXISTS (
    SELECT 1 FROM delivery_enteredsheet e
    JOIN intake_sheet s ON s.id = e.sheet_id JOIN intake_receipt r ON r.id = s.receipt_id
    WHERE e.id = NEW.entered_sheet_id AND COALESCE(r.received_by_id, 0) = COALESCE(NEW.maker_id, 0))
"""
_HANDS = """
NEW.step = 'confirmed' AND EXISTS (
    SELECT 1 FROM delivery_reportanswer a
    WHERE a.entered_sheet_id = NEW.entered_sheet_id AND a.answered_by_id = NEW.step_by_id)
"""
_ORDER = """
EXISTS (
    SELECT 1 FROM delivery_enteredsheet e JOIN intake_sheet s ON s.id = e.sheet_id
    JOIN intake_sheet n ON n.slot = s.slot AND n.turn > s.turn
    JOIN delivery_enteredsheet f ON f.sheet_id = n.id
    WHERE e.id = NEW.entered_sheet_id)
OR EXISTS (
    SELECT 1 FROM delivery_enteredsheet e
    WHERE e.id = NEW.entered_sheet_id AND NOT e.must_confirm)
"""
GUARDS = tuple(
    GuardInsert(name, "delivery_reportstep", refused, message)
    for name, refused, message in (
        ("delivery_step_maker", _MAKER, "this is not who handed the sheet in"),
        ("delivery_step_hands", _HANDS, "who answered for a report does not confirm it"),
        ("delivery_step_order", _ORDER, "this report waits for no word"),
    )
)
