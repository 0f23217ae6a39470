"""Budgets, arrivals, releases and spending by tier and month; releases add up exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from mingbai.rulebook.model import Book, SubItem, Tier
from mingbai.site.demo.places import split_by_weight
from mingbai.site.demo.plan import CannotMakeCounty

# Releases lean towards the second quarter, when works have started.
_MONTH_WEIGHTS = (9, 8, 17, 18, 22, 26)
# λ is searched in millionths of the budget.
_PARTS = 1_000_000


@dataclass(frozen=True, slots=True)
class FundLine:
    """One sub-item and tier of one month; all in 分, months from the first on."""

    sub_item: str
    tier: Tier
    month: int
    budget: int
    arrived: int
    released: int
    spent: int
    arrived_total: int
    released_total: int
    spent_total: int


def plan_funds(
    *,
    book: Book,
    months: Sequence[int],
    released_ratio: Decimal,
    needed: Mapping[str, int],
    random: Random,
) -> tuple[FundLine, ...]:
    """Lay out every fund line; ``needed`` is what a subsidy pays by June, below its release.

    Raises CannotMakeCounty when a budget is smaller than what the sub-item pays out.
    """
    items = [item for item in book.sub_items if item.budget_fen]
    whole = sum(item.budget_fen for item in items)
    total = int((whole * released_ratio).quantize(Decimal(1), ROUND_HALF_UP))
    released = _share_release(items, total=total, needed=needed, random=random)
    lines: list[FundLine] = []
    for item in items:
        lines += _lines_of(item, released[item.code], months=months, random=random)
    return tuple(lines)


def _share_release(
    items: Sequence[SubItem], *, total: int, needed: Mapping[str, int], random: Random
) -> dict[str, int]:
    lower = [needed.get(item.code, 0) for item in items]
    for item, least in zip(items, lower, strict=True):
        if least > item.budget_fen:
            raise CannotMakeCounty(f"{item.code} 发放 {least} 分，超过预算 {item.budget_fen} 分")
    # By June nothing is released to the last 分 unless it has been paid out.
    upper = [
        max(least, item.budget_fen * 97 // 100) for item, least in zip(items, lower, strict=True)
    ]
    weights = [80 + int(random.random() * 45) for _ in items]

    def released_at(part: int) -> list[int]:
        return [
            min(most, max(least, item.budget_fen * weight * part // (100 * _PARTS)))
            for item, weight, least, most in zip(items, weights, lower, upper, strict=True)
        ]

    low, high = 0, 2 * _PARTS
    while low < high:
        middle = (low + high + 1) // 2
        if sum(released_at(middle)) <= total:
            low = middle
        else:
            high = middle - 1
    parts = released_at(low)
    rest = total - sum(parts)
    for place in sorted(range(len(items)), key=lambda n: parts[n] - upper[n]):
        step = min(rest, upper[place] - parts[place])
        parts[place] += step
        rest -= step
    if rest:
        raise CannotMakeCounty(f"拨付总额有 {rest} 分无处可放")
    return {item.code: part for item, part in zip(items, parts, strict=True)}


def _lines_of(
    item: SubItem, released: int, *, months: Sequence[int], random: Random
) -> list[FundLine]:
    tiers = [tier for tier, amount in item.budgets.items() if amount]
    budgets = [item.budgets[tier] for tier in tiers]
    weights = _MONTH_WEIGHTS[: len(months)]
    lines: list[FundLine] = []
    for tier, budget, part in zip(tiers, budgets, split_by_weight(released, budgets), strict=True):
        # Money arrives before it is released, never above the budget.
        arrived = min(budget, part * (102 + int(random.random() * 14)) // 100)
        spent = part * (86 + int(random.random() * 12)) // 100
        by_month = zip(
            months,
            _ahead(split_by_weight(arrived, weights), split_by_weight(part, weights)),
            split_by_weight(part, weights),
            split_by_weight(spent, weights),
            strict=True,
        )
        totals = [0, 0, 0]
        for month, came, gone, used in by_month:
            totals = [totals[0] + came, totals[1] + gone, totals[2] + used]
            lines.append(FundLine(item.code, tier, month, budget, came, gone, used, *totals))
    return lines


def _ahead(arrived: tuple[int, ...], released: tuple[int, ...]) -> list[int]:
    """Bring the surplus of arrivals forward to the first month, so that no release precedes it."""
    first = arrived[0] + sum(arrived[1:]) - sum(released[1:])
    return [first, *released[1:]]
