"""What this office was reminded of and this account has not read."""

from __future__ import annotations

from typing import Final

from django.urls import reverse

from mingbai.oversight.queries.inbox import unread_of
from mingbai.site.today.asked import Asked, Task

_NAMES: Final = 2
_MANY: Final = 200


def about_reminders(asked: Asked) -> list[Task]:
    """One line: how many are unread, how many of them late, and the most pressing."""
    unread = unread_of(to=asked.to, user_id=asked.to.user_id).order_by("due_date", "pk")[:_MANY]
    rows = list(unread.values_list("text", "due_date"))
    if not rows:
        return []
    late = sum(due < asked.day for _, due in rows)
    named = "；".join(text for text, _ in rows[:_NAMES])
    detail = f"逾期 {late} 项：{named}" if late else named
    tag = f"{len(rows)} 条未读"
    return [Task("到期提醒", detail, reverse("oversight:inbox"), tag, "bad" if late else "warn")]
