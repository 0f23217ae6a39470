"""Lights against the schedule, months without a report, and reports that contradict each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from mingbai.base.periods import month_end
from mingbai.base.reading import read_once, reading
from mingbai.base.scope import Asker
from mingbai.delivery.queries.reports import (
    Report,
    counting_heads,
    newest_reports,
    standing_reports,
    waiting_reports,
)
from mingbai.delivery.queries.standing import (
    MeasureStanding,
    SubItemStanding,
    newest_by_town,
    standings,
)
from mingbai.programme.models import SubItem
from mingbai.programme.queries import planned_ratios

Colour = Literal["green", "yellow", "red", "grey", "done"]


@dataclass(frozen=True)
class Light:
    """One sub-item against its schedule at the end of a month.

    ``gap`` is actual less planned as a ratio (0.249 is 24.9 百分点 ahead). Red: less done than was
    due a month before, or the finish date has passed; yellow: behind, but by less than a month's
    plan; green: on time; done: the year's target is reached; grey: no target, no report yet, or
    (for a town) rosters that do not say who is of which town.
    """

    standing: SubItemStanding
    colour: Colour
    words: str
    planned: Decimal | None
    actual: Fraction | None
    gap: Fraction | None
    silent: bool

    @property
    def sub_item(self) -> SubItem:
        return self.standing.sub_item


@dataclass(frozen=True)
class Silence:
    """An office that leads sub-items and has not reported them this month."""

    office_id: int
    office_name: str
    sub_items: tuple[SubItem, ...]


@dataclass(frozen=True)
class Gap:
    """Two sources of one measure that differ: ``kind`` says which stands beside the one used.

    ``towns``: the department's total against the sum of the towns' reports of the same month or
    before; ``roster``: the people a table claims against those listed on rosters.
    """

    sub_item: SubItem
    measure: str
    unit: str
    kind: Literal["towns", "roster"]
    used: Decimal
    beside: Decimal
    reports: tuple[Report, ...]

    @property
    def message(self) -> str:
        """What differs, and what to do."""
        used, beside = (f"{value.normalize():f}{self.unit}" for value in (self.used, self.beside))
        if self.kind == "towns":
            return f"部门报 {used}，各镇合计 {beside}；请部门与各镇核对后更正其中一方。"
        return f"花名册上合格 {used}，进度表填 {beside}；请补报花名册或更正进度表。"


@read_once
def lights(
    *, to: Asker, year: int, period: int, as_of: int | None = None, programme: str | None = None
) -> tuple[Light, ...]:
    """A light for each sub-item this asker answers for at the end of a month; constant queries."""
    through = month_end(period)
    with reading():
        found = standings(to=to, year=year, cutoff=through, as_of=as_of, programme=programme)
        due = planned_ratios(to=to, year=year, period=period, as_of=as_of)
        due_before = planned_ratios(to=to, year=year, period=period - 1, as_of=as_of)
        reported = _reported(to, year, period, as_of)
        waiting = waiting_reports(to=to, year=year, through=through, as_of=as_of)
    unchecked = {each.sub_item for each in waiting if each.period == period}
    return tuple(
        _light(
            each,
            period,
            due,
            due_before,
            silent=each.sub_item.code not in reported,
            unchecked=each.sub_item.code in unchecked,
        )
        for each in found
    )


def silence(*, to: Asker, year: int, period: int, as_of: int | None = None) -> tuple[Silence, ...]:
    """Which lead offices have not reported this month, with the sub-items in question.

    Sub-items without a set target, already completed, or not begun by schedule are not asked for.
    """
    missing: dict[int, list[SubItem]] = defaultdict(list)
    names: dict[int, str] = {}
    for light in lights(to=to, year=year, period=period, as_of=as_of):
        item = light.sub_item
        begun = bool(light.planned) or light.actual is not None
        asked = light.standing.judged and not light.standing.unplaced
        if light.silent and asked and light.colour != "done" and begun:
            missing[item.lead_office_id].append(item)
            names[item.lead_office_id] = item.lead_office.name
    return tuple(
        Silence(office, names[office], tuple(items))
        for office, items in sorted(missing.items(), key=lambda pair: names[pair[0]])
    )


def discrepancies(
    *, to: Asker, year: int, period: int, as_of: int | None = None
) -> tuple[Gap, ...]:
    """Measures whose department total is not the towns' sum, or whose claim is not the roster's."""
    through = month_end(period)
    found = standings(to=to, year=year, cutoff=through, as_of=as_of)
    return gaps_of(found, standing_reports(to=to, year=year, through=through, as_of=as_of))


def gaps_of(found: Iterable[SubItemStanding], reports: Iterable[Report]) -> tuple[Gap, ...]:
    """The contradictions among given standings and the reports up to the same day."""
    by_measure: dict[tuple[str, str], list[Report]] = defaultdict(list)
    for report in reports:
        by_measure[report.sub_item, report.measure].append(report)
    gaps = (
        _gap(each.sub_item, part, by_measure[each.sub_item.code, part.measure.code])
        for each in found
        for part in each.measures
    )
    return tuple(gap for gap in gaps if gap is not None)


def _gap(item: SubItem, part: MeasureStanding, reports: list[Report]) -> Gap | None:
    if part.done is None:
        return None
    if part.basis == "roster":
        claims = [r for r in reports if r.town is None] or list(newest_by_town(reports))
        if not claims:
            return None
        newest = max(r.period for r in claims)
        used = [r for r in claims if r.period == newest or r.town is not None]
        beside = sum((r.total_done for r in used), Decimal(0))
    elif part.basis == "department" and part.period is not None:
        by_then = [r for r in reports if r.town is not None and r.period <= part.period]
        used = list(newest_by_town(by_then))
        beside = sum((r.total_done for r in used), Decimal(0))
    else:
        return None
    if not used or beside == part.done:
        return None
    kind: Literal["towns", "roster"] = "roster" if part.basis == "roster" else "towns"
    return Gap(item, part.measure.name, part.measure.unit, kind, part.done, beside, tuple(used))


def _reported(to: Asker, year: int, period: int, as_of: int | None) -> frozenset[str]:
    """Sub-items with a department's report, confirmed or not, or a roster of that month."""
    said = (
        newest_reports(to=to, year=year)
        if as_of is None
        else standing_reports(to=to, year=year, as_of=as_of)
    )
    from_tables = {
        report.sub_item
        for report in said
        if report.period == period and (report.town is None or not to.sees_all)
    }
    heads = counting_heads(to=to, year=year, as_of=as_of).filter(period=period)
    from_rosters = set(heads.order_by().values_list("sub_item", flat=True).distinct())
    return frozenset(from_tables | from_rosters)


