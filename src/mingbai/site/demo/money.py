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
_LATER_WEIGHTS = (17, 15, 18, 16, 18, 16)
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
    # By June nothing is released to the last 分 unless it has been paid out.
    released = _share_release(items, total=total, needed=needed, random=random)
    lines: list[FundLine] = []
    for item in items:
        lines += _lines_of(item, released[item.code], months=months, random=random)
    return tuple(lines)


def plan_later_funds(
    *,
    book: Book,
    before: Sequence[FundLine],
    months: Sequence[int],
    released_ratio: Decimal,
    needed: Mapping[str, int],
    random: Random,
) -> tuple[FundLine, ...]:
    """Carry the fund lines on to the end of the year; totals go on from ``before``.

    ``needed`` is what a subsidy pays in the whole year. Raises CannotMakeCounty as plan_funds does.
    """
    last = {(line.sub_item, line.tier): line for line in before}
    gone: dict[str, int] = {}
    for line in last.values():
        gone[line.sub_item] = gone.get(line.sub_item, 0) + line.released_total
    items = [item for item in book.sub_items if item.budget_fen]
    whole = sum(item.budget_fen for item in items)
    total = int((whole * released_ratio).quantize(Decimal(1), ROUND_HALF_UP))
    lower = {item.code: max(needed.get(item.code, 0), gone[item.code]) for item in items}
    released = _share_release(items, total=total, needed=lower, random=random, most=100)
    lines: list[FundLine] = []
    for item in items:
        tiers = [last[item.code, tier] for tier, amount in item.budgets.items() if amount]
        more = released[item.code] - gone[item.code]
        room = [tier.budget - tier.released_total for tier in tiers]
        parts = split_by_weight(more, room) if more else (0,) * len(tiers)
        for line, part in zip(tiers, parts, strict=True):
            lines += _later_lines(line, part, months=months, random=random)
    return tuple(lines)


def _later_lines(
    last: FundLine, part: int, *, months: Sequence[int], random: Random
) -> list[FundLine]:
    """By December all the money of the year has arrived; nearly all that is released is spent."""
    arrives = last.budget - last.arrived_total
    spends = (last.released_total + part) * (95 + int(random.random() * 5)) // 100
    weights = _LATER_WEIGHTS[: len(months)]
    released = split_by_weight(part, weights)
    # What is released in a month has arrived by then: most of the rest comes in July.
    arrived = split_by_weight(arrives, [60, 20, 8, 6, 4, 2][: len(months)])
    spent = split_by_weight(max(0, spends - last.spent_total), weights)
    totals = [last.arrived_total, last.released_total, last.spent_total]
    lines: list[FundLine] = []
    for month, came, left, used in zip(months, arrived, released, spent, strict=True):
        totals = [totals[0] + came, totals[1] + left, totals[2] + used]
        lines.append(
            FundLine(last.sub_item, last.tier, month, last.budget, came, left, used, *totals)
        )
    return lines


def _share_release(
    items: Sequence[SubItem],
    *,
    total: int,
    needed: Mapping[str, int],
    random: Random,
    most: int = 97,
) -> dict[str, int]:
    """Release to each item between what is needed and ``most`` per cent of its budget."""
    lower = [needed.get(item.code, 0) for item in items]
    for item, least in zip(items, lower, strict=True):
        if least > item.budget_fen:
            raise CannotMakeCounty(f"{item.code} 发放 {least} 分，超过预算 {item.budget_fen} 分")
    upper = [
        max(least, item.budget_fen * most // 100) for item, least in zip(items, lower, strict=True)
    ]
    weights = [80 + int(random.random() * 45) for _ in items]

    def released_at(part: int) -> list[int]:
        return [
            min(top, max(least, item.budget_fen * weight * part // (100 * _PARTS)))
            for item, weight, least, top in zip(items, weights, lower, upper, strict=True)
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
