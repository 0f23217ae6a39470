"""What waits about lags: causes and plans that an office owes, plans that the county confirms."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from mingbai.delivery.queries.lags import lag_rows
from mingbai.delivery.queries.plans import plans_to_decide
from mingbai.rulebook import load_book
from mingbai.site.today.asked import Asked, Task


def about_answers(asked: Asked) -> list[Task]:
    """Who leads or carries out is asked for answers; the county's checkers for their word."""
    address = f"{reverse('delivery:lags')}?year={asked.year}&month={asked.period % 100}"
    if asked.to.sees_all:
        count = plans_to_decide(to=asked.to, year=asked.year).count()
        if not count:
            return []
        own = asked.to.may("approve")
        text = "确认赶超计划" if own else "赶超计划等复核人员确认"
        return [Task(text, "责任单位已填报", address, f"{count} 份", "warn" if own else "mute")]
    if not asked.to.may("hand_in"):
        return []
    lagging = load_book(year=asked.year, county=settings.MINGBAI_COUNTY).lagging
    rows = lag_rows(to=asked.to, year=asked.year, period=asked.period, lagging=lagging)
    own_ids = asked.to.office_ids
    owed = [row for row in rows if row.owes_answer and row.judged.office.pk in own_ids]
    if not owed:
        return []
    names = "、".join(dict.fromkeys(row.judged.sub_item.name for row in owed[:3]))
    tail = f"等 {len(owed)} 项" if len(owed) > 3 else ""
    return [Task("填滞后原因和赶超计划", f"{names}{tail}", address, f"{len(owed)} 项", "bad")]
