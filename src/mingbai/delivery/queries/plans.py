"""Plans to catch up: which count, and what of them was met, missed or not reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from django.db.models import Exists, OuterRef, Prefetch

from mingbai.base.periods import month_end
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.delivery.models import CatchUpPlan, PlanPoint, PlanStep
from mingbai.delivery.queries.reports import Report, standing_heads, standing_reports
from mingbai.programme.models import Measure
from mingbai.programme.queries import targets

PlanState = Literal["submitted", "confirmed", "sent_back"]
PointState = Literal["met", "missed", "silent", "pending"]
_HOUSE = Asker.system("a plan that is seen is followed by all its reports")
POINT_WORDS: Final[Mapping[PointState, str]] = {
    "met": "做到",
    "missed": "没做到",
    "silent": "没报",
    "pending": "未到",
}


@dataclass(frozen=True)
class PointStanding:
    """One month of a plan against what was reported by then."""

    period: int
    total: Decimal
    done: Decimal | None
    state: PointState

    @property
    def words(self) -> str:
        return POINT_WORDS[self.state]


@dataclass(frozen=True)
class PlanStanding:
    """A plan, the county office's word on it, and how its months went."""

    plan: CatchUpPlan
    step: PlanStep | None
    points: tuple[PointStanding, ...]

    @property
    def state(self) -> PlanState:
        """Typed and waiting, confirmed, or sent back."""
        if self.step is None:
            return "submitted"
        return "confirmed" if self.step.step == PlanStep.Step.CONFIRMED else "sent_back"

    @property
    def missed_count(self) -> int:
        return sum(point.state == "missed" for point in self.points)

    @property
    def current(self) -> PointStanding | None:
        """The newest month that is over."""
        over = [point for point in self.points if point.state != "pending"]
        return over[-1] if over else None


def slot_of(year: int, sub_item: str, town: str | None) -> str:
    """What plans of one sub-item and town have in common: their turns count within it."""
    return f"{year}|{sub_item}|{town or ''}"


def plans_seen(*, to: Asker, year: int) -> ScopedQuerySet[CatchUpPlan]:
    """The year's plans this asker may see, the newest turn of each first."""
    found = CatchUpPlan.objects.seen_by(to).filter(year=year)
    return found.select_related("office", "town", "made_by", "step", "step__step_by").order_by(
        "slot", "-turn"
    )


def plan_seen(pk: int, *, to: Asker) -> CatchUpPlan | None:
    """One plan, or ``None`` where there is none for this asker."""
    found = CatchUpPlan.objects.seen_by(to).select_related("office", "town", "made_by")
    return found.filter(pk=pk).first()


def plans_to_decide(*, to: Asker, year: int) -> ScopedQuerySet[CatchUpPlan]:
    """The newest turns on which the county office has not said a word."""
    return _newest_turns(to, year).filter(step__isnull=True)


def plans_sent_back(*, to: Asker, year: int) -> ScopedQuerySet[CatchUpPlan]:
    """The newest turns that came back to the asker's own office."""
    own = _newest_turns(to, year).filter(office__in=to.office_ids)
    return own.filter(step__step=PlanStep.Step.SENT_BACK)


def _newest_turns(to: Asker, year: int) -> ScopedQuerySet[CatchUpPlan]:
    later = CatchUpPlan.objects.unscoped("whether a later turn was typed")
    later = later.filter(slot=OuterRef("slot"), turn__gt=OuterRef("turn"))
    return CatchUpPlan.objects.seen_by(to).filter(~Exists(later), year=year)


