"""Triggers that hold the life of an application in the database, whoever writes to it.

1 One person has one open application for a sub-item.
2 A step is the one the application waits for, or takes it back; nothing follows the end. What is
  passed goes on, what is returned goes back.
3 Who types, reviews, checks and approves are different people; who puts a right in force did not
  approve it.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.migrations.operations.base import Operation

from mingbai.registry.migrations._life import Trigger, create_trigger

_FINAL: Final = "('refused', 'withdrawn', 'done')"
_HANDS: Final = "('application', 'town_review', 'department_review', 'county_approval')"


def _rank(of: str) -> str:
    return (
        f"CASE {of} WHEN 'application' THEN 1 WHEN 'town_review' THEN 2 "
        "WHEN 'department_review' THEN 3 WHEN 'county_approval' THEN 4 WHEN 'posting' THEN 5 "
        "WHEN 'in_force' THEN 6 ELSE 7 END"
    )


_ONE_OPEN: Final = f"""
EXISTS (SELECT 1 FROM registry_application a
        WHERE a.id_key = NEW.id_key AND a.sub_item = NEW.sub_item
        AND NOT EXISTS (SELECT 1 FROM registry_applicationstep s
                        WHERE s.application_id = a.id AND s.state IN {_FINAL}))
"""  # noqa: S608
_ORDER: Final = f"""
NEW.number < 1
OR (NEW.number = 1 AND (NEW.step <> 'application' OR NEW.verdict <> 'submitted'))
OR (NEW.number > 1 AND NOT EXISTS (
    SELECT 1 FROM registry_applicationstep p
    WHERE p.application_id = NEW.application_id AND p.number = NEW.number - 1
    AND p.state NOT IN {_FINAL} AND p.state = NEW.step))
OR (NEW.verdict IN ('submitted', 'passed') AND {_rank("NEW.state")} <= {_rank("NEW.step")})
OR (NEW.verdict = 'returned' AND {_rank("NEW.state")} >= {_rank("NEW.step")})
"""  # noqa: S608
_HAND: Final = f"""
EXISTS (SELECT 1 FROM registry_applicationstep s
        WHERE s.application_id = NEW.application_id AND s.step_by_id = NEW.step_by_id
        AND s.step <> NEW.step AND NEW.verdict <> 'withdrawn'
        AND ((s.step IN {_HANDS} AND NEW.step IN {_HANDS})
          OR (s.step = 'county_approval' AND NEW.step = 'in_force')))
"""  # noqa: S608

GUARDS: Final = (
    Trigger(
        "registry_application_open", "INSERT", "registry_application", _ONE_OPEN,
        "this person has an open application",
    ),
    Trigger(
        "registry_application_order", "INSERT", "registry_applicationstep", _ORDER,
        "the application does not wait for this step",
    ),
    Trigger(
        "registry_application_hands", "INSERT", "registry_applicationstep", _HAND,
        "one person holds two steps of an application",
    ),
)  # fmt: skip


class GuardApplications(Operation):
    """Create these triggers on SQLite or PostgreSQL; name it again after a table was rebuilt."""

    reversible = True
    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing changes in the models' state."""

    def database_forwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.database_backwards(app_label, editor, from_state, to_state)
        for guard in GUARDS:
            for statement in create_trigger(editor.connection.vendor, guard):
                editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for guard in GUARDS:
            on = "" if editor.connection.vendor == "sqlite" else f' ON "{guard.table}"'
            editor.execute(f'DROP TRIGGER IF EXISTS "{guard.name}"{on}', params=None)

    def describe(self) -> str:
        return "Hold the life of an application by triggers"
