"""Binds sheets into the workbooks that offices send: who, in which file, in which wave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from mingbai.rulebook.model import Book, OfficeSpec
from mingbai.site.demo.drafts import SheetDraft
from mingbai.site.demo.habits import OfficeHabits
from mingbai.site.demo.rolls import Roll
from mingbai.site.demo.wording import half_of, name_in_title

FIRST_WAVE, SECOND_WAVE = "1-报送", "2-更正"
_QUARTERS = "一二三四"


@dataclass(frozen=True, slots=True)
class TableFault:
    """A planted fault of a table that is no subsidy roll, by its row in the draft."""

    row: int
    column: str
    kind: str
    outcome: str
    expected: str
    is_extra: bool


@dataclass(slots=True)
class TableSheet:
    """A finished draft; ``right`` is the same table without its faults."""

    draft: SheetDraft
    right: SheetDraft
    month: int
    sub_item: str = ""
    faults: list[TableFault] = field(default_factory=list)
    is_corrected: bool = False


@dataclass(slots=True)
class RollPage:
    """A subsidy roll and the name of its sheet; drafted only when written."""

    roll: Roll
    name: str


@dataclass(slots=True)
class LongSheet:
    """A table of many lines, drafted only when written: as first handed in, or corrected."""

    name: str
    row_count: int
    month: int
    draft: Callable[[bool], SheetDraft]
    is_corrected: bool = False


@dataclass(slots=True)
class Workbook:
    """One file of the first wave, and later perhaps its correction."""

    office: OfficeSpec
    place: int
    stem: str
    is_csv: bool
    sheets: list[RollPage | TableSheet | LongSheet]

    def path(self, *, corrected: bool = False) -> str:
        """Return the file's path below the handed-in folder."""
        wave = SECOND_WAVE if corrected else FIRST_WAVE
        tail = "（更正）" if corrected else ""
        return f"{wave}/{self.office.name}/{self.stem}{tail}.{'csv' if self.is_csv else 'xlsx'}"

    @property
    def habits(self) -> OfficeHabits:
        """Return the sender's habits."""
        return OfficeHabits.of_office(self.place, is_csv=self.is_csv)


class Stationer:
    """Knows every office, its place and habits, and binds rolls into workbooks."""

    def __init__(self, *, book: Book) -> None:
        self._book = book
        self._offices = {office.code: office for office in book.offices}
        self._order = {office.code: place for place, office in enumerate(book.offices)}
        self._town_office = {
            office.division: office
            for office in book.offices
            if office.kind == "town" and office.division is not None
        }

    def office(self, code: str) -> OfficeSpec:
        """Return an office by its code."""
        return self._offices[code]

    @property
    def lead_codes(self) -> tuple[str, ...]:
        """Return the offices that answer for a sub-item, in the county's order."""
        leads = {item.lead_office for item in self._book.sub_items}
        return tuple(code for code in self._offices if code in leads)

    @property
    def town_offices(self) -> tuple[OfficeSpec, ...]:
        """Return the towns' offices, in the county's order."""
        return tuple(self._town_office.values())

    def habits(self, office: OfficeSpec, *, is_csv: bool = False) -> OfficeHabits:
        """Return an office's habits."""
        return OfficeHabits.of_office(self._order[office.code], is_csv=is_csv)

    def sender(self, roll: Roll) -> OfficeSpec:
        """Return the office that hands a roll in."""
        if roll.stream.sender == "towns" and roll.town is not None:
            return self._town_office[roll.town.code]
        return self._offices[self._book.sub_item(roll.stream.sub_item).lead_office]

    def habits_of(self, roll: Roll) -> OfficeHabits:
        """Return the habits with which a roll is written."""
        return self.habits(self.sender(roll), is_csv=roll.stream.is_csv)

    def workbook(
        self,
        office: OfficeSpec,
        stem: str,
        sheets: Iterable[RollPage | TableSheet | LongSheet],
        *,
        is_csv: bool = False,
    ) -> Workbook:
        """Bind sheets into one file."""
        return Workbook(office, self._order[office.code], stem, is_csv, list(sheets))

    def bind_rolls(self, rolls: Sequence[Roll]) -> list[Workbook]:
        """Bind all rolls: by month, by half-year, or by town and quarter, as the plan says."""
        # Rolls come town by town; a file holds all towns of its month.
        by_lead = [roll for roll in rolls if roll.stream.sender == "lead"]
        by_lead.sort(key=_lead_file)
        by_town = [roll for roll in rolls if roll.stream.sender == "towns"]
        books = [self._bind_lead(list(each)) for _, each in groupby(by_lead, key=_lead_file)]
        by_town.sort(key=_town_file)
        books += [self._bind_town(list(each)) for _, each in groupby(by_town, key=_town_file)]
        return books

    def _bind_lead(self, rolls: list[Roll]) -> Workbook:
        first = rolls[0]
        office = self.sender(first)
        title = self._title(first, office)
        year = self._book.year
        if first.stream.months_as_sheets:
            stem = f"{year}年{half_of(first.month)}{title}发放花名册"
            pages = [RollPage(roll, f"{roll.month}月") for roll in rolls]
        else:
            stem = f"{year}年{first.month}月{title}发放花名册"
            pages = [RollPage(roll, roll.town.name if roll.town else "花名册") for roll in rolls]
        return self.workbook(
            office, stem.replace("花名册发放", ""), pages, is_csv=first.stream.is_csv
        )

    def _bind_town(self, rolls: list[Roll]) -> Workbook:
        office = self.sender(rolls[0])
        quarter = _QUARTERS[(rolls[0].month - 1) // 3]
        pages = [RollPage(roll, f"{roll.month}月{self._title(roll, office)}") for roll in rolls]
        return self.workbook(office, f"{self._book.year}年第{quarter}季度补助发放花名册", pages)

    def _title(self, roll: Roll, office: OfficeSpec) -> str:
        item = self._book.sub_item(roll.stream.sub_item)
        roster = self._book.roster(item.roster or "")
        return name_in_title(self._book, item, roster, self.habits(office))


def _lead_file(roll: Roll) -> tuple[str, int]:
    return roll.stream.sub_item, 0 if roll.stream.months_as_sheets else roll.month


def _town_file(roll: Roll) -> tuple[str, int]:
    return roll.town.code if roll.town else "", (roll.month - 1) // 3
