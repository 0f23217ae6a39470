"""The demonstration county's training: some classes signed in and certified, some planned ahead."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from mingbai.base.models import User
from mingbai.base.scope import Asker
from mingbai.delivery.actions.attending import (
    CannotIssueCertificates,
    Hours,
    issue_certificates,
    open_session,
    take_attendance,
)
from mingbai.delivery.actions.classes import ClassPlan, plan_class
from mingbai.delivery.actions.doubting import check_classes
from mingbai.delivery.models import ClassSession
from mingbai.delivery.queries.classes import ClassStanding, classes_seen, standings_of_classes
from mingbai.delivery.queries.rolls import listed_on
from mingbai.rulebook.model import Book
from mingbai.site.clerks import clerks_of_offices

_HOUSE: Final = Asker.system("the demonstration shows classes being held")
#: So many classes are signed in, of so many people and days at most: what the pages need, no more.
_CLASSES, _PEOPLE, _DAYS = 4, 40, 5
#: Of the people of a class each so-manieth misses a session.
_MISSES: Final = 9
_MORNING: Final = (8 * 60 + 30, 11 * 60 + 30)
_SEATS: Final = 30


def teach_year(*, year: int, book: Book, at: datetime) -> None:
    """Hold some of the year's classes and plan two more; does nothing where sessions were held."""
    why = "whether the story was told before"
    if ClassSession.objects.unscoped(why).filter(training_class__year=year).exists():
        return
    clerks = clerks_of_offices()
    found = standings_of_classes(classes_seen(to=_HOUSE, year=year))
    small = [
        each
        for each in found
        if each.entered is not None
        and _MISSES <= each.listed_count <= _PEOPLE
        and each.training_class.office_id in clerks
    ]
    for place, standing in enumerate(small[:_CLASSES]):
        clerk = clerks[standing.training_class.office_id]
        _hold(standing, book, clerk, at)
        if place < _CLASSES // 2:
            _certify(standing, book, clerk, at)
    for standing in small[:2]:
        _plan_next(standing, clerks[standing.training_class.office_id], at)
    check_classes(year=year, book=book, by=None, at=at)


def _hold(standing: ClassStanding, book: Book, clerk: User, at: datetime) -> None:
    one, entered = standing.training_class, standing.entered
    if entered is None:
        return
    lines = [each.line for each in listed_on(entered, to=_HOUSE)]
    days = (one.end_date - one.start_date).days + 1
    dates = [one.start_date + timedelta(days=n) for n in range(days)]
    worked = [day for day in dates if book.calendar.works_on(day)][:_DAYS]
    for number, day in enumerate(worked):
        hours = Hours(day, *_MORNING, topic=one.course)
        session = open_session(training_class=one, hours=hours, by=clerk, at=at)
        present = [line for n, line in enumerate(lines) if (n + number) % _MISSES]
        take_attendance(session=session, lines=present, seen_turn=0, by=clerk, at=at)


def _certify(standing: ClassStanding, book: Book, clerk: User, at: datetime) -> None:
    one = standing.training_class
    try:
        issue_certificates(training_class=one, on=one.end_date, book=book, by=clerk, at=at)
    except CannotIssueCertificates:
        return  # a class that met once only, and whose people all missed it


def _plan_next(standing: ClassStanding, clerk: User, at: datetime) -> None:
    """The same course once more in the second half."""
    one = standing.training_class
    start = date(one.year, 9, 6)
    plan = ClassPlan(
        one.sub_item, one.course, "县职教中心（演示）", start, start + timedelta(days=4), _SEATS
    )
    plan_class(year=one.year, office=clerk.office, plan=plan, by=clerk, at=at)
