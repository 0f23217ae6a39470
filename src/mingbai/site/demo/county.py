"""The whole county made from a seed: people, rolls, tables, faults, files; not yet written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random

from mingbai.engine.generate import PeopleMaker, Person
from mingbai.rulebook import load_book
from mingbai.rulebook.model import Book
from mingbai.site.demo.advance import AdvanceLine, plan_advance
from mingbai.site.demo.books import Stationer, Workbook
from mingbai.site.demo.building import WorksBinder
from mingbai.site.demo.handing import Hands
from mingbai.site.demo.insured import InsuredCounty, make_insured
from mingbai.site.demo.insured_tables import InsuredBinder
from mingbai.site.demo.lists import (
    Death,
    Trainee,
    make_deaths,
    make_staff,
    make_trainees,
    with_mistaken,
)
from mingbai.site.demo.money import FundLine, plan_funds
from mingbai.site.demo.pieces import Piece
from mingbai.site.demo.places import read_places, reporting_towns
from mingbai.site.demo.plan import CannotMakeCounty, Plan, Size, load_plan
from mingbai.site.demo.rolls import Roll, RollMaker, Rolls, village_choice
from mingbai.site.demo.second_half import MONTHS as LATER_MONTHS
from mingbai.site.demo.second_half import FirstHalf, SecondHalfMaker, both_halves

MONTHS = (1, 2, 3, 4, 5, 6)
_LEAST_STAFF = 20


@dataclass(frozen=True, slots=True)
class County:
    """Everything the county hands in, before it is written."""

    book: Book
    plan: Plan
    size: Size
    seed: int
    rolls: tuple[Roll, ...]
    funds: tuple[FundLine, ...]
    trainees: Mapping[str, Mapping[int, list[Trainee]]]
    pieces: tuple[Piece, ...]
    deaths: Sequence[Death]
    staff: Sequence[Person]
    missed: Sequence[tuple[str, Person]]
    advance: tuple[AdvanceLine, ...]
    insured: InsuredCounty
    workbooks: tuple[Workbook, ...]
    half: int = 1


def plan_county(*, size: Size, seed: int, county: str, year: int, half: int = 1) -> County:
    """Make the county of a seed, to June or (``half`` 2) to December; January to June are the same.

    Raises CannotMakeCounty when plan and rulebook do not fit.
    """
    maker = _CountyMaker(size=size, seed=seed, county=county, year=year)
    return maker.make() if half == 1 else maker.make_year()


class _CountyMaker:
    def __init__(self, *, size: Size, seed: int, county: str, year: int) -> None:
        self._book = load_book(year=year, county=county)
        self._plan = load_plan()
        self._size = size
        self._seed = seed
        self._scale = self._plan.scales[size]
        self._places = read_places(self._book)
        self._villages = village_choice(self._places, None)
        self._people = PeopleMaker(self._random("people"))
        self._trained = PeopleMaker(self._common_random("trainees"), from_reserve=True)

    def _random(self, matter: str) -> Random:
        """One stream of randomness a matter: changing one part leaves the others as they were."""
        return Random(f"{self._seed}:{self._size}:{matter}")  # noqa: S311

    def _common_random(self, matter: str) -> Random:
        """Randomness of tables that are the same in every size."""
        return Random(f"{self._seed}:{matter}")  # noqa: S311

    def make(self) -> County:
        rolls = self._make_rolls()
        _refuse_overlaps(self._book, rolls.rolls)
        trainees = self._make_trainees()
        deaths, dead = self._make_deaths(rolls)
        staff = self._make_staff()
        stationer = Stationer(book=self._book)
        hands = Hands(self._book, self._plan, stationer, self._places, self._people)
        books = hands.bind_rolls(rolls.rolls)
        planter = hands.slip_up(
            rolls.rolls, dead=dead, staff=staff, random=self._random("faults"), first_month=1
        )
        mistaken, random = planter.listed_dead, self._random("mistaken")
        deaths = with_mistaken(deaths, mistaken, year=self._book.year, random=random)
        staff = [*staff, *planter.listed_staff]
        funds = self._make_funds(rolls.rolls)
        advance = self._make_advance(trainees)
        pieces = hands.send_pieces(
            months=MONTHS, headline=self._plan.headline, random=self._common_random("pieces")
        )
        books += hands.report(
            months=MONTHS,
            funds=funds,
            advance=advance,
            trainees=trainees,
            pieces=pieces,
            deaths=deaths,
            staff=staff,
            random=self._common_random("slips"),
        )
        insured = self._make_insured(rolls.rolls, staff, advance)
        binder = InsuredBinder(self._book, self._plan.insured, stationer, self._places)
        books += binder.bind(insured)
        books += WorksBinder(self._book, stationer, self._places).bind(advance, months=MONTHS)
        return County(
            book=self._book,
            plan=self._plan,
            size=self._size,
            seed=self._seed,
            rolls=rolls.rolls,
            funds=funds,
            trainees=trainees,
            pieces=pieces,
            deaths=deaths,
            staff=staff,
            missed=rolls.missed,
            advance=advance,
            insured=insured,
            workbooks=tuple(books),
        )

    def make_year(self) -> County:
        """Make the whole year: the first half as it is alone, and what follows from it."""
        first = self.make()
        later = SecondHalfMaker(
            book=self._book,
            plan=self._plan,
            size=self._size,
            places=self._places,
            people=self._people,
            trained=self._trained,
            random=self._random,
            common=self._common_random,
        ).make(
            FirstHalf(
                rolls=first.rolls,
                funds=first.funds,
                advance=first.advance,
                trainees=first.trainees,
                pieces=first.pieces,
                staff=first.staff,
            ),
            heads=lambda more: expected_heads(
                self._plan, both_halves(first.trainees, more), LATER_MONTHS
            ),
        )
        _refuse_overlaps(self._book, later.rolls)
        works = WorksBinder(self._book, Stationer(book=self._book), self._places).bind(
            (*first.advance, *later.advance), months=LATER_MONTHS
        )
        return replace(
            first,
            rolls=(*first.rolls, *later.rolls),
            funds=(*first.funds, *later.funds),
            trainees=both_halves(first.trainees, later.trainees),
            pieces=(*first.pieces, *later.pieces),
            deaths=(*first.deaths, *later.deaths),
            staff=(*first.staff, *later.staff),
            advance=(*first.advance, *later.advance),
            workbooks=(*first.workbooks, *later.workbooks, *works),
            half=2,
        )

    def _make_trainees(self) -> Mapping[str, Mapping[int, list[Trainee]]]:
        return make_trainees(
            book=self._book,
            plan=self._plan,
            maker=self._trained,
            villages=self._villages,
            random=self._common_random("classes"),
        )

    def _make_deaths(
        self, rolls: Rolls
    ) -> tuple[list[Death], Mapping[str, list[tuple[Person, int]]]]:
        return make_deaths(
            rolls=rolls,
            plan=self._plan,
            scale=self._scale,
            year=self._book.year,
            months=MONTHS,
            maker=self._people,
            villages=self._villages,
            random=self._random("deaths"),
        )

    def _make_staff(self) -> list[Person]:
        return make_staff(
            count=max(
                _LEAST_STAFF, _scaled(self._plan.lists["fiscal_staff"].at_large, self._scale)
            ),
            year=self._book.year,
            maker=self._people,
            villages=self._villages,
        )

    def _make_rolls(self) -> Rolls:
        head = self._plan.headline
        maker = RollMaker(
            book=self._book,
            places=self._places,
            maker=self._people,
            random=self._random("amounts"),
        )
        return maker.make(
            self._plan.streams,
            scale=self._scale,
            person_times=_scaled(head.person_times, self._scale),
            paid_amount=_scaled(head.paid_amount, self._scale),
        )

    def _make_funds(self, rolls: Sequence[Roll]) -> tuple[FundLine, ...]:
        needed = expected_payments(self._book, self._plan)
        paid: dict[str, int] = {}
        for roll in rolls:
            paid[roll.stream.sub_item] = paid.get(roll.stream.sub_item, 0) + roll.amount
        for code, amount in paid.items():
            if amount > needed[code]:
                raise CannotMakeCounty(f"{code} 发放 {amount} 分，超过拨付的下限 {needed[code]} 分")
        return plan_funds(
            book=self._book,
            months=MONTHS,
            released_ratio=self._plan.headline.released_ratio,
            needed=needed,
            random=self._common_random("funds"),
        )

    def _make_advance(
        self, trainees: Mapping[str, Mapping[int, list[Trainee]]]
    ) -> tuple[AdvanceLine, ...]:
        return plan_advance(
            book=self._book,
            towns=reporting_towns(self._book),
            months=MONTHS,
            completed=self._plan.completed,
            heads=expected_heads(self._plan, trainees, MONTHS),
            settled=self._plan.settled,
            random=self._common_random("advance"),
        )

    def _make_insured(
        self, rolls: Sequence[Roll], staff: Sequence[Person], advance: Sequence[AdvanceLine]
    ) -> InsuredCounty:
        return make_insured(
            book=self._book,
            plan=self._plan.insured,
            scale=self._scale,
            places=self._places,
            rolls=rolls,
            staff=staff,
            advance=advance,
            maker=self._people,
            random=self._random("insured"),
        )


def _scaled(number: int, scale: Decimal) -> int:
    return int(number * scale)


def _refuse_overlaps(book: Book, rolls: Sequence[Roll]) -> None:
    """Nobody may be paid by two rolls that exclude each other: the plan's own people are clean."""
    people: dict[tuple[str, int], set[str]] = {}
    for roll in rolls:
        key = (roll.stream.sub_item, roll.month)
        people.setdefault(key, set()).update(entry.person.id_number for entry in roll.entries)
    for rule in book.exclusions:
        for month in sorted({month for _, month in people}):
            both = people.get((rule.first, month), set()) & people.get((rule.second, month), set())
            if both:
                raise CannotMakeCounty(f"{rule.rule_id}：{month}月有{len(both)}人同时在两册")


