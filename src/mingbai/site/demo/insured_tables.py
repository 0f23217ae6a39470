"""Binds the insured rolls, the register of residents and the lists beside it into workbooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mingbai.engine.generate import Person
from mingbai.rulebook.model import Book, OfficeSpec
from mingbai.site.demo.books import LongSheet, Stationer, TableSheet, Workbook
from mingbai.site.demo.drafts import SheetDraft, Value
from mingbai.site.demo.insured import Insured, InsuredCounty, households_of
from mingbai.site.demo.lists import employer_of
from mingbai.site.demo.places import Place
from mingbai.site.demo.plan import InsuredPlan

_ROLL = ("name", "id_number", "village", "household_number", "head_name", "relation")
_INSURED = (*_ROLL, "category", "paid_amount", "paid_date", "phone")
_RESIDENTS = (*_ROLL, "registered_as")
# Contributions are collected from October to February; the roll is closed in March.
_CLOSED = 3


@dataclass(frozen=True)
class InsuredBinder:
    """Knows who hands in which of them, and how an office words a category."""

    book: Book
    plan: InsuredPlan
    stationer: Stationer
    places: Sequence[Place]

    def bind(self, county: InsuredCounty) -> list[Workbook]:
        """A roll from each town; register and moves from the police; employees from health."""
        books = [self._bind_roll(place, county) for place in self.places]
        books.append(self._bind_register(county.residents))
        books.append(self._bind_moved(county.moved_out))
        books.append(self._bind_employees(county.employees))
        return books

    def _bind_roll(self, place: Place, county: InsuredCounty) -> Workbook:
        office = next(o for o in self.stationer.town_offices if o.division == place.code)
        lines = county.rolls[place.code]
        name = self.book.sub_item(self.plan.sub_item).name
        title = f"{place.name}{self.book.year}年度{name}参保花名册"
        forgets = any(village.code == county.missing for village in place.villages)

        def draft(corrected: bool) -> SheetDraft:
            kept = [
                line for line in lines if corrected or line.person.village.code != county.missing
            ]
            return self._draft(
                "insured", office, title, _INSURED, self._insured_rows(kept), "参保名册"
            )

        sheet = LongSheet("参保名册", len(lines), _CLOSED, draft, is_corrected=forgets)
        stem = f"{self.book.year}年度城乡居民医保参保花名册"
        return self.stationer.workbook(office, stem, [sheet])

    def _insured_rows(self, lines: Sequence[Insured]) -> list[tuple[Value, ...]]:
        words: dict[str, str] = {}
        for word, code in self.book.roster("insured").column("category").codes.items():
            words.setdefault(code, word)
        homes = households_of([line.person for line in lines], self.book.year)
        return [
            (
                line.person.name,
                line.person.id_number,
                line.person.village.name,
                *home,
                words[line.category],
                self.plan.contribution if line.category == "ordinary" else 0,
                _paid_on(self.book.year, line.person),
                line.person.phone,
            )
            for line, home in zip(lines, homes, strict=True)
        ]

    def _bind_register(self, residents: Mapping[str, Sequence[Person]]) -> Workbook:
        office = self.stationer.office("public-security")
        year = self.book.year
        sheets = [
            LongSheet(place.name, len(people), 1, self._register_of(place, people, office))
            for place in self.places
            if (people := residents[place.code])
        ]
        return self.stationer.workbook(office, f"{year}年初户籍人口底册", sheets)

    def _register_of(
        self, place: Place, people: Sequence[Person], office: OfficeSpec
    ) -> Callable[[bool], SheetDraft]:
        def draft(_corrected: bool) -> SheetDraft:
            homes = households_of(people, self.book.year)
            rows: list[tuple[Value, ...]] = [
                (each.name, each.id_number, each.village.name, *home, "家庭户")
                for each, home in zip(people, homes, strict=True)
            ]
            title = f"{place.name}{self.book.year}年初户籍人口底册"
            return self._draft("residents", office, title, _RESIDENTS, rows, place.name)

        return draft

    def _bind_moved(self, moved: Sequence[tuple[Person, date]]) -> Workbook:
        office = self.stationer.office("public-security")
        rows = [(each.name, each.id_number, day) for each, day in moved]
        columns = ("name", "id_number", "event_date")
        title = f"{self.book.county_name}{self.book.year}年初户口迁出县外人员名单"
        sheet = self._draft("moved_out", office, title, columns, rows)
        stem = f"{self.book.year}年初户口迁出名单"
        return self.stationer.workbook(office, stem, [TableSheet(sheet, sheet, 1)])

    def _bind_employees(self, employees: Sequence[Person]) -> Workbook:
        office = self.stationer.office("medical-security")
        title = f"{self.book.county_name}{self.book.year}年职工基本医疗保险参保名单"

        def draft(_corrected: bool) -> SheetDraft:
            rows = [(each.name, each.id_number, employer_of(each)) for each in employees]
            columns = ("name", "id_number", "employer")
            return self._draft("employee_insured", office, title, columns, rows, "职工参保")

        sheet = LongSheet("职工参保", len(employees), 1, draft)
        stem = f"{self.book.year}年职工医保参保名单"
        return self.stationer.workbook(office, stem, [sheet])

    def _draft(
        self,
        roster: str,
        office: OfficeSpec,
        title: str,
        columns: tuple[str, ...],
        rows: Sequence[Sequence[Value]],
        name: str = "名单",
    ) -> SheetDraft:
        return SheetDraft(
            roster=self.book.roster(roster),
            name=name,
            title=title,
            columns=columns,
            rows=rows,
            reporter=office.name,
            written_date=date(self.book.year, _CLOSED, 31),
        )


def _paid_on(year: int, person: Person) -> date:
    """From October of the year before to February."""
    turn = int(person.id_number[14:17])
    month = 10 + turn % 5
    return date(year - 1 if month <= 12 else year, (month - 1) % 12 + 1, 1 + turn % 28)
