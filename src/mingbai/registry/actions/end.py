"""Ending an enrolment: the month is the last one paid for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.registry.models import Enrolment


class CannotEndEnrolments(Exception):
    """An enrolment is already ended, or would end before it began."""


def end_enrolments(
    *, enrolments: Sequence[Enrolment], last_period: int, reason: str, by: User, at: datetime
) -> list[Enrolment]:
    """End enrolments after ``last_period`` (yyyymm); later months are not paid.

    All or none. Errors: ``CannotEndEnrolments`` when one has ended already or began later.
    """
    if not reason.strip():
        raise CannotEndEnrolments("终止享受资格必须写明原因，例如“死亡”“迁出”“收入超标”。")
    if any(each.since_period > last_period for each in enrolments):
        raise CannotEndEnrolments("终止月份早于起始月份。请核对终止月份后重新提交。")
    with transaction.atomic():
        ids = [each.pk for each in enrolments]
        act = record_act(
            "end_enrolments",
            by=by,
            at=at,
            subject=f"enrolments:{len(ids)}",
            payload={"enrolments": ids, "last_period": last_period, "reason": reason.strip()[:40]},
        )
        # One conditional UPDATE: of two people ending the same enrolment, one finds nothing to end.
        ended = (
            Enrolment.objects.unscoped("the caller chose these enrolments under their own scope")
            .filter(pk__in=ids, end_period__isnull=True)
            .update(end_period=last_period, end_reason=reason.strip()[:40], end_act=act)
        )
        if ended != len(ids):
            raise CannotEndEnrolments("其中有享受资格已经终止。请刷新页面，去掉已终止的再提交。")
        return list(
            Enrolment.objects.unscoped("returned to the caller who chose them").filter(pk__in=ids)
        )
