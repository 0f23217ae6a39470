"""A late roster for the last month: people the department found after the month was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from mingbai.engine.generate import Person
from mingbai.engine.money import show_money
from mingbai.intake.actions import receive_file
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets
from mingbai.registry.actions import enrol_sheets
from mingbai.site.line import compare_year
from mingbai.site.story.cast import HOUSE, CannotTellStory, Cast

_BORN: Final = (date(1936, 1, 1), date(1955, 12, 31))
_TITLE_LINES: Final = 2


@dataclass(frozen=True)
class LateLine:
    """One person of the late roster and their grade (a code)."""

    person: Person
    grade: str


@dataclass(frozen=True)
class LateRoll:
    """What one sub-item's late roster says."""

    sub_item: str
    lines: tuple[LateLine, ...]

    def corrected(self, *, raised: int, dropped: int) -> LateRoll:
        """The same with ``raised`` people of the lowest grade in the highest, ``dropped`` gone."""
        grades = sorted({line.grade for line in self.lines})
        lines, left = [], raised
        for line in self.lines[: len(self.lines) - dropped]:
            if left and line.grade == grades[-1]:
                lines.append(replace(line, grade=grades[0]))
                left -= 1
            else:
                lines.append(line)
        return replace(self, lines=tuple(lines))


def make_roll(cast: Cast, *, sub_item: str, count: int) -> LateRoll:
    """People of every town in turn, with the grades of the book in turn."""
    grades = sorted(_amounts(cast, sub_item)) or [""]
    return LateRoll(
        sub_item,
        tuple(
            LateLine(
                cast.newcomer(cast.places[n % len(cast.places)], _BORN), grades[n % len(grades)]
            )
            for n in range(count)
        ),
    )


def hand_in_late(cast: Cast, rolls: Sequence[LateRoll], *, before: int) -> None:
    """The lead department hands the rolls in; they are compared and enrolled like any other."""
    by, at = cast.lead_clerk(rolls[0].sub_item), cast.at(before, 8)
    year, month = divmod(cast.period, 100)
    receipt = receive_file(
        content=_write(cast, rolls),
        name=f"{year}年{month}月补录花名册.xlsx",
        office=by.office,
        by=by,
        at=at,
    )
    sheets = live_sheets(to=HOUSE, year=year, kind="subsidy").filter(receipt=receipt)
    _must_be_whole(sheets, rolls)
    compare_year(year=year, book=cast.book, by=cast.clerk, at=cast.at(before, 10))
    enrol_sheets(sheets=list(sheets), book=cast.book, by=cast.clerk, at=cast.at(before, 11))


def _must_be_whole(sheets: Any, rolls: Sequence[LateRoll]) -> None:
    told: list[Sheet] = list(sheets)
    counts = {each.sub_item: each.accepted_count for each in told if not each.rejected_count}
    if counts != {roll.sub_item: len(roll.lines) for roll in rolls}:
        raise CannotTellStory(f"补录花名册没有全部收下：{counts}")


def _amounts(cast: Cast, sub_item: str) -> Mapping[str, int]:
    """Grade -> amount (分) of the last month; an ungraded standard is "" -> amount."""
    day = date(cast.period // 100, cast.period % 100, 1)
    (rule,) = cast.book.sub_item(sub_item).amount_rules(day)
    return dict(rule.grades) or {"": rule.amount_fen or 0}


def _write(cast: Cast, rolls: Sequence[LateRoll]) -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": cast.at(0).replace(tzinfo=None)})
    for roll in rolls:
        _write_sheet(cast, book, roll)
    book.close()
    return out.getvalue()


def _write_sheet(cast: Cast, book: xlsxwriter.Workbook, roll: LateRoll) -> None:
    item = cast.book.sub_item(roll.sub_item)
    roster = cast.book.roster(item.roster or "")
    year, month = divmod(cast.period, 100)
    page = book.add_worksheet(f"{roster.title_words[0]}补录")
    page.write_string(0, 0, f"{cast.book.county_name}{year}年{month}月{roster.name}（补录）")
    amounts = _amounts(cast, roll.sub_item)
    words: dict[str, str] = {}
    for column in roster.columns:
        for word, code in column.codes.items():
            words.setdefault(code, word)
    shown = [each for each in roster.columns if each.name not in ("period", "start_date")]
    for place, column in enumerate(shown):
        page.write_string(_TITLE_LINES - 1, place, column.label)
    for number, line in enumerate(roll.lines, _TITLE_LINES):
        person = line.person
        values = {
            "name": person.name,
            "id_number": person.id_number,
            "village": f"{person.village.town_name}{person.village.name}",
            "account": person.account,
            "phone": person.phone,
            "amount": show_money(amounts[line.grade]),
            "grade": words.get(line.grade, ""),
            "head_name": person.name,
            "remark": "补录",
        }
        for place, column in enumerate(shown):
            page.write_string(number, place, values.get(column.name, ""))
