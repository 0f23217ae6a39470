"""Progress, fund and information tables, training rosters and lists of people, as drafts."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from mingbai.engine.generate import Person
from mingbai.rulebook.model import Book, OfficeSpec, Roster
from mingbai.site.demo.advance import AdvanceLine
from mingbai.site.demo.drafts import SheetDraft, Value
from mingbai.site.demo.habits import OfficeHabits
from mingbai.site.demo.lists import Death, Trainee, employer_of
from mingbai.site.demo.money import FundLine
from mingbai.site.demo.pieces import Piece
from mingbai.site.demo.wording import name_in_tables, name_in_title, roster_title

_PASSED = ("合格", "是", "通过")


class TableDrafter:
    """Drafts the tables of one office in its own manner."""

    def __init__(self, *, book: Book, office: OfficeSpec, habits: OfficeHabits) -> None:
        self._book = book
        self._office = office
        self._habits = habits

    def progress(self, lines: Sequence[AdvanceLine], *, month: int, name: str) -> SheetDraft:
        """Draft a month's progress table."""
        full = self._habits.place % 2 == 0
        columns = ["sub_item", "measure", "unit_name", "target"]
        columns += ["month_done", "total_done"]
        columns += ["ratio"] if full else []
        columns += ["remark"]
        rows: list[tuple[Value, ...]] = []
        for line in lines:
            item = self._book.sub_item(line.sub_item)
            cells: dict[str, Value] = {
                "sub_item": name_in_tables(item, self._habits),
                "measure": line.measure,
                "unit_name": line.unit,
                "target": line.target,
                "month_done": line.month_done,
                "total_done": line.total_done,
                "ratio": _percent(line.total_done, line.target),
                "remark": None,
            }
            rows.append(tuple(cells[column] for column in columns))
        return self._draft("progress", name, month, "民生工程进度表", columns, rows)

    def funds(self, lines: Sequence[FundLine], *, month: int, name: str) -> SheetDraft:
        """Draft a month's fund table, a line a sub-item and tier."""
        full = self._habits.place % 3 != 0
        columns = ["sub_item", "tier", "budget", "arrived_month", "released_month", "spent_month"]
        columns += (
            ["arrived_total", "released_total", "spent_total"] if full else ["released_total"]
        )
        columns += ["ratio", "remark"] if self._habits.place % 2 else ["remark"]
        roster = self._book.roster("funds")
        rows: list[tuple[Value, ...]] = []
        for line in lines:
            item = self._book.sub_item(line.sub_item)
            words = [
                word for word, code in roster.column("tier").codes.items() if code == line.tier
            ]
            cells: dict[str, Value] = {
                "sub_item": name_in_tables(item, self._habits),
                "tier": self._habits.pick(tuple(words[:3]), line.tier),
                "budget": line.budget,
                "arrived_month": line.arrived,
                "released_month": line.released,
                "spent_month": line.spent,
                "arrived_total": line.arrived_total,
                "released_total": line.released_total,
                "spent_total": line.spent_total,
                "ratio": _percent(Decimal(line.released_total), Decimal(line.budget)),
                "remark": None,
            }
            rows.append(tuple(cells[column] for column in columns))
        return self._draft("funds", name, month, "民生工程资金拨付情况表", columns, rows)

    def information(self, pieces: Sequence[Piece], *, month: int, name: str) -> SheetDraft:
        """Draft a month's information pieces."""
        columns = ["title", "sent_date", "author", "channel"]
        columns += ["city_adopted_date", "province_adopted_date"]
        rows = [tuple(getattr(piece, column) for column in columns) for piece in pieces]
        return self._draft("information", name, month, "民生工程信息报送台账", columns, rows)

    def training(
        self, trainees: Sequence[Trainee], *, sub_item: str, month: int, name: str
    ) -> SheetDraft:
        """Draft one class."""
        item = self._book.sub_item(sub_item)
        roster = self._book.roster(item.roster or "")
        columns = ["name", "id_number", "village", "phone", "course"]
        columns += ["start_date", "end_date", "hours", "passed"]
        rows: list[tuple[Value, ...]] = []
        for each in trainees:
            village = each.person.village
            rows.append(
                (
                    each.person.name,
                    each.person.id_number,
                    village.town_name + village.name,
                    each.person.phone,
                    each.course,
                    each.start_date,
                    each.end_date,
                    each.hours,
                    self._habits.pick(_PASSED, "passed"),
                )
            )
        title = roster_title(
            name_in_title(self._book, item, roster, self._habits),
            place=self._book.county_name,
            year=self._book.year,
            month=month,
            habits=self._habits,
            training=True,
        )
        return self._titled(roster, name, month, title, columns, rows)

    def deaths(self, deaths: Sequence[Death], *, month: int, name: str) -> SheetDraft:
        """Draft a month's deaths."""
        columns = ("name", "id_number", "event_date")
        rows = [(each.person.name, each.person.id_number, each.event_date) for each in deaths]
        return self._draft("deaths", name, month, "死亡人员名单", columns, rows)

    def staff(self, people: Sequence[Person], *, month: int, name: str) -> SheetDraft:
        """Draft the list of people on the public payroll."""
        columns = ("name", "id_number", "employer")
        rows = [(each.name, each.id_number, employer_of(each)) for each in people]
        return self._draft("fiscal_staff", name, month, "财政供养人员名单", columns, rows)

    def _draft(
        self,
        roster: str,
        name: str,
        month: int,
        subject: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Value]],
    ) -> SheetDraft:
        place = self._office.short_name
        title = f"{place}{self._book.year}年{month}月{subject}"
        return self._titled(self._book.roster(roster), name, month, title, columns, rows)

    def _titled(
        self,
        roster: Roster,
        name: str,
        month: int,
        title: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Value]],
    ) -> SheetDraft:
        year = self._book.year
        return SheetDraft(
            roster=roster,
            name=name,
            title=title,
            columns=tuple(columns),
            rows=rows,
            reporter=self._office.name,
            written_date=date(year, month, calendar.monthrange(year, month)[1]),
        )


def _percent(part: Decimal, whole: Decimal | None) -> Decimal | None:
    if not whole:
        return None
    return (part * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
