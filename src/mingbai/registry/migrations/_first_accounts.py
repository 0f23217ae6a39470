"""A trigger: an account that nobody decided about is followed only where a right had none at all."""

from __future__ import annotations

from typing import Any, Final

from django.db.migrations.operations.base import Operation

from mingbai.registry.migrations._life import Trigger, create_trigger

_NOT_FIRST: Final = """
NEW.kind = 'account' AND NEW.decision = 'followed' AND (
    EXISTS (SELECT 1 FROM registry_enrolment e
            WHERE e.id = NEW.enrolment_id AND e.account_key IS NOT NULL)
    OR EXISTS (SELECT 1 FROM registry_recordchange r
               WHERE r.enrolment_id = NEW.enrolment_id AND r.decision IN ('followed', 'accepted')
               AND r.from_period <= NEW.from_period AND r.id <> NEW.id))
"""
GUARD: Final = Trigger(
    "registry_first_account", "INSERT", "registry_recordchange", _NOT_FIRST,
    "this right has an account already",
)  # fmt: skip


class GuardFirstAccounts(Operation):
    """Create the trigger on SQLite or PostgreSQL; name it again after the table was rebuilt."""

    reversible = True
    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing changes in the models' state."""

    def database_forwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.database_backwards(app_label, editor, from_state, to_state)
        for statement in create_trigger(editor.connection.vendor, GUARD):
            editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        on = "" if editor.connection.vendor == "sqlite" else f' ON "{GUARD.table}"'
        editor.execute(f'DROP TRIGGER IF EXISTS "{GUARD.name}"{on}', params=None)

    def describe(self) -> str:
        return "Follow only the first account of a right"
