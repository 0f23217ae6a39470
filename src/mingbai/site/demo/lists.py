"""People outside the payments: trainees, the dead, staff on the public payroll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from random import Random

from mingbai.engine.generate import PeopleMaker, Person, Village
from mingbai.rulebook.model import Book, SubItem
from mingbai.site.demo.places import split_by_weight
from mingbai.site.demo.plan import CannotMakeCounty, Plan
from mingbai.site.demo.rolls import Rolls

_EMPLOYERS = (
    "县人民医院",
    "南陵中学",
    "县税务局",
    "县市场监管局",
    "籍山镇中心小学",
    "县自然资源局",
)
# Of those who leave a roll between two months, so many in a hundred died.
_DIED = 60
# Streams renewed faster than this change their people for other reasons than death.
_STEADY = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Trainee:
    """One line of a training roster."""

    person: Person
    course: str
    start_date: date
    end_date: date
    hours: int


@dataclass(frozen=True, slots=True)
class Death:
    """One line of the deaths list."""

    person: Person
    event_date: date


def make_trainees(
    *,
    book: Book,
    plan: Plan,
    maker: PeopleMaker,
    villages: Sequence[Village],
    random: Random,
) -> dict[str, dict[int, list[Trainee]]]:
    """Train people month by month: just the completed sub-items reach their target in June."""
    made: dict[str, dict[int, list[Trainee]]] = {}
    for item in book.sub_items:
        if item.kind != "training" or item.roster is None:
            continue
        if item.code not in plan.courses:
            raise CannotMakeCounty(f"计划没有写 {item.code} 的培训内容")
        counts = split_by_weight(
            _heads(item, item.code in plan.completed, random),
            [1 + int(random.random() * 4) for _ in plan.training_months],
        )
        made[item.code] = {
            month: _class_of(item, plan, book.year, month, count, maker, villages, random)
            for month, count in zip(plan.training_months, counts, strict=True)
            if count
        }
    return made


def make_later_trainees(
    *,
    book: Book,
    plan: Plan,
    before: Mapping[str, Mapping[int, Sequence[Trainee]]],
    maker: PeopleMaker,
    villages: Sequence[Village],
    random: Random,
) -> dict[str, dict[int, list[Trainee]]]:
    """Train the rest from July on: every sub-item reaches its target, some a little beyond."""
    made: dict[str, dict[int, list[Trainee]]] = {}
    months = plan.second_half.training_months
    for code, classes in before.items():
        item = book.sub_item(code)
        target = item.measures[0].target or Decimal(0)
        done = sum(len(people) for people in classes.values())
        ratio = Decimal(100 + int(random.random() * 4)) / 100
        rest = int((target * ratio).to_integral_value(ROUND_CEILING)) - done
        if code in plan.completed or rest <= 0:
            continue
        counts = split_by_weight(rest, [1 + int(random.random() * 4) for _ in months])
        made[code] = {
            month: _class_of(item, plan, book.year, month, count, maker, villages, random)
            for month, count in zip(months, counts, strict=True)
            if count
        }
    return made


def _heads(item: SubItem, completed: bool, random: Random) -> int:
    target = item.measures[0].target
    if target is None:
        raise CannotMakeCounty(f"{item.code} 没有年度目标")
    if completed:
        ratio = Decimal(100 + int(random.random() * 9)) / 100
        return int((target * ratio).to_integral_value(ROUND_CEILING))
    ratio = Decimal(35 + int(random.random() * 45)) / 100
    return int((target * ratio).to_integral_value(ROUND_FLOOR))


def _class_of(
    item: SubItem,
    plan: Plan,
    year: int,
    month: int,
    count: int,
    maker: PeopleMaker,
    villages: Sequence[Village],
    random: Random,
) -> list[Trainee]:
    courses = plan.courses[item.code]
    first = 1 + int(random.random() * 12)
    course = courses[int(random.random() * len(courses))]
    days = 3 + int(random.random() * 12)
    born = _trained_between(item, year)
    return [
        Trainee(
            person=maker.make(villages=villages, born=born),
            course=course,
            start_date=date(year, month, first),
            end_date=date(year, month, first + days - 1),
            hours=days * 8,
        )
        for _ in range(count)
    ]


def _trained_between(item: SubItem, year: int) -> tuple[date, date]:
    """Return the birth days of people whom the book admits to the training, of 20 to 55 years."""
    ages = [check.params for check in item.checks if check.kind == "age"]
    most = min([55, *(int(each["most"]) for each in ages if "most" in each)])
    return date(year - most, 1, 1), date(year - 20, 12, 31)


def make_deaths(
    *,
    rolls: Rolls,
    plan: Plan,
    scale: Decimal,
    year: int,
    months: Sequence[int],
    maker: PeopleMaker,
    villages: Sequence[Village],
    random: Random,
    at_large: int | None = None,
) -> tuple[list[Death], Mapping[str, list[tuple[Person, int]]]]:
    """Make the deaths list, and by sub-item those of its leavers who died: (person, last month).

    Nobody who died is paid in the month of death or later; who leaves after month m dies in m + 1.
    ``at_large`` dead are on no roll; as many as the plan's list has where it is not given.
    """
    steady = {
        stream.sub_item
        for roll in rolls.rolls
        if (stream := roll.stream).turnover < _STEADY and stream.drawn_from is None
    }
    deaths: list[Death] = []
    dead: dict[str, list[tuple[Person, int]]] = {}
    for sub_item, person, month in rolls.leavers:
        if sub_item in steady and random.random() * 100 < _DIED and month < months[-1]:
            # Who was paid last by a roll long before died in the months asked for.
            died = max(month + 1, months[0])
            deaths.append(Death(person, _day_in(year, died, random)))
            dead.setdefault(sub_item, []).append((person, died - 1))
    born = (date(year - 96, 1, 1), date(year - 40, 12, 31))
    others = plan.lists["deaths"].at_large if at_large is None else at_large
    for _ in range(max(len(months), int(others * scale))):
        month = months[int(random.random() * len(months))]
        person = maker.make(villages=villages, born=born)
        deaths.append(Death(person, _day_in(year, month, random)))
    deaths.sort(key=lambda death: (death.event_date, death.person.id_number))
    return deaths, dead


def with_mistaken(
    deaths: Sequence[Death],
    mistaken: Sequence[tuple[Person, int]],
    *,
    year: int,
    random: Random,
) -> list[Death]:
    """Return the deaths list with entries about the living: (person, month of the entry)."""
    wrong = [Death(person, _day_in(year, month, random)) for person, month in mistaken]
    return sorted([*deaths, *wrong], key=lambda death: (death.event_date, death.person.id_number))


def _day_in(year: int, month: int, random: Random) -> date:
    return date(year, month, 1 + int(random.random() * 28))


def make_staff(
    *, count: int, year: int, maker: PeopleMaker, villages: Sequence[Village]
) -> list[Person]:
    """Draw people on the public payroll."""
    born = (date(year - 59, 1, 1), date(year - 24, 12, 31))
    return [maker.make(villages=villages, born=born) for _ in range(count)]


def employer_of(person: Person) -> str:
    """Return where someone on the payroll works."""
    return _EMPLOYERS[int(person.id_number[14:17]) % len(_EMPLOYERS)]
