"""When each sub-item will be done: the engine's forecast over the year's reports and earlier ones.

All sub-items of the county teach, whoever asks: what is told of them is only how such items go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from mingbai.base.scope import Asker
from mingbai.delivery.queries.lights import Light, in_points
from mingbai.delivery.queries.reports import Report, standing_reports
from mingbai.engine.forecast import (
    Course,
    Forecast,
    Slip,
    date_at,
    find_slips,
    forecast,
    learn,
    months_at,
)
from mingbai.programme.models import SubItem
from mingbai.programme.queries import adopted_years, planned_curves, targets

#: How many earlier years teach; older ones went by other rules.
_YEARS_BACK: Final = 3

Curve = Sequence[tuple[int, Decimal]]


@dataclass(frozen=True)
class Outlook:
    """What is expected of one sub-item at the end of a month, or why nothing is said.

    ``due_pace`` is the share of the target that each month left until the due date must bring
    (倒排), ``own_pace`` what the months gone by brought on average; ``None`` past the due date.
    """

    year: int
    forecast: Forecast | None
    slip: Slip | None
    words: str
    due_pace: Fraction | None = None
    own_pace: Fraction | None = None

    @property
    def told(self) -> Forecast | None:
        """The forecast, unless it is too early to show it."""
        return None if self.forecast is None or self.forecast.too_early else self.forecast

    @property
    def expected_date(self) -> date | None:
        return date_at(self.year, self.told.expected) if self.told else None

    @property
    def low_date(self) -> date | None:
        return date_at(self.year, self.told.low) if self.told else None

    @property
    def high_date(self) -> date | None:
        return date_at(self.year, self.told.high) if self.told else None

    @property
    def slip_points(self) -> str | None:
        """By how many 百分点 this month's report lies below what was expected, if alarming."""
        if self.slip is None or not self.slip.alarm:
            return None
        return in_points(Fraction(self.slip.behind).limit_denominator(10_000))


def outlooks(
    *,
    to: Asker,
    year: int,
    period: int,
    found: Sequence[Light],
    given: Sequence[Report],
    curves: Mapping[str, Curve],
) -> dict[str, Outlook]:
    """Sub-item -> its outlook, for given lights.

    ``given`` are the asker's reports up to the month, ``curves`` the schedules of all sub-items of
    the year. Two or three queries, and three a year before, whatever the number of sub-items.
    """
    month = period % 100
    by_measure = _by_measure(given)
    asked: dict[str, Course] = {}
    silent: dict[str, str] = {}
    for light in found:
        item, deciding = light.sub_item, light.standing.deciding
        course = None
        if deciding is not None and deciding.basis in ("department", "towns"):
            own = by_measure[item.code, deciding.measure.code]
            course = _course(item, own, deciding.target, curves.get(item.code, ()), year, month)
        if course is None or course.finished_at is not None:
            silent[item.code] = _why_not(light)
        else:
            asked[item.code] = course
    past = _known_courses(to, year, month, given, curves) if asked else ()
    told = {f.id: f for f in forecast(learn(past, month), tuple(asked.values()))}
    slips = {s.id: s for s in find_slips(learn(past, month - 1), tuple(asked.values()))}
    return {
        code: _outlook(course, year, month, told[course.id], slips.get(course.id))
        for code, course in asked.items()
    } | {code: Outlook(year, None, None, words) for code, words in silent.items()}


def _outlook(course: Course, year: int, month: int, told: Forecast, slip: Slip | None) -> Outlook:
    last = course.last_report(month)
    done = Fraction(course.reports[last - 1] or 0).limit_denominator(100_000) if last else None
    left = Fraction(course.due - month).limit_denominator(1_000)
    words = ""
    if told.too_early:
        words = "尚早，无法判断：" + (
            "报表不足两期" if told.reports_count < 2 else "可能的完成时间相差超过四个月"
        )
    return Outlook(
        year,
        told,
        slip,
        words,
        (1 - done) / left if done is not None and left > 0 else None,
        done / last if done is not None else None,
    )


def _why_not(light: Light) -> str:
    standing = light.standing
    if standing.completed or not standing.judged:
        return ""
    deciding = standing.deciding
    if deciding is not None and deciding.basis == "roster":
        return "按花名册计数，没有逐月报表，不作预测"
    return "未报送，无法预测"


def _known_courses(
    to: Asker, year: int, month: int, given: Sequence[Report], curves: Mapping[str, Curve]
) -> tuple[Course, ...]:
    """Courses of all the county's sub-items: this year's up to a month, earlier years' whole."""
    house = Asker.system("how such sub-items go is no secret; none is told by name")
    courses: list[Course] = []
    for each in adopted_years(to=to):
        if not year - _YEARS_BACK <= each <= year:
            continue
        plans = curves if each == year else planned_curves(to=house, year=each)
        whole = each == year and to.sees_all
        by_measure = _by_measure(given if whole else standing_reports(to=house, year=each))
        for measure in targets(to=house, year=each):
            item = measure.sub_item
            own, curve = by_measure[item.code, measure.code], plans.get(item.code, ())
            course = _course(item, own, measure.target, curve, each, month if each == year else 12)
            if course is not None:
                courses.append(course)
    return tuple(courses)


def _by_measure(reports: Iterable[Report]) -> Mapping[tuple[str, str], list[Report]]:
    found: dict[tuple[str, str], list[Report]] = defaultdict(list)
    for report in reports:
        found[report.sub_item, report.measure].append(report)
    return found


def _course(
    item: SubItem,
    reports: Sequence[Report],
    target: Decimal | None,
    curve: Curve,
    year: int,
    month: int,
) -> Course | None:
    """Reports as shares of the target by month; ``None`` without a target, a plan or a report.

    The lead department's count, else the sum of the towns, each at its newest report.
    """
    whole = [report for report in reports if report.town is None]
    lead = [report for report in whole if report.office_id == item.lead_office_id] or whole
    by_month: dict[int, dict[str | None, Decimal]] = defaultdict(dict)
    for report in lead or reports:
        by_month[report.period % 100][report.town] = report.total_done
    if not target or not curve or not by_month:
        return None
    totals: dict[str | None, Decimal] = {}
    ratios: list[float | None] = []
    for each in range(1, month + 1):
        totals.update(by_month.get(each, {}))
        done = sum(totals.values(), Decimal(0)) / target
        ratios.append(float(done) if each in by_month else None)
    return Course(
        f"{year}/{item.code}",
        item.kind,
        tuple(float(ratio) for _, ratio in curve),
        months_at(year, item.finish_date),
        tuple(ratios),
    )
