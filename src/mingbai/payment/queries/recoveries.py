"""Recoveries: what is claimed back, how far each has come, and what may be set off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.payment.models import PaymentLine, Recovery, RecoveryStep

_WHY: Final = "how far a recovery has come is one truth for whoever may see it"


@dataclass(frozen=True)
class SetOff:
    """A recovery that later payments of a person go towards; amounts in 分."""

    recovery_id: int
    person_id: int
    open_amount: int
    monthly_amount: int | None


def with_progress(recoveries: ScopedQuerySet[Recovery]) -> ScopedQuerySet[Any]:
    """Annotate ``state method monthly_amount repaid_amount waived_amount lapsed_amount
    set_off_amount`` and what is still open, ``left_amount``; 分."""
    steps = RecoveryStep.objects.unscoped(_WHY).filter(recovery=OuterRef("pk")).order_by()
    newest = steps.order_by("-number")
    decided = steps.filter(step="decided")

    def total(*kinds: str) -> Coalesce:
        sums = steps.filter(step__in=kinds).values("recovery").annotate(total=Sum("amount"))
        return Coalesce(Subquery(sums.values("total")), Value(0))

    lines = PaymentLine.objects.unscoped(_WHY).filter(recovery=OuterRef("pk"), voided=False)
    kept = lines.order_by().values("recovery").annotate(total=Sum("set_off")).values("total")
    found = recoveries.annotate(
        state=Subquery(newest.values("step")[:1]),
        method=Subquery(decided.values("method")[:1]),
        monthly_amount=Subquery(decided.values("monthly_amount")[:1]),
        repaid_amount=total("repaid"),
        waived_amount=total("waived"),
        lapsed_amount=total("lapsed"),
        set_off_amount=Coalesce(Subquery(kept), Value(0)),
    )
    return found.annotate(
        left_amount=F("amount")
        - F("repaid_amount")
        - F("waived_amount")
        - F("lapsed_amount")
        - F("set_off_amount")
    )


def recoveries_seen(
    *, to: Asker, year: int, sub_item: str = "", state: str = ""
) -> ScopedQuerySet[Any]:
    """The asker's recoveries of a year with their progress, newest first.

    ``state`` is a step, ``open`` (decided, something left) or ``settled`` (decided, nothing left).
    """
    found = with_progress(Recovery.objects.seen_by(to).filter(year=year))
    if sub_item:
        found = found.filter(sub_item=sub_item)
    decided = ~Q(state__in=("proposed", "refused"))
    if state == "open":
        found = found.filter(decided, left_amount__gt=0)
    elif state == "settled":
        found = found.filter(decided, left_amount=0)
    elif state:
        found = found.filter(state=state)
    return found.order_by("-id")


def recovery_seen(pk: int, *, to: Asker) -> Any:
    """One recovery with its progress, when the asker may see it."""
    return with_progress(Recovery.objects.seen_by(to).filter(pk=pk)).select_related("line").first()


def recovery_steps(recovery: Recovery) -> list[RecoveryStep]:
    """Every step of a recovery, oldest first, with who took it."""
    steps = RecoveryStep.objects.unscoped(_WHY).filter(recovery=recovery)
    return list(steps.select_related("step_by").order_by("number"))


def open_set_offs(*, sub_item: str) -> tuple[SetOff, ...]:
    """What a sub-item is to set off and is still open, oldest first; one query, few rows."""
    claims = Recovery.objects.unscoped(_WHY).filter(sub_item=sub_item, steps__method="set_off")
    rows = with_progress(claims)
    found = rows.filter(left_amount__gt=0).order_by("id")
    return tuple(
        SetOff(pk, person, left, monthly)
        for pk, person, left, monthly in found.values_list(
            "id", "person_id", "left_amount", "monthly_amount"
        )
    )


def claimed_amounts(*, sub_item: str) -> dict[int, int]:
    """Line id -> 分 claimed back of it; refused claims and what lapsed are left out."""
    steps = RecoveryStep.objects.unscoped(_WHY)
    refused = steps.filter(step="refused").values("recovery")
    rows = Recovery.objects.unscoped(_WHY).filter(sub_item=sub_item).exclude(pk__in=refused)
    sums = rows.order_by().values("line_id").annotate(total=Sum("amount"))
    found = dict(sums.values_list("line_id", "total"))
    lapsed = steps.filter(step="lapsed", recovery__sub_item=sub_item).order_by()
    for line, amount in lapsed.values_list("recovery__line", "amount"):
        found[line] -= amount
    return found
