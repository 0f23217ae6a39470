"""What the boards show: every light, town by town, the money's way, what is expected.

A board is of the county, of one office or of one town; each takes the same records, narrowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.db.models import Sum

from mingbai.base.figures import Figure
from mingbai.base.models import Division, Office
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.queries import (
    Light,
    MeasureStanding,
    Outlook,
    Report,
    lights,
    outlooks,
    standing_reports,
)
from mingbai.delivery.queries.boards import TownRow, town_tables
from mingbai.funds.queries import FundTotal, add_up, monthly, totals
from mingbai.payment.queries import paid_shares
from mingbai.programme.queries import planned_curves, sub_items
from mingbai.report.queries.collect import Moment, collect_figures
from mingbai.report.queries.courses import Course, course_of

#: The figures a board opens with, in order; those of money are the county's and an office's own.
FACES = (
    "delivery.completed_sub_items",
    "funds.released",
    "funds.released_of_budget",
    "payment.person_times",
    "payment.paid_amount",
)


@dataclass(frozen=True)
class Cell:
    """One town's place in one sub-item: its share, what it did, and how far from the schedule.

    ``gap`` is a ratio (0.05 is 5 百分点 ahead); ``None`` where nothing can be said.
    """

    row: TownRow
    gap: Fraction | None


@dataclass(frozen=True)
class GridRow:
    """One sub-item's measure across the towns."""

    light: Light
    measure: MeasureStanding
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class TownSum:
    """One town over all measures split to it: how many are on time, and what its people got."""

    code: str
    name: str
    judged_count: int
    on_time_count: int
    paid_amount: int
    person_times: int

    @property
    def on_time_ratio(self) -> Fraction | None:
        """On time / judged; ``None`` where nothing can be judged yet."""
        return Fraction(self.on_time_count, self.judged_count) if self.judged_count else None


@dataclass(frozen=True)
class MoneyMonth:
    """Money to the end of one month, in 分."""

    period: int
    arrived: int
    released: int
    spent: int


@dataclass(frozen=True)
class Board:
    """All that one board shows, for one month."""

    year: int
    period: int
    of_town: bool
    faces: Mapping[str, Figure]
    lights: tuple[Light, ...]
    outlooks: Mapping[str, Outlook]
    towns: tuple[TownSum, ...]
    grid: tuple[GridRow, ...]
    course: Course
    money: FundTotal
    months: tuple[MoneyMonth, ...]

    @property
    def behind(self) -> tuple[Light, ...]:
        """Lights behind their schedule, the furthest first."""
        found = [each for each in self.lights if each.colour in ("red", "yellow")]
        return tuple(sorted(found, key=lambda each: (each.gap or Fraction(0), each.sub_item.code)))

    @property
    def arrived_of_budget(self) -> Fraction | None:
        """到位 / 年度预算; ``None`` without a budget."""
        return Fraction(self.money.arrived, self.money.budget) if self.money.budget else None

    @property
    def spent_of_budget(self) -> Fraction | None:
        """支出 / 年度预算; ``None`` without a budget."""
        return Fraction(self.money.spent, self.money.budget) if self.money.budget else None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many sub-items stand in each colour."""
        held = ("done", "green", "yellow", "red", "grey")
        return {colour: sum(each.colour == colour for each in self.lights) for colour in held}

    @property
    def silent(self) -> tuple[Light, ...]:
        """Lights without this month's report, where one is wanted."""
        return tuple(
            each
            for each in self.lights
            if each.silent and each.standing.judged and each.colour != "done"
        )


def office_of_board(code: str, *, to: Asker) -> Office | None:
    """The office a board is asked of: any for who sees all, else only one's own."""
    found = Office.objects.seen_by(to).filter(code=code, valid_to__isnull=True).first()
    return found if found is not None and (to.sees_all or found.pk in to.office_ids) else None


def town_of_board(code: str, *, to: Asker) -> Division | None:
    """The town a board is asked of: any for who sees all, else only one's own."""
    found = Division.objects.seen_by(to).filter(code=code, level="town").first()
    return found if found is not None and (to.sees_all or code in to.towns) else None


def board_of(
    *,
    to: Asker,
    year: int,
    period: int,
    as_of: int,
    office: Office | None = None,
    town: Division | None = None,
) -> Board:
    """A board for one month; the number of queries does not grow with sub-items or towns.

    A town's board is what the town itself sees: its own shares, reports and lights.
    """
    if town is not None:
        to = _as_town(to, town)
    through = month_end(period)
    found = _lights(to, year, period, office)
    given = standing_reports(to=to, year=year, through=through)
    curves = planned_curves(to=to, year=year)
    grid = _grid(to, year, period, found, given)
    codes = frozenset(each.sub_item.code for each in found)
    return Board(
        year=year,
        period=period,
        of_town=town is not None or (not to.sees_all and bool(to.towns)),
        faces=_faces(to, Moment(year, through, as_of), whole=office is None and town is None),
        lights=found,
        outlooks=outlooks(to=to, year=year, period=period, found=found, given=given, curves=curves),
        towns=_towns(to, year, through, as_of, grid, codes),
        grid=grid,
        course=course_of(found, given, curves, period),
        money=_money(to, year, through, codes),
        months=_months(to, year, period, codes),
    )