def expected_payments(book: Book, plan: Plan) -> dict[str, int]:
    """Return what each subsidy pays by June at full size, with a margin where amounts are drawn.

    The same in every size, so that fund tables are; never above the budget.
    """
    needed: dict[str, int] = {}
    rest = plan.headline.paid_amount
    for stream in plan.streams:
        item = book.sub_item(stream.sub_item)
        turns = stream.count * len(stream.months)
        rules = item.amounts
        fixed = all(rule.kind == "fixed" for rule in rules)
        likely = turns * (stream.mean_amount or _mean_amount(book, stream.sub_item, stream.grades))
        rest -= likely
        needed[stream.sub_item] = min(item.budget_fen, likely if fixed else likely * 115 // 100)
    for stream in plan.streams:
        if not stream.count:
            likely = rest * 105 // 100
            needed[stream.sub_item] = min(book.sub_item(stream.sub_item).budget_fen, likely)
    return needed


def _mean_amount(book: Book, code: str, weights: Mapping[str, int]) -> int:
    for rule in book.sub_item(code).amount_rules(_first_day(book)):
        if rule.kind == "fixed" and rule.amount_fen is not None:
            return rule.amount_fen
        if rule.grades:
            parts = {grade: weights.get(grade, 1) for grade in rule.grades}
            whole = sum(rule.grades[grade] * part for grade, part in parts.items())
            return whole // sum(parts.values())
    return 0


def expected_heads(
    plan: Plan,
    trainees: Mapping[str, Mapping[int, list[Trainee]]],
    months: Sequence[int],
) -> dict[str, dict[int, int]]:
    """Return heads to date by month: of training rosters, and of subsidies at full size."""
    heads: dict[str, dict[int, int]] = {}
    for code, classes in trainees.items():
        heads[code] = {
            month: sum(len(people) for when, people in classes.items() if when <= month)
            for month in months
        }
    for stream in plan.streams:
        if stream.count:
            all_turns = (*stream.months, *stream.later)
            turns = {month: sum(1 for when in all_turns if when <= month) for month in months}
            heads[stream.sub_item] = {
                month: stream.count * (turn if stream.cumulative else min(turn, 1))
                for month, turn in turns.items()
            }
    return heads


def _first_day(book: Book) -> date:
    return date(book.year, 1, 1)
