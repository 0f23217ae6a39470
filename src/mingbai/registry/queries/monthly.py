"""What a month of comparing brought: new, gone, decided, and what is still open since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum

from mingbai.base.scope import Asker
from mingbai.registry.models import Finding, Settlement
from mingbai.registry.queries.findings import OPEN, WAITING, with_decision

_ZONE: Final = ZoneInfo("Asia/Shanghai")
_STATES: Final = (OPEN, *WAITING)


@dataclass(frozen=True)
class Tallied:
    """Findings of one kind in a month, and the money at stake in what is open (分)."""

    code: str
    new_count: int
    gone_count: int
    back_count: int
    confirmed_count: int
    dismissed_count: int
    open_count: int
    open_amount: int


@dataclass(frozen=True)
class MonthReport:
    """One month: by kind, and how many of the open ones are how many months old.

    ``ages`` maps whole calendar months since a finding was made to how many are still open.
    """

    period: int
    kinds: tuple[Tallied, ...]
    ages: dict[int, int]

    def total(self, name: str) -> int:
        """Sum of one count over all kinds."""
        return sum(getattr(each, name) for each in self.kinds)


def month_report(*, to: Asker, year: int, period: int) -> MonthReport:
    """The asker's findings of a year as a calendar month (yyyymm) left them.

    New by the ledger's time of the comparison that wrote them, gone and decided by the time of the
    settlement. What is open is so now. Six queries, whatever there is.
    """
    first, after = _bounds(period)
    found = Finding.objects.seen_by(to).filter(year=year)
    settled = Settlement.objects.seen_by(to).filter(
        finding__year=year, settled_at__gte=first, settled_at__lt=after
    )
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = found.filter(act__at__gte=first, act__at__lt=after).order_by().values("code")
    for row in rows.annotate(count=Count("id")):
        counts[row["code"]]["new"] = row["count"]
    decided = settled.order_by().values("finding__code", "decision").annotate(count=Count("id"))
    for told in decided:
        counts[told["finding__code"]][told["decision"]] = told["count"]
    waiting = with_decision(found).filter(decision__in=_STATES).order_by()
    sums = waiting.values("code").annotate(count=Count("id"), stake=Sum("stake_amount"))
    for each in sums:
        counts[each["code"]]["open"] = each["count"]
        counts[each["code"]]["stake"] = each["stake"] or 0
    made = waiting.values_list("act__at", flat=True)
    kinds = tuple(_tallied(code, each) for code, each in sorted(counts.items()))
    return MonthReport(period, kinds, _ages(made, period))


def _tallied(code: str, each: dict[str, int]) -> Tallied:
    return Tallied(
        code,
        new_count=each["new"],
        gone_count=each[Settlement.Decision.SUPERSEDED],
        back_count=each[Settlement.Decision.REOPENED],
        confirmed_count=each[Settlement.Decision.CONFIRMED],
        dismissed_count=each[Settlement.Decision.DISMISSED],
        open_count=each["open"],
        open_amount=each["stake"],
    )


def _ages(made: Iterable[datetime], period: int) -> dict[int, int]:
    ages: dict[int, int] = defaultdict(int)
    for moment in made:
        day = moment.astimezone(_ZONE)
        months = (period // 100 - day.year) * 12 + period % 100 - day.month
        ages[max(months, 0)] += 1
    return dict(sorted(ages.items()))


def _bounds(period: int) -> tuple[datetime, datetime]:
    year, month = divmod(period, 100)
    first = datetime(year, month, 1, tzinfo=_ZONE)
    after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=_ZONE)
    return first.astimezone(UTC), after.astimezone(UTC)
