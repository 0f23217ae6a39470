"""July to December of the rolls: who stays, who leaves, who joins, at the rates then in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random

from mingbai.engine.generate import PeopleMaker, Person
from mingbai.rulebook.model import AmountRule, Book, SubItem
from mingbai.site.demo.places import Place
from mingbai.site.demo.plan import CannotMakeCounty, Stream
from mingbai.site.demo.rolls import (
    Entry,
    Roll,
    Rolls,
    grade_of_age,
    make_person,
    spread_amount,
    village_choice,
)

#: A little of every budget is left in December.
PAID_AT_MOST = Decimal("0.985")
# Rates rise in July, and people grow older within a grade's table.
_RISE = Decimal("1.07")


class RollContinuer:
    """Carries each stream on from its last roll by June, town by town."""

    def __init__(
        self,
        *,
        book: Book,
        places: Sequence[Place],
        maker: PeopleMaker,
        random: Random,
        scale: Decimal,
    ) -> None:
        self._book = book
        self._places = places
        self._maker = maker
        self._random = random
        self._scale = scale

    def make(self, streams: Sequence[Stream], before: Sequence[Roll], *, bills: Decimal) -> Rolls:
        """Make the later rolls; ``bills`` is the part of its remaining budget the open one pays.

        A sub-item pays no more in the year than its budget: where the first half used up more than
        its part, fewer people are paid. Raises CannotMakeCounty where no rule is in force, or
        where that is not enough.
        """
        rolls: list[Roll] = []
        leavers: list[tuple[str, Person, int]] = []
        for stream in streams:
            own = [roll for roll in before if roll.stream.sub_item == stream.sub_item]
            item = self._book.sub_item(stream.sub_item)
            rest = self._rest(stream, item, own)
            turns = Decimal(len(stream.later)) / len(stream.months)
            likely = sum(roll.amount for roll in own) * turns * _RISE
            part = min(Decimal(1), rest / likely) if stream.count and likely else Decimal(1)
            payer = _Payer(self._book, item, stream, own, self._random)
            made: list[Roll] = []
            for place, last in _last_of_each(own).items():
                carried, left = self._carry_on(stream, item, payer, place, last, part)
                made += carried
                leavers += left
            if not stream.count:
                self._bill(made, int(rest * bills))
            # Only a whole county has whole budgets: on a small one a stream may be two people.
            if self._scale == 1 and sum(roll.amount for roll in made) > max(rest, 0):
                raise CannotMakeCounty(f"{stream.sub_item} 下半年发放超过所余预算 {rest} 分")
            rolls += made
        return Rolls(rolls=tuple(rolls), leavers=tuple(leavers), missed=())

    def _rest(self, stream: Stream, item: SubItem, before: Sequence[Roll]) -> int:
        """What the year's budget leaves, at the scale at which the stream was in fact drawn."""
        scale = self._scale
        if stream.count:
            lines = sum(len(roll.entries) for roll in before)
            scale = Decimal(lines) / (stream.count * len(stream.months))
        whole = int(item.budget_fen * scale * PAID_AT_MOST)
        return whole - sum(roll.amount for roll in before)

    def _carry_on(
        self,
        stream: Stream,
        item: SubItem,
        payer: _Payer,
        place: Place | None,
        last: Roll,
        part: Decimal,
    ) -> tuple[list[Roll], list[tuple[str, Person, int]]]:
        people = [entry.person for entry in last.entries]
        size = max(1, int(len(people) * part + Decimal("0.5")))
        turn = int(size * stream.turnover)
        villages = village_choice(self._places, place)
        rolls: list[Roll] = []
        leavers: list[tuple[str, Person, int]] = []
        month_before = last.month
        for month in stream.later:
            day = date(self._book.year, month, 1)
            staying = [each for each in people[turn:] if not _is_too_old(item, each, day)][:size]
            kept = {each.id_number for each in staying}
            leavers += [
                (stream.sub_item, each, month_before)
                for each in people
                if each.id_number not in kept
            ]
            people = staying
            while len(people) < size:
                people.append(make_person(self._maker, stream, self._book, villages, month=month))
            rolls.append(Roll(stream, month, place, [payer.pay(each, month) for each in people]))
            month_before = month
        return rolls, leavers

    def _bill(self, rolls: Sequence[Roll], amount: int) -> None:
        """Give the open-ended stream's lines their bills, exact to the 分."""
        amounts = spread_amount(amount, sum(len(roll.entries) for roll in rolls), self._random)
        for roll in rolls:
            roll.entries = [
                entry._replace(amount=each)
                for entry, each in zip(roll.entries, amounts, strict=False)
            ]
            amounts = amounts[len(roll.entries) :]


