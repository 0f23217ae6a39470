"""What waits of comparison: findings, late forms, answers to re-check, visits."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.timezone import localdate

from mingbai.engine.money import show_scaled
from mingbai.registry.queries import (
    comparison_missed,
    findings_seen,
    left_out,
    pressing_slips,
)
from mingbai.registry.queries.surveys import survey_seen
from mingbai.rulebook import load_book
from mingbai.site.today.asked import Asked, Task


def about_findings(asked: Asked) -> list[Task]:
    """Findings that nobody has decided."""
    to = asked.to
    waiting = findings_seen(to=to, year=asked.year, state="open").order_by()
    sums = waiting.aggregate(count=Count("id"), stake=Sum("stake_amount"))
    if not sums["count"]:
        return []
    stake = show_scaled(sums["stake"] or 0, "万元", 2)
    text = "处理比对疑点" if to.may("settle") else "比对疑点等经办处理"
    detail = f"涉及 {stake}，金额大的排在前面"
    return [Task(text, detail, reverse("registry:findings"), f"{sums['count']} 条")]


def about_comparison(asked: Asked) -> list[Task]:
    """The month's comparison of everything, where its day has come and nobody ran it."""
    to = asked.to
    if not (to.sees_all and to.may("settle")):
        return []
    book = load_book(year=asked.year, county=settings.MINGBAI_COUNTY)
    due = comparison_missed(to=to, book=book, on=localdate(asked.at))
    if due is None:
        return []
    detail = "全部名册每月比对一次，打开后点“现在比对”"
    tag = f"应于 {due.month} 月 {due.day} 日前"
    return [Task("本月还没有全面比对", detail, reverse("registry:month"), tag, "bad")]


def about_slips(asked: Asked) -> list[Task]:
    """Correction forms, the late ones first; their days count by the real calendar."""
    to, found = asked.to, []
    slips = pressing_slips(to=to, year=asked.year, on=localdate(asked.at))
    address, text = reverse("registry:slips"), "催办更正单" if to.sees_all else "办理更正单"
    if slips.late_count:
        detail = f"共 {slips.open_count} 份没有办结，逾期的排在前面"
        found.append(Task(text, detail, address, f"逾期 {slips.late_count} 份", "bad"))
    elif slips.open_count:
        detail = "在期限内办结，县里复核后核销"
        found.append(Task(text, detail, address, f"{slips.open_count} 份", "warn"))
    if slips.to_check and to.sees_all:
        detail = "各单位已答复，复核通过的同时办结疑点"
        found.append(Task("复核更正单答复", detail, address, f"{slips.to_check} 项", "warn"))
    return found


def about_visits(asked: Asked) -> list[Task]:
    """People of one's towns who may qualify and are to be visited."""
    if not asked.to.towns:
        return []
    found = []
    if waiting := left_out(to=asked.to, year=asked.year).count():
        detail, visits = "符合条件没有列入名册，请入户核实", reverse("registry:visits")
        found.append(Task("入户核实应保未保", detail, visits, f"{waiting} 人", "warn"))
    if waiting := survey_seen(to=asked.to, year=asked.year, state="open").order_by().count():
        detail, survey = "摸底登记的人，请按期入户", reverse("registry:survey")
        found.append(Task("摸底入户", detail, survey, f"{waiting} 人", "warn"))
    return found
