"""What has changed under a drawn batch: whose line would not be drawn so today, and why."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet

from mingbai.base.models import Act
from mingbai.intake.models import Sheet
from mingbai.payment.models import LineMember, PaymentBatch
from mingbai.registry.models import (
    Death,
    Enrolment,
    EnrolmentStep,
    FindingEvidence,
    HouseholdMember,
    Objection,
    ObjectionStep,
    PersonDocument,
    PersonMerge,
    Settlement,
)

_WHY: Final = "whether a batch still stands is one answer for everybody"


def was_touched(batch: PaymentBatch) -> bool:
    """Whether anything was written since the drawing that could change one of its lines.

    A few look-ups by act, none by line: nearly every batch is approved before anything moves, and
    only a touched one is held against its rosters again.
    """
    drawn: int = batch.act_id
    since = {"act_id__gt": drawn}
    mine = Q(sub_item=batch.sub_item) | Q(sub_item__isnull=True)
    month = Q(month=batch.period % 100) | Q(month__isnull=True)
    touched: tuple[QuerySet[Any], ...] = (
        Sheet.objects.unscoped(_WHY).filter(mine, month, year=batch.year, **since),
        FindingEvidence.objects.unscoped(_WHY).filter(finding__sub_item=batch.sub_item, **since),
        Settlement.objects.unscoped(_WHY).filter(finding__sub_item=batch.sub_item, **since),
        Enrolment.objects.unscoped(_WHY).filter(sub_item=batch.sub_item, end_act_id__gt=drawn),
        EnrolmentStep.objects.unscoped(_WHY).filter(enrolment__sub_item=batch.sub_item, **since),
        Objection.objects.unscoped(_WHY).filter(posting__sub_item=batch.sub_item, **since),
        ObjectionStep.objects.unscoped(_WHY).filter(
            objection__posting__sub_item=batch.sub_item, **since
        ),
        PersonMerge.objects.unscoped(_WHY).filter(Q(**since) | Q(undone_act_id__gt=drawn)),
        PersonDocument.objects.unscoped(_WHY).filter(Q(**since) | Q(revoked_act_id__gt=drawn)),
    )
    if LineMember.objects.unscoped(_WHY).filter(line__batch=batch).exists():
        moved = Q(**since) | Q(ended_act_id__gt=drawn)
        lived = Q(**since) | Q(withdrawn_act_id__gt=drawn)
        touched = (
            *touched,
            HouseholdMember.objects.unscoped(_WHY).filter(moved),
            Death.objects.unscoped(_WHY).filter(lived),
        )
    newer = Act.objects.unscoped(_WHY).filter(pk__gt=drawn)
    return newer.exists() and any(rows.exists() for rows in touched)
