"""An installed county: divisions, offices, duties and the year's list from the real rulebook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pytest

from mingbai.base.models import Office, User
from mingbai.rulebook import load_book
from mingbai.rulebook.model import Book
from mingbai.site.actions import Account, install_county, open_accounts


@dataclass(frozen=True)
class Installed:
    """The rulebook a county was installed from, its clerk, and when."""

    book: Book
    clerk: User
    at: datetime

    def office(self, code: str) -> Office:
        """An office by its code in the rulebook."""
        return Office.objects.unscoped("test").get(code=code)


@pytest.fixture
def book() -> Book:
    """The county's rulebook of 2021."""
    return load_book(year=2021, county="340223")


@pytest.fixture
def installed(db: None, book: Book, at: datetime) -> Installed:
    """The county with one clerk of its office."""
    install_county(book=book, by=None, at=at)
    (clerk,) = open_accounts(
        accounts=[Account("s-clerk", "经办", "county-office", ("clerk",))],
        password="test-password-2021",
        by=None,
        at=at,
        from_date=date(2021, 1, 1),
    )
    return Installed(book, clerk, at)
