"""What waits about meetings: what was decided and is due, the county's word, papers to finish."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.urls import reverse

from mingbai.oversight.queries.decisions import DecisionStanding, decision_standings
from mingbai.oversight.queries.meetings import MeetingStanding, meetings_seen, standing_of
from mingbai.site.today.asked import Asked, Task

#: So many days before a meeting or a due date the page speaks of it.
_SOON: Final = timedelta(days=7)
_NAMES: Final = 2


def about_meetings(asked: Asked) -> list[Task]:
    """What was decided and is due, then meetings to come, to record and to write up.

    Whoever sees all meetings and finds none with minutes out asks for no decisions.
    """
    found = [standing_of(each) for each in meetings_seen(to=asked.to)]
    may_be_decided = not asked.to.sees_all or any(each.number for each in found)
    decided = _about_decisions(asked) if may_be_decided else []
    return decided + _about_calendar(asked, found)


def _about_decisions(asked: Asked) -> list[Task]:
    """Decisions that are late or soon due; below the county one's own, above it everybody's."""
    found = decision_standings(to=asked.to, day=asked.day)
    page = reverse("oversight:decisions")
    tasks = []
    late = [each for each in found if each.state == "overdue"]
    soon = [
        each
        for each in found
        if each.state == "open" and each.due_on <= asked.day + _SOON and not asked.to.sees_all
    ]
    if late:
        worst = max(each.late_days for each in late)
        text = "议定事项逾期未办结" if asked.to.sees_all else "办理逾期的议定事项"
        detail = f"最久的逾期 {worst} 天：{_named(late)}"
        tasks.append(Task(text, detail, f"{page}?state=overdue", f"{len(late)} 件", "bad"))
    if soon:
        first = min(each.due_on for each in soon)
        detail = f"最早的{first.month}月{first.day}日到期：{_named(soon)}"
        tasks.append(Task("办理议定事项", detail, f"{page}?state=open", f"{len(soon)} 件"))
    reported = [each for each in found if each.state == "reported"]
    if reported and asked.to.sees_all and asked.to.may("approve"):
        address = f"{page}?state=reported"
        tasks.append(Task("核实议定事项", _named(reported), address, f"{len(reported)} 件"))
    return tasks


def _named(found: list[DecisionStanding]) -> str:
    names = [each.decision.text for each in found]
    return "；".join(names[:_NAMES]) + ("等" if len(names) > _NAMES else "")


def _about_calendar(asked: Asked, found: list[MeetingStanding]) -> list[Task]:
    """Meetings one is called to soon; for the county those to record and to write up as well."""
    tasks = []
    for each in found:
        if each.state == "planned" and asked.day <= each.day <= asked.day + _SOON:
            tasks.append(_coming(each))
    if not (asked.to.sees_all and asked.to.may("compile")):
        return tasks
    past = [each for each in found if each.state == "planned" and each.day < asked.day]
    unwritten = [each for each in found if each.state == "held"]
    for text, detail, wanted in (
        ("登记会议召开", "会议日期已过，登记召开和到会情况", past),
        ("起草、印发会议纪要", "纪要印发后议定事项才开始办理", unwritten),
    ):
        if wanted:
            address = reverse("oversight:meeting", args=[wanted[0].meeting.pk])
            tasks.append(Task(text, detail, address, f"{len(wanted)} 次"))
    return tasks


def _coming(standing: MeetingStanding) -> Task:
    day = standing.day
    return Task(
        f"参加{standing.meeting}",
        f"{day.month}月{day.day}日，{standing.place}",
        reverse("oversight:meeting", args=[standing.meeting.pk]),
        f"{day.month}月{day.day}日",
        "note",
    )
