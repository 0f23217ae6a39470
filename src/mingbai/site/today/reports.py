"""What waits about monthly progress reports: due soon, late, to answer, to confirm."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse

from mingbai.base.periods import month_end
from mingbai.delivery.queries.desk import OfficeReport, office_reports
from mingbai.rulebook import CannotLoadBook, load_book
from mingbai.site.today.asked import Asked, Task

_NAMES: Final = 3


def about_reports(asked: Asked) -> list[Task]:
    """Reminders from some days before the due day; what was handed in and does not count yet."""
    try:
        book = load_book(year=asked.year, county=settings.MINGBAI_COUNTY)
    except CannotLoadBook:
        return []
    rule = book.report_rule(month_end(asked.period))
    if rule is None:
        return []
    due = rule.due_date(asked.period, book.calendar)
    found = office_reports(to=asked.to, book=book, period=asked.period)
    if not asked.to.sees_all:
        found = tuple(each for each in found if each.office.pk in asked.to.office_ids)
    address = f"{reverse('delivery:reports')}?year={asked.year}&month={asked.period % 100}"
    tasks: list[Task] = []
    missing = [each for each in found if each.state == "missing"]
    if missing and asked.day >= due - timedelta(days=rule.remind_days):
        late = asked.day > due
        when = f"{due.month}月{due.day}日"
        tag = f"迟报 {(asked.day - due).days} 天" if late else f"还有 {(due - asked.day).days} 天"
        said = f"{when}{'已到期' if late else '前报送'}：{_named(missing)}"
        text = f"报送{asked.period % 100}月进度月报"
        tasks.append(Task(text, said, address, tag, "bad" if late else "warn"))
    to_answer = [each for each in found if each.state in ("asked", "returned")]
    if to_answer and (asked.to.may("hand_in") or asked.to.sees_all):
        tag = f"{len(to_answer)} 个单位"
        tasks.append(Task("说明或更正进度月报", _named(to_answer), address, tag, "bad"))
    waiting = [each for each in found if each.state == "waiting"]
    if waiting:
        check_by = rule.check_date(asked.period, book.calendar)
        late = asked.day > check_by
        detail = f"{check_by.month}月{check_by.day}日前核完，未核的不计入完成数：{_named(waiting)}"
        text = "核定进度月报" if asked.to.may("approve") else "进度月报等复核"
        tone = "bad" if late else "warn" if asked.to.may("approve") else "mute"
        tasks.append(Task(text, detail, address, f"{len(waiting)} 个单位", tone))
    return tasks


def _named(reports: list[OfficeReport]) -> str:
    names = [each.office.short_name for each in reports]
    return "、".join(names[:_NAMES]) + (f"等 {len(names)} 个单位" if len(names) > _NAMES else "")
