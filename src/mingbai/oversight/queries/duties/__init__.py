"""What every office has to do by when: one search a room, one list for reminders.

A file is one group; ``SEARCHES`` is what is asked. Nothing is kept here: what is done is no longer
found, and what is no longer found is no longer reminded of.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from mingbai.oversight.queries.duties.decisions import decision_duties
from mingbai.oversight.queries.duties.papers import (
    comparison_duties,
    letter_duties,
    slip_duties,
)
from mingbai.oversight.queries.duties.reports import lag_duties, report_duties
from mingbai.oversight.queries.duties.rights import application_duties
from mingbai.oversight.queries.duties.sought import Duty, Sought, day_words
from mingbai.oversight.queries.duties.works import (
    milestone_duties,
    note_duties,
    upkeep_duties,
)
from mingbai.rulebook.model import Book

SEARCHES: Final[tuple[Callable[[Sought], list[Duty]], ...]] = (
    report_duties,
    lag_duties,
    letter_duties,
    slip_duties,
    application_duties,
    decision_duties,
    milestone_duties,
    note_duties,
    upkeep_duties,
    comparison_duties,
)

__all__ = ["Duty", "day_words", "gather_duties"]


def gather_duties(*, book: Book, on: date) -> tuple[Duty, ...]:
    """Everything the county's offices have still to do by a day, each once, soonest due first.

    For the daily look, not for a page: progress is judged and sites are laid on the calendar.
    """
    sought = Sought.of(book, on)
    found = {duty.key: duty for search in SEARCHES for duty in search(sought)}
    return tuple(sorted(found.values(), key=lambda each: (each.due_date, each.key)))
