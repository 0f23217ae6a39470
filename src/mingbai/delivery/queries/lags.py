"""The lags of a month with what offices answered, and those who must still answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.queries.judging import Judged, judge_progress
from mingbai.delivery.queries.lights import in_points
from mingbai.delivery.queries.plans import PlanStanding, in_force, plan_standings
from mingbai.engine.schedule import Lag
from mingbai.rulebook.model import LagBook, LagRule


@dataclass(frozen=True)
class FoundLag:
    """One rule that found a lag, in words."""

    rule: LagRule
    lag: Lag

    @property
    def words(self) -> str:
        """What was missed and by how much, with 百分点 as circulars print them."""
        short = in_points(self.lag.short)
        if self.rule.kind == "bottom_of_ranking":
            return f"{self.lag.among} 个镇中排第 {self.lag.place}，比最快的镇少 {short} 个百分点"
        bound = in_points(self.lag.bound)
        what = {
            "below_schedule": "序时应达",
            "below_ratio": "应达",
            "below_mean": "平均",
            "growth_below": "本月至少应到",
        }[self.rule.kind]
        return f"{what} {bound}%，差 {short} 个百分点"


@dataclass(frozen=True)
class LagRow:
    """One judged sub-item or town's part, the rules that found it, and its plans."""

    judged: Judged
    found: tuple[FoundLag, ...]
    plans: tuple[PlanStanding, ...]

    @property
    def state(self) -> str:
        """The rules' word; ``unchecked`` where the month's report waits for a checker."""
        state = self.judged.verdict.state
        return "unchecked" if state == "silent" and self.judged.unchecked else state

    @property
    def colour(self) -> str:
        """The light: severity for a lag, grey where nothing is known."""
        if self.state == "lagging":
            return self.judged.verdict.severity or "yellow"
        return {"done": "done", "on_time": "green"}.get(self.state, "grey")

    @property
    def words(self) -> str:
        """The state in words, with the gap to the schedule where it is behind."""
        state, gap = self.state, self.judged.gap
        if state == "lagging" and gap is not None and gap < 0:
            return f"滞后 {in_points(-gap)} 个百分点"
        return {
            "lagging": "滞后",
            "silent": "本月未报",
            "unchecked": "待确认",
            "on_time": "按序时",
            "done": "已完成",
            "waiting": "不判断",
        }[state]

    @property
    def plan(self) -> PlanStanding | None:
        """The newest turn."""
        return self.plans[0] if self.plans else None

    @property
    def held_to(self) -> PlanStanding | None:
        """The confirmed plan that is followed."""
        return in_force(self.plans)

    @property
    def owes_answer(self) -> bool:
        """Whether the office must explain and plan: it lags, and no plan stands or waits, or the
        months of the confirmed plan are over or missed."""
        if self.state != "lagging":
            return False
        if self.plan is None or self.plan.state == "sent_back":
            return True
        over = all(point.state != "pending" for point in self.plan.points)
        return self.plan.state == "confirmed" and (over or self.plan.missed_count > 0)


@dataclass(frozen=True)
class LagCounts:
    """How many of a month's judged lie in each state."""

    lagging: int
    red: int
    silent: int
    unchecked: int
    on_time: int
    done: int
    waiting: int


def lag_rows(
    *, to: Asker, year: int, period: int, lagging: LagBook, as_of: int | None = None
) -> tuple[LagRow, ...]:
    """Everything judged at the end of a month that this asker may see, worst first."""
    rules = lagging.rules_on(month_end(period))
    judged = judge_progress(to=to, year=year, period=period, rules=rules, as_of=as_of)
    plans = plan_standings(to=to, year=year, period=period, as_of=as_of)
    by_code = {rule.code: rule for rule in rules}
    return tuple(_row(each, by_code, plans.get(each.key, ())) for each in judged)


def count_states(rows: Sequence[LagRow]) -> LagCounts:
    """How many lie in each state."""

    def count(state: str) -> int:
        return sum(row.state == state for row in rows)

    return LagCounts(
        lagging=count("lagging"),
        red=sum(row.colour == "red" for row in rows),
        silent=count("silent"),
        unchecked=count("unchecked"),
        on_time=count("on_time"),
        done=count("done"),
        waiting=count("waiting"),
    )


def lag_row(
    *,
    to: Asker,
    year: int,
    period: int,
    sub_item: str,
    town: str | None,
    lagging: LagBook,
) -> LagRow | None:
    """One of them, or ``None`` where it is not judged or not for this asker."""
    rows = lag_rows(to=to, year=year, period=period, lagging=lagging)
    return next((row for row in rows if row.judged.key == (sub_item, town)), None)


def mean_ratio(rows: Sequence[LagRow]) -> Fraction | None:
    """The plain mean of those with a number of this month."""
    ratios = [
        row.judged.actual
        for row in rows
        if row.judged.actual is not None and row.state not in ("silent", "unchecked", "waiting")
    ]
    return sum(ratios, Fraction(0)) / len(ratios) if ratios else None


def _row(judged: Judged, by_code: Mapping[str, LagRule], plans: tuple[PlanStanding, ...]) -> LagRow:
    found = tuple(FoundLag(by_code[lag.rule], lag) for lag in judged.verdict.lags)
    return LagRow(judged, found, plans)
