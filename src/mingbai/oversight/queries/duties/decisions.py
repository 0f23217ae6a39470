"""Decisions of meetings that their owners have still to do."""

from __future__ import annotations

from mingbai.oversight.queries.decisions import open_decisions
from mingbai.oversight.queries.duties.sought import HOUSE, Duty, Sought


def decision_duties(sought: Sought) -> list[Duty]:
    """Each named by its number: what was decided stands on its page."""
    return [
        Duty(
            "decision",
            each.key,
            each.office,
            each.lead if each.lead and each.lead.pk != each.office.pk else sought.county,
            f"落实会议议定事项：{each.name}",
            each.due_on,
            each.link,
        )
        for each in open_decisions(to=HOUSE, day=sought.on)
    ]
