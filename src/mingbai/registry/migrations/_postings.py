"""Triggers that hold postings and objections in the database, whoever writes to it.

1 A posted row holds no run of eleven digits, in either width, blanks and hyphens left out: no
  whole ID number, account or mobile phone gets in.
2 A posting that has a step takes no further row.
3 A step names the posting's own maker and digest and follows the step before it; approval is
  refused unless the rows are as many as the posting says.
4 A step of an objection follows the one before it; a decision is the verdict that was proposed,
  by somebody else than who proposed it; nothing follows a decision or a withdrawal.
5 An objection is about what its row is about, and about a posting that was put up.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

_RUN = 11
_DIGIT = "[0-9０-９]"
_PACKED = "REPLACE(REPLACE(REPLACE(REPLACE(NEW.cells, ' ', ''), '　', ''), '-', ''), '－', '')"
_UNMASKED = {
    "sqlite": f"{_PACKED} GLOB '*{_DIGIT * _RUN}*'",
    "postgresql": f"{_PACKED} ~ '{_DIGIT}{{{_RUN}}}'",
}
_CLOSED = "EXISTS (SELECT 1 FROM registry_postingstep s WHERE s.posting_id = NEW.posting_id)"
_STEP = """
NOT EXISTS (SELECT 1 FROM registry_posting p WHERE p.id = NEW.posting_id
            AND p.drafted_by_id = NEW.maker_id AND p.body_digest = NEW.body_digest)
OR (NEW.step = 'approved' AND NOT EXISTS (
    SELECT 1 FROM registry_posting p WHERE p.id = NEW.posting_id AND p.row_count =
    (SELECT COUNT(*) FROM registry_postedrow r WHERE r.posting_id = p.id)))
OR (NEW.number > 1 AND NOT EXISTS (
    SELECT 1 FROM registry_postingstep s
    WHERE s.posting_id = NEW.posting_id AND s.number = NEW.number - 1
    AND ((NEW.step IN ('posted', 'dropped') AND s.step = 'approved')
      OR (NEW.step = 'taken_down' AND s.step = 'posted'))))
"""
_OBJECTION = """
NOT EXISTS (SELECT 1 FROM registry_postingstep s
            WHERE s.posting_id = NEW.posting_id AND s.step = 'posted')
OR (NEW.row_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM registry_postedrow r WHERE r.id = NEW.row_id AND r.posting_id = NEW.posting_id
    AND COALESCE(r.enrolment_id, -1) = COALESCE(NEW.enrolment_id, -1)
    AND COALESCE(r.application_number, -1) = COALESCE(NEW.application_number, -1)))
"""
_ANSWER = """
(NEW.number = 1 AND NEW.step NOT IN ('answered', 'withdrawn'))
OR (NEW.number > 1 AND NOT EXISTS (
    SELECT 1 FROM registry_objectionstep s
    WHERE s.objection_id = NEW.objection_id AND s.number = NEW.number - 1
    AND ((NEW.step = 'answered' AND s.step = 'returned')
      OR (NEW.step = 'decided' AND s.step = 'answered' AND s.verdict = NEW.verdict
          AND s.step_by_id = NEW.maker_id AND s.step_by_id <> NEW.step_by_id)
      OR (NEW.step = 'returned' AND s.step = 'answered' AND s.step_by_id <> NEW.step_by_id)
      OR (NEW.step = 'withdrawn' AND s.step IN ('answered', 'returned')))))
"""
_ROWS, _STEPS = "registry_postedrow", "registry_postingstep"

GUARDS: tuple[tuple[str, str, str | dict[str, str], str], ...] = (
    ("registry_row_masked", _ROWS, _UNMASKED, "a posted row holds an unmasked number"),
    ("registry_row_closed", _ROWS, _CLOSED, "the posting is closed"),
    ("registry_posting_step", _STEPS, _STEP, "this step does not fit its posting"),
    ("registry_objection", "registry_objection", _OBJECTION, "nothing to object to"),
    ("registry_objection_step", "registry_objectionstep", _ANSWER, "this step does not fit"),
)


class GuardPostings(Operation):
    """Create the triggers on SQLite or PostgreSQL."""

    reversible = True
    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing changes in the models' state."""

    def database_forwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.database_backwards(app_label, editor, from_state, to_state)
        vendor = editor.connection.vendor
        for name, table, refused, message in GUARDS:
            told = refused if isinstance(refused, str) else refused[vendor]
            for statement in _create(vendor, name, table, told, message):
                editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for name, table, _, _ in GUARDS:
            on = "" if editor.connection.vendor == "sqlite" else f' ON "{table}"'
            editor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}', params=None)

    def describe(self) -> str:
        return "Hold postings and objections by triggers"


def _create(vendor: str, name: str, table: str, refused: str, message: str) -> tuple[str, ...]:
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
