"""How far a rule may be believed, learned from decisions about its findings; what to look at first.

A rule's share is the part of its findings that proves true. Each share is a Beta-binomial
estimate in three steps: a rule leans on the other rules of its kind, a kind on the other kinds of
its level of belief, a level on a starting belief worth a few decisions. The fewer decisions a rule
has of its own, the more it leans; how strongly the members of a step resemble one another is read
off the decisions too (the likeliest strength, held near `STRENGTH` by a prior of its own).

A finding's level is its severity, or EXPLAINED where something lawful makes the same figures: a
rule is learned apart for these. Its worth is the money at stake times the share of its rule, for
each person who must be asked: what a look is expected to confirm.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: The level of what a lawful practice explains as well as a fault does.
EXPLAINED: Final = 0
#: Of mere suspicions few prove true: a county that published its comparison (54 funds, 2.31 M rows)
#: confirmed 188 of 3,639. As (true, false) decisions, worth five.
_SUSPICION: Final = (5 * 188 / 3639, 5 - 5 * 188 / 3639)
#: Belief before any decision, by level, as (true, false) decisions: a contradiction that holds
#: money back is likelier right than wrong; a note is a suspicion, and so is what can be explained.
STARTING: Final[Mapping[int, tuple[float, float]]] = {
    EXPLAINED: _SUSPICION, 1: _SUSPICION, 2: (2.0, 1.0), 3: (3.0, 1.0),
}  # fmt: skip
#: Codes that say an amount is `found` instead of its `standard`. Benefits are due from the month of
#: the application (as 国发〔2015〕52号 has it for the disabled) and whoever was left out is paid
#: afterwards, so months come at once: whole standards, up to a year of them.
PAID_AT_ONCE: Final = frozenset({"amount_off"})
MONTHS_AT_ONCE: Final = 12
#: Codes about a number that `people` share: each of them must be asked.
SHARED_BY: Final = frozenset({"shared_account", "shared_phone"})
#: A cause that the office's own correction removed before anybody decided counts as half a
#: confirmed finding: without these the rules that offices put right at once would seem bad, with
#: the whole of them a rule would be praised for every sheet that is handed in anew.
CORRECTED_WEIGHT: Final = 0.5
#: How many decisions the resemblance within a step is worth when nothing is known about it.
STRENGTH: Final = 6.0
_STRENGTHS: Final = (1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 14.0, 22.0, 36.0, 60.0)
#: Spread of the prior of a strength, on the scale of its logarithm.
_SPREAD: Final = 1.0
#: A weight of 1000 is certainty; the smallest is 1, so that no finding ever falls out of a list.
WEIGHT_SCALE: Final = 1000
_TINY: Final = 1e-300
_CLOSE: Final = 1e-14


def level_of(code: str, severity: int, facts: Mapping[str, object], amount: int) -> int:
    """The level of belief of a finding with these facts, whose rows pay `amount` (分) in all."""
    found, standard = facts.get("found"), facts.get("standard")
    if code not in PAID_AT_ONCE or not isinstance(found, int) or not isinstance(standard, int):
        return severity
    if standard <= 0 or not standard < found <= MONTHS_AT_ONCE * standard:
        return severity
    # The facts are those of the largest row; a row that is no whole standard shows in the sum.
    return severity if found % standard or amount % standard else EXPLAINED


def people_of(code: str, facts: Mapping[str, object]) -> int:
    """How many people must be asked before a finding is decided."""
    people = facts.get("people")
    return people if code in SHARED_BY and isinstance(people, int) and people > 0 else 1


@dataclass(frozen=True)
class Tally:
    """What was decided about one rule's findings of one level; counts of findings.

    `corrected` are those whose cause a correction removed undecided. Raises ValueError on a
    negative count or an unknown level.
    """

    rule: str
    kind: str
    level: int
    confirmed: int = 0
    dismissed: int = 0
    corrected: int = 0

    def __post_init__(self) -> None:
        if min(self.confirmed, self.dismissed, self.corrected) < 0:
            raise ValueError(f"rule {self.rule}: a count is negative")
        if self.level not in STARTING:
            raise ValueError(f"rule {self.rule}: level is one of {sorted(STARTING)}")

    @property
    def decided(self) -> int:
        """Findings that somebody decided: the n that belongs to a share."""
        return self.confirmed + self.dismissed

    @property
    def _true(self) -> float:
        return self.confirmed + CORRECTED_WEIGHT * self.corrected

    @property
    def _all(self) -> float:
        return self._true + self.dismissed


@dataclass(frozen=True)
class Share:
    """A Beta distribution over the part of findings that is true; `true` and `false` are > 0."""

    true: float
    false: float

    @property
    def mean(self) -> float:
        """The expected share, between 0 and 1."""
        return self.true / (self.true + self.false)

    @property
    def weight(self) -> int:
        """The mean in thousandths, 1 to 1000: a whole number that databases order alike."""
        return max(1, round(self.mean * WEIGHT_SCALE))

    def interval(self, mass: float = 0.9) -> tuple[float, float]:
        """The central interval that holds the share with probability `mass`, 0 < mass < 1."""
        if not 0 < mass < 1:
            raise ValueError("mass lies between 0 and 1")
        rest = (1 - mass) / 2
        return _quantile(rest, self.true, self.false), _quantile(1 - rest, self.true, self.false)

    def expected(self, amount: int) -> int:
        """What looking into `amount` (分) is expected to confirm, in 分, rounded down."""
        return math.floor(amount * self.mean)

    def worth(self, amount: int, people: int = 1) -> int:
        """What a look at one of `people` is expected to confirm, in thousandths of a 分."""
        return amount * self.weight // people


@dataclass(frozen=True)
class Shares:
    """Learned shares; what has no decisions of its own has its relatives'."""

    rules: Mapping[tuple[str, str, int], Share]
    kinds: Mapping[tuple[str, int], Share]
    levels: Mapping[int, Share]

    def of(self, rule: str, kind: str, level: int) -> Share:
        """The share of a rule's findings of a kind, known or new."""
        found = self.rules.get((rule, kind, level)) or self.kinds.get((kind, level))
        return found or self.levels[level]


