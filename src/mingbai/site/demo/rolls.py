"""Who is paid what in which month: the subsidy rolls before any fault, exact to the 分."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import sqrt
from random import Random
from typing import NamedTuple

from mingbai.engine.generate import PeopleMaker, Person, Village
from mingbai.rulebook.model import AmountRule, Book, SubItem
from mingbai.site.demo.faults import Planted
from mingbai.site.demo.places import Place, split_by_weight
from mingbai.site.demo.plan import CannotMakeCounty, Stream

# Rolls shorter than this may stay the same all half-year.
_SHORT_ROLL = 8
# No actual bill is reimbursed below this.
_LEAST_ACTUAL_FEN = 5_000
_JUNE = 6


class Entry(NamedTuple):
    """One payable line: a person, an amount in 分, and the grade as the roster words it."""

    person: Person
    amount: int
    grade: str | None


@dataclass(slots=True)
class Roll:
    """One sheet: a sub-item and month, of one town or (town None) of the county."""

    stream: Stream
    month: int
    town: Place | None
    entries: list[Entry]
    planted: list[Planted] = field(default_factory=list)
    is_corrected: bool = False

    @property
    def amount(self) -> int:
        """Return what the roll pays, in 分."""
        return sum(entry.amount for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Rolls:
    """All rolls, and those who left one between two months: (person, last month paid).

    ``missed`` are people entitled to a sub-item who stand on no roll of it: (sub-item, person).
    """

    rolls: tuple[Roll, ...]
    leavers: tuple[tuple[str, Person, int], ...]
    missed: tuple[tuple[str, Person], ...]


class RollMaker:
    """Draws the people of each stream and lets them join and leave month by month."""

    def __init__(
        self, *, book: Book, places: Sequence[Place], maker: PeopleMaker, random: Random
    ) -> None:
        self._book = book
        self._places = places
        self._maker = maker
        self._random = random
        self._cores: dict[str, list[Person]] = {}
        self._sources: dict[str, str] = {}
        self._missed: list[tuple[str, Person]] = []
        self._steady: dict[str, int] = {}
        self._ever: dict[str, set[str]] = {}

    def make(
        self, streams: Sequence[Stream], *, scale: Decimal, person_times: int, paid_amount: int
    ) -> Rolls:
        """Make every roll so that lines and money add up to exactly what is asked.

        Raises CannotMakeCounty when the plan leaves nothing for the stream that takes the rest.
        """
        self._sources = {each.sub_item: each.drawn_from for each in streams if each.drawn_from}
        counts = self._counts(streams, scale=scale, person_times=person_times)
        rolls: list[Roll] = []
        leavers: list[tuple[str, Person, int]] = []
        for stream in streams:
            made, left = self._make_stream(stream, counts[stream.sub_item])
            rolls += made
            leavers += left
        self._pay_rest(rolls, paid_amount=paid_amount)
        return Rolls(rolls=tuple(rolls), leavers=tuple(leavers), missed=tuple(self._missed))

    def _counts(
        self, streams: Sequence[Stream], *, scale: Decimal, person_times: int
    ) -> Mapping[str, tuple[int, ...]]:
        counts: dict[str, tuple[int, ...]] = {}
        rest = person_times
        for stream in streams:
            if stream.count:
                least = len(self._places) if stream.spread == "towns" else 2
                each = max(least, int(stream.count * scale))
                counts[stream.sub_item] = (each,) * len(stream.months)
                rest -= each * len(stream.months)
        open_ended = [stream for stream in streams if not stream.count]
        if len(open_ended) != 1 or rest < len(self._places) * len(open_ended[0].months):
            raise CannotMakeCounty(f"人次数分配不下：余 {rest}，须恰有一个子项承接余数")
        taker = open_ended[0]
        counts[taker.sub_item] = split_by_weight(rest, [1] * len(taker.months))
        return counts

    def _make_stream(
        self, stream: Stream, counts: tuple[int, ...]
    ) -> tuple[list[Roll], list[tuple[str, Person, int]]]:
        item = self._book.sub_item(stream.sub_item)
        payer = _Payer(self._book, item, stream, self._random)
        rolls: list[Roll] = []
        leavers: list[tuple[str, Person, int]] = []
        core: list[Person] = []
        for place, sizes in self._sizes(stream, counts):
            most = max(sizes)
            # Even a short roll loses somebody; a very short one keeps everybody.
            turn = max(int(most * stream.turnover), 1 if most >= _SHORT_ROLL else 0)
            count = most + turn * (len(sizes) - 1)
            overlooked = self._overlooked(stream, place, count)
            people = self._people(stream, place, count - len(overlooked))
            # Among those who stay all half-year, so that nothing else explains their absence.
            steady = turn * (len(sizes) - 1)
            people[steady:steady] = overlooked
            ever = self._ever.setdefault(stream.sub_item, set())
            ever.update(person.id_number for person in people)
            core += people[turn * (len(sizes) - 1) : min(sizes)]
            for step, (month, size) in enumerate(zip(stream.months, sizes, strict=True)):
                window = people[turn * step : turn * step + size]
                entries = [payer.pay(person, month) for person in window]
                rolls.append(Roll(stream, month, place, entries))
                if step + 1 < len(sizes):
                    leavers += [
                        (stream.sub_item, person, month)
                        for person in people[turn * step : turn * (step + 1)]
                    ]
        self._cores[stream.sub_item] = core
        return rolls, leavers

    def _sizes(
        self, stream: Stream, counts: tuple[int, ...]
    ) -> list[tuple[Place | None, list[int]]]:
        if stream.spread == "county":
            return [(None, list(counts))]
        weights = [place.weight for place in self._places]
        monthly = [split_by_weight(count, weights, least=1) for count in counts]
        return [(place, [month[n] for month in monthly]) for n, place in enumerate(self._places)]

    def _people(self, stream: Stream, place: Place | None, count: int) -> list[Person]:
        people: list[Person] = []
        if stream.drawn_from is not None:
            born = born_between(stream, self._book)
            item = self._book.sub_item(stream.sub_item)
            most = int(count * stream.drawn_share)
            for person in self._cores[stream.drawn_from]:
                if len(people) == most:
                    break
                if place is not None and person.village.town != place.code:
                    continue
                if not born[0] <= person.birth <= born[1]:
                    continue
                if not is_on_the_edge(stream, item, person.birth, self._book.year):
                    people.append(person)
        villages = village_choice(self._places, place)
        while len(people) < count:
            people.append(make_person(self._maker, stream, self._book, villages))
        return people

    def _overlooked(self, stream: Stream, place: Place | None, count: int) -> list[Person]:
        """Choose steady people of the roll that ``missed_by`` draws from, and does not have."""
        if stream.missed_by is None:
            return []
        so_far = self._steady[stream.sub_item] = self._steady.get(stream.sub_item, 0) + count
        wanted = int(so_far * stream.missed_share) - len(self._missed)
        there = self._ever[stream.missed_by]
        born = born_between(stream, self._book)
        found = [
            person
            for person in self._cores[self._sources[stream.missed_by]]
            if person.id_number not in there
            and (place is None or person.village.town == place.code)
            and born[0] <= person.birth <= born[1]
        ][:wanted]
        self._missed += [(stream.missed_by, person) for person in found]
        return found

    def _pay_rest(self, rolls: list[Roll], *, paid_amount: int) -> None:
        """Give the open-ended stream's lines what all the others leave, exact to the 分."""
        taker = [roll for roll in rolls if not roll.stream.count]
        rest = paid_amount - sum(roll.amount for roll in rolls)
        lines = sum(len(roll.entries) for roll in taker)
        amounts = spread_amount(rest, lines, self._random)
        for roll in taker:
            roll.entries = [
                entry._replace(amount=amount)
                for entry, amount in zip(roll.entries, amounts, strict=False)
            ]
            amounts = amounts[len(roll.entries) :]


