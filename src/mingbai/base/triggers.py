"""What the database itself refuses: triggers made and taken away by migrations (rule 11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation


class TriggerOperation(Operation):
    """An operation that makes triggers anew, whatever stood there, and takes them away again.

    A later migration that alters the table must name the operation again: SQLite rebuilds tables
    and loses their triggers.
    """

    reversible = True
    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing changes in the models' state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        for statement in self.create_statements(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        for statement in self.drop_statements(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def create_statements(self, vendor: str) -> Sequence[str]:
        """SQL that makes the triggers on ``sqlite`` or ``postgresql``."""
        raise NotImplementedError

    def drop_statements(self, vendor: str) -> Sequence[str]:
        """SQL that takes them away, whether they are there or not."""
        raise NotImplementedError
