"""What waits about postings and objections."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from mingbai.registry.queries import posting_tasks
from mingbai.rulebook import load_book
from mingbai.site.today.asked import Asked, Task


def about_postings(asked: Asked) -> list[Task]:
    """Postings to be approved, put up, proven or taken down, and objections to be answered."""
    to = asked.to
    book = load_book(year=asked.year, county=settings.MINGBAI_COUNTY) if to.may("settle") else None
    objections, register = reverse("registry:objections"), reverse("registry:postings")
    return [
        Task(
            each.text,
            each.detail,
            objections if each.state == "objections" else f"{register}?state={each.state}",
            f"{each.count} {'件' if each.state == 'objections' else '份'}",
            each.tone,
        )
        for each in posting_tasks(to=to, on=asked.day, book=book)
    ]
