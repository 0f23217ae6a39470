"""Chapter: the last worked days' reminders, as the worker would have made them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

from mingbai.base.models import User
from mingbai.base.permissions import asker_for
from mingbai.engine.schedule import works_on
from mingbai.oversight.actions import Outlet, read_reminders, remind_offices
from mingbai.oversight.queries.inbox import unread_of
from mingbai.site.story.cast import Cast

_ROUNDS: Final = 2
_MORNING, _LATER = time(8, 30), time(9, 10)


def tell_reminders(cast: Cast) -> None:
    """Remind on the site alone; the first town's clerk has read what came the day before."""
    for day in _worked_days(cast, _ROUNDS):
        remind_offices(book=cast.book, on=day, outlet=Outlet(), by=None, at=_moment(day, _MORNING))
        if day != cast.day:
            _read(cast.town_clerk(min(cast.book.towns, key=lambda town: town.code).code), day)


def _worked_days(cast: Cast, count: int) -> list[date]:
    """The last worked days up to the day the pages count from, oldest first."""
    found: list[date] = []
    day = cast.day
    while len(found) < count:
        if works_on(cast.book.calendar, day):
            found.append(day)
        day -= timedelta(days=1)
    return found[::-1]


def _read(user: User, day: date) -> None:
    at = _moment(day, _LATER)
    to = asker_for(user, at=at)
    newest = unread_of(to=to, user_id=user.pk).order_by("-pk").first()
    if newest is not None:
        read_reminders(through=newest.pk, to=to, by=user, at=at)


def _moment(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))
