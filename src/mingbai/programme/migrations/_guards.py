"""Triggers that hold a change of targets and a letter's signing, whoever writes to the database.

1 A step of a revision names its own maker; nothing follows an approval; only the newest draft is
  submitted or approved, and only on the version of the list it starts from.
2 Submitted or approved: every touched measure with town shares adds up to its target, and a moved
  target names its document.
3 Who approves has saved none of the drafts since the last decision.
4 A letter is signed only after it was sent, and sent only while no later turn follows it.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

_ORDER = """
NOT EXISTS (SELECT 1 FROM programme_targetrevision r
            WHERE r.id = NEW.revision_id AND r.made_by_id = NEW.maker_id)
OR EXISTS (SELECT 1 FROM programme_revisionstep s
           WHERE s.revision_id = NEW.revision_id AND (s.step IN ('approved', 'dropped')
           OR (s.step = 'returned' AND NEW.step <> 'dropped')))
OR (NEW.number = 2 AND NOT EXISTS (SELECT 1 FROM programme_revisionstep s
    WHERE s.revision_id = NEW.revision_id AND s.step = 'submitted'))
OR (NEW.step <> 'returned' AND EXISTS (
    SELECT 1 FROM programme_targetrevision r JOIN programme_targetrevision n
      ON n.year = r.year AND n.number > r.number WHERE r.id = NEW.revision_id))
"""
_SOUND = """
NEW.step IN ('submitted', 'approved') AND (
    EXISTS (SELECT 1 FROM programme_revisedtarget t
        WHERE t.revision_id = NEW.revision_id
        AND EXISTS (SELECT 1 FROM programme_revisedshare s WHERE s.revised_target_id = t.id)
        AND (t.target IS NULL OR t.target <> (
            SELECT SUM(s.share) FROM programme_revisedshare s WHERE s.revised_target_id = t.id)))
    OR EXISTS (SELECT 1 FROM programme_revisedtarget t
        JOIN programme_targetrevision r ON r.id = t.revision_id
        WHERE t.revision_id = NEW.revision_id AND (r.document_number = '' OR r.reason = '')
        AND (t.target_state <> t.before_state
             OR COALESCE(t.target, -1) <> COALESCE(t.before_target, -1)))
    OR NOT EXISTS (SELECT 1 FROM programme_revisedtarget t WHERE t.revision_id = NEW.revision_id)
)
"""
_HANDS = """
NEW.step = 'approved' AND EXISTS (
    SELECT 1 FROM programme_targetrevision r JOIN programme_targetrevision d
      ON d.year = r.year AND d.number <= r.number AND d.number > COALESCE((
        SELECT MAX(p.number) FROM programme_targetrevision p
        JOIN programme_revisionstep s ON s.revision_id = p.id
        WHERE p.year = r.year AND p.number < r.number AND s.step IN ('approved', 'dropped')), 0)
    WHERE r.id = NEW.revision_id AND d.made_by_id = NEW.step_by_id)
"""
_SIGNING = """
(NEW.step = 'signed' AND NOT EXISTS (
    SELECT 1 FROM programme_letterstep s WHERE s.letter_id = NEW.letter_id AND s.step = 'sent'))
OR (NEW.step = 'sent' AND EXISTS (
    SELECT 1 FROM programme_dutyletter l WHERE l.follows_id = NEW.letter_id))
"""

_STEPS = "programme_revisionstep"
GUARDS = (
    ("programme_step_order", _STEPS, _ORDER, "this step does not fit its draft"),
    ("programme_step_sound", _STEPS, _SOUND, "the draft does not add up or names no document"),
    ("programme_step_hands", _STEPS, _HANDS, "who saved a draft does not approve it"),
    ("programme_letter_signing", "programme_letterstep", _SIGNING, "this step does not fit"),
)


class GuardPromises(Operation):
    """Create the triggers on SQLite or PostgreSQL."""

    reversible = True
    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing changes in the models' state."""

    def database_forwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.database_backwards(app_label, editor, from_state, to_state)
        for name, table, refused, message in GUARDS:
            for statement in _create(editor.connection.vendor, name, table, refused, message):
                editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for name, table, _, _ in GUARDS:
            on = "" if editor.connection.vendor == "sqlite" else f' ON "{table}"'
            editor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}', params=None)

    def describe(self) -> str:
        return "Hold changes of targets and signing by triggers"


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
