"""Reminding and sending as they come round: the worker looks every few minutes, cron may too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone

from mingbai.engine.schedule import works_on
from mingbai.intake.queries import working_day
from mingbai.oversight.actions import Outlet, deliver_message, remind_offices
from mingbai.oversight.models import ReminderRound
from mingbai.oversight.queries.outbox import messages_to_send
from mingbai.registry.queries import newest_year
from mingbai.rulebook import Book, CannotLoadBook, load_book

#: Rounds of sending in one run: a queue longer than one round is worked off, but not for ever.
_ROUNDS: Final = 5


@dataclass(frozen=True)
class SendingReport:
    """What one run of sending did: messages taken, refused for good, and to be tried again."""

    sent: int
    failed: int
    waiting: int


def remind_day(*, at: datetime, early: bool = False) -> ReminderRound | None:
    """Make the day's round of reminders once its hour has come; ``early`` does not wait for it.

    None on a day of rest, before the hour, or where no year is kept yet. Made once a day.
    """
    day = working_day(at=at, demonstration=settings.MINGBAI_DEMO)
    book = _book()
    if book is None or not works_on(book.calendar, day):
        return None
    if not (early or _is_open(book, at)):
        return None
    rounds = ReminderRound.objects.unscoped("whether the day's round was made")
    made = rounds.filter(round_date=day).first()
    if made is not None:
        return made
    return remind_offices(book=book, on=day, outlet=Outlet.of(settings), by=None, at=at)


def send_waiting(*, clock: Callable[[], datetime]) -> SendingReport:
    """Send what waits in the outbox, within the hours of the book; each message by one worker."""
    book, outlet, started = _book(), Outlet.of(settings), clock()
    counts = {"sent": 0, "failed": 0, "given_up": 0, "waiting": 0}
    if book is not None and not _is_open(book, started):
        return SendingReport(0, 0, 0)
    tried: set[int] = set()
    for _ in range(_ROUNDS):
        found = [each for each in messages_to_send(at=started) if each.pk not in tried]
        if not found:
            break
        for message in found:
            tried.add(message.pk)
            done = deliver_message(message=message, outlet=outlet, by=None, at=clock())
            if done is not None:
                counts[done.state] += 1
    return SendingReport(counts["sent"], counts["failed"] + counts["given_up"], counts["waiting"])


def _book() -> Book | None:
    year = newest_year()
    try:
        return load_book(year=year, county=settings.MINGBAI_COUNTY) if year else None
    except CannotLoadBook:
        return None


def _is_open(book: Book, at: datetime) -> bool:
    """Whether messages may leave now; a demonstration, which sends nothing, is always open."""
    local = timezone.localtime(at)
    hours = book.reminding.hours_on(local.date())
    if hours is None or settings.MINGBAI_DEMO:
        return True
    return hours.first_hour <= local.hour < hours.last_hour and works_on(
        book.calendar, local.date()
    )


def run() -> None:
    """Entry of the worker."""
    remind_day(at=timezone.now())
    send_waiting(clock=timezone.now)
