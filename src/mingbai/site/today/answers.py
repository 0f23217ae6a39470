"""What waits about lags: plans that the county confirms, and those sent back to their office."""

from __future__ import annotations

from django.urls import reverse

from mingbai.delivery.queries.plans import plans_sent_back, plans_to_decide
from mingbai.site.today.asked import Asked, Task


def about_answers(asked: Asked) -> list[Task]:
    """The county's checkers are asked for their word, an office for a plan that came back.

    Who lags and owes an answer is told by the page of lags: judging a month takes more questions
    than this page may ask.
    """
    address = f"{reverse('delivery:lags')}?year={asked.year}&month={asked.period % 100}"
    if asked.to.sees_all:
        count = plans_to_decide(to=asked.to, year=asked.year).count()
        own = asked.to.may("approve")
        text = "确认赶超计划" if own else "赶超计划等复核人员确认"
        task = Task(text, "责任单位已填报", address, f"{count} 份", "warn" if own else "mute")
    else:
        count = plans_sent_back(to=asked.to, year=asked.year).count()
        task = Task("改报赶超计划", "县民生办已退回，理由在计划里", address, f"{count} 份", "bad")
    return [task] if count else []
