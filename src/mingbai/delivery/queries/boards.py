"""What the programme pages show: one row a programme; one programme in full."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.db.models import Sum

from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.queries.lights import Colour, Light, lights
from mingbai.delivery.queries.reports import (
    Heads,
    Report,
    standing_heads,
)
from mingbai.delivery.queries.standing import MeasureStanding, newest_by_town
from mingbai.funds.queries import FundTotal, add_up, totals
from mingbai.intake.queries import live_sheets
from mingbai.programme.models import Programme, TownShare
from mingbai.programme.queries import programmes, shares

#: The worst light of its sub-items is the programme's.
_WORST_FIRST: Sequence[Colour] = ("red", "yellow", "grey", "green", "done")
_WORDS: Mapping[Colour, str] = {
    "red": "滞后",
    "yellow": "略慢",
    "grey": "待报或不判断",
    "green": "按序时",
    "done": "已完成",
}


@dataclass(frozen=True)
class ProgrammeRow:
    """One programme of the list with the lights of its sub-items and its money."""

    programme: Programme
    lights: tuple[Light, ...]
    funds: FundTotal

    @property
    def colour(self) -> Colour:
        """The worst of its sub-items' lights."""
        held = {light.colour for light in self.lights}
        return next((colour for colour in _WORST_FIRST if colour in held), "grey")

    @property
    def words(self) -> str:
        return _WORDS[self.colour]

    @property
    def completed_count(self) -> int:
        return sum(light.standing.completed for light in self.lights)


@dataclass(frozen=True)
class TownRow:
    """One town's share of one measure and what it reported.

    ``unplaced``: people are listed, but no roster says of which town.
    """

    town: str
    name: str
    share: Decimal
    done: Decimal | None
    period: int | None
    report: Report | None
    unplaced: bool = False

    @cached_property
    def ratio(self) -> Fraction | None:
        """Done / share; ``None`` without a share or a report."""
        if self.done is None or not self.share:
            return None
        return Fraction(self.done) / Fraction(self.share)


@dataclass(frozen=True)
class MeasureTable:
    """The towns of one measure with their sum beside the target."""

    measure: MeasureStanding
    rows: tuple[TownRow, ...]

    @property
    def share_total(self) -> Decimal:
        return sum((row.share for row in self.rows), Decimal(0))

    @property
    def done_total(self) -> Decimal | None:
        known = [row.done for row in self.rows if row.done is not None]
        return sum(known, Decimal(0)) if known else None


def programme_rows(*, to: Asker, year: int, period: int) -> tuple[ProgrammeRow, ...]:
    """The programmes this asker answers for, with lights and money at the end of a month."""
    by_programme: dict[str, list[Light]] = defaultdict(list)
    for light in lights(to=to, year=year, period=period):
        by_programme[light.sub_item.programme.code].append(light)
    money: dict[str, list[FundTotal]] = defaultdict(list)
    for part in totals(to=to, year=year, through=month_end(period)):
        money[part.sub_item.partition(".")[0]].append(part)
    return tuple(
        ProgrammeRow(
            programme,
            tuple(by_programme[programme.code]),
            add_up(tuple(money[programme.code])),
        )
        for programme in programmes(to=to, year=year)
        if to.sees_all or by_programme[programme.code]
    )


def town_tables(
    *,
    to: Asker,
    year: int,
    period: int,
    found: Sequence[Light],
    given: Sequence[Report],
    programme: str | None = None,
) -> dict[str, tuple[MeasureTable, ...]]:
    """Sub-item -> its measures by town, for the towns this asker may see; two queries.

    ``found`` and ``given`` are lights, of one programme or of all, and the reports up to the same
    month.
    """
    by_measure: dict[int, list[TownShare]] = defaultdict(list)
    for share in shares(to=to, year=year, programme=programme):
        by_measure[share.measure_id].append(share)
    reports: dict[tuple[str, str], list[Report]] = defaultdict(list)
    for report in given:
        reports[report.sub_item, report.measure].append(report)
    heads = standing_heads(to=to, year=year, through=month_end(period), by_town=True)
    tables: dict[str, tuple[MeasureTable, ...]] = {}
    for light in found:
        code = light.sub_item.code
        tables[code] = tuple(
            MeasureTable(
                part,
                _town_rows(
                    part, by_measure[part.measure.pk], reports[code, part.measure.code], heads
                ),
            )
            for part in light.standing.measures
            if by_measure[part.measure.pk]
        )
    return tables


def _town_rows(
    part: MeasureStanding,
    given: Sequence[TownShare],
    reports: list[Report],
    heads: Mapping[tuple[str, str | None], Heads],
) -> tuple[TownRow, ...]:
    newest = {report.town: report for report in newest_by_town(reports)}
    rows: list[TownRow] = []
    code = part.measure.sub_item.code
    unplaced = part.basis == "unplaced" or (
        part.basis == "roster"
        and part.heads is not None
        and part.heads.lines > 0
        and not any(item == code for item, _ in heads)
    )
    for share in given:
        report = newest.get(share.town_id)
        done = report.total_done if report else None
        if part.basis in ("roster", "unplaced"):
            people = heads.get((code, share.town_id))
            done, report = (None if people is None else people.counted_in(part.measure.unit)), None
        period = report.period if report else None
        rows.append(
            TownRow(share.town_id, share.town.name, share.share, done, period, report, unplaced)
        )
    return tuple(rows)


def money_by_tier(
    *, to: Asker, year: int, through: date, programme: str
) -> tuple[tuple[FundTotal, ...], FundTotal]:
    """A programme's money by tier over all its sub-items, and in sum."""
    parts = [
        part
        for part in totals(to=to, year=year, through=through)
        if part.sub_item.partition(".")[0] == programme
    ]
    by_tier: dict[str, list[FundTotal]] = defaultdict(list)
    for part in parts:
        by_tier[part.tier].append(part)
    order = ("central", "province", "city", "county", "town", "other")
    rows = tuple(add_up(tuple(by_tier[tier]), tier=tier) for tier in order if tier in by_tier)
    return rows, add_up(tuple(parts))


def people_by_month(
    *, to: Asker, year: int, period: int, sub_items: Sequence[str]
) -> dict[str, dict[int, int]]:
    """Sub-item -> month -> rows of its live people rosters that passed the gate, up to a month."""
    rows = (
        live_sheets(to=to, year=year)
        .filter(
            kind__in=("subsidy", "training"),
            sub_item__in=sub_items,
            month__isnull=False,
            month__lte=period % 100,
        )
        .order_by("sub_item", "month")
        .values_list("sub_item", "month")
        .annotate(people=Sum("accepted_count"))
    )
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for sub_item, month, people in rows:
        found[sub_item][year * 100 + month] = int(people)
    return dict(found)
