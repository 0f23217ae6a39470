"""What presses of comparison on the page 今日: late forms, answers to re-check, visits."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from mingbai.base.scope import Asker
from mingbai.registry.queries import left_out, pressing_slips
from mingbai.site.waiting import Task


def about_comparison(to: Asker, year: int, on: date) -> list[Task]:
    """What an office has to do about comparison on a day, the late things first."""
    found: list[Task] = []
    slips, address = pressing_slips(to=to, year=year, on=on), reverse("registry:slips")
    text = "催办更正单" if to.sees_all else "办理更正单"
    if slips.late_count:
        detail = f"共 {slips.open_count} 份没有办结，逾期的排在前面"
        found.append(Task(text, detail, address, f"逾期 {slips.late_count} 份", "bad"))
    elif slips.open_count:
        detail = "在期限内办结，县里复核后核销"
        found.append(Task(text, detail, address, f"{slips.open_count} 份", "warn"))
    if slips.to_check and to.sees_all:
        detail = "各单位已答复，复核通过的同时办结疑点"
        found.append(Task("复核更正单答复", detail, address, f"{slips.to_check} 项", "warn"))
    if to.towns and (waiting := left_out(to=to, year=year).count()):
        detail, visits = "符合条件没有列入名册，请入户核实", reverse("registry:visits")
        found.append(Task("入户核实应保未保", detail, visits, f"{waiting} 人", "warn"))
    return found
