"""Monthly reports owed, to be answered, to be confirmed; and plans owed for what lags."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Final

from django.urls import reverse

from mingbai.base.models import Office
from mingbai.base.periods import month_end
from mingbai.delivery.queries.desk import OfficeReport, office_reports
from mingbai.delivery.queries.lags import LagRow, lag_rows
from mingbai.oversight.queries.duties.sought import HOUSE, Duty, Sought, listed
from mingbai.rulebook.model import RemindKind, ReportRule

#: A month's report is not asked for earlier than this before it is due.
_AHEAD: Final = timedelta(days=14)


def report_duties(sought: Sought) -> list[Duty]:
    """What offices owe about the reports of this month and the last."""
    found: list[Duty] = []
    for period in sought.months():
        rule = sought.book.report_rule(month_end(period))
        if rule is None:
            continue
        if rule.due_date(period, sought.book.calendar) - sought.on > _AHEAD:
            continue
        for report in office_reports(to=HOUSE, book=sought.book, period=period):
            duty = _duty(sought, report, rule, period)
            found += [duty] if duty else []
    return found


def _duty(sought: Sought, report: OfficeReport, rule: ReportRule, period: int) -> Duty | None:
    year, month = divmod(period, 100)
    query = f"?year={year}&month={month}"
    page, sheet = reverse("delivery:reports"), reverse("delivery:report_sheet")
    due = rule.due_date(period, sought.book.calendar)
    check = rule.check_date(period, sought.book.calendar)
    told: dict[str, tuple[RemindKind, str, object, str]] = {
        "missing": ("report", f"报送{month}月进度月报", due, sheet),
        "returned": ("report_answer", f"{month}月进度月报被退回，请更正后重报", check, page),
        "asked": ("report_answer", f"说明{month}月进度月报的问题，未说明的不能核定", check, page),
        "waiting": ("report_check", f"核定{month}月进度月报，未核的不计入完成数", check, page),
    }
    if report.state not in told:
        return None
    kind, text, day, address = told[report.state]
    office = report.office
    link = f"{address}{query}"
    if kind == "report":
        link += f"&office={office.code}"
    key = f"{kind}:{period}:{office.code}"
    return Duty(kind, key, office, sought.county, text, day, link)  # type: ignore[arg-type]


def lag_duties(sought: Sought) -> list[Duty]:
    """Plans to catch up that offices owe for the newest month whose reports should be confirmed.

    One duty for each office and lead: its text names the sub-items.
    """
    period = _judged_month(sought)
    reminding = sought.book.reminding.rule_on("lag_plan", sought.on)
    if period is None or reminding is None or reminding.term is None:
        return []
    rule = sought.book.report_rule(month_end(period))
    if rule is None:
        return []
    start = rule.check_date(period, sought.book.calendar)
    due = reminding.term.last_day(start, sought.book.calendar)
    owed: dict[tuple[int, str], list[LagRow]] = defaultdict(list)
    leads: dict[str, Office | None] = {}
    rows = lag_rows(to=HOUSE, year=period // 100, period=period, lagging=sought.book.lagging)
    for row in rows:
        if row.owes_answer:
            lead = row.judged.sub_item.lead_office if row.judged.town else sought.county
            leads[lead.code if lead else ""] = lead
            owed[row.judged.office.pk, lead.code if lead else ""].append(row)
    link = f"{reverse('delivery:lags')}?year={period // 100}&month={period % 100}"
    found = []
    for (_, code), group in owed.items():
        office = group[0].judged.office
        names = listed(list(dict.fromkeys(row.judged.sub_item.name for row in group)))
        text = f"{period % 100}月进度滞后，填报原因和赶超计划：{names}"
        key = f"lag:{period}:{office.code}:{code}"
        found.append(Duty("lag_plan", key, office, leads[code], text, due, link))
    return found


def _judged_month(sought: Sought) -> int | None:
    """The newest month whose reports were to be confirmed before the day."""
    year = sought.book.year
    for month in range(12, 0, -1):
        period = year * 100 + month
        rule = sought.book.report_rule(month_end(period))
        if rule and rule.check_date(period, sought.book.calendar) < sought.on:
            return period
    return None
