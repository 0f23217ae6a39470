"""The insured of the year, town by town, and the registers that tell who should be among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import NamedTuple

from mingbai.engine.generate import PeopleMaker, Person
from mingbai.rulebook.model import Book
from mingbai.site.demo.advance import AdvanceLine
from mingbai.site.demo.places import Place
from mingbai.site.demo.plan import CannotMakeCounty, InsuredPlan
from mingbai.site.demo.rolls import Roll

_TEN_THOUSAND = 10_000
_HUNDRED = Decimal(100)
# Of a hundred people who moved away so many still stand on the register.
_NOT_YET_STRUCK = 40
_GROWN_UP = 18


class Insured(NamedTuple):
    """One line of a roll: who, in which town's roll, under which category."""

    person: Person
    town: str
    category: str


@dataclass(frozen=True, slots=True)
class InsuredCounty:
    """The rolls and registers as they should be read, with the counts that must come out.

    ``missing`` is the village that its town's first roll forgets; the correction has it.
    """

    rolls: Mapping[str, Sequence[Insured]]
    residents: Mapping[str, Sequence[Person]]
    employees: Sequence[Person]
    moved_out: Sequence[tuple[Person, date]]
    missing: str
    counts: Mapping[str, int]


def make_insured(
    *,
    book: Book,
    plan: InsuredPlan,
    scale: Decimal,
    places: Sequence[Place],
    rolls: Sequence[Roll],
    staff: Sequence[Person],
    advance: Sequence[AdvanceLine],
    maker: PeopleMaker,
    random: Random,
) -> InsuredCounty:
    """Insure as many as the lead department reports for June, at the rate that it reports.

    Whoever is paid by a roll is insured. Raises CannotMakeCounty when there are more of them.
    """
    insured, due = _wanted(book, plan, scale, advance)
    odd = _odd(plan, insured)
    inside = insured - odd["unregistered"] - odd["elsewhere"] - odd["gone"]
    known = _paid_people(rolls, places, {person.id_number for person in staff})
    drawn = _draw_people(
        maker,
        places,
        year=book.year,
        ordinary=_others(inside, len(known)),
        left_out=due - inside,
        odd=odd,
        employees=max(20, int(plan.employees * scale)),
        moved=max(5, int(plan.moved_out * scale)),
    )
    inner = [*known.values(), *drawn.ordinary, *drawn.both]
    people = [*inner, *drawn.gone, *drawn.strangers]
    by_town = _in_towns(people, dict(_categories(rolls)), places)
    twice = _stand_twice(by_town, people, odd["twice"], places, random)
    moved = [*drawn.gone, *drawn.moved]
    off = {each.id_number for each in moved if random.random() * 100 >= _NOT_YET_STRUCK}
    residents = [*inner, *drawn.left_out, *staff, *drawn.employees]
    residents += [each for each in moved if each.id_number not in off]
    return InsuredCounty(
        rolls={town: sorted(lines, key=_by_village) for town, lines in by_town.items()},
        residents=_by_town(residents, places),
        employees=[*staff, *drawn.both, *drawn.employees],
        moved_out=[(each, _day_before(book.year, random)) for each in moved],
        missing=min(places, key=lambda place: place.weight).villages[-1].code,
        counts=odd
        | {"insured": insured, "due": due, "left_out": due - inside}
        | {"registered": len(residents), "twice": twice},
    )


def _others(inside: int, known: int) -> int:
    if known > inside:
        raise CannotMakeCounty(f"发放名册上有 {known} 人，多于参保的 {inside} 人")
    return inside - known


@dataclass(frozen=True, slots=True)
class _Drawn:
    """People on no other roll: the insured, those left out, and each odd kind."""

    ordinary: list[Person]
    left_out: list[Person]
    both: list[Person]
    employees: list[Person]
    gone: list[Person]
    moved: list[Person]
    strangers: list[Person]


def _draw_people(
    maker: PeopleMaker,
    places: Sequence[Place],
    *,
    year: int,
    ordinary: int,
    left_out: int,
    odd: Mapping[str, int],
    employees: int,
    moved: int,
) -> _Drawn:
    villages = tuple(village for place in places for village in place.villages)
    anybody = (date(year - 95, 1, 1), date(year - 1, 12, 31))
    working = (date(year - 59, 1, 1), date(year - 22, 12, 31))

    def draw(count: int, born: tuple[date, date]) -> list[Person]:
        return [maker.make(villages=villages, born=born) for _ in range(count)]

    return _Drawn(
        ordinary=draw(ordinary, anybody),
        left_out=draw(left_out, anybody),
        both=draw(odd["elsewhere"], working),
        employees=draw(employees, working),
        gone=draw(odd["gone"], anybody),
        moved=draw(moved, anybody),
        strangers=draw(odd["unregistered"], anybody),
    )