def _light(
    standing: SubItemStanding,
    period: int,
    due: Mapping[str, Decimal],
    due_before: Mapping[str, Decimal],
    *,
    silent: bool,
    unchecked: bool,
) -> Light:
    item, actual = standing.sub_item, standing.ratio
    planned = due.get(item.code)
    gap = None if planned is None or actual is None else actual - Fraction(planned)
    colour, words = _judge(standing, period, gap, due_before.get(item.code, Decimal(0)))
    if silent and colour not in ("done", "grey"):
        words += "，本月未报"
    if unchecked and standing.judged and colour != "done":
        words = "未核" if standing.ratio is None else f"{words}，本月未核"
    return Light(standing, colour, words, planned, actual, gap, silent)


def _judge(
    standing: SubItemStanding, period: int, gap: Fraction | None, due_before: Decimal
) -> tuple[Colour, str]:
    if not standing.judged:
        return "grey", _no_target(standing)
    if standing.completed:
        return "done", "已完成"
    if standing.ratio is None:
        return "grey", "花名册未分镇" if standing.unplaced else "未报送"
    if gap is None or gap >= 0:
        return "green", "按序时"
    points = in_points(-gap)
    if month_end(period) >= standing.sub_item.finish_date:
        return "red", f"已过完成期限，差 {points} 个百分点"
    if standing.ratio >= due_before:
        return "yellow", f"略慢 {points} 个百分点"
    return "red", f"滞后 {points} 个百分点"


def in_points(gap: Fraction) -> str:
    """A gap between two ratios in 百分点, one decimal, half-up: 0.249 is 24.9."""
    exact = Decimal(gap.numerator * 100) / Decimal(gap.denominator)
    return str(exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def _no_target(standing: SubItemStanding) -> str:
    states = {m.measure.get_target_state_display() for m in standing.measures}
    states.discard("已下达")
    return "、".join(sorted(states)) or "不设目标"
