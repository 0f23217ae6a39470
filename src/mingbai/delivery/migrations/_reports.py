"""Triggers that hold a report's checking, whoever writes to the database.

1 A step names as maker who handed the sheet in.
2 Who answered a question of a report does not confirm it.
3 Nothing is said about a sheet that a later entered turn has replaced, or that asks for no word.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

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
_TABLE = "delivery_reportstep"
GUARDS = (
    ("delivery_step_maker", _MAKER, "this is not who handed the sheet in"),
    ("delivery_step_hands", _HANDS, "who answered for a report does not confirm it"),
    ("delivery_step_order", _ORDER, "this report waits for no word"),
)


class GuardReports(Operation):
    """Create the triggers on SQLite or PostgreSQL."""

    reversible = True
    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing changes in the models' state."""

    def database_forwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.database_backwards(app_label, editor, from_state, to_state)
        for name, refused, message in GUARDS:
            for statement in _create(editor.connection.vendor, name, refused, message):
                editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for name, _, _ in GUARDS:
            on = "" if editor.connection.vendor == "sqlite" else f' ON "{_TABLE}"'
            editor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}', params=None)

    def describe(self) -> str:
        return "Hold the checking of reports by triggers"


def _create(vendor: str, name: str, refused: str, message: str) -> tuple[str, ...]:
    if vendor == "sqlite":
        return (
            f'CREATE TRIGGER "{name}" BEFORE INSERT ON "{_TABLE}" WHEN {refused} '
            f"BEGIN SELECT RAISE(ABORT, 'mingbai: {message}'); END",
        )
    return (
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
        f"IF {refused} THEN RAISE EXCEPTION 'mingbai: {message}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        f'CREATE TRIGGER "{name}" BEFORE INSERT ON "{_TABLE}" '
        f'FOR EACH ROW EXECUTE FUNCTION "{name}"()',
    )
