"""Subsidy rolls as sheets: which columns an office fills, and the planted faults in place."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from random import Random

from mingbai.engine.generate import Person
from mingbai.rulebook.model import Book, OfficeSpec
from mingbai.site.demo.drafts import SheetDraft, Value
from mingbai.site.demo.faults import Planted
from mingbai.site.demo.habits import OfficeHabits
from mingbai.site.demo.rolls import Entry, Roll
from mingbai.site.demo.wording import name_in_title, roster_title

_SCHOOLS = ("中心小学", "初级中学", "第一幼儿园", "实验学校")
_HOSPITALS = ("南陵县医院", "南陵县中医医院", "弋矶山医院", "芜湖市第一人民医院", "籍山镇卫生院")


@dataclass(frozen=True, slots=True)
class RollSheet:
    """A roll as a draft, with the row on which each planted fault stands."""

    draft: SheetDraft
    faults: tuple[tuple[int, Planted], ...]


def columns_of(book: Book, roll: Roll, habits: OfficeHabits) -> tuple[str, ...]:
    """Choose the columns an office fills: all required ones, and the others by habit."""
    roster = book.roster(book.sub_item(roll.stream.sub_item).roster or "")
    known = {column.name: column for column in roster.columns}
    wanted = {
        "name": True,
        "id_number": True,
        "village": True,
        "school": True,
        "head_name": roll.stream.depends or habits.place % 4 == 1,
        "grade": bool(roll.entries) and roll.entries[0].grade is not None,
        "hospital": True,
        "start_date": "hospital" in known or habits.place % 3 != 1,
        "phone": habits.place % 8 != 7,
        "account": True,
        "amount": True,
        "period": habits.place % 2 == 0,
        "remark": habits.place % 5 == 2,
    }
    return tuple(
        name for name, fills in wanted.items() if name in known and (fills or known[name].required)
    )


def roll_sheet(
    book: Book,
    roll: Roll,
    *,
    office: OfficeSpec,
    habits: OfficeHabits,
    name: str,
    corrected: bool,
    seed: str,
) -> RollSheet:
    """Draft one roll: as first handed in with its faults, or ``corrected`` without them."""
    item = book.sub_item(roll.stream.sub_item)
    roster = book.roster(item.roster or "")
    columns = columns_of(book, roll, habits)
    planted = [] if corrected else roll.planted
    lines = _in_order(roll, planted, Random(seed))  # noqa: S311
    rows: list[tuple[Value, ...]] = []
    faults: list[tuple[int, Planted]] = []
    for entry, slips in lines:
        cells = _cells(book.year, roll, entry)
        for slip in slips:
            cells.update(slip.values)
            faults.append((len(rows), slip))
        rows.append(tuple(cells[column] for column in columns))
    place = roll.town.name if roll.town is not None else book.county_name
    last = calendar.monthrange(book.year, roll.month)[1]
    draft = SheetDraft(
        roster=roster,
        name=name,
        title=roster_title(
            name_in_title(book, item, roster, habits),
            place=place,
            year=book.year,
            month=roll.month,
            habits=habits,
            training=False,
        ),
        columns=columns,
        rows=rows,
        reporter=office.name,
        written_date=date(book.year, roll.month, last),
    )
    return RollSheet(draft=draft, faults=tuple(faults))


def _in_order(
    roll: Roll, planted: list[Planted], random: Random
) -> list[tuple[Entry, list[Planted]]]:
    """Sort by village, as rosters are, with extra lines between; a repeated person below."""
    order = sorted(range(len(roll.entries)), key=lambda n: roll.entries[n].person.village.code)
    spoiled: dict[int, list[Planted]] = {}
    for slip in planted:
        if slip.index is not None:
            spoiled.setdefault(slip.index, []).append(slip)
    lines: list[tuple[float, Entry, list[Planted]]] = [
        (float(place), roll.entries[index], spoiled.get(index, []))
        for place, index in enumerate(order)
    ]
    first = {roll.entries[index].person.id_number: place for place, index in enumerate(order)}
    for slip in planted:
        if slip.index is None:
            lowest = first.get(slip.person.id_number, 0)
            # Between two whole places; never level with the person's own line, only below it.
            place = lowest + (1 - random.random()) * (len(order) - lowest)
            lines.append((place, Entry(slip.person, slip.amount, slip.grade), [slip]))
    lines.sort(key=lambda line: line[0])
    return [(entry, slips) for _, entry, slips in lines]


def _cells(year: int, roll: Roll, entry: Entry) -> dict[str, Value]:
    person = entry.person
    village = person.village
    return {
        "name": person.name,
        "id_number": person.id_number,
        "village": village.name if roll.town is not None else village.town_name + village.name,
        "school": village.town_name + _SCHOOLS[int(person.id_number[14:17]) % len(_SCHOOLS)],
        "hospital": _HOSPITALS[int(person.id_number[14:17]) % len(_HOSPITALS)],
        "head_name": person.head_name,
        "grade": entry.grade,
        "start_date": _start_date(year, roll, person),
        "phone": person.phone,
        "account": person.account,
        "amount": entry.amount,
        "period": year * 100 + roll.month,
        "remark": None,
    }


def _start_date(year: int, roll: Roll, person: Person) -> date:
    """Bills are settled within the month; benefits began one to three years ago."""
    turn = int(person.id_number[14:17])
    if roll.stream.cumulative or not roll.stream.count:
        return date(year, roll.month, 1 + turn % 28)
    return date(year - 1 - turn % 3, 1 + turn % 12, 1 + turn % 28)
