"""A leader lets a paper be compiled although some reports were never confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mingbai.base.ledger import record_act
from mingbai.base.models import Role, User
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.models import EnteredSheet, ReportWaiver
from mingbai.delivery.queries.desk import unconfirmed_sheets

_HOUSE = Asker.system("a leader's word is about all reports of the county")


class CannotWaiveChecking(Exception):
    """Nothing was agreed to; the message says why."""


def waive_checking(
    *, period: int, seen: Sequence[int], reason: str, by: User, at: datetime
) -> ReportWaiver:
    """Agree that papers up to a month (yyyymm) go without the reports not confirmed by now.

    ``seen``: the entered sheets (primary keys) the leader was shown. What is waived does not count
    either. Errors: ``CannotWaiveChecking`` for no reason, who is no leader, nothing to waive, or
    other reports than those seen.
    """
    year, day = period // 100, timezone.localdate(at)
    if not reason.strip():
        raise CannotWaiveChecking("请写明为什么不等报表核完")
    in_force = Q(from_date__lte=day) & (Q(to_date__isnull=True) | Q(to_date__gte=day))
    roles = Role.objects.unscoped("whether this person is a leader").filter(in_force, user=by)
    if not roles.filter(role="leader").exists():
        raise CannotWaiveChecking("不等报表核完就编制，须由县领导同意")
    with transaction.atomic():
        left: Sequence[EnteredSheet] = unconfirmed_sheets(
            to=_HOUSE, year=year, through=month_end(period)
        )
        numbers = sorted(each.pk for each in left)
        if not numbers:
            raise CannotWaiveChecking("报表都已核过，不需要同意")
        if numbers != sorted(seen):
            raise CannotWaiveChecking("未核的报表已有变化，请刷新后再定")
        act = record_act(
            "waive_checking",
            by=by,
            at=at,
            subject=f"{year}年{period % 100}月及以前未核报表 {len(numbers)} 份",
            payload={"sheets": [each.sheet_id for each in left]},
        )
        return ReportWaiver.objects.create(
            year=year,
            period=period,
            sheets=numbers,
            reason=reason.strip(),
            waived_at=at,
            waived_by=by,
            act=act,
        )
