"""What waits in the life of rights: applications, proposals, suspensions too long."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from mingbai.registry.queries import changes_seen, count_waiting, suspended_too_long
from mingbai.rulebook import load_book
from mingbai.site.today.asked import Asked, Task


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


def about_suspended(asked: Asked) -> list[Task]:
    """Rights suspended longer than the rulebook allows."""
    if not asked.to.may("settle"):
        return []
    book = load_book(year=asked.year, county=settings.MINGBAI_COUNTY)
    period = asked.day.year * 100 + asked.day.month
    long = suspended_too_long(to=asked.to, book=book, period=period).order_by().count()
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
