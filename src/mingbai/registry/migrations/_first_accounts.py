"""A trigger: an account that nobody decided about is followed only where a right had none at all."""

from __future__ import annotations

from typing import Final

from mingbai.base.guards import GuardInsert

_NOT_FIRST: Final = """
NEW.kind = 'account' AND NEW.decision = 'followed' AND (
    EXISTS (SELECT 1 FROM registry_enrolment e
            WHERE e.id = NEW.enrolment_id AND e.account_key IS NOT NULL)
    OR EXISTS (SELECT 1 FROM registry_recordchange r
               WHERE r.enrolment_id = NEW.enrolment_id AND r.decision IN ('followed', 'accepted')
               AND r.from_period <= NEW.from_period AND r.id <> NEW.id))
"""
GUARD: Final = GuardInsert(
    "registry_first_account",
    "registry_recordchange",
    _NOT_FIRST,
    "this right has an account already",
)
