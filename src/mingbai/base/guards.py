"""The database refuses a row that does not fit its order: triggers before each insert (rule 11)."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation


class GuardInsert(Operation):
    """Refuse an insert into ``table`` where the condition ``refused`` holds of ``NEW``.

    ``name`` is the trigger's, ``message`` goes into the error. A later migration that alters the
    table must name this operation again: SQLite rebuilds tables and loses their triggers.
    """

    reversible = True
    reduces_to_sql = False

    def __init__(self, name: str, table: str, refused: str, message: str) -> None:
        self.name, self.table, self.refused, self.message = name, table, refused, message

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.name, self.table, self.refused, self.message], {}

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
        for statement in self._create(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        on = "" if schema_editor.connection.vendor == "sqlite" else f' ON "{self.table}"'
        schema_editor.execute(f'DROP TRIGGER IF EXISTS "{self.name}"{on}', params=None)

    def describe(self) -> str:
        return f"Refuse rows of {self.table}: {self.message}"

    def _create(self, vendor: str) -> tuple[str, ...]:
        name, table, refused, message = self.name, self.table, self.refused, self.message
        if vendor == "sqlite":
            return (
                f'CREATE TRIGGER "{name}" BEFORE INSERT ON "{table}" WHEN {refused} '
                f"BEGIN SELECT RAISE(ABORT, 'mingbai: {message}'); END",
            )
        return (
            f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
            f"IF {refused} THEN RAISE EXCEPTION 'mingbai: {message}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
            f'CREATE TRIGGER "{name}" BEFORE INSERT ON "{table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{name}"()',
        )
