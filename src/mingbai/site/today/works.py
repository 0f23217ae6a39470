"""What waits about works: milestones due this week or late, and reports to be looked at."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from mingbai.delivery.queries.site_plans import Ground, duties_of_week, plan_sites, week_of
from mingbai.delivery.queries.site_records import waiting_count
from mingbai.delivery.queries.sites import site_standings
from mingbai.rulebook import load_book
from mingbai.site.today.asked import Asked, Task


def about_works(asked: Asked) -> list[Task]:
    """What must happen on sites this week, what is late, and reports that nobody has confirmed."""
    standings = site_standings(to=asked.to, year=asked.year, cutoff=asked.day)
    if not standings:
        return []
    book = load_book(year=asked.year, county=settings.MINGBAI_COUNTY)
    plans = plan_sites(standings, ground=Ground.of(book, asked.day))
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
    waiting = waiting_count(to=asked.to, year=asked.year)
    if waiting:
        mine = asked.to.may("approve")
        text = "确认工程节点" if mine else "工程节点等责任部门确认"
        page = reverse("delivery:waiting")
        tone = "warn" if mine else "mute"
        found.append(Task(text, "确认后才计入开工率、完工率", page, f"{waiting} 条", tone))
    return found
