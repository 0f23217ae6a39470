"""The database refuses a row that does not fit its order: triggers before each insert (rule 11)."""

from __future__ import annotations

from typing import Any

from mingbai.base.triggers import TriggerOperation


class GuardInsert(TriggerOperation):
    """Refuse an insert into ``table`` where the condition ``refused`` holds of ``NEW``.

    ``name`` is the trigger's, ``message`` goes into the error.
    """

    def __init__(self, name: str, table: str, refused: str, message: str) -> None:
        self.name, self.table, self.refused, self.message = name, table, refused, message

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.name, self.table, self.refused, self.message], {}

    def describe(self) -> str:
        return f"Refuse rows of {self.table}: {self.message}"

    def create_statements(self, vendor: str) -> tuple[str, ...]:
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

    def drop_statements(self, vendor: str) -> tuple[str, ...]:
        on = "" if vendor == "sqlite" else f' ON "{self.table}"'
        return (f'DROP TRIGGER IF EXISTS "{self.name}"{on}',)
