"""What waits about payment batches."""

from __future__ import annotations

from typing import Final

from django.db.models import Count, Sum
from django.urls import reverse

from mingbai.engine.money import show_scaled
from mingbai.payment.queries import batches_seen
from mingbai.site.today.asked import Asked, Task

#: State of a batch -> permission, and what the one who holds it does; others see that it waits.
_STEPS: Final = (
    ("drawn", "approve", "复核发放批次", "发放批次等复核"),
    ("approved", "confirm", "确认已发放的批次", "发放批次等支付"),
)


def about_batches(asked: Asked) -> list[Task]:
    """Batches that wait for a check or for payment."""
    to = asked.to
    found = []
    for state, permission, own, others in _STEPS:
        waiting = batches_seen(to=to, year=asked.year, state=state).order_by()
        sums = waiting.aggregate(count=Count("id"), total=Sum("expected_amount"))
        if not sums["count"]:
            continue
        mine = to.may(permission)
        detail = f"合计 {show_scaled(sums['total'] or 0, '万元', 2)}"
        address = f"{reverse('payment:batches')}?state={state}"
        tone = "warn" if mine else "mute"
        found.append(Task(own if mine else others, detail, address, f"{sums['count']} 批", tone))
    return found