def learn_shares(tallies: Iterable[Tally]) -> Shares:
    """Shares of all rules, kinds and levels from what was decided; no decision is no error.

    Several tallies of one rule, kind and level are added up. Time grows with rules, not with
    findings.
    """
    known = [tally for tally in _added_up(tallies) if tally._all]
    levels: dict[int, Share] = {}
    kinds: dict[tuple[str, int], Share] = {}
    rules: dict[tuple[str, str, int], Share] = {}
    for level, (true, false) in STARTING.items():
        grouped: dict[str, list[Tally]] = {}
        for tally in known:
            if tally.level == level:
                grouped.setdefault(tally.kind, []).append(tally)
        names = list(grouped)
        sums = [_counts(grouped[name]) for name in names]
        start = Share(true, false)
        between = _strength(sums, start.mean)
        levels[level] = _pooled(start, sums, between)
        for place, name in enumerate(names):
            relatives = _pooled(start, [*sums[:place], *sums[place + 1 :]], between)
            of_kind = _learn_kind(grouped[name], relatives, between, rules)
            kinds[name, level] = of_kind
    return Shares(rules, kinds, levels)


def _learn_kind(
    members: Sequence[Tally],
    relatives: Share,
    between: float,
    rules: dict[tuple[str, str, int], Share],
) -> Share:
    """The kind's share for rules without decisions; those with some go into `rules`."""
    prior = _prior(relatives.mean, between)
    counts = [(each._true, each._all) for each in members]
    within = _strength(counts, relatives.mean)
    for place, each in enumerate(members):
        others = _pooled(prior, [*counts[:place], *counts[place + 1 :]], within)
        own = _prior(others.mean, within)
        rules[each.rule, each.kind, each.level] = Share(
            own.true + each._true, own.false + each._all - each._true
        )
    return _pooled(prior, counts, within)


def _added_up(tallies: Iterable[Tally]) -> list[Tally]:
    sums: dict[tuple[str, str, int], list[int]] = {}
    for each in tallies:
        row = sums.setdefault((each.rule, each.kind, each.level), [0, 0, 0])
        for place, count in enumerate((each.confirmed, each.dismissed, each.corrected)):
            row[place] += count
    return [Tally(*key, *row) for key, row in sorted(sums.items())]


def _counts(tallies: Sequence[Tally]) -> tuple[float, float]:
    return sum(each._true for each in tallies), sum(each._all for each in tallies)


def _prior(mean: float, strength: float) -> Share:
    return Share(mean * strength, (1 - mean) * strength)


def _pooled(prior: Share, members: Sequence[tuple[float, float]], strength: float) -> Share:
    """A step's share from its members' (true, all).

    A member with n decisions speaks for its relatives with n*s/(n+s) of them: a thousand decisions
    about one rule say no more about another rule than the two resemble each other.
    """
    true, false = prior.true, prior.false
    for good, total in members:
        worth = total * strength / (total + strength)
        true += worth * good / total
        false += worth * (total - good) / total
    return Share(true, false)


def _strength(members: Sequence[tuple[float, float]], mean: float) -> float:
    """How alike a step's members are, in decisions: the likeliest of a grid, given a prior."""
    if len(members) < 2:  # one member says nothing about resemblance
        return STRENGTH
    true, total = sum(good for good, _ in members), sum(count for _, count in members)
    centre = (true + mean) / (total + 1)

    def belief(strength: float) -> float:
        away = math.log(strength / STRENGTH) / _SPREAD
        likely = sum(_log_likelihood(*each, centre, strength) for each in members)
        return likely - away * away / 2

    return max(_STRENGTHS, key=belief)


def _log_likelihood(true: float, total: float, mean: float, strength: float) -> float:
    """Beta-binomial, without the term that does not depend on the strength."""
    a, b = mean * strength, (1 - mean) * strength
    return _log_beta(a + true, b + total - true) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _quantile(probability: float, a: float, b: float) -> float:
    """Invert the regularised incomplete beta function by halving; it rises everywhere."""
    low, high = 0.0, 1.0
    while high - low > _CLOSE:
        middle = (low + high) / 2
        if _incomplete_beta(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """I_x(a, b) for 0 < x < 1, by the continued fraction of Abramowitz and Stegun 26.5.8."""
    front = math.exp(a * math.log(x) + b * math.log1p(-x) - _log_beta(a, b))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's way through the fraction; it converges fast where x < (a+1)/(a+b+2)."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value, step, turn = d, 2.0, 0
    while abs(step - 1) > _CLOSE:
        turn += 1
        even = turn * (b - turn) * x / ((a + 2 * turn - 1) * (a + 2 * turn))
        odd = -(a + turn) * (a + b + turn) * x / ((a + 2 * turn) * (a + 2 * turn + 1))
        for term in (even, odd):
            d = 1 / _away(1 + term * d)
            c = _away(1 + term / c)
            step = c * d
            value *= step
    return value


def _away(value: float) -> float:
    """Keep a divisor off zero."""
    return value if abs(value) > _TINY else _TINY
