"""Notes that are open and upkeep that is due."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mingbai.base.scope import Asker
from mingbai.delivery.models import SiteNote, SiteNoteClosing, UpkeepDuty, UpkeepVisit, WorkSite


@dataclass(frozen=True)
class NoteShown:
    """A note and what closed it; ``late_days`` counts natural days past the term."""

    note: SiteNote
    closing: SiteNoteClosing | None
    late_days: int


@dataclass(frozen=True)
class UpkeepDue:
    """A site kept up by somebody, when it was last seen and when it is due."""

    duty: UpkeepDuty
    last_visit: UpkeepVisit | None
    due_date: date
    is_late: bool


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last of a shorter month."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def notes_of(site: WorkSite, *, to: Asker, today: date) -> tuple[NoteShown, ...]:
    """All notes of a site, open ones first; one query."""
    found = SiteNote.objects.seen_by(to).filter(site=site)
    shown = _shown(found.select_related("noted_by", "closing", "closing__closed_by"), today)
    return tuple(sorted(shown, key=lambda each: (each.closing is not None, each.note.due_date)))


def open_notes(*, to: Asker, year: int, today: date) -> tuple[NoteShown, ...]:
    """Notes of a year's sites that nobody has closed, the most pressing first; one query."""
    found = SiteNote.objects.seen_by(to).filter(site__year=year, closing__isnull=True)
    return tuple(_shown(found.select_related("site", "site__town"), today))


def note_seen(pk: int, *, to: Asker) -> SiteNote | None:
    """One note, or None where there is none for this asker."""
    return SiteNote.objects.seen_by(to).filter(pk=pk).select_related("site").first()


def _shown(found: Iterable[SiteNote], today: date) -> list[NoteShown]:
    made = []
    for note in found:
        closing = getattr(note, "closing", None)
        until = closing.closed_date if closing else today
        made.append(NoteShown(note, closing, max((until - note.due_date).days, 0)))
    return made


def upkeep_of(site: WorkSite, *, to: Asker, today: date) -> UpkeepDue | None:
    """Who keeps a site up and when it is due; None before anybody does."""
    found = _due(
        UpkeepDuty.objects.seen_by(to).filter(site=site).order_by("turn"),
        UpkeepVisit.objects.seen_by(to).filter(site=site).order_by("visited_date", "id"),
        today,
    )
    return found[0] if found else None


def visits_of(site: WorkSite, *, to: Asker) -> tuple[UpkeepVisit, ...]:
    """All visits to a site, newest first."""
    return tuple(UpkeepVisit.objects.seen_by(to).filter(site=site).select_related("visited_by"))


def upkeep_late(*, to: Asker, today: date) -> tuple[UpkeepDue, ...]:
    """Sites of all years whose inspection is overdue; two queries."""
    duties = UpkeepDuty.objects.seen_by(to).select_related("site", "site__town").order_by("turn")
    visits = UpkeepVisit.objects.seen_by(to).order_by("visited_date", "id")
    return tuple(each for each in _due(duties, visits, today) if each.is_late)


def _due(
    duties: Iterable[UpkeepDuty], visits: Iterable[UpkeepVisit], today: date
) -> list[UpkeepDue]:
    newest = {duty.site_id: duty for duty in duties}
    last = {visit.site_id: visit for visit in visits}
    found = []
    for pk, duty in newest.items():
        visit = last.get(pk)
        since = max(duty.from_date, visit.visited_date) if visit else duty.from_date
        due = add_months(since, duty.every_months)
        found.append(UpkeepDue(duty, visit, due, today > due))
    return found