def course_of_board(
    *, to: Asker, year: int, period: int, office: Office | None = None, town: Division | None = None
) -> Course:
    """The S curve that the same board draws, with its sub-items."""
    if town is not None:
        to = _as_town(to, town)
    found = _lights(to, year, period, office)
    given = standing_reports(to=to, year=year, through=month_end(period))
    return course_of(found, given, planned_curves(to=to, year=year), period)


def narrowed(to: Asker, *, year: int, office: Office | None, town: Division | None) -> Asker:
    """The same asker, seeing only what a board of that office or town is made of."""
    if town is not None:
        return _as_town(to, town)
    if office is None:
        return to
    led = {item.code for item in sub_items(to=to, year=year) if item.lead_office_id == office.pk}
    own = frozenset(led if to.sees_all else led & to.sub_items)
    return replace(to, sees_all=False, towns=frozenset(), sub_items=own, office_ids=frozenset())


def _lights(to: Asker, year: int, period: int, office: Office | None) -> tuple[Light, ...]:
    found = lights(to=to, year=year, period=period)
    if office is None:
        return found
    return tuple(each for each in found if each.sub_item.lead_office_id == office.pk)


def _as_town(to: Asker, town: Division) -> Asker:
    """The same asker, seeing only what is this town's; never more than before."""
    return replace(
        to,
        sees_all=False,
        towns=frozenset({town.pk}),
        sub_items=frozenset(),
        office_ids=frozenset(),
    )


def _faces(to: Asker, when: Moment, *, whole: bool) -> Mapping[str, Figure]:
    """The figures of the whole; a part of the county is told by its lights and tables."""
    return collect_figures(FACES, when=when, to=to) if whole else {}


def _grid(
    to: Asker,
    year: int,
    period: int,
    found: Sequence[Light],
    given: Sequence[Report],
) -> tuple[GridRow, ...]:
    """Sub-items by towns, for each measure that is split and set."""
    tables = town_tables(to=to, year=year, period=period, found=found, given=given)
    rows: list[GridRow] = []
    for light in found:
        for table in tables[light.sub_item.code]:
            part = table.measure
            if part.measure.target_state != "set":
                continue
            cells = {row.town: Cell(row, _gap(row, light)) for row in table.rows if row.share}
            if cells:
                rows.append(GridRow(light, part, cells))
    return tuple(rows)


def _gap(row: TownRow, light: Light) -> Fraction | None:
    """How far a town is from what the sub-item's schedule asks of everybody."""
    if row.ratio is None or light.planned is None or row.unplaced:
        return None
    return min(row.ratio, Fraction(1)) - Fraction(light.planned)


def _towns(
    to: Asker,
    year: int,
    through: date,
    as_of: int,
    grid: Sequence[GridRow],
    codes: frozenset[str],
) -> tuple[TownSum, ...]:
    """The towns of the grid with what was paid to people there."""
    paid = {
        row["town"]: (int(row["fen"]), int(row["times"]))
        for row in paid_shares(to=to, year=year, cutoff=through, as_of=as_of)
        .filter(batch__sub_item__in=codes)
        .order_by()
        .values("town")
        .annotate(fen=Sum("amount"), times=Sum("person_count"))
    }
    names: dict[str, str] = {}
    judged: dict[str, int] = {}
    on_time: dict[str, int] = {}
    for line in grid:
        for code, cell in line.cells.items():
            names[code] = cell.row.name
            if cell.gap is not None:
                judged[code] = judged.get(code, 0) + 1
                on_time[code] = on_time.get(code, 0) + (cell.gap >= 0)
    return tuple(
        TownSum(
            code,
            names[code],
            judged.get(code, 0),
            on_time.get(code, 0),
            *paid.get(code, (0, 0)),
        )
        for code in sorted(names)
    )


def _money(to: Asker, year: int, through: date, codes: frozenset[str]) -> FundTotal:
    parts = totals(to=to, year=year, through=through)
    return add_up(tuple(part for part in parts if part.sub_item in codes))


def _months(to: Asker, year: int, period: int, codes: frozenset[str]) -> tuple[MoneyMonth, ...]:
    """Money to the end of each month so far."""
    entered = monthly(to=to, year=year, sub_items=codes)
    sums = {"arrival": 0, "release": 0, "spending": 0}
    found: list[MoneyMonth] = []
    for month in range(year * 100 + 1, period + 1):
        for kind in sums:
            sums[kind] += entered.get((month, kind), 0)
        found.append(MoneyMonth(month, sums["arrival"], sums["release"], sums["spending"]))
    return tuple(found)
