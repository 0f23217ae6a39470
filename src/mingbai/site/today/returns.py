"""What waits about lines that the bank sent back: to be put right, checked, paid again."""

from __future__ import annotations

from typing import Final

from django.urls import reverse

from mingbai.payment.queries.bank import count_returned
from mingbai.site.today.asked import Asked, Task

#: State of a returned line -> the permission of whoever acts next, and what they do.
_STEPS: Final = (
    ("open", "settle", "更正退票", "银行退回，核对账号后提出更正"),
    ("proposed", "approve", "核对退票更正", "由提出人以外的人核对"),
    ("accepted", "draw", "退票重发", "已经更正，另开批次补发"),
)


def about_returns(asked: Asked) -> list[Task]:
    """Returned lines whose next step is this hand's."""
    mine = [step for step in _STEPS if asked.to.may(step[1])]
    if not mine:
        return []
    counts = count_returned(to=asked.to)
    found = []
    for state, _, text, detail in mine:
        if count := counts[state]:
            address = f"{reverse('payment:corrections')}?state={state}"
            found.append(Task(text, detail, address, f"{count} 笔", "bad"))
    return found
