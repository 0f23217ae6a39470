"""Something that waits for somebody, and what waits about postings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from mingbai.base.scope import Asker
from mingbai.registry.queries import posting_tasks


@dataclass(frozen=True)
class Task:
    """Something to do now, and where."""

    text: str
    detail: str
    address: str
    tag: str
    tone: str = "warn"


def about_postings(to: Asker, day: date) -> list[Task]:
    """Postings to be approved, put up, proven or taken down, and objections to be answered."""
    objections, register = reverse("registry:objections"), reverse("registry:postings")
    return [
        Task(
            each.text,
            each.detail,
            objections if each.state == "objections" else f"{register}?state={each.state}",
            f"{each.count} {'件' if each.state == 'objections' else '份'}",
            each.tone,
        )
        for each in posting_tasks(to=to, on=day)
    ]
