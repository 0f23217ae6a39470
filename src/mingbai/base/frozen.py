"""The database refuses to change what is issued: triggers on SQLite and PostgreSQL (rule 12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mingbai.base.triggers import TriggerOperation

MESSAGE = "mingbai: this record is frozen; write a new one that follows it"


class ForbidChange(TriggerOperation):
    """Refuse DELETE and UPDATE on a table, or UPDATE only of the named columns.

    Where a later migration alters the table and does not name it again, the house test on frozen
    models fails.
    """

    def __init__(self, table: str, columns: Sequence[str] | None = None) -> None:
        self.table = table
        self.columns = list(columns) if columns is not None else None

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [self.table], {"columns": self.columns})

    def describe(self) -> str:
        return f"Refuse changes to {self.table}"

    def _of(self) -> str:
        return " OF " + ", ".join(f'"{c}"' for c in self.columns) if self.columns else ""

    def create_statements(self, vendor: str) -> list[str]:
        table, of = self.table, self._of()
        if vendor == "sqlite":
            refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            return [
                f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE{of} ON "{table}" {refuse}',
                f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}',
            ]
        return [
            "CREATE OR REPLACE FUNCTION mingbai_refuse_change() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN RAISE EXCEPTION '{MESSAGE}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$",
            f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE{of} ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION mingbai_refuse_change()",
            f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION mingbai_refuse_change()",
            f'CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION mingbai_refuse_change()",
        ]

    def drop_statements(self, vendor: str) -> list[str]:
        table = self.table
        names = [f"{table}_no_update", f"{table}_no_delete"]
        if vendor == "sqlite":
            return [f'DROP TRIGGER IF EXISTS "{n}"' for n in names]
        return [
            f'DROP TRIGGER IF EXISTS "{n}" ON "{table}"' for n in [*names, f"{table}_no_truncate"]
        ]
