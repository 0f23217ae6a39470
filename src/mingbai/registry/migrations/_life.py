"""Triggers that hold the life of an enrolment in the database, whoever writes to it.

1 Steps follow each other in legal order: reviewed, changed and suspended only while paid; restored
  only while suspended; after the end only money may be reclaimed. A suspension whose ``to_period``
  has passed counts as paid again. Suspensions and restorations never go back behind earlier ones.
2 A step of a change is exactly what was proposed by one person and approved by another.
3 A verdict names the proposal's own maker; an enrolment has one open proposal at a time.
4 An enrolment ends only with its step "ended", in the month that step says, and once.
5 Two enrolments of one person in one sub-item never share a month.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.migrations.operations.base import Operation

#: The last suspension has ended by itself before this step begins.
_LAPSED = """EXISTS (
    SELECT 1 FROM registry_enrolmentstep q WHERE q.enrolment_id = NEW.enrolment_id
    AND q.step = 'suspended' AND q.to_period < NEW.from_period
    AND NOT EXISTS (SELECT 1 FROM registry_enrolmentstep r WHERE r.enrolment_id = q.enrolment_id
                    AND r.step = 'suspended' AND r.number > q.number))"""
#: The month after the last one in force.
_NEXT = "CASE WHEN {0} % 100 = 12 THEN {0} + 89 ELSE {0} + 1 END"

_ORDER = f"""
(NEW.number = 1) <> (NEW.step IN ('taken_over', 'began'))
OR NEW.number < 1
OR (NEW.number > 1 AND NOT EXISTS (
    SELECT 1 FROM registry_enrolmentstep p
    WHERE p.enrolment_id = NEW.enrolment_id AND p.number = NEW.number - 1
    AND ((NEW.step IN ('reviewed', 'changed', 'suspended')
          AND (p.state = 'active' OR (p.state = 'suspended' AND {_LAPSED})))
      OR (NEW.step = 'restored' AND p.state = 'suspended' AND NOT {_LAPSED})
      OR (NEW.step = 'ended' AND p.state <> 'ended')
      OR (NEW.step = 'reclaimed' AND p.state = NEW.state))))
OR (NEW.step IN ('suspended', 'restored') AND EXISTS (
    SELECT 1 FROM registry_enrolmentstep s WHERE s.enrolment_id = NEW.enrolment_id
    AND s.step IN ('suspended', 'restored') AND s.from_period > NEW.from_period))
OR NOT EXISTS (
    SELECT 1 FROM registry_enrolment e WHERE e.id = NEW.enrolment_id
    AND e.since_period <= NEW.from_period
    AND (NEW.step <> 'ended' OR e.since_period < NEW.from_period)
    AND (NEW.number > 1 OR e.since_period = NEW.from_period))
"""  # noqa: S608
_OF_CHANGE = """
NEW.change_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM registry_enrolmentchange c
    JOIN registry_changeverdict v ON v.change_id = c.id AND v.verdict = 'approved'
    WHERE c.id = NEW.change_id AND c.enrolment_id = NEW.enrolment_id AND c.step = NEW.step
    AND c.from_period = NEW.from_period AND c.reason = NEW.reason AND c.grade = NEW.grade
    AND c.back_pay = NEW.back_pay AND COALESCE(c.to_period, 0) = COALESCE(NEW.to_period, 0)
    AND c.made_by_id = NEW.made_by_id AND v.verdict_by_id = NEW.step_by_id)
"""
_VERDICT = """
NOT EXISTS (SELECT 1 FROM registry_enrolmentchange c
            WHERE c.id = NEW.change_id AND c.made_by_id = NEW.maker_id)
"""
_PROPOSAL = """
EXISTS (SELECT 1 FROM registry_enrolmentchange c WHERE c.enrolment_id = NEW.enrolment_id
        AND NOT EXISTS (SELECT 1 FROM registry_changeverdict v WHERE v.change_id = c.id))
"""
_END = f"""
OLD.end_period IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM registry_enrolmentstep s WHERE s.enrolment_id = NEW.id AND s.step = 'ended'
    AND s.from_period = {_NEXT.format("NEW.end_period")})
"""  # noqa: S608
_APART = """
EXISTS (SELECT 1 FROM registry_enrolment e
        WHERE e.person_id = NEW.person_id AND e.sub_item = NEW.sub_item
        AND (e.end_period IS NULL OR e.end_period >= NEW.since_period)
        AND (NEW.end_period IS NULL OR NEW.end_period >= e.since_period))
"""


class Trigger(NamedTuple):
    name: str
    event: str
    table: str
    refused: str
    message: str


GUARDS = (
    Trigger(
        "registry_step_order", "INSERT", "registry_enrolmentstep", _ORDER,
        "this step does not follow the one before it",
    ),
    Trigger(
        "registry_step_change", "INSERT", "registry_enrolmentstep", _OF_CHANGE,
        "this step is not what was proposed and approved",
    ),
    Trigger(
        "registry_verdict_maker", "INSERT", "registry_changeverdict", _VERDICT,
        "the verdict names another maker",
    ),
    Trigger(
        "registry_change_open", "INSERT", "registry_enrolmentchange", _PROPOSAL,
        "an earlier proposal is still open",
    ),
    Trigger(
        "registry_enrolment_end", 'UPDATE OF "end_period"', "registry_enrolment", _END,
        "an enrolment ends once, with its step",
    ),
    Trigger(
        "registry_enrolment_apart", "INSERT", "registry_enrolment", _APART,
        "this person has the right in these months already",
    ),
)  # fmt: skip


class GuardLives(Operation):
    """Create these triggers on SQLite or PostgreSQL; name it again after a table was rebuilt.

    SQLite rebuilds a table when most of its columns or constraints change, and its triggers go.
    """

    reversible = True
    reduces_to_sql = False

    def __init__(self, tables: tuple[str, ...] | None = None) -> None:
        self.tables = tables

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [], {"tables": self.tables})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing changes in the models' state."""

    def database_forwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.database_backwards(app_label, editor, from_state, to_state)
        for guard in self._wanted():
            for statement in create_trigger(editor.connection.vendor, guard):
                editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for guard in self._wanted():
            on = "" if editor.connection.vendor == "sqlite" else f' ON "{guard.table}"'
            editor.execute(f'DROP TRIGGER IF EXISTS "{guard.name}"{on}', params=None)

    def describe(self) -> str:
        return "Hold the life of an enrolment by triggers"

    def _wanted(self) -> list[Trigger]:
        return [g for g in GUARDS if self.tables is None or g.table in self.tables]


def create_trigger(vendor: str, guard: Trigger) -> tuple[str, ...]:
    name, event, table, refused, message = guard
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