def plan_standings(
    *, to: Asker, year: int, period: int, as_of: int | None = None, slot: str | None = None
) -> dict[tuple[str, str | None], tuple[PlanStanding, ...]]:
    """(Sub-item, town) -> its plans, newest first, followed up to a month.

    Five queries, and one a month of plans that are followed by rosters.
    """
    points = PlanPoint.objects.seen_by(to).order_by("period")
    found = plans_seen(to=to, year=year).prefetch_related(Prefetch("points", queryset=points))
    if slot is not None:
        found = found.filter(slot=slot)
    if as_of is not None:
        found = found.filter(act_id__lte=as_of)
    plans = list(found)
    if not plans:
        return {}
    done = _Followed(year, period, as_of, plans)
    standings: dict[tuple[str, str | None], list[PlanStanding]] = {}
    for plan in plans:
        step: PlanStep | None = getattr(plan, "step", None)
        if step is not None and as_of is not None and (step.act_id or 0) > as_of:
            step = None
        followed = tuple(
            _point(point.period, point.total, period, done.total(plan, point.period))
            for point in plan.points.all()
        )
        standings.setdefault((plan.sub_item, plan.town_id), []).append(
            PlanStanding(plan, step, followed)
        )
    return {key: tuple(turns) for key, turns in standings.items()}


def in_force(turns: Sequence[PlanStanding]) -> PlanStanding | None:
    """The plan an office is held to: the newest one confirmed."""
    return next((each for each in turns if each.state == "confirmed"), None)


def _point(
    month: int, total: Decimal, period: int, done: tuple[Decimal | None, bool]
) -> PointStanding:
    reached, spoke = done
    if month > period:
        return PointStanding(month, total, None, "pending")
    if reached is not None and reached >= total:
        return PointStanding(month, total, reached, "met")
    return PointStanding(month, total, reached, "missed" if spoke else "silent")


class _Followed:
    """What was reported by a month's end for the measure of a plan, and whether of that month."""

    def __init__(
        self, year: int, period: int, as_of: int | None, plans: Sequence[CatchUpPlan]
    ) -> None:
        self._reports: dict[tuple[str, str], list[Report]] = {}
        for report in standing_reports(
            to=_HOUSE, year=year, through=month_end(period), as_of=as_of
        ):
            self._reports.setdefault((report.sub_item, report.measure), []).append(report)
        rosters = _by_roster(year, as_of)
        self._rosters = {(p.sub_item, p.measure) for p in plans} & rosters
        months = {
            point.period
            for plan in plans
            if (plan.sub_item, plan.measure) in self._rosters
            for point in plan.points.all()
            if point.period <= period
        }
        self._heads = {
            month: {
                **standing_heads(
                    to=_HOUSE, year=year, through=month_end(month), as_of=as_of, by_town=True
                ),
                **standing_heads(to=_HOUSE, year=year, through=month_end(month), as_of=as_of),
            }
            for month in sorted(months)
        }

    def total(self, plan: CatchUpPlan, month: int) -> tuple[Decimal | None, bool]:
        """The total known at the end of a month, and whether a report of that month says so."""
        if (plan.sub_item, plan.measure) in self._rosters:
            people = self._heads.get(month, {}).get((plan.sub_item, plan.town_id))
            return (None if people is None else people.counted_in(plan.unit)), True
        given = self._reports.get((plan.sub_item, plan.measure), [])
        known = [report for report in given if report.period <= month]
        if plan.town_id is not None:
            return _newest(r for r in known if r.town == plan.town_id), _spoke(
                (r for r in known if r.town == plan.town_id), month
            )
        whole = [report for report in known if report.town is None]
        if whole:
            return _newest(whole), _spoke(whole, month)
        by_town: dict[str | None, Decimal] = {r.town: r.total_done for r in known}
        total = sum(by_town.values(), Decimal(0)) if by_town else None
        return total, _spoke(known, month)


def _newest(reports: Iterable[Report]) -> Decimal | None:
    newest = max(reports, key=lambda report: (report.period, report.pk), default=None)
    return newest.total_done if newest else None


def _spoke(reports: Iterable[Report], month: int) -> bool:
    return any(report.period == month for report in reports)


def _by_roster(year: int, as_of: int | None) -> frozenset[tuple[str, str]]:
    """Measures whose people are counted from training rosters: the first counted in people."""
    first: dict[str, Measure] = {}
    for measure in targets(to=_HOUSE, year=year, as_of=as_of):
        item = measure.sub_item
        if item.roster_kind == "training" and measure.unit in ("人", "名", "人次"):
            first.setdefault(item.code, measure)
    return frozenset((code, measure.code) for code, measure in first.items())