def _last_of_each(rolls: Sequence[Roll]) -> Mapping[Place | None, Roll]:
    """The newest roll of each town, or of the county."""
    newest: dict[Place | None, Roll] = {}
    for roll in rolls:
        if roll.town not in newest or newest[roll.town].month < roll.month:
            newest[roll.town] = roll
    return newest


def _is_too_old(item: SubItem, person: Person, day: date) -> bool:
    """Whether the rulebook's own age limit has passed by a day."""
    birth = person.birth
    age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    limits = (check.params.get("most") for check in item.checks_on(day) if check.kind == "age")
    return any(limit is not None and age > int(limit) for limit in limits)


class _Payer:
    """Pays by the rule in force that month; everybody keeps the grade they have."""

    def __init__(
        self, book: Book, item: SubItem, stream: Stream, before: Sequence[Roll], random: Random
    ) -> None:
        self._year = book.year
        self._item = item
        self._stream = stream
        self._random = random
        self._grades = {
            entry.person.id_number: entry.grade for roll in before for entry in roll.entries
        }
        columns = book.roster(item.roster).columns if item.roster is not None else ()
        self._codes = dict(next((c.codes for c in columns if c.name == "grade"), {}))
        self._words: dict[str, str] = {}
        for word, code in self._codes.items():
            self._words.setdefault(code, word)

    def pay(self, person: Person, month: int) -> Entry:
        """Return the person's line of a month; 0 stands for a bill given later."""
        rule = self._rule(month)
        if rule.kind == "fixed" and rule.amount_fen is not None:
            return Entry(person, rule.amount_fen, None)
        if rule.kind == "actual":
            return Entry(person, self._bill(rule), None)
        code = self._grade(rule, person, month)
        return Entry(person, rule.grades[code], self._words.get(code, code))

    def _rule(self, month: int) -> AmountRule:
        rules = self._item.amount_rules(date(self._year, month, 1))
        # Where the book also knows a fixed item, the roster is that of the actual bills.
        chosen = [rule for rule in rules if rule.kind == "actual"] or list(rules)
        if len(chosen) != 1:
            raise CannotMakeCounty(f"{self._item.code} 在{month}月的补助标准不是恰好一条")
        return chosen[0]

    def _bill(self, rule: AmountRule) -> int:
        mean = self._stream.mean_amount
        if not mean:
            return 0
        low = max(rule.min_fen or 0, mean // 4)
        high = min(rule.max_fen or mean * 2, mean * 2 - low)
        return low + int(self._random.random() * (high - low + 1))

    def _grade(self, rule: AmountRule, person: Person, month: int) -> str:
        if self._stream.grade_by_age:
            return grade_of_age(rule.grades, person.birth, date(self._year, month, 1))
        word = self._grades.get(person.id_number)
        if word is not None:
            return self._codes.get(word, word)
        codes = sorted(rule.grades)
        weights = [self._stream.grades.get(code, 1) for code in codes]
        code = self._random.choices(codes, weights)[0]
        self._grades[person.id_number] = self._words.get(code, code)
        return code
