"""What comes round by itself: once a day the worker looks what the rulebook says is due."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone

from mingbai.base.jobs import enqueue, repeat_daily, repeat_often
from mingbai.base.models import Job
from mingbai.base.scope import Asker
from mingbai.registry.queries import comparison_missed, newest_year
from mingbai.rulebook import load_book
from mingbai.site.jobs import RUNNER

DAILY: Final = "mingbai.site.daily.run"
REMINDING: Final = "mingbai.site.reminding.run"
_MINUTES: Final = 3


def plan_days() -> None:
    """Have the worker look once a day, and remind and send in between; each planned once."""
    repeat_daily(name="daily", entry=DAILY)
    repeat_often(name="reminding", entry=REMINDING, minutes=_MINUTES)


def look_what_is_due(*, at: datetime) -> list[Job]:
    """Queue what is due on a day and neither done nor queued: the month's comparison."""
    year = newest_year()
    if year is None:
        return []
    book = load_book(year=year, county=settings.MINGBAI_COUNTY)
    to = Asker.system("whether the month was compared is the same for everybody")
    if comparison_missed(to=to, book=book, on=timezone.localdate(at)) is None:
        return []
    waiting = Job.objects.unscoped("the same work is queued once").filter(
        kind="compare", state__in=(Job.State.QUEUED, Job.State.RUNNING)
    )
    if waiting.exists():
        return []
    return [enqueue("compare", {"year": year}, by=None, at=at, runner=RUNNER)]


def run() -> None:
    """Entry of the worker."""
    look_what_is_due(at=timezone.now())
