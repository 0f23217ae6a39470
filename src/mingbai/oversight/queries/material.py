"""Everything a dispatch meeting must talk about, derived from a month's records: nothing typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.queries import Outlook, lights, outlooks, standing_reports
from mingbai.delivery.queries.lags import LagRow, lag_rows
from mingbai.oversight.models import DecisionStep
from mingbai.oversight.queries.decisions import DecisionStanding, decision_standings
from mingbai.oversight.queries.money_gaps import MoneyGap, money_gaps
from mingbai.programme.queries import planned_curves
from mingbai.rulebook.model import Book, DispatchRule

_HOUSE = Asker.system("a dispatch meeting hears of the whole county")


@dataclass(frozen=True)
class SlowRow:
    """One lag or silence, with its cause in words, its forecast, and whether it is at risk."""

    row: LagRow
    cause: str
    outlook: Outlook | None
    at_risk: bool

    @property
    def is_whole(self) -> bool:
        """Whether it is the county's sub-item, not a town's part."""
        return self.row.judged.town is None


@dataclass(frozen=True)
class Pending:
    """A decision of an earlier meeting that is not done, with the newest word on it."""

    standing: DecisionStanding
    said: str


@dataclass(frozen=True)
class Material:
    """What there is to talk about: lags and silences worst first, money, decisions not done."""

    slow: tuple[SlowRow, ...]
    money: tuple[MoneyGap, ...]
    pending: tuple[Pending, ...]
    judged_count: int

    def of_state(self, state: str, *, whole: bool) -> tuple[SlowRow, ...]:
        """Lags (or silences) of the county's sub-items, or of the towns' parts."""
        return tuple(
            each for each in self.slow if each.row.state == state and each.is_whole == whole
        )


def gather_material(
    *, year: int, period: int, day: date, book: Book, rule: DispatchRule, as_of: int
) -> Material:
    """Gather it as of a ledger entry; decisions are late or not on ``day``, the meeting's.

    About fifty queries, whatever the county's size.
    """
    rows = lag_rows(to=_HOUSE, year=year, period=period, lagging=book.lagging, as_of=as_of)
    told = _outlooks(year, period, as_of)
    slow = tuple(
        _slow(row, book, told, Fraction(rule.at_risk))
        for row in rows
        if row.state in ("lagging", "silent")
    )
    return Material(
        slow=slow,
        money=money_gaps(to=_HOUSE, year=year, period=period, rule=rule, as_of=as_of),
        pending=_pending(day, as_of),
        judged_count=sum(row.judged.town is None and row.state != "waiting" for row in rows),
    )


def _outlooks(year: int, period: int, as_of: int) -> Mapping[str, Outlook]:
    found = lights(to=_HOUSE, year=year, period=period, as_of=as_of)
    given = standing_reports(to=_HOUSE, year=year, through=month_end(period), as_of=as_of)
    curves = planned_curves(to=_HOUSE, year=year)
    return outlooks(to=_HOUSE, year=year, period=period, found=found, given=given, curves=curves)


def _slow(row: LagRow, book: Book, told: Mapping[str, Outlook], at_risk: Fraction) -> SlowRow:
    """A forecast is of the county's sub-item; a town's part has none."""
    plan = row.plan
    outlook = told.get(row.judged.sub_item.code) if row.judged.town is None else None
    chance = outlook.told.chance_of_missing if outlook is not None and outlook.told else 0.0
    cause = book.lagging.cause_name(plan.plan.cause) if plan is not None else ""
    return SlowRow(row, cause, outlook, Fraction(chance) >= at_risk)


def _pending(day: date, as_of: int) -> tuple[Pending, ...]:
    found = [
        each for each in decision_standings(to=_HOUSE, day=day, as_of=as_of) if each.state != "done"
    ]
    steps = DecisionStep.objects.unscoped("what owners said last stands in the pack")
    said = dict(
        steps.filter(decision__in=[each.decision.pk for each in found], act_id__lte=as_of)
        .order_by("decision_id", "number")
        .values_list("decision_id", "text")
    )
    return tuple(Pending(each, said.get(each.decision.pk, "")) for each in found)
