"""Weights without labels: how often one person's records agree, and how often other people's do.

Fellegi and Sunter's model (1969), fitted by expectation and maximisation over counts of patterns,
with three kinds of pairs: one person; kin, who live in one house and share what a house shares; and
strangers. Without the second, a family passes for one person. Kin are told apart by what is a
person's own (name, birth date, ID number): there they agree no more often than strangers do, but
for NAMESAKES.

The pairs that no blocking rule brought are in the sum too: they are strangers, with patterns as
random pairs show them. So what strangers share is measured over all pairs, and what is rare among
them over exactly the pairs that share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mingbai.engine.match.shapes import MISSING

Floats = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int8]

_ROUNDS: Final = 1_000
_CLOSE: Final = 1e-6
#: Half a pair for a whole comparison, spread over its levels: no level is ever impossible.
_BEFOREHAND: Final = 0.5
#: Of one house: twins' birth dates, a grandson named after his grandfather. One pair in 200.
NAMESAKES: Final = 0.005
#: Kin are believed where there are so many for each pair of one person, or where all that is one's
#: own differs at once so much more often than chance. Else they are persons with many slips.
MANY_KIN: Final = 0.3
TOGETHER: Final = 2.0


@dataclass(frozen=True)
class Fact:
    """What the fit must know of a comparison: number of levels, how many of the strongest are a
    person's own (0: all may be shared in a house), and of how many of all pairs level 1 is known
    to hold, by counting values (None: as far as random pairs show).
    """

    size: int
    own: int = 0
    whole: float | None = None


@dataclass(frozen=True)
class Weights:
    """`priors`: shares of all pairs that are one person, kin, strangers. `same[k]`, `kin[k]`,
    `strangers[k]`: probability of each level of comparison k (index 0 = level 1) where the
    comparison could be made.
    """

    priors: tuple[float, float, float]
    same: tuple[Floats, ...]
    kin: tuple[Floats, ...]
    strangers: tuple[Floats, ...]
    rounds: int = 0
    settled: bool = False

    def bits(self, comparison: int) -> Floats:
        """Evidence of each level for one person against strangers; index 0 is missing, nothing."""
        return _logs(self.same[comparison]) - _logs(self.strangers[comparison])

    def chances(self, levels: Levels, rarity: Sequence[Floats] = ()) -> Floats:
        """Probabilities of one person, kin, strangers (3 x pairs). `rarity`, for each comparison:
        by how many bits strangers share just this value more often than any value.
        """
        logs = np.empty((3, len(levels)))
        for row, (prior, tables) in enumerate(
            zip(self.priors, (self.same, self.kin, self.strangers), strict=True)
        ):
            logs[row] = np.log2(prior) if prior > 0 else -np.inf
            for k, table in enumerate(tables):
                logs[row] += _logs(table)[levels[:, k]]
        for bits in rarity:
            logs[1:] += bits
        logs -= logs.max(axis=0)
        likely = np.exp2(logs)
        return np.asarray(likely / likely.sum(axis=0))


def learn(
    levels: Levels,
    counts: Floats,
    far_levels: Levels,
    far_counts: Floats,
    *,
    facts: Sequence[Fact],
    total: float,
) -> Weights:
    """Fit weights to patterns among pairs looked at (`levels` patterns x comparisons, `counts`) and
    among random others. `total`: all pairs there are. Kin need something that a house shares,
    something that is one's own, and a reason to believe in them.
    """
    none = [replace(fact, own=0) for fact in facts]
    plain = _fit(levels, counts, far_levels, far_counts, facts=none, total=total)
    if not any(fact.own for fact in facts) or all(fact.own for fact in facts):
        return plain
    weights = _fit(levels, counts, far_levels, far_counts, facts=facts, total=total)
    many = weights.priors[1] >= MANY_KIN * weights.priors[0]
    return weights if many or _together(levels, counts, plain, facts) >= TOGETHER else plain


def _together(levels: Levels, counts: Floats, weights: Weights, facts: Sequence[Fact]) -> float:
    """How much more often than by chance everything that is one's own differs at once, among pairs
    that pass for one person where kin are not thought of. Slips come one by one; kin differ in all.
    """
    persons = weights.chances(levels)[0] * counts
    own = [(levels[:, k], fact.own) for k, fact in enumerate(facts) if fact.own]
    there = np.all([level != MISSING for level, _ in own], axis=0)
    whole = float(persons[there].sum())
    differing = [there & (level > strong) for level, strong in own]
    alone = float(np.prod([persons[each].sum() / max(whole, 1.0) for each in differing]))
    both = float(persons[np.all(differing, axis=0)].sum())
    # What one pair in a hundred shows is not enough to tell.
    return both / max(whole * alone, whole / 100, 1.0)


def _fit(
    levels: Levels,
    counts: Floats,
    far_levels: Levels,
    far_counts: Floats,
    *,
    facts: Sequence[Fact],
    total: float,
) -> Weights:
    outside = max(total - counts.sum(), 0.0) / max(far_counts.sum(), 1.0)
    near = [_by_level(levels[:, k], counts, fact.size) for k, fact in enumerate(facts)]
    far = [
        _outside(_by_level(far_levels[:, k], far_counts, f.size), outside, near[k][0], f.whole)
        for k, f in enumerate(facts)
    ]
    strangers = tuple(_shares(a + b) for a, b in zip(far, near, strict=True))
    some = 0.05 * counts.sum() / max(total, 1.0)
    kin_prior = some if any(fact.own for fact in facts) else 0.0
    weights = Weights(
        (some, kin_prior, 1 - some - kin_prior),
        tuple(_start(fact.size) for fact in facts),
        tuple(_as_kin(_start(f.size), s, f.own) for f, s in zip(facts, strangers, strict=True)),
        strangers,
    )
    for rounds in range(1, _ROUNDS + 1):
        newer = _maximise(levels, counts, weights, far=far, facts=facts, total=total)
        moved = max(
            float(np.abs(a - b).max()) for a, b in zip(weights.same, newer.same, strict=True)
        )
        settled = moved < _CLOSE and abs(newer.priors[0] / weights.priors[0] - 1) < _CLOSE * 10
        weights = Weights(newer.priors, newer.same, newer.kin, newer.strangers, rounds, settled)
        if settled:
            break
    return weights


def _maximise(
    levels: Levels,
    counts: Floats,
    weights: Weights,
    *,
    far: Sequence[Floats],
    facts: Sequence[Fact],
    total: float,
) -> Weights:
    chances = weights.chances(levels) * counts
    same, kin, strangers = [], [], []
    for k, fact in enumerate(facts):
        ours, house, theirs = (_by_level(levels[:, k], each, fact.size) for each in chances)
        others = _shares(far[k] + theirs)
        same.append(_in_order(_shares(ours), others))
        kin.append(_as_kin(_shares(house), others, fact.own))
        strangers.append(others)
    persons = float((chances[0].sum() + _BEFOREHAND) / (total + 2 * _BEFOREHAND))
    kin_prior = float(chances[1].sum() / total) if weights.priors[1] else 0.0
    return Weights(
        (persons, kin_prior, 1 - persons - kin_prior), tuple(same), tuple(kin), tuple(strangers)
    )


def pattern_arrays(patterns: pa.Table) -> tuple[Levels, Floats]:
    """Columns c0, c1, … as a matrix, and n."""
    levels = [patterns[name].to_numpy() for name in patterns.column_names if name != "n"]
    return np.stack(levels, axis=1).astype(np.int8), patterns["n"].to_numpy().astype(np.float64)


def _logs(table: Floats) -> Floats:
    return np.concatenate([[0.0], np.log2(table)])


def _by_level(levels: Levels, counts: Floats, size: int) -> Floats:
    found = np.bincount(levels, weights=counts, minlength=size + 1)[MISSING + 1 :]
    return found.astype(np.float64)


def _outside(seen: Floats, times: float, near: float, whole: float | None) -> Floats:
    """Levels among pairs that no rule brought: each pair seen stands for many. What was not seen is
    given half a pair seen. Level 1 is counted where it can be: random pairs hardly ever show it.
    """
    far = (seen + _BEFOREHAND / len(seen)) * times
    if whole is not None:
        far[0] = max(whole - near, 0.0)
    return np.asarray(far)


def _shares(counts: Floats) -> Floats:
    return np.asarray((counts + _BEFOREHAND / len(counts)) / (counts.sum() + _BEFOREHAND))


def _in_order(same: Floats, strangers: Floats) -> Floats:
    """Weaker agreement never weighs more: neighbours that say so are weighed as one level (pool
    adjacent violators), each keeping its part of the pool by how often strangers show it.
    """
    pools: list[list[float]] = []
    for ours, theirs in zip(same, strangers, strict=True):
        pools.append([ours, theirs, 1])
        while len(pools) > 1 and pools[-1][0] * pools[-2][1] > pools[-2][0] * pools[-1][1]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    ratios = np.concatenate([np.full(int(size), a / b) for a, b, size in pools])
    return np.asarray(ratios * strangers)


def _as_kin(house: Floats, strangers: Floats, own: int) -> Floats:
    """Levels that are one's own as strangers have them, the rest as the house has them."""
    if not own:
        return house
    strong = np.maximum(strangers[:own], NAMESAKES / own)
    # Where everybody shows the strongest levels, something is left for the others all the same.
    strong = strong * min(1.0, (1 - NAMESAKES) / strong.sum())
    rest = house[own:] / house[own:].sum() * (1 - strong.sum())
    return np.concatenate([strong, rest])


def _start(size: int) -> Floats:
    """One person's records mostly agree; each weaker level is half as likely as the one before."""
    rest = 0.5 ** np.arange(1, size)
    return np.concatenate([[0.8], 0.2 * rest / rest.sum()])
