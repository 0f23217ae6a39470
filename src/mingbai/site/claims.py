"""What a month's report claims beside what was really paid; only this room may read both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest
from django.urls import reverse

from mingbai.base.ledger import last_seq
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.models import EnteredSheet, ProgressReport
from mingbai.delivery.queries.desk import lines_of, report_seen
from mingbai.payment.queries import paid_shares
from mingbai.programme.models import Measure
from mingbai.rulebook import load_book
from mingbai.rulebook.model import ReportRule

_PAGE: Final = "delivery:report"
_MONEY: Final = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
_FEN: Final = Decimal(100)


@dataclass(frozen=True)
class Paid:
    """What reached people of a sub-item (of one town) by a month's end: person-times of that month,
    money of all months in 分."""

    month_times: int = 0
    amount: int = 0


@dataclass(frozen=True)
class Claim:
    """One line of a report and what was paid; figures in the line's own unit.

    Money is held against all that was paid to date, people against those paid in the month.
    """

    name: str
    unit: str
    said: Decimal
    paid: Decimal
    amount: int
    is_money: bool
    is_apart: bool
    line: int
    address: str

    @property
    def difference(self) -> Decimal:
        """Claimed less paid."""
        return self.said - self.paid


def paid_claims(request: HttpRequest) -> dict[str, Any]:
    """Context of the page of one report: its claims held against payments; nothing elsewhere."""
    match = request.resolver_match
    to: Asker = getattr(request, "asker", Asker())
    if match is None or match.view_name != _PAGE or to.user_id is None:
        return {}
    entered = report_seen(match.kwargs["pk"], to=to)
    return {} if entered is None else {"paid_claims": claims_of(entered, to=to)}


def claims_of(entered: EnteredSheet, *, to: Asker) -> tuple[Claim, ...]:
    """The lines of a report that speak of money or of people who are paid; four queries."""
    sheet = entered.sheet
    if sheet.period is None:
        return ()
    rule = load_book(year=sheet.year, county=settings.MINGBAI_COUNTY).report_rule(
        month_end(sheet.period)
    )
    if rule is None:
        return ()
    asked = [(line, m) for line, m in lines_of(entered) if m and _speaks_of_pay(m, rule)]
    if not asked:
        return ()
    paid = _paid(to, sheet.year, sheet.period, {line.sub_item for line, _ in asked})
    return tuple(_claim(line, m, rule, paid) for line, m in asked)


def _speaks_of_pay(measure: Measure, rule: ReportRule) -> bool:
    item = measure.sub_item
    people = measure.unit in rule.people_units and item.roster_kind == "subsidy"
    return item.kind == "subsidy" and (measure.unit in _MONEY or people)


def _paid(
    to: Asker, year: int, period: int, items: Iterable[str]
) -> Mapping[tuple[str, str | None], Paid]:
    """(sub-item, town or None for the whole) -> what was paid, as this asker may see it."""
    rows = (
        paid_shares(to=to, year=year, cutoff=month_end(period), as_of=last_seq())
        .filter(sub_item__in=sorted(items))
        .order_by()
        .values_list("sub_item", "town", "period")
        .annotate(fen=Sum("amount"), times=Sum("person_count"))
    )
    fen: dict[tuple[str, str | None], int] = defaultdict(int)
    times: dict[tuple[str, str | None], int] = defaultdict(int)
    for item, town, month, amount, persons in rows:
        for place in ((item, None), (item, town)):
            fen[place] += int(amount or 0)
            times[place] += int(persons or 0) if month == period else 0
    return {place: Paid(times[place], amount) for place, amount in fen.items()}


def _claim(
    line: ProgressReport,
    measure: Measure,
    rule: ReportRule,
    paid: Mapping[tuple[str, str | None], Paid],
) -> Claim:
    found = paid.get((line.sub_item, line.town_id), Paid())
    is_money = measure.unit in _MONEY
    held = (
        (Decimal(found.amount) / _FEN / _MONEY[measure.unit]).quantize(Decimal("0.01"))
        if is_money
        else Decimal(found.month_times)
    )
    tolerance = rule.money_tolerance if is_money else rule.people_tolerance
    year, month = divmod(line.period, 100)
    why = reverse("report:why_now", args=[year, month, "payment.paid_amount"])
    return Claim(
        name=f"{measure.sub_item.name}·{measure.name}",
        unit=measure.unit,
        said=line.total_done,
        paid=held,
        amount=found.amount,
        is_money=is_money,
        is_apart=abs(line.total_done - held) > tolerance * max(line.total_done, held),
        line=line.origin_line or 0,
        address=f"{why}?p={line.sub_item}" if found.amount else "",
    )
