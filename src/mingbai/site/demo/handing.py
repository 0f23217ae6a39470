"""What offices do alike in both halves of the year: bind rolls, slip up, send pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from mingbai.engine.generate import PeopleMaker, Person
from mingbai.rulebook.model import Book
from mingbai.site.demo.advance import AdvanceLine
from mingbai.site.demo.books import RollPage, Stationer, Workbook
from mingbai.site.demo.lists import Death, Trainee
from mingbai.site.demo.money import FundLine
from mingbai.site.demo.pieces import Piece, make_pieces
from mingbai.site.demo.places import Place
from mingbai.site.demo.plan import Headline, Plan, SecondHalf
from mingbai.site.demo.planting import FaultPlanter
from mingbai.site.demo.reports import ReportBinder
from mingbai.site.demo.rolls import Roll
from mingbai.site.demo.rosters import columns_of
from mingbai.site.demo.slips import spoil_tables


@dataclass(frozen=True)
class Hands:
    """The county's offices as they fill forms."""

    book: Book
    plan: Plan
    stationer: Stationer
    places: Sequence[Place]
    people: PeopleMaker

    def bind_rolls(self, rolls: Sequence[Roll]) -> list[Workbook]:
        """Bind rolls into workbooks; every third one will be corrected."""
        books = self.stationer.bind_rolls(rolls)
        for number, book in enumerate(books):
            if number % self.plan.corrected_every == 1:
                for page in book.sheets:
                    if isinstance(page, RollPage):
                        page.roll.is_corrected = True
        return books

    def slip_up(
        self,
        rolls: Sequence[Roll],
        *,
        dead: Mapping[str, Sequence[tuple[Person, int]]],
        staff: Sequence[Person],
        random: Random,
        first_month: int,
    ) -> FaultPlanter:
        """Plant the plan's faults in rolls; the planter knows whom lists name because of them."""
        columns = {
            id(roll): columns_of(self.book, roll, self.stationer.habits_of(roll)) for roll in rolls
        }
        planter = FaultPlanter(
            book=self.book,
            rolls=rolls,
            columns=lambda roll: columns[id(roll)],
            places=self.places,
            maker=self.people,
            dead=dead,
            staff=staff,
            random=random,
            first_month=first_month,
        )
        planter.plant(self.plan.faults)
        return planter

    def report(
        self,
        *,
        months: Sequence[int],
        funds: Sequence[FundLine],
        advance: Sequence[AdvanceLine],
        trainees: Mapping[str, Mapping[int, Sequence[Trainee]]],
        pieces: Sequence[Piece],
        deaths: Sequence[Death],
        staff: Sequence[Person],
        random: Random,
    ) -> list[Workbook]:
        """Bind all tables that are no rolls, with the plan's slips in them."""
        binder = ReportBinder(
            book=self.book, plan=self.plan, stationer=self.stationer, months=months
        )
        books = binder.bind(
            funds=funds,
            advance=advance,
            trainees=trainees,
            pieces=pieces,
            deaths=deaths,
            staff=staff,
        )
        spoil_tables(books, plan=self.plan, random=random)
        return books

    def send_pieces(
        self,
        *,
        months: Sequence[int],
        headline: Headline | SecondHalf,
        random: Random,
        before: Sequence[Piece] = (),
    ) -> tuple[Piece, ...]:
        """Write the pieces of towns and lead departments; no title stands in ``before``."""
        return make_pieces(
            offices=[
                office
                for office in self.book.offices
                if office.kind == "town" or office.code in self.stationer.lead_codes
            ],
            subjects=[
                programme.short_name
                for programme in self.book.programmes
                if programme.status != "not_applicable"
            ],
            year=self.book.year,
            months=months,
            headline=headline,
            random=random,
            before=before,
        )
