"""What waits in the life of rights: applications, proposals, suspensions too long."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.urls import reverse

from mingbai.base.periods import period_of
from mingbai.registry.queries import (
    changes_seen,
    count_waiting,
    reviews_due,
    suspended_too_long,
)
from mingbai.rulebook import load_book
from mingbai.site.today.asked import Asked, Task

_MANY: Final = 1000


def about_applications(asked: Asked) -> list[Task]:
    """Applications whose next step is this office's."""
    book = load_book(year=asked.year, county=settings.MINGBAI_COUNTY)
    waiting = count_waiting(to=asked.to, book=book, on=asked.day)
    if not waiting.count:
        return []
    late = f"{waiting.late} 件超期，{waiting.soon} 件三天内到期"
    return [
        Task(
            text="办理申请",
            detail=late if waiting.late or waiting.soon else "都在期限之内",
            address=reverse("registry:applications"),
            tag=f"{waiting.count} 件",
            tone="bad" if waiting.late else "warn",
        )
    ]


def about_changes(asked: Asked) -> list[Task]:
    """Changes that somebody else proposed and this hand may decide."""
    if not asked.to.may("approve"):
        return []
    others = changes_seen(to=asked.to).exclude(made_by=asked.to.user_id).order_by().count()
    if not others:
        return []
    address = reverse("registry:proposals")
    return [Task("审定拟办变动", "审定之前照旧发放", address, f"{others} 件")]


def about_reviews(asked: Asked) -> list[Task]:
    """Rights whose review is due; counted up to a thousand, the list has them all."""
    if not asked.to.may("settle"):
        return []
    book = load_book(year=asked.year, county=settings.MINGBAI_COUNTY)
    due = reviews_due(to=asked.to, book=book, period=period_of(asked.day))
    count = due.order_by()[: _MANY + 1].count()
    if not count:
        return []
    tag = f"{count} 人" if count <= _MANY else f"{_MANY} 人以上"
    detail = "到了复核的月份，核实后继续、调整、暂停或终止"
    return [Task("到期复核", detail, reverse("registry:reviews"), tag)]


def about_suspended(asked: Asked) -> list[Task]:
    """Rights suspended longer than the rulebook allows."""
    if not asked.to.may("settle"):
        return []
    book = load_book(year=asked.year, county=settings.MINGBAI_COUNTY)
    rows = suspended_too_long(to=asked.to, book=book, period=period_of(asked.day))
    long = rows.order_by().count()
    if not long:
        return []
    return [
        Task(
            text="暂停超过最长时限，请恢复或终止",
            detail="停发不能无限期，时限见规则书",
            address=f"{reverse('registry:reviews')}?about=suspended",
            tag=f"{long} 人",
            tone="bad",
        )
    ]
