"""What waits on 今日 in the life of rights: applications, proposals, suspensions too long."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.urls import reverse

from mingbai.base.scope import Asker
from mingbai.registry.queries import changes_seen, count_waiting, suspended_too_long
from mingbai.rulebook import load_book
from mingbai.site.waiting import Task


def about_rights(to: Asker, year: int, day: date) -> list[Task]:
    """What waits for this person's own hand in the life of rights. Three short queries."""
    book = load_book(year=year, county=settings.MINGBAI_COUNTY)
    found: list[Task] = []
    waiting = count_waiting(to=to, book=book, on=day)
    if waiting.count:
        late = f"{waiting.late} 件超期，{waiting.soon} 件三天内到期"
        found.append(
            Task(
                text="办理申请",
                detail=late if waiting.late or waiting.soon else "都在期限之内",
                address=reverse("registry:applications"),
                tag=f"{waiting.count} 件",
                tone="bad" if waiting.late else "warn",
            )
        )
    if to.may("approve"):
        others = changes_seen(to=to).exclude(made_by=to.user_id).order_by().count()
        if others:
            address = reverse("registry:proposals")
            found.append(Task("审定拟办变动", "审定之前照旧发放", address, f"{others} 件"))
    if to.may("settle"):
        period = day.year * 100 + day.month
        long = suspended_too_long(to=to, book=book, period=period).order_by().count()
        if long:
            found.append(
                Task(
                    text="暂停超过最长时限，请恢复或终止",
                    detail="停发不能无限期，时限见规则书",
                    address=f"{reverse('registry:reviews')}?about=suspended",
                    tag=f"{long} 人",
                    tone="bad",
                )
            )
    return found