class _Payer:
    """Knows what the rulebook pays for one sub-item; a person keeps grade and amount."""

    def __init__(self, book: Book, item: SubItem, stream: Stream, random: Random) -> None:
        self._year = book.year
        self._item = item
        self._stream = stream
        self._random = random
        self._kept: dict[tuple[str, str], tuple[int, str | None]] = {}
        self._words: dict[str, str] = {}
        if item.roster is not None:
            grades = [c for c in book.roster(item.roster).columns if c.name == "grade"]
            for word, code in (grades[0].codes if grades else {}).items():
                self._words.setdefault(code, word)

    def pay(self, person: Person, month: int) -> Entry:
        """Return the person's line of a month; 0 stands for an actual amount given later."""
        rule = self._rule(month)
        if rule.kind == "fixed" and rule.amount_fen is not None:
            return Entry(person, rule.amount_fen, None)
        if rule.kind == "actual" and not self._stream.mean_amount:
            return Entry(person, 0, None)
        key = (rule.rule_id, person.id_number)
        if key not in self._kept or rule.kind == "actual":
            self._kept[key] = self._draw(rule, person)
        return Entry(person, *self._kept[key])

    def _rule(self, month: int) -> AmountRule:
        rules = self._item.amount_rules(date(self._year, month, 1))
        # Where the book also knows a fixed item, the roster is that of the actual bills.
        chosen = [rule for rule in rules if rule.kind == "actual"] or list(rules)
        if len(chosen) != 1:
            raise CannotMakeCounty(f"{self._item.code} 在{month}月的补助标准不是恰好一条")
        return chosen[0]

    def _draw(self, rule: AmountRule, person: Person) -> tuple[int, str | None]:
        if rule.kind == "actual":
            mean = self._stream.mean_amount
            low = max(rule.min_fen or 0, mean // 4)
            high = min(rule.max_fen or mean * 2, mean * 2 - low)
            return low + int(self._random.random() * (high - low + 1)), None
        if self._stream.grade_by_age:
            code = grade_of_age(rule.grades, person.birth, date(self._year, 1, 1))
        else:
            codes = sorted(rule.grades)
            weights = [self._stream.grades.get(code, 1) for code in codes]
            code = self._random.choices(codes, weights)[0]
        return rule.grades[code], self._words.get(code, code)


def grade_of_age(grades: Mapping[str, int], birth: date, day: date) -> str:
    """Return the grade whose age a person has reached on ``day``; grades are ages in years."""
    age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    return max((code for code in grades if int(code) <= age), key=int)


def is_on_the_edge(
    stream: Stream, item: SubItem, birth: date, year: int, *, month: int = 1
) -> bool:
    """Tell whether a person's age grade changes within the half-year of a month."""
    if not stream.grade_by_age:
        return False
    start, end = _half_year(year, month)
    grades = item.amount_rules(start)[0].grades
    return grade_of_age(grades, birth, start) != grade_of_age(grades, birth, end)


def spread_amount(total: int, lines: int, random: Random) -> list[int]:
    """Split ``total`` 分 over lines as bills fall: many small, few large; exact."""
    if not lines:
        return []
    # Square roots are exact by IEEE 754: the same on every machine, which powers are not.
    weights = [int(1_000_000 / sqrt(1 - 0.9995 * random.random())) for _ in range(lines)]
    whole = sum(weights)
    above = total - lines * _LEAST_ACTUAL_FEN
    if above < 0:
        raise CannotMakeCounty(f"补助金额分配不下：{lines}人次仅余{total}分")
    amounts = [_LEAST_ACTUAL_FEN + above * weight // whole for weight in weights]
    amounts[-1] += total - sum(amounts)
    return amounts


def village_choice(places: Sequence[Place], place: Place | None) -> tuple[Village, ...]:
    """Return the villages of one town, or of all."""
    if place is not None:
        return place.villages
    return tuple(village for each in places for village in each.villages)


def born_between(stream: Stream, book: Book, *, month: int = 1) -> tuple[date, date]:
    """Return the birth days that keep a person inside the stream's ages in a month's half-year."""
    least, most = stream.ages
    start, end = _half_year(book.year, month)
    return end.replace(year=end.year - most - 1), start.replace(year=start.year - least)


def _half_year(year: int, month: int) -> tuple[date, date]:
    """The first day of a month's half-year and of the next."""
    if month <= _JUNE:
        return date(year, 1, 1), date(year, _JUNE + 1, 1)
    return date(year, _JUNE + 1, 1), date(year + 1, 1, 1)


def make_person(
    maker: PeopleMaker, stream: Stream, book: Book, villages: Sequence[Village], *, month: int = 1
) -> Person:
    """Draw a person whom the stream would pay."""
    item = book.sub_item(stream.sub_item)
    while True:
        person = maker.make(
            villages=villages, born=born_between(stream, book, month=month), depends=stream.depends
        )
        if not is_on_the_edge(stream, item, person.birth, book.year, month=month):
            return person
