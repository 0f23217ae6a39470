"""Triggers that hold the life of a batch in the database, whoever writes to it.

1 A step names the batch's own maker and digest and follows the step before it; the payer is not the
  checker; "drawn" is refused unless the lines add up to what was declared.
2 A batch that has been drawn takes no further line.
3 A line is voided only after its batch was, and never comes back.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

_STEP = """
NOT EXISTS (SELECT 1 FROM payment_paymentbatch b WHERE b.id = NEW.batch_id
            AND b.drawn_by_id = NEW.maker_id AND b.lines_digest = NEW.batch_digest)
OR (NEW.step = 'drawn' AND NOT EXISTS (
    SELECT 1 FROM payment_paymentbatch b WHERE b.id = NEW.batch_id
    AND b.expected_count = (SELECT COUNT(*) FROM payment_paymentline l WHERE l.batch_id = b.id)
    AND b.expected_amount = (SELECT SUM(l.amount) FROM payment_paymentline l WHERE l.batch_id = b.id)))
OR (NEW.number > 1 AND NOT EXISTS (
    SELECT 1 FROM payment_batchstep s WHERE s.batch_id = NEW.batch_id AND s.number = NEW.number - 1
    AND ((NEW.step = 'approved' AND s.step = 'drawn')
      OR (NEW.step = 'paid' AND s.step = 'approved' AND s.step_by_id <> NEW.step_by_id)
      OR (NEW.step = 'voided' AND s.step IN ('drawn', 'approved')))))
"""
_CLOSED = "EXISTS (SELECT 1 FROM payment_batchstep s WHERE s.batch_id = NEW.batch_id)"
_VOID = """
OLD.voided OR NOT NEW.voided OR NOT EXISTS (
    SELECT 1 FROM payment_batchstep s WHERE s.batch_id = NEW.batch_id AND s.step = 'voided')
"""

GUARDS = (
    (
        "payment_step_guard",
        "INSERT",
        "payment_batchstep",
        _STEP,
        "this step does not fit its batch",
    ),
    ("payment_line_closed", "INSERT", "payment_paymentline", _CLOSED, "the batch is already drawn"),
    (
        "payment_line_void",
        'UPDATE OF "voided"',
        "payment_paymentline",
        _VOID,
        "the batch is not voided",
    ),
)


class GuardBatches(Operation):
    """Create the three triggers on SQLite or PostgreSQL."""

    reversible = True
    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing changes in the models' state."""

    def database_forwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.database_backwards(app_label, editor, from_state, to_state)
        for name, event, table, refused, message in GUARDS:
            for statement in _create(
                editor.connection.vendor, name, event, table, refused, message
            ):
                editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for name, _, table, _, _ in GUARDS:
            on = "" if editor.connection.vendor == "sqlite" else f' ON "{table}"'
            editor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}', params=None)

    def describe(self) -> str:
        return "Hold the life of a batch by triggers"


def _create(
    vendor: str, name: str, event: str, table: str, refused: str, message: str
) -> tuple[str, ...]:
    if vendor == "sqlite":
        return (
            f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" WHEN {refused} '
            f"BEGIN SELECT RAISE(ABORT, 'mingbai: {message}'); END",
        )
    return (
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
        f"IF {refused} THEN RAISE EXCEPTION 'mingbai: {message}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" '
        f'FOR EACH ROW EXECUTE FUNCTION "{name}"()',
    )
