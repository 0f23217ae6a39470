"""Where a sub-item's money is stuck: behind schedule, arrived and kept, released and unspent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.queries.lights import in_points
from mingbai.engine.money import show_scaled
from mingbai.engine.schedule import round_half_up
from mingbai.funds.queries import FundTotal, add_up, totals
from mingbai.programme.models import SubItem
from mingbai.programme.queries import planned_ratios, sub_items
from mingbai.rulebook.model import DispatchRule, MoneyRule


@dataclass(frozen=True)
class MoneyGap:
    """A sub-item's money up to a month's end, and the rules that found it stuck, in words."""

    sub_item: SubItem
    total: FundTotal
    found: tuple[tuple[MoneyRule, str], ...]

    @property
    def words(self) -> str:
        return "；".join(words for _, words in self.found)


def money_gaps(
    *, to: Asker, year: int, period: int, rule: DispatchRule, as_of: int | None = None
) -> tuple[MoneyGap, ...]:
    """The sub-items whose money is stuck by the book's rules, in the order of the year's list.

    Three queries. A sub-item without a budget (arrived money, released money) is not judged by it.
    """
    parts: dict[str, list[FundTotal]] = defaultdict(list)
    for part in totals(to=to, year=year, through=month_end(period), as_of=as_of):
        parts[part.sub_item].append(part)
    planned = planned_ratios(to=to, year=year, period=period, as_of=as_of)
    found = []
    for item in sub_items(to=to, year=year, as_of=as_of):
        total = add_up(tuple(parts[item.code]), sub_item=item.code)
        told = tuple(_told(total, planned, rule.money))
        if told:
            found.append(MoneyGap(item, total, told))
    return tuple(found)


def _told(
    total: FundTotal, planned: Mapping[str, Decimal], rules: Iterable[MoneyRule]
) -> Iterable[tuple[MoneyRule, str]]:
    for rule in rules:
        words = ""
        if rule.kind == "released_behind":
            words = _behind(total, planned.get(total.sub_item), Fraction(rule.over))
        elif rule.kind == "arrived_unreleased":
            words = _kept("到位未拨付", total.arrived, total.released, Fraction(rule.over))
        else:
            words = _kept("拨付未支出", total.released, total.spent, Fraction(rule.over))
        if words:
            yield rule, words


def _behind(total: FundTotal, planned: Decimal | None, over: Fraction) -> str:
    ratio = total.released_of_budget
    if ratio is None or planned is None or Fraction(planned) - ratio <= over:
        return ""
    short = in_points(Fraction(planned) - ratio)
    return f"拨付占预算{show_ratio(ratio)}，比序时低{short}个百分点"


def _kept(what: str, came: int, went: int, over: Fraction) -> str:
    if came <= 0 or Fraction(came - went, came) <= over:
        return ""
    amount, share = show_scaled(came - went, "万元", 2), show_ratio(Fraction(came - went, came))
    return f"{what}{amount}，占{share}"


def show_ratio(ratio: Fraction) -> str:
    """A ratio as official texts print it, one decimal."""
    return f"{round_half_up(ratio * 100, 1)}%"
