"""Reading the fund ledger: standing entries and totals by sub-item and tier."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Exists, OuterRef, Sum

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.funds.models import FundEntry


@dataclass(frozen=True)
class FundTotal:
    """Amounts of one sub-item and tier in 分, and the three ratios with their denominators."""

    sub_item: str
    tier: str
    budget: int = 0
    arrived: int = 0
    released: int = 0
    spent: int = 0

    @property
    def released_of_budget(self) -> Fraction | None:
        """拨付 / 年度预算; ``None`` without a budget."""
        return Fraction(self.released, self.budget) if self.budget else None

    @property
    def released_of_arrived(self) -> Fraction | None:
        """拨付 / 到位; ``None`` when nothing arrived."""
        return Fraction(self.released, self.arrived) if self.arrived else None

    @property
    def spent_of_released(self) -> Fraction | None:
        """支出 / 拨付; ``None`` when nothing was released."""
        return Fraction(self.spent, self.released) if self.released else None


def standing_entries(
    *, to: Asker, year: int, through: date | None = None, as_of: int | None = None
) -> ScopedQuerySet[FundEntry]:
    """Entries that count: written by ``as_of``, dated by ``through``, not undone by ``as_of``.

    Neither reversals nor what they undo are among them, so every sum is a sum of real lines.
    """
    undone = FundEntry.objects.unscoped("whether an entry was undone").filter(
        reverses=OuterRef("pk")
    )
    found = FundEntry.objects.seen_by(to).filter(year=year, reverses__isnull=True)
    if as_of is not None:
        undone = undone.filter(act_id__lte=as_of)
        found = found.filter(act_id__lte=as_of)
    if through is not None:
        found = found.filter(entry_date__lte=through)
    return found.filter(~Exists(undone))


_FIELDS = {
    FundEntry.Kind.BUDGET: "budget",
    FundEntry.Kind.ARRIVAL: "arrived",
    FundEntry.Kind.RELEASE: "released",
    FundEntry.Kind.SPENDING: "spent",
}


def totals(
    *, to: Asker, year: int, through: date | None = None, as_of: int | None = None
) -> tuple[FundTotal, ...]:
    """Budget, arrived, released and spent by sub-item and tier up to a day; one query."""
    sums: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    found = (
        standing_entries(to=to, year=year, through=through, as_of=as_of)
        .order_by("sub_item", "tier", "kind")
        .values_list("sub_item", "tier", "kind")
        .annotate(fen=Sum("amount"))
    )
    for sub_item, tier, kind, fen in found:
        sums[sub_item, tier][_FIELDS[FundEntry.Kind(kind)]] = int(fen)
    return tuple(FundTotal(sub_item, tier, **parts) for (sub_item, tier), parts in sums.items())


def add_up(parts: tuple[FundTotal, ...], *, sub_item: str = "", tier: str = "") -> FundTotal:
    """One total over several, named as given."""
    return FundTotal(
        sub_item,
        tier,
        sum(part.budget for part in parts),
        sum(part.arrived for part in parts),
        sum(part.released for part in parts),
        sum(part.spent for part in parts),
    )


def monthly(
    *, to: Asker, year: int, sub_items: frozenset[str], as_of: int | None = None
) -> dict[tuple[int, str], int]:
    """(month, kind) -> 分 entered in that month for these sub-items together; one query."""
    found = (
        standing_entries(to=to, year=year, as_of=as_of)
        .filter(sub_item__in=sub_items)
        .order_by("period", "kind")
        .values_list("period", "kind")
        .annotate(fen=Sum("amount"))
    )
    return {(period, kind): int(fen) for period, kind, fen in found}
