"""The database writes each person's first document itself, whoever inserts the person.

So the number of every known person is in force once, held by one unique index over all documents:
neither a bulk insert nor a raw statement can register a number a second time.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.migrations.operations.base import Operation

_COPIED: Final = "act_id, origin_file_id, origin_sheet, origin_line"
_FIXED: Final = "kind, cause, evidence, revoked_reason"
_VALUES: Final = "'id_number', 'first', '', ''"
_INTO: Final = (
    "INSERT INTO registry_persondocument "
    f"(person_id, number_key, number_sealed, {_FIXED}, {_COPIED})"
)
_NAME: Final = "registry_person_first_document"


class WriteFirstDocuments(Operation):
    """Create the trigger and write the documents of the people already known."""

    reversible = True
    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing changes in the models' state."""

    def describe(self) -> str:
        return "Write the first document of every person"

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        for statement in self._create(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)
        schema_editor.execute(
            f"{_INTO} SELECT p.id, p.id_key, p.id_sealed, {_VALUES}, {_prefixed('p')} "  # noqa: S608
            "FROM registry_person p WHERE NOT EXISTS "
            "(SELECT 1 FROM registry_persondocument d WHERE d.person_id = p.id)",
            params=None,
        )

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        on = "" if schema_editor.connection.vendor == "sqlite" else " ON registry_person"
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {_NAME}{on}", params=None)

    def _create(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return [
                f"CREATE TRIGGER {_NAME} AFTER INSERT ON registry_person BEGIN {_INTO} VALUES "  # noqa: S608
                f"(NEW.id, NEW.id_key, NEW.id_sealed, {_VALUES}, {_prefixed('NEW')}); END"
            ]
        # One statement for a whole COPY: a trigger a row would cost more than the rows.
        written = f"{_INTO} SELECT a.id, a.id_key, a.id_sealed, {_VALUES}, {_prefixed('a')}"
        return [
            f"CREATE OR REPLACE FUNCTION {_NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"{written} FROM added a; RETURN NULL; END $$",
            f"CREATE TRIGGER {_NAME} AFTER INSERT ON registry_person "
            f"REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {_NAME}()",
        ]


def _prefixed(row: str) -> str:
    return ", ".join(f"{row}.{name.strip()}" for name in _COPIED.split(","))
