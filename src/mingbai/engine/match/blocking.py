"""Which pairs are looked at: those that share a key, or two keys, selective enough together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from mingbai.engine.match.planning import Plan
from mingbai.engine.match.shapes import Comparison, Key

#: Expected pairs of all keys together, in budgets of one key.
_TOGETHER = 10
_LEAST = 50_000


@dataclass(frozen=True)
class Rule:
    """Records agree on all parts (names of prepared columns)."""

    name: str
    parts: tuple[str, ...]
    expected: float


@dataclass(frozen=True)
class BlockReport:
    """What a rule brought, and what was left aside because its blocks were too large."""

    name: str
    pairs: int
    capped_blocks: int
    capped_pairs: int


def keys_of(plan: Plan) -> list[tuple[Comparison, Key]]:
    """Every key of every comparison."""
    return [(each, key) for each in plan.comparisons for key in each.KEYS]


def choose_rules(
    plan: Plan, shares: Mapping[str, float], left_count: int, total: float
) -> tuple[Rule, ...]:
    """The coarsest keys and pairs of keys that stay within the budget.

    `shares`: for each key's column the share of all pairs that agree on it. Two keys are taken as
    independent; where they are not, the cap on blocks holds. The budget of one key is `plan.pairs`
    for each left record; it is halved until all keys together stay within ten such budgets.
    """
    budget = float(max(_LEAST, plan.pairs * left_count))
    whole = budget * _TOGETHER
    while True:
        rules = _within(plan, shares, total, budget)
        if sum(rule.expected for rule in rules) <= whole or budget < 1:
            return rules
        budget /= 2


def _within(
    plan: Plan, shares: Mapping[str, float], total: float, budget: float
) -> tuple[Rule, ...]:
    keys = keys_of(plan)
    options: list[tuple[float, tuple[tuple[Comparison, Key], ...]]] = []
    for one in keys:
        options.append((total * shares[one[0].part(one[1].part)], (one,)))
    for one, two in combinations(keys, 2):
        if one[0] is not two[0] and (not one[1].topic or one[1].topic != two[1].topic):
            share = shares[one[0].part(one[1].part)] * shares[two[0].part(two[1].part)]
            options.append((total * share, (one, two)))
    # The coarsest first: what they hold need not be looked for again.
    options.sort(key=lambda option: (-option[0], len(option[1])))
    taken: list[tuple[tuple[Comparison, Key], ...]] = []
    rules: list[Rule] = []
    for expected, option in options:
        if expected > budget or any(_holds(other, option) for other in taken):
            continue
        taken.append(option)
        name = " + ".join(f"{each.column}.{key.name}" for each, key in option)
        rules.append(Rule(name, tuple(each.part(key.part) for each, key in option), expected))
    return tuple(rules)


def _holds(
    coarse: Sequence[tuple[Comparison, Key]], fine: Sequence[tuple[Comparison, Key]]
) -> bool:
    """Whether every pair of `fine` is one of `coarse` anyway."""
    return all(
        any(
            each.column == other.column and (key.name == mine.name or key.name in mine.coarser)
            for other, mine in fine
        )
        for each, key in coarse
    )


def pairs_plain(
    left: Sequence[Mapping[str, object]],
    right: Sequence[Mapping[str, object]],
    rules: Iterable[Rule],
    *,
    same: bool,
    largest_block: int,
) -> tuple[set[tuple[int, int]], list[BlockReport]]:
    """Pairs of prepared rows, as the oracle finds them; `same` table pairs run upwards."""
    found: set[tuple[int, int]] = set()
    reports: list[BlockReport] = []
    for rule in rules:
        blocks: dict[tuple[object, ...], tuple[list[int], list[int]]] = {}
        for side, records in enumerate((left, right)):
            for row, record in enumerate(records):
                value = tuple(record[part] for part in rule.parts)
                if None not in value:
                    blocks.setdefault(value, ([], []))[side].append(row)
        kept: set[tuple[int, int]] = set()
        capped: list[int] = []
        for lefts, rights in blocks.values():
            if len(lefts) * len(rights) > largest_block:
                capped.append(len(lefts) * len(rights))
                continue
            kept |= {(a, b) for a in lefts for b in rights if not same or a < b}
        found |= kept
        reports.append(BlockReport(rule.name, len(kept), len(capped), sum(capped)))
    return found, reports
