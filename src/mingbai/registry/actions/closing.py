"""Items of correction forms follow their findings: closed when gone, open again when back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import OuterRef, Subquery

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.registry.models import CorrectionItem, CorrectionStep, Settlement

_WHY: Final = "an item's state follows its finding, whoever may see it"
_Step: Final = CorrectionStep.Step
#: Steps after which an item is done.
CLOSED: Final = (_Step.ACCEPTED, _Step.REMOVED, _Step.SETTLED)


def follow_findings(
    *, year: int, by: User | None, at: datetime, findings: Iterable[int] | None = None
) -> int:
    """Write what became of items whose finding a comparison or a decision moved; their count.

    ``removed``: the newest comparison no longer finds it; ``settled``: it was dismissed;
    ``came_back``: a closed one is found again. Safe to run again: only changes are written.
    """
    with transaction.atomic():
        moved = [
            (pk, number, step)
            for pk, number, step in map(_moved, _standing(year, findings))
            if step
        ]
        if not moved:
            return 0
        act = record_act(
            "follow_findings", by=by, at=at, subject=f"year:{year}", payload={"items": len(moved)}
        )
        CorrectionStep.objects.bulk_create(
            _step(pk, number, step, by, at, act) for pk, number, step in moved
        )
        return len(moved)


_Row = tuple[int, str | None, int | None, str | None]


def _standing(year: int, findings: Iterable[int] | None) -> list[_Row]:
    """Item, newest decision about its finding, number and kind of its newest step.

    Only the newest form a finding stood on follows it.
    """
    steps = CorrectionStep.objects.unscoped(_WHY).filter(item=OuterRef("pk")).order_by("-number")
    decided = Settlement.objects.unscoped(_WHY).filter(finding=OuterRef("finding"))
    items = CorrectionItem.objects.unscoped(_WHY).filter(slip__year=year)
    if findings is not None:
        items = items.filter(finding__in=list(findings))
    newest = items.filter(finding=OuterRef("finding")).order_by("-turn").values("turn")[:1]
    return list(
        items.filter(turn=Subquery(newest))
        .order_by("id")
        .values_list(
            "id",
            Subquery(decided.order_by("-number").values("decision")[:1]),
            Subquery(steps.values("number")[:1]),
            Subquery(steps.values("step")[:1]),
        )
    )


def _moved(row: _Row) -> tuple[int, int, str]:
    """The step to write, "" for none."""
    pk, decision, number, step = row
    wanted = {
        Settlement.Decision.SUPERSEDED: _Step.REMOVED,
        Settlement.Decision.DISMISSED: _Step.SETTLED,
    }.get(decision or "")  # type: ignore[call-overload]
    if step in CLOSED:
        back = decision == Settlement.Decision.REOPENED
        return pk, (number or 0) + 1, _Step.CAME_BACK if back else ""
    return pk, (number or 0) + 1, wanted or ""


def _step(
    item: int, number: int, step: str, by: User | None, at: datetime, act: Act
) -> CorrectionStep:
    return CorrectionStep(item_id=item, number=number, step=step, step_at=at, step_by=by, act=act)
