"""Proposing the end of enrolments: the month is the last one paid for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from mingbai.base.models import User
from mingbai.registry.actions.change import CannotChangeEnrolment, Wanted, propose_changes
from mingbai.registry.models import Enrolment, EnrolmentChange
from mingbai.registry.queries.life import month_after


class CannotEndEnrolments(Exception):
    """An enrolment is already ended, or would end before it began."""


def end_enrolments(
    *,
    enrolments: Sequence[Enrolment],
    last_period: int,
    reason: str,
    basis: str,
    by: User,
    at: datetime,
) -> list[EnrolmentChange]:
    """Propose to end enrolments after ``last_period`` (yyyymm); another person approves.

    All or none. Errors: ``CannotEndEnrolments`` when one has ended already or began later.
    """
    ends = Wanted("ended", month_after(last_period), reason, basis)
    try:
        with transaction.atomic():
            report = propose_changes(enrolments=enrolments, wanted=ends, by=by, at=at)
            if report.refused:
                raise CannotEndEnrolments(f"{report.refused[0][1]}。请去掉这一行后重新提交。")
    except CannotChangeEnrolment as error:
        raise CannotEndEnrolments(str(error)) from error
    made = EnrolmentChange.objects.unscoped("returned to the caller who chose them")
    return list(made.filter(act=report.act).order_by("id"))
