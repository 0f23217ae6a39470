"""The line's reports confirmed, each by its own office's checker where it has one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from mingbai.base.models import Role, User
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.actions import NewAnswer, answer_questions, confirm_reports
from mingbai.delivery.queries.desk import ReportCard, cards_of, unconfirmed_sheets
from mingbai.rulebook.model import Book

_HOUSE: Final = Asker.system("the line confirms what was reported for the whole county")
#: What the demonstration's offices say to a difference.
_REASONS: Final = {
    "people_differ": "scope-differs",
    "roster_differs": "roster-follows",
    "money_differs": "money-follows",
    "far_above": "over-target",
    "towns_differ": "town-late",
    "fell": "corrected-before",
}


def confirm_months(
    *,
    year: int,
    through: int,
    book: Book,
    instead: User,
    at: datetime,
    answering: bool = False,
) -> None:
    """Confirm the progress reports of each month up to ``through`` (1 to 12) with nothing open.

    An office's own checker confirms, ``instead`` where it has none. ``answering``: the
    demonstration's offices first say a word to each difference.
    """
    left = unconfirmed_sheets(to=_HOUSE, year=year, through=month_end(year * 100 + through))
    hands = _Hands(timezone.localdate(at), instead)
    by_office: dict[int, list[ReportCard]] = defaultdict(list)
    for card in cards_of(left, book=book):
        by_office[card.entered.sheet.office_id].append(card)
    for office, cards in by_office.items():
        asked = [card for card in cards if card.open_count]
        clerk = hands.clerks.get(office)
        if answering and asked and clerk is not None:
            _answer(asked, book, clerk, at)
            asked = []
        ready = [card.entered for card in cards if card not in asked]
        if ready:
            checker = hands.checkers.get(office, instead)
            confirm_reports(reports=ready, book=book, by=checker, at=at)


def _answer(cards: list[ReportCard], book: Book, clerk: User, at: datetime) -> None:
    answers = [
        NewAnswer(each, _REASONS.get(each.code, "other"), "演示说明：人员和数字均为合成，口径不一")
        for card in cards
        for each in card.questions
        if each.is_open
    ]
    reports = [card.entered for card in cards]
    answer_questions(reports=reports, answers=answers, book=book, by=clerk, at=at)


class _Hands:
    """Whose clerk and whose checker it is, by office; one query."""

    def __init__(self, on: date, instead: User) -> None:
        roles = Role.objects.unscoped("who does what in each office").filter(
            role__in=("clerk", "checker"), to_date__isnull=True, from_date__lte=on
        )
        self.clerks: dict[int, User] = {}
        self.checkers: dict[int, User] = {instead.office_id: instead}
        for role in roles.select_related("user").order_by("pk"):
            known = self.clerks if role.role == "clerk" else self.checkers
            known.setdefault(role.user.office_id, role.user)
