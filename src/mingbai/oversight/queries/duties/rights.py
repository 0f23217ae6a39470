"""Applications whose limit is near or past, counted by the office whose turn it is."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Final

from django.urls import reverse

from mingbai.base.models import Office
from mingbai.oversight.queries.duties.sought import HOUSE, Duty, Sought, day_words
from mingbai.registry.queries.applications import applications_seen

#: Limits further ahead are not asked for yet, nor those so long past that nobody is told any more.
_AHEAD, _BACK = timedelta(days=14), timedelta(days=60)
_POSTED: Final = "posting"


def application_duties(sought: Sought) -> list[Duty]:
    """One duty for each office and limit: how many applications wait for its hand."""
    desks = _desks(sought)
    rows = applications_seen(to=HOUSE, state="open").filter(
        limit__gte=sought.on - _BACK, limit__lte=sought.on + _AHEAD
    )
    counts: Counter[tuple[int, date, str]] = Counter()
    offices: dict[int, Office] = {}
    told = rows.order_by().values_list("sub_item", "town", "state", "limit")
    for sub_item, town, state, limit in told.iterator(2000):
        office = _office(sought, desks.get((sub_item, state), ""), sub_item, town)
        lead = sought.lead_of(sub_item)
        if office is None or lead is None:
            continue
        offices |= {office.pk: office}
        counts[office.pk, limit, lead.code] += 1
    found = []
    for (pk, limit, lead_code), count in sorted(counts.items()):
        lead = sought.by_code[lead_code]
        owner = offices[pk]
        text = f"办理 {count} 件申请，办理期限到{day_words(limit)}为止"
        key = f"application:{owner.code}:{lead_code}:{limit.isoformat()}"
        link = reverse("registry:applications")
        # A department that is late with its own step is told on to the county office.
        above = lead if lead.pk != owner.pk else sought.county
        found.append(Duty("application", key, owner, above, text, limit, link))
    return found


def _desks(sought: Sought) -> dict[tuple[str, str], str]:
    """(Sub-item, state that waits) -> the level whose hand is next."""
    desks: dict[tuple[str, str], str] = {}
    for procedure in sought.book.procedures:
        for step in procedure.steps:
            if step.code != "survey":
                desks[procedure.sub_item, step.code] = step.office
            if step.code == "in_force":
                # What is on the boards waits for the same hand, once the days are over.
                desks[procedure.sub_item, _POSTED] = step.office
    return desks


def _office(sought: Sought, level: str, sub_item: str, town: str) -> Office | None:
    if level in ("town", "village"):
        return sought.by_town.get(town)
    return {"department": sought.lead_of(sub_item), "county": sought.county}.get(level)
