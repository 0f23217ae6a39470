"""The second half of the county's year, made on top of the first without touching it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from mingbai.engine.generate import PeopleMaker, Person, Village
from mingbai.rulebook.model import Book
from mingbai.site.demo.advance import AdvanceLine, plan_later_advance
from mingbai.site.demo.books import Stationer, Workbook
from mingbai.site.demo.continuing import PAID_AT_MOST, RollContinuer
from mingbai.site.demo.handing import Hands
from mingbai.site.demo.lists import (
    Death,
    Trainee,
    make_deaths,
    make_later_trainees,
    with_mistaken,
)
from mingbai.site.demo.money import FundLine, plan_later_funds
from mingbai.site.demo.pieces import Piece
from mingbai.site.demo.places import Place, reporting_towns
from mingbai.site.demo.plan import Plan, Size
from mingbai.site.demo.rolls import Roll, Rolls, village_choice

MONTHS = (7, 8, 9, 10, 11, 12)
Classes = Mapping[str, Mapping[int, list[Trainee]]]
HeadsOf = Callable[[Classes], Mapping[str, Mapping[int, int]]]


@dataclass(frozen=True, slots=True)
class FirstHalf:
    """What the second half goes on from."""

    rolls: Sequence[Roll]
    funds: Sequence[FundLine]
    advance: Sequence[AdvanceLine]
    trainees: Classes
    pieces: Sequence[Piece]
    staff: Sequence[Person]


@dataclass(frozen=True, slots=True)
class LaterHalf:
    """What July to December add to the county."""

    rolls: tuple[Roll, ...]
    funds: tuple[FundLine, ...]
    trainees: Classes
    pieces: tuple[Piece, ...]
    deaths: Sequence[Death]
    staff: Sequence[Person]
    advance: tuple[AdvanceLine, ...]
    workbooks: tuple[Workbook, ...]


@dataclass(frozen=True)
class SecondHalfMaker:
    """Knows the county's book, plan and places, and draws from the makers the first half used.

    ``random`` gives a stream of randomness by matter; ``common`` those that every size shares.
    """

    book: Book
    plan: Plan
    size: Size
    places: Sequence[Place]
    people: PeopleMaker
    trained: PeopleMaker
    random: Callable[[str], Random]
    common: Callable[[str], Random]

    def make(self, first: FirstHalf, *, heads: HeadsOf) -> LaterHalf:
        """Make everything; ``heads`` tells heads to date by sub-item and month from the trainees.

        Raises CannotMakeCounty when a budget does not last.
        """
        rolls = self._rolls(first)
        trainees = self._trainees(first)
        deaths, dead = self._deaths(rolls)
        stationer = Stationer(book=self.book)
        hands = Hands(self.book, self.plan, stationer, self.places, self.people)
        books = hands.bind_rolls(rolls.rolls)
        planter = hands.slip_up(
            rolls.rolls,
            dead=dead,
            staff=first.staff,
            random=self.random("later faults"),
            first_month=MONTHS[0],
        )
        mistaken, random = planter.listed_dead, self.random("later mistaken")
        deaths = with_mistaken(deaths, mistaken, year=self.book.year, random=random)
        funds = self._funds(first)
        advance = self._advance(first, heads(trainees))
        pieces = hands.send_pieces(
            months=MONTHS,
            headline=self.plan.second_half,
            random=self.common("later pieces"),
            before=first.pieces,
        )
        books += hands.report(
            months=MONTHS,
            funds=funds,
            advance=advance,
            trainees=trainees,
            pieces=pieces,
            deaths=deaths,
            staff=[*first.staff, *planter.listed_staff],
            random=self.common("later slips"),
        )
        return LaterHalf(
            rolls=rolls.rolls,
            funds=funds,
            trainees=trainees,
            pieces=pieces,
            deaths=deaths,
            staff=planter.listed_staff,
            advance=advance,
            workbooks=tuple(books),
        )

    def _trainees(self, first: FirstHalf) -> Classes:
        return make_later_trainees(
            book=self.book,
            plan=self.plan,
            before=first.trainees,
            maker=self.trained,
            villages=self._villages,
            random=self.common("later classes"),
        )

    def _rolls(self, first: FirstHalf) -> Rolls:
        return RollContinuer(
            book=self.book,
            places=self.places,
            maker=self.people,
            random=self.random("later rolls"),
            scale=self.plan.scales[self.size],
        ).make(self.plan.streams, first.rolls, bills=self.plan.second_half.bills)

    def _deaths(self, rolls: Rolls) -> tuple[list[Death], Mapping[str, list[tuple[Person, int]]]]:
        return make_deaths(
            rolls=rolls,
            plan=self.plan,
            scale=self.plan.scales[self.size],
            year=self.book.year,
            months=MONTHS,
            maker=self.people,
            villages=self._villages,
            random=self.random("later deaths"),
            at_large=self.plan.second_half.deaths_at_large,
        )

    def _funds(self, first: FirstHalf) -> tuple[FundLine, ...]:
        """What is paid by roll lasts to the end of the year, so nearly all of it is released."""
        needed = {
            stream.sub_item: int(self.book.sub_item(stream.sub_item).budget_fen * PAID_AT_MOST)
            for stream in self.plan.streams
        }
        return plan_later_funds(
            book=self.book,
            before=first.funds,
            months=MONTHS,
            released_ratio=self.plan.second_half.released_ratio,
            needed=needed,
            random=self.common("later funds"),
        )

    def _advance(
        self, first: FirstHalf, heads: Mapping[str, Mapping[int, int]]
    ) -> tuple[AdvanceLine, ...]:
        return plan_later_advance(
            book=self.book,
            towns=reporting_towns(self.book),
            months=MONTHS,
            before=first.advance,
            short=self.plan.second_half.short,
            heads=heads,
            settled=self.plan.settled,
            random=self.common("later advance"),
        )

    @property
    def _villages(self) -> tuple[Village, ...]:
        return village_choice(self.places, None)


def both_halves(first: Classes, later: Classes) -> Classes:
    """The classes of the whole year by sub-item and month."""
    return {code: {**first.get(code, {}), **later.get(code, {})} for code in {**first, **later}}
