"""Lines of workbooks about classes: what each says, of which class, and what does not fit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from mingbai.base.periods import hours_of
from mingbai.delivery.models import EnteredSheet, TrainingClass
from mingbai.intake.models import REJECT, Sheet

ProblemCode = Literal[
    "no_class", "which_class", "no_roll", "not_on_roll", "listed_twice", "planned_before",
    "plan_differs", "not_leading", "no_rule",
]  # fmt: skip
TEXTS: Final[Mapping[str, str]] = {
    "no_class": "没有对得上的培训班，本行未计入；请写明班号，或核对培训内容和日期",
    "which_class": "培训内容和日期对得上几个班，本行未计入；请写明班号",
    "no_roll": "第{number}班还没有学员名册，本行未计入；名册到了请重报",
    "not_on_roll": "此人不在第{number}班的学员名册上，本行未计入；请更正名册或删去本行",
    "listed_twice": "此人同一次已有一行，本行未计入；请合并为一行",
    "planned_before": "这个班已登记为第{number}班，不再另开",
    "plan_differs": "第{number}班已登记，名额或结业日期与本行不同；班次登记后不改，请核对",
    "not_leading": "该子项不由本单位牵头，本行未计入；请由牵头单位登记",
    "no_rule": "规则库没有这一天的合格分数，本行未计入；请核对考核日期",
}
#: What only tells, and keeps no line from counting.
NOTES: Final = frozenset({"planned_before"})
_NUMBERED: Final = re.compile(r"第(\d{1,3})班")


@dataclass(frozen=True)
class ClassProblem:
    """One line that does not fit; nothing personal. Line 0 is the whole sheet."""

    line: int
    code: ProblemCode
    number: int = 0

    @property
    def message(self) -> str:
        """What is wrong, on which line, and what to do next."""
        return f"第 {self.line} 行：{TEXTS[self.code].format(number=self.number)}。"

    def as_json(self) -> dict[str, Any]:
        """As the entered sheet keeps it."""
        return {"line": self.line, "code": self.code, "number": self.number}


def problem_of(told: Mapping[str, Any]) -> ClassProblem:
    """A kept problem read back."""
    return ClassProblem(told["line"], told["code"], told["number"])


@dataclass(frozen=True)
class Meeting:
    """A time a class met, as an attendance sheet tells it."""

    training_class: TrainingClass
    held_date: date
    first_minute: int
    last_minute: int


@dataclass(frozen=True)
class Scored:
    """One line of scores that found its class and its person."""

    training_class: TrainingClass
    line: int
    head_key: bytes
    exam_date: date
    score: Decimal


@dataclass(frozen=True)
class Ground:
    """The year's classes, and whose keys stand on the roll of each (none without a roll)."""

    classes: Sequence[TrainingClass]
    rolls: Mapping[int, EnteredSheet]
    people: Mapping[int, frozenset[bytes]]

    def find(self, sheet: Sheet, row: Mapping[str, Any], day: date) -> list[TrainingClass]:
        """The classes of the sheet's office that a line may speak of: by number, else by course
        and day."""
        own = [one for one in self.classes if one.office_id == sheet.office_id]
        number = row.get("class_number") or self._titled(sheet)
        if number:
            return [one for one in own if one.number == int(number)]
        course = _fold(row.get("course") or "")
        return [
            one
            for one in own
            if one.start_date <= day <= one.end_date
            and (not course or _fold(one.course) == course)
            and (sheet.sub_item is None or one.sub_item == sheet.sub_item)
        ]

    @staticmethod
    def _titled(sheet: Sheet) -> str | None:
        for text in (sheet.title, sheet.name, sheet.receipt.original_name):
            if found := _NUMBERED.search(text or ""):
                return found[1]
        return None


class ClassLines:
    """Reads the accepted rows of one sheet; what does not fit is listed."""

    def __init__(self, sheet: Sheet, ground: Ground) -> None:
        self.sheet, self.ground = sheet, ground
        self.problems: list[ClassProblem] = []

    def meetings(self, rows: Iterable[Mapping[str, Any]]) -> dict[Meeting, set[bytes]]:
        """Who was there, meeting by meeting; somebody listed absent makes the meeting known."""
        found: dict[Meeting, set[bytes]] = defaultdict(set)
        listed: dict[Meeting, set[bytes]] = defaultdict(set)
        for row, one in self._placed(rows, "held_date"):
            hours = hours_of(row.get("hours") or "")
            if hours is None:  # receipt has refused such a line
                continue
            meeting = Meeting(one, row["held_date"], *hours)
            key = row["id_key"]
            if key in listed[meeting]:
                self._tell(row, "listed_twice")
                continue
            listed[meeting].add(key)
            found[meeting] |= {key} if row.get("present") != "no" else set()
        return dict(found)

    def scores(self, rows: Iterable[Mapping[str, Any]]) -> list[Scored]:
        """Scores of people on rolls; one a person and day."""
        found: list[Scored] = []
        seen: set[tuple[int, bytes, date]] = set()
        for row, one in self._placed(rows, "exam_date"):
            place = (one.pk, row["id_key"], row["exam_date"])
            if place in seen:
                self._tell(row, "listed_twice")
                continue
            seen.add(place)
            score = Decimal(row["score"]).quantize(Decimal("0.01"))
            found.append(Scored(one, row["line"], row["id_key"], row["exam_date"], score))
        return found

    def _placed(
        self, rows: Iterable[Mapping[str, Any]], column: str
    ) -> Iterator[tuple[Mapping[str, Any], TrainingClass]]:
        """Accepted rows whose class is known and whose person is on its roll."""
        for row in rows:
            if row.get("verdict") == REJECT or not row.get("id_key") or row.get(column) is None:
                continue
            found = self.ground.find(self.sheet, row, row[column])
            if len(found) != 1:
                self._tell(row, "which_class" if found else "no_class")
                continue
            (one,) = found
            if one.pk not in self.ground.people:
                self._tell(row, "no_roll", one.number)
            elif row["id_key"] not in self.ground.people[one.pk]:
                self._tell(row, "not_on_roll", one.number)
            else:
                yield row, one

    def _tell(self, row: Mapping[str, Any], code: ProblemCode, number: int = 0) -> None:
        self.problems.append(ClassProblem(row["line"], code, number))


def _fold(text: str) -> str:
    return "".join(text.split())
