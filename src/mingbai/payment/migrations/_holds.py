"""Triggers of the payment tables as migration operations, each version named by its migration.

SQLite rebuilds a table to alter it, and refuses while a trigger of another table reads it: a
migration that alters them releases these triggers first and sets them again at its end.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

from mingbai.payment.migrations._guards import _create


class Release(Operation):
    """Drop a trigger; ``table`` is where it stands."""

    reversible = True
    reduces_to_sql = False

    def __init__(self, name: str, table: str) -> None:
        self.name, self.table = name, table

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [self.name, self.table], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing changes in the models' state."""

    def database_forwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        on = "" if editor.connection.vendor == "sqlite" else f' ON "{self.table}"'
        editor.execute(f'DROP TRIGGER IF EXISTS "{self.name}"{on}', params=None)

    def database_backwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """What stood there before stands in the migration that set it: it is set again by hand."""

    def describe(self) -> str:
        return f"Release {self.name}"


class Hold(Operation):
    """Refuse an event on a table where a condition over NEW and OLD is true."""

    reversible = True
    reduces_to_sql = False

    def __init__(self, name: str, event: str, table: str, refused: str, message: str) -> None:
        self.name, self.event, self.table = name, event, table
        self.refused, self.message = refused, message

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        parts = [self.name, self.event, self.table, self.refused, self.message]
        return (type(self).__name__, parts, {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing changes in the models' state."""

    def database_forwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.database_backwards(app_label, editor, from_state, to_state)
        vendor = editor.connection.vendor
        for statement in _create(
            vendor, self.name, self.event, self.table, self.refused, self.message
        ):
            editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        Release(self.name, self.table).database_forwards(app_label, editor, from_state, to_state)

    def describe(self) -> str:
        return f"Hold by {self.name}"