def _in_towns(
    people: Iterable[Person], categories: Mapping[str, str], places: Sequence[Place]
) -> dict[str, list[Insured]]:
    by_town: dict[str, list[Insured]] = {place.code: [] for place in places}
    for person in people:
        category = categories.get(person.id_number, "ordinary")
        by_town[person.village.town].append(Insured(person, person.village.town, category))
    return by_town


def _wanted(
    book: Book, plan: InsuredPlan, scale: Decimal, advance: Sequence[AdvanceLine]
) -> tuple[int, int]:
    """Heads insured, and heads that should be: both as reported for June, scaled."""
    names = {measure.code: measure.name for measure in book.sub_item(plan.sub_item).measures}
    told = {
        line.measure: line.total_done
        for line in advance
        if line.sub_item == plan.sub_item and not line.town
    }
    insured = int(told[names[plan.measure]] * _TEN_THOUSAND * scale)
    ratio = told[names[plan.rate]] / _HUNDRED
    odd = _odd(plan, insured)
    not_due = odd["elsewhere"] + odd["gone"] + odd["unregistered"]
    due = int((Decimal(insured - not_due) / ratio).to_integral_value(ROUND_HALF_UP))
    return insured, due


def _odd(plan: InsuredPlan, insured: int) -> dict[str, int]:
    """Odd cases by kind; a few of each even in a small county."""
    rates = plan.per_ten_thousand.items()
    return {kind: max(2, int(insured * rate / _TEN_THOUSAND)) for kind, rate in rates}


def _paid_people(
    rolls: Iterable[Roll], places: Sequence[Place], staff: set[str]
) -> dict[str, Person]:
    """Everybody whom a roll pays, once; those on the public payroll are insured there."""
    towns = {place.code for place in places}
    return {
        entry.person.id_number: entry.person
        for roll in rolls
        for entry in roll.entries
        if entry.person.village.town in towns and entry.person.id_number not in staff
    }


def _categories(rolls: Iterable[Roll]) -> Iterator[tuple[str, str]]:
    """Whose contribution is paid for them, by the roll that says so."""
    helped = {
        "hardship-relief.rural-dibao": "dibao",
        "hardship-relief.urban-dibao": "dibao",
        "hardship-relief.destitute": "destitute",
        "hardship-relief.orphans": "orphan",
    }
    for roll in rolls:
        if roll.stream.sub_item in helped:
            for entry in roll.entries:
                yield entry.person.id_number, helped[roll.stream.sub_item]


def _stand_twice(
    by_town: Mapping[str, list[Insured]],
    people: Sequence[Person],
    count: int,
    places: Sequence[Place],
    random: Random,
) -> int:
    """Put some people on a second town's roll as well: they moved and paid in both."""
    for person in random.sample(people, count):
        other = random.choice([place for place in places if place.code != person.village.town])
        village = random.choice(other.villages)
        moved = person._replace(village=village)
        by_town[other.code].append(Insured(moved, other.code, "ordinary"))
    return count


def _by_village(line: Insured) -> tuple[str, str]:
    return line.person.village.code, line.person.id_number


def _by_town(people: Iterable[Person], places: Sequence[Place]) -> dict[str, list[Person]]:
    found: dict[str, list[Person]] = {place.code: [] for place in places}
    for person in people:
        found[person.village.town].append(person)
    for each in found.values():
        each.sort(key=lambda person: (person.village.code, person.id_number))
    return found


def _day_before(year: int, random: Random) -> date:
    """A day in the last quarter of the year before."""
    return date(year - 1, 10, 1) + timedelta(days=int(random.random() * 92))


class Household(NamedTuple):
    """Where somebody stands in a household: its number, its head's name, the relation."""

    number: str
    head_name: str
    relation: str


def households_of(people: Sequence[Person], year: int) -> list[Household]:
    """Group people of one village after another into households of one to five, in order.

    ``people`` are sorted by village. The eldest of each group is its head.
    """
    found: list[Household] = []
    start = 0
    while start < len(people):
        village = people[start].village.code
        size = 1 + int(people[start].id_number[14:17]) % 5
        group = [each for each in people[start : start + size] if each.village.code == village]
        head = min(group, key=lambda person: person.birth)
        number = f"{village[6:]}{start:06d}"
        found += [Household(number, head.name, _relation(each, head, year)) for each in group]
        start += len(group)
    return found


def _relation(person: Person, head: Person, year: int) -> str:
    if person is head:
        return "户主"
    gap = person.birth.year - head.birth.year
    if gap < _GROWN_UP and person.male != head.male and year - person.birth.year > _GROWN_UP:
        return "配偶"
    if gap >= 2 * _GROWN_UP + 4:
        return "孙子" if person.male else "孙女"
    if gap >= _GROWN_UP:
        return "子" if person.male else "女"
    return "其他亲属"
