"""What waits about works: milestones due this week or late, and reports to be looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse

from mingbai.delivery.models import MilestoneReport
from mingbai.delivery.queries.site_plans import Ground, duties_of_week, plan_sites, week_of
from mingbai.delivery.queries.site_records import waiting_count
from mingbai.delivery.queries.sites import site_standings
from mingbai.delivery.queries.upkeep import open_notes, upkeep_late
from mingbai.rulebook import load_book
from mingbai.site.today.asked import Asked, Task

_SOON: Final = timedelta(days=3)


def about_works(asked: Asked) -> list[Task]:
    """What must happen on sites this week, what is late, and reports that nobody has confirmed."""
    standings = site_standings(to=asked.to, year=asked.year, cutoff=asked.day)
    if not standings:
        return []
    book = load_book(year=asked.year, county=settings.MINGBAI_COUNTY)
    open_sites = [each for each in standings if each.stage < MilestoneReport.Stage.HANDED_OVER]
    plans = plan_sites(open_sites, ground=Ground.of(book, asked.day))
    duties = duties_of_week(plans, today=asked.day)
    late = {each.plan.standing.site.pk for each in duties if each.is_late}
    due = [each for each in duties if not each.is_late]
    found, week = [], reverse("delivery:week")
    if due:
        _, last = week_of(asked.day)
        names = "、".join(dict.fromkeys(each.plan.standing.name for each in due[:3]))
        text = f"工程：{last.month}月{last.day}日前必须开工或完成"
        found.append(Task(text, f"{names}等，再迟就影响完工", week, f"{len(due)} 件", "bad"))
    if late:
        text, detail = "工程：按现在的进度赶不上完工期限", "每个工地列出最前面迟了的一步"
        found.append(Task(text, detail, week, f"{len(late)} 个工地"))
    found += _care(asked)
    waiting = waiting_count(to=asked.to, year=asked.year)
    if waiting:
        mine = asked.to.may("approve")
        text = "确认工程节点" if mine else "工程节点等责任部门确认"
        page = reverse("delivery:waiting")
        tone = "warn" if mine else "mute"
        found.append(Task(text, "确认后才计入开工率、完工率", page, f"{waiting} 条", tone))
    return found


def _care(asked: Asked) -> list[Task]:
    """Notes whose term is near or past, and inspections of finished works that are overdue."""
    notes = [
        each
        for each in open_notes(to=asked.to, year=asked.year, today=asked.day)
        if each.note.due_date <= asked.day + _SOON
    ]
    late = upkeep_late(to=asked.to, today=asked.day)
    found = []
    if notes:
        page = reverse("delivery:site", args=[notes[0].note.site_id])
        tone = "bad" if any(each.late_days for each in notes) else "warn"
        text = "工程质量、安全问题到期整改"
        detail = f"最早的{notes[0].note.due_date.month}月{notes[0].note.due_date.day}日到期"
        found.append(Task(text, detail, page, f"{len(notes)} 件", tone))
    if late:
        page = reverse("delivery:site", args=[late[0].duty.site_id])
        detail = f"管护单位：{'、'.join(dict.fromkeys(each.duty.keeper for each in late[:3]))}"
        found.append(Task("建后管护到期没有巡查", detail, page, f"{len(late)} 处"))
    return found
