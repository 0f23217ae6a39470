"""Binds progress, funds, information, training and lists into the files that each office sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mingbai.engine.generate import Person
from mingbai.rulebook.model import Book, OfficeSpec
from mingbai.site.demo.advance import AdvanceLine
from mingbai.site.demo.books import Stationer, TableSheet, Workbook
from mingbai.site.demo.drafts import SheetDraft
from mingbai.site.demo.lists import Death, Trainee
from mingbai.site.demo.money import FundLine
from mingbai.site.demo.pieces import Piece
from mingbai.site.demo.plan import Plan
from mingbai.site.demo.tables import TableDrafter
from mingbai.site.demo.wording import half_of

_QUARTERS = ((1, 2, 3), (4, 5, 6), (7, 8, 9), (10, 11, 12))
_QUARTER_WORDS = "一二三四"


class ReportBinder:
    """Knows which office sends which report how often."""

    def __init__(
        self, *, book: Book, plan: Plan, stationer: Stationer, months: Sequence[int]
    ) -> None:
        self._book = book
        self._plan = plan
        self._stationer = stationer
        self._months = months
        self._half = half_of(months[0])

    def bind(
        self,
        *,
        funds: Sequence[FundLine],
        advance: Sequence[AdvanceLine],
        trainees: Mapping[str, Mapping[int, Sequence[Trainee]]],
        pieces: Sequence[Piece],
        deaths: Sequence[Death],
        staff: Sequence[Person],
    ) -> list[Workbook]:
        """Bind everything but the subsidy rolls."""
        books: list[Workbook] = []
        for code in self._stationer.lead_codes:
            books += self._bind_department(self._stationer.office(code), funds, advance, pieces)
        for office in self._stationer.town_offices:
            books += self._bind_town(office, advance, pieces)
        for code, classes in trainees.items():
            books.append(self._bind_training(code, classes))
        books += self._bind_deaths(deaths)
        books.append(self._bind_staff(staff))
        return books

    def _drafter(self, office: OfficeSpec) -> TableDrafter:
        return TableDrafter(book=self._book, office=office, habits=self._stationer.habits(office))

    def _bind_department(
        self,
        office: OfficeSpec,
        funds: Sequence[FundLine],
        advance: Sequence[AdvanceLine],
        pieces: Sequence[Piece],
    ) -> list[Workbook]:
        drafter = self._drafter(office)
        own = {item.code for item in self._book.sub_items if item.lead_office == office.code}
        year = self._book.year
        books: list[Workbook] = []
        for month in self._months:
            lines = [
                line
                for line in advance
                if line.sub_item in own and line.month == month and not line.town
            ]
            money = [line for line in funds if line.sub_item in own and line.month == month]
            progress = _sheet(drafter.progress(lines, month=month, name="进度"), month)
            paid = _sheet(drafter.funds(money, month=month, name="资金"), month)
            stems = [(f"{year}年{month}月民生工程月报", [progress, paid])]
            if office.code in self._plan.separate_offices:
                stems = [(f"{year}年{month}月进度表", [progress])]
                stems += [(f"{year}年{month}月资金表", [paid])]
            books += [self._stationer.workbook(office, stem, each) for stem, each in stems]
        sheets = self._information(office, drafter, pieces, self._months)
        if sheets:
            stem = f"{year}年{self._half}信息报送台账"
            books.append(self._stationer.workbook(office, stem, sheets))
        return books

    def _bind_town(
        self, office: OfficeSpec, advance: Sequence[AdvanceLine], pieces: Sequence[Piece]
    ) -> list[Workbook]:
        drafter = self._drafter(office)
        books: list[Workbook] = []
        for number, quarter in enumerate(_QUARTERS):
            sheets: list[TableSheet] = []
            for month in (each for each in quarter if each in self._months):
                lines = [
                    line for line in advance if line.town == office.division and line.month == month
                ]
                if lines:
                    draft = drafter.progress(lines, month=month, name=f"{month}月进度")
                    sheets.append(_sheet(draft, month))
                sheets += self._information(office, drafter, pieces, (month,), suffix="信息")
            if sheets:
                stem = f"{self._book.year}年第{_QUARTER_WORDS[number]}季度民生工程报表"
                books.append(self._stationer.workbook(office, stem, sheets))
        return books

    def _information(
        self,
        office: OfficeSpec,
        drafter: TableDrafter,
        pieces: Sequence[Piece],
        months: Sequence[int],
        suffix: str = "",
    ) -> list[TableSheet]:
        sheets: list[TableSheet] = []
        for month in months:
            own = [
                piece
                for piece in pieces
                if piece.office == office.code and piece.sent_date.month == month
            ]
            if own:
                own.sort(key=lambda piece: piece.sent_date)
                draft = drafter.information(own, month=month, name=f"{month}月{suffix}")
                sheets.append(_sheet(draft, month))
        return sheets

    def _bind_training(self, code: str, classes: Mapping[int, Sequence[Trainee]]) -> Workbook:
        item = self._book.sub_item(code)
        office = self._stationer.office(item.lead_office)
        drafter = self._drafter(office)
        sheets = [
            _sheet(
                drafter.training(people, sub_item=code, month=month, name=f"{month}月"),
                month,
                sub_item=code,
            )
            for month, people in classes.items()
        ]
        stem = f"{self._book.year}年{self._half}{item.name}学员花名册"
        return self._stationer.workbook(office, stem.replace("/", ""), sheets)

    def _bind_deaths(self, deaths: Sequence[Death]) -> list[Workbook]:
        office = self._stationer.office(self._plan.lists["deaths"].office)
        drafter = self._drafter(office)
        books: list[Workbook] = []
        for number, quarter in enumerate(_QUARTERS):
            sheets = [
                _sheet(drafter.deaths(own, month=month, name=f"{month}月"), month)
                for month in quarter
                if (own := [each for each in deaths if each.event_date.month == month])
            ]
            if sheets:
                stem = f"{self._book.year}年第{_QUARTER_WORDS[number]}季度死亡人员名单"
                books.append(self._stationer.workbook(office, stem, sheets))
        return books

    def _bind_staff(self, staff: Sequence[Person]) -> Workbook:
        office = self._stationer.office(self._plan.lists["fiscal_staff"].office)
        draft = self._drafter(office).staff(staff, month=self._months[0], name="名单")
        stem = f"{self._book.year}年{self._months[0]}月财政供养人员名单"
        return self._stationer.workbook(office, stem, [_sheet(draft, self._months[0])])


def _sheet(draft: SheetDraft, month: int, *, sub_item: str = "") -> TableSheet:
    return TableSheet(draft=draft, right=draft, month=month, sub_item=sub_item)
