"""The first step of enrolments made from rosters: their life begins with being taken over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection

from mingbai.base.models import Act

_TAKE_OVER: Final = """
INSERT INTO registry_enrolmentstep (enrolment_id, number, step, state, from_period, grade,
    back_pay, result, reason, basis, act_id, step_by_id, step_at)
SELECT e.id, 1, 'taken_over', 'active', e.since_period, '', false, '', 'taken_over', '',
    e.act_id, a.by_id, a.at
FROM registry_enrolment e JOIN base_act a ON a.seq = e.act_id
"""
_OF_ACT: Final = " WHERE e.id > %s AND e.act_id = %s"
_WITHOUT: Final = """ WHERE e.id IN ({}) AND NOT EXISTS (
    SELECT 1 FROM registry_enrolmentstep s WHERE s.enrolment_id = e.id)"""


def take_over_enrolments(*, act: Act, after_id: int) -> int:
    """Write the first step of all enrolments that an act made, and return how many.

    ``after_id`` is the last enrolment there was before it. One statement in the caller's
    transaction, a whole county in a few seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OVER + _OF_ACT, [after_id, act.pk])
        return int(cursor.rowcount)


def take_over_given(*, enrolments: Sequence[int]) -> int:
    """Write the first step of those of these enrolments that have none yet."""
    marks = ", ".join(["%s"] * len(enrolments))
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OVER + _WITHOUT.format(marks), list(enrolments))
        return int(cursor.rowcount)
