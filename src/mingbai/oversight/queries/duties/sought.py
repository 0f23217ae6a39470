"""What a duty is, and what every search for duties starts from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from mingbai.base.models import Office
from mingbai.base.scope import Asker
from mingbai.rulebook.model import Book, RemindKind

#: Who owes what is asked for the whole county; each reminder is then seen by its own office.
HOUSE: Final = Asker.system("reminders are made for every office and told to each its own")


@dataclass(frozen=True)
class Duty:
    """Something an office has to do by a day.

    ``key`` names it for ever, so that it is reminded of once a stage. ``lead`` is told too when it
    is late; None where nobody leads. ``text`` has no personal values; ``link`` is the path of the
    page where it is done.
    """

    kind: RemindKind
    key: str
    owner: Office
    lead: Office | None
    text: str
    due_date: date
    link: str


@dataclass(frozen=True)
class Sought:
    """The book, the day, and the offices by code, by town and by what they lead; one query."""

    book: Book
    on: date
    county: Office | None
    by_code: dict[str, Office]
    by_town: dict[str, Office]

    @classmethod
    def of(cls, book: Book, on: date) -> Sought:
        """The standing offices of the county as of now."""
        found = Office.objects.unscoped("names of offices are public").filter(valid_to__isnull=True)
        offices = list(found.order_by("code"))
        kinds = Office.Kind
        county = next((each for each in offices if each.kind == kinds.COUNTY_OFFICE), None)
        by_town = {each.division_id or "": each for each in offices if each.kind == kinds.TOWN}
        return cls(book, on, county, {each.code: each for each in offices}, by_town)

    def lead_of(self, sub_item: str) -> Office | None:
        """The department that leads a sub-item; the county office where the book names none."""
        try:
            return self.by_code.get(self.book.sub_item(sub_item).lead_office, self.county)
        except KeyError:
            return self.county

    def name_of(self, sub_item: str) -> str:
        """What a sub-item is called; its code where the book does not know it."""
        try:
            return self.book.sub_item(sub_item).name
        except KeyError:
            return sub_item

    def months(self) -> tuple[int, ...]:
        """The months of the book's year that may be asked about: this one and the one before."""
        year, month = self.on.year, self.on.month
        before = year * 100 + month - 1 if month > 1 else (year - 1) * 100 + 12
        found = (before, year * 100 + month)
        return tuple(each for each in found if each // 100 == self.book.year)


def day_words(day: date) -> str:
    """7月5日."""
    return f"{day.month}月{day.day}日"


def listed(names: list[str], most: int = 3) -> str:
    """The first names, and how many there are in all."""
    return "、".join(names[:most]) + (f"等 {len(names)} 项" if len(names) > most else "")
