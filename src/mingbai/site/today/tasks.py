"""What waits for this person: every group of things to do, in the order of the page.

A group is a function of a file beside this one: who asks and for which day -> its tasks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mingbai.site.today.answers import about_answers
from mingbai.site.today.asked import Asked, Task
from mingbai.site.today.classes import about_classes
from mingbai.site.today.comparing import about_comparison, about_findings, about_slips, about_visits
from mingbai.site.today.handing import about_sheets
from mingbai.site.today.meetings import about_meetings
from mingbai.site.today.money import about_batches
from mingbai.site.today.postings import about_postings
from mingbai.site.today.promises import about_letters
from mingbai.site.today.reminders import about_reminders
from mingbai.site.today.reports import about_reports
from mingbai.site.today.returns import about_returns
from mingbai.site.today.rights import (
    about_applications,
    about_changes,
    about_reviews,
    about_suspended,
)
from mingbai.site.today.works import about_works

Group = Callable[[Asked], list[Task]]

GROUPS: Final[tuple[Group, ...]] = (
    about_reminders,
    about_batches,
    about_returns,
    about_comparison,
    about_findings,
    about_reports,
    about_meetings,
    about_letters,
    about_answers,
    about_applications,
    about_changes,
    about_reviews,
    about_suspended,
    about_postings,
    about_slips,
    about_visits,
    about_works,
    about_classes,
    about_sheets,
)


def tasks_of(asked: Asked) -> tuple[Task, ...]:
    """Everything that waits; each group asks the room that owns the truth, in a few queries."""
    return tuple(task for group in GROUPS for task in group(asked))
