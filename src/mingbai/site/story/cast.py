"""Who acts in the story, on which day, and who newly comes into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Final

from django.utils import timezone

from mingbai.base.models import Office, User
from mingbai.base.periods import month_end
from mingbai.base.permissions import asker_for
from mingbai.base.scope import Asker
from mingbai.engine.generate import PeopleMaker, Person, account_number, phone_number
from mingbai.intake.queries import WRITTEN_UP
from mingbai.registry.actions import RowsReport
from mingbai.rulebook import Book
from mingbai.rulebook.model import ProcedureStep
from mingbai.site.demo.accounts import DEPARTMENT_HANDS, TOWN_HANDS
from mingbai.site.demo.places import Place, read_places

HOUSE: Final = Asker.system("the demonstration's story looks for whom to tell it of")
#: Serials of accounts and phones that no roster of the county draws.
_ACCOUNTS, _PHONES = 9_999_000_000, 299_000_000
_NOON: Final = 12


class CannotTellStory(Exception):
    """An action of the story was refused: the rooms and the story have come apart."""


@dataclass(frozen=True)
class Cast:
    """The demonstration's users and its days; ``day`` is the day its pages count from."""

    book: Book
    users: Mapping[str, User]
    period: int
    day: date
    random: Random
    places: Sequence[Place]
    maker: PeopleMaker
    _towns: Mapping[str, str]
    _offices: Mapping[str, str]
    _serials: count[int] = field(default_factory=lambda: count(1))

    @property
    def clerk(self) -> User:
        """The county office's clerk."""
        return self.users["minban"]

    @property
    def checker(self) -> User:
        """The county office's checker."""
        return self.users["fuhe"]

    @property
    def payer(self) -> User:
        """Who pays."""
        return self.users["zhifu"]

    def town_clerk(self, town: str) -> User:
        """The clerk of a town (code of nine digits)."""
        return self.users[self._towns[town]]

    def town_checker(self, town: str) -> User:
        """The checker of a town."""
        return self.users[f"{self._towns[town]}2"]

    def lead_clerk(self, sub_item: str) -> User:
        """The clerk of the office that leads a sub-item."""
        return self.users[self._offices[self.book.sub_item(sub_item).lead_office]]

    def lead_checker(self, sub_item: str) -> User:
        """The checker of the office that leads a sub-item."""
        return self.users[f"{self._offices[self.book.sub_item(sub_item).lead_office]}2"]

    def hand_of(self, step: ProcedureStep, *, sub_item: str, town: str) -> User:
        """Who does a step of a procedure, by the rulebook's office and role."""
        if step.office in ("town", "village"):
            return self.town_checker(town) if step.role == "checker" else self.town_clerk(town)
        if step.office == "department":
            lead = self.lead_checker if step.role == "checker" else self.lead_clerk
            return lead(sub_item)
        return self.checker if step.role == "checker" else self.clerk

    def on(self, before: int) -> date:
        """The working day so many days before the story's last day, or the one ahead of it."""
        day = self.day - timedelta(days=before)
        while not self.book.calendar.works_on(day):
            day -= timedelta(days=1)
        return day

    def at(self, before: int, hour: int = _NOON) -> datetime:
        """A moment of that working day."""
        return timezone.make_aware(datetime.combine(self.on(before), time(hour)))

    def asker(self, user: User, *, at: datetime) -> Asker:
        """What this user may see and do at a moment."""
        return asker_for(user, at=at)

    def newcomer(self, place: Place, born: tuple[date, date]) -> Person:
        """Somebody on no roster of the county, living in a town."""
        made = self.maker.make(villages=place.villages, born=born)
        serial = next(self._serials)
        return made._replace(
            account=account_number(_ACCOUNTS + serial),
            phone=phone_number(_PHONES + serial),
        )


def gather_cast(*, book: Book, period: int, seed: int) -> Cast:
    """The demonstration's users by name, and the story's own randomness."""
    users = User.objects.unscoped("the demonstration's own users").select_related("office")
    divisions = dict(
        Office.objects.unscoped("the towns of the demonstration").values_list("code", "division_id")
    )
    return Cast(
        book=book,
        users={user.username: user for user in users},
        period=period,
        day=month_end(period) + WRITTEN_UP,
        random=Random(f"{seed}:story"),  # noqa: S311
        places=read_places(book),
        maker=PeopleMaker(Random(f"{seed}:newcomers"), from_reserve=True),  # noqa: S311
        _towns={divisions[hands.clerk.office] or "": hands.clerk.username for hands in TOWN_HANDS},
        _offices={hands.clerk.office: hands.clerk.username for hands in DEPARTMENT_HANDS},
    )


def must_be_done(report: RowsReport) -> RowsReport:
    """The report of a bulk step, when every row was done. Errors: ``CannotTellStory``."""
    if report.refused:
        raise CannotTellStory("；".join(sorted({why for _, why in report.refused})))
    return report
