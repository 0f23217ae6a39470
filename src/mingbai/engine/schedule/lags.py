"""Who lags, by which rule: numbers in, lags out; ratios are exact and bounds are told with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Generic, Literal, TypeVar

Key = TypeVar("Key", bound=Hashable)
LagKind = Literal[
    "below_schedule", "below_ratio", "below_mean", "bottom_of_ranking", "growth_below"
]
Severity = Literal["yellow", "red"]
#: ``waiting``: there is nothing to judge by (no target yet, or not begun by its own schedule).
LagState = Literal["done", "on_time", "lagging", "silent", "waiting"]


@dataclass(frozen=True, slots=True)
class LagSpec:
    """One rule as it stands in one month.

    ``points`` (百分点): how far below the schedule or the mean is too far, or how much a month must
    bring at least. ``ratio``: the share of the target due by this month. ``count``: how many at the
    bottom are named. ``of``: the mean of those compared, or the one the level above gave.
    ``spares_on_schedule``: who keeps the own schedule is not blamed by this rule.
    """

    name: str
    kind: LagKind
    severity: Severity
    points: Fraction = Fraction(0)
    ratio: Fraction = Fraction(0)
    count: int = 0
    of: Literal["peers", "upper"] = "peers"
    spares_on_schedule: bool = False


@dataclass(frozen=True, slots=True)
class Reach(Generic[Key]):
    """How far one is at the end of a month, as ratios of its target.

    ``group``: with whom it is compared; ``rules``: names of the rules that apply; ``before``: where
    it was a month ago; ``upper``: the mean that the level above gave.
    """

    key: Key
    group: Hashable
    rules: frozenset[str]
    actual: Fraction | None
    planned: Fraction | None
    before: Fraction | None = None
    upper: Fraction | None = None
    silent: bool = False
    waiting: bool = False

    @property
    def counted(self) -> bool:
        """Whether it has a number of this month to be compared by."""
        return self.actual is not None and not self.silent and not self.waiting


@dataclass(frozen=True, slots=True)
class Lag:
    """What one rule found: the bound missed, by how much, and the place among how many."""

    rule: str
    severity: Severity
    bound: Fraction
    short: Fraction
    place: int | None = None
    among: int | None = None


@dataclass(frozen=True, slots=True)
class LagVerdict(Generic[Key]):
    """What is said of one: a state, and the lags where the state is ``lagging``."""

    key: Key
    state: LagState
    lags: tuple[Lag, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """The worst of its lags."""
        if not self.lags:
            return None
        return "red" if any(lag.severity == "red" for lag in self.lags) else "yellow"


@dataclass(slots=True)
class _Group:
    """Those compared with each other: their numbers, and the places counted from the bottom."""

    actuals: list[Fraction] = field(default_factory=list)

    @property
    def mean(self) -> Fraction | None:
        """The plain mean, where there is anybody to be compared with."""
        if len(self.actuals) < 2:
            return None
        return sum(self.actuals, Fraction(0)) / len(self.actuals)

    def place_from_bottom(self, actual: Fraction) -> int:
        """1 for the lowest; who ties shares a place."""
        return sum(other < actual for other in self.actuals) + 1


def find_lags(
    reaches: Iterable[Reach[Key]], specs: Sequence[LagSpec]
) -> tuple[LagVerdict[Key], ...]:
    """What is said of each, in the order given.

    Done is done, whoever is silent; silence is never judged by old numbers; a target that is not
    there is not missed. Means and places are of those who reported this month.
    """
    given = tuple(reaches)
    groups: dict[Hashable, _Group] = defaultdict(_Group)
    for reach in given:
        if reach.counted and reach.actual is not None:
            groups[reach.group].actuals.append(reach.actual)
    return tuple(_verdict(reach, specs, groups[reach.group]) for reach in given)


def _verdict(reach: Reach[Key], specs: Sequence[LagSpec], group: _Group) -> LagVerdict[Key]:
    actual = reach.actual
    if reach.waiting:
        return LagVerdict(reach.key, "waiting")
    if actual is not None and actual >= 1:
        return LagVerdict(reach.key, "done")
    if actual is None and not reach.planned:
        return LagVerdict(reach.key, "waiting")
    if actual is None or reach.silent:
        return LagVerdict(reach.key, "silent")
    lags = tuple(
        lag
        for spec in specs
        if spec.name in reach.rules
        and (lag := _lag(spec, reach, actual, group)) is not None
    )  # fmt: skip
    return LagVerdict(reach.key, "lagging" if lags else "on_time", lags)


def _lag(spec: LagSpec, reach: Reach[Key], actual: Fraction, group: _Group) -> Lag | None:
    on_schedule = reach.planned is not None and actual >= reach.planned
    if spec.spares_on_schedule and on_schedule:
        return None
    if spec.kind == "bottom_of_ranking":
        return _at_bottom(spec, actual, group)
    bound, least = _bound(spec, reach, group)
    if bound is None or actual >= bound or bound - actual < least:
        return None
    return Lag(spec.name, spec.severity, bound, bound - actual)


def _bound(
    spec: LagSpec, reach: Reach[Key], group: _Group
) -> tuple[Fraction | None, Fraction]:  # fmt: skip
    """What must be reached, and from which shortfall on the rule speaks."""
    points = spec.points / 100
    if spec.kind == "below_schedule":
        return reach.planned, points
    if spec.kind == "below_ratio":
        return spec.ratio, Fraction(0)
    if spec.kind == "below_mean":
        return (reach.upper if spec.of == "upper" else group.mean), points
    if reach.before is None:
        return None, Fraction(0)
    return min(reach.before + points, Fraction(1)), Fraction(0)


def _at_bottom(spec: LagSpec, actual: Fraction, group: _Group) -> Lag | None:
    """Nobody is at the bottom where all are equal, or where no more are ranked than are named."""
    best, among = max(group.actuals), len(group.actuals)
    place = group.place_from_bottom(actual)
    if actual == best or among <= spec.count or place > spec.count:
        return None
    ahead = sum(other > actual for other in group.actuals)
    return Lag(spec.name, spec.severity, best, best - actual, ahead + 1, among)
