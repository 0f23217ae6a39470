"""Reading minutes: which this asker may see, with their decisions."""

from __future__ import annotations

from typing import Any

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.oversight.models import Decision, Minutes


def minutes_seen(*, to: Asker, meeting: int | None = None) -> ScopedQuerySet[Minutes]:
    """The minutes this asker may see, the newest turn first; below the county only issued ones."""
    found = Minutes.objects.seen_by(to).select_related(
        "meeting", "drafted_by", "file", "issue", "issue__issued_by", "issue__file"
    )
    if not to.sees_all:
        found = found.filter(issue__isnull=False)
    if meeting is not None:
        found = found.filter(meeting=meeting)
    return found.order_by("meeting_id", "-turn")


def drafted_decisions(minutes: Minutes) -> list[dict[str, Any]]:
    """The decisions of a turn as the next turn begins with them."""
    found = Decision.objects.unscoped("a turn of minutes is told with all its decisions")
    return [
        {
            "text": each.text,
            "office": str(each.office_id),
            "lead": str(each.lead_office_id or ""),
            "responsible": each.responsible,
            "due": each.due_date,
            "programme": each.programme,
        }
        for each in found.filter(minutes=minutes).order_by("number")
    ]
