"""All of the page 今日, gathered for one person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from django.urls import reverse
from django.utils.timezone import localdate, make_aware

from mingbai.base.scope import Asker
from mingbai.delivery.queries import lights
from mingbai.intake.queries import handed_months, working_day
from mingbai.report.queries import newest_summary
from mingbai.site.today.arrivals import Arrival, arrivals_of
from mingbai.site.today.asked import Asked, Task
from mingbai.site.today.headlines import Headline, headlines_of
from mingbai.site.today.lags import Lag, late_of
from mingbai.site.today.silences import Quiet, silences_of
from mingbai.site.today.tasks import tasks_of

_LAGS: Final = 8


@dataclass(frozen=True)
class Today:
    """Everything the page shows."""

    day: date
    period: int | None
    headlines: tuple[Headline, ...] = ()
    tasks: tuple[Task, ...] = ()
    silences: tuple[Quiet, ...] = ()
    lags: tuple[Lag, ...] = ()
    lags_left_out: int = 0
    grey_count: int = 0
    arrivals: tuple[Arrival, ...] = ()
    summary_address: str = ""
    lights: dict[str, int] = field(default_factory=dict)


def gather_today(*, to: Asker, at: datetime, demonstration: bool) -> Today:
    """Gather the page for one person. At most 64 queries, whatever the county's size.

    A demonstration lives in its own time, soon after the newest month handed in.
    """
    everywhere = Asker.system("which month the county is reporting is the same for everybody")
    months = handed_months(to=everywhere)
    day = localdate(at)
    if not months:
        return Today(day=day, period=None)
    if demonstration:
        day = working_day(at=at, demonstration=True)
        at = make_aware(datetime.combine(day, time.max))
    period = next((month for month in months if month <= day.year * 100 + day.month), months[0])
    asked = Asked(to=to, period=period, day=day, at=at)
    shown = lights(to=to, year=asked.year, period=period)
    late, counts = late_of(shown), Counter[str](each.colour for each in shown)
    summary = newest_summary(to=to, year=asked.year)
    return Today(
        day=day,
        period=period,
        headlines=headlines_of(asked, summary, counts),
        tasks=tasks_of(asked),
        silences=silences_of(asked),
        lags=late[:_LAGS],
        lags_left_out=max(0, len(late) - _LAGS),
        grey_count=counts["grey"],
        arrivals=arrivals_of(asked),
        summary_address=reverse("report:paper", args=[summary.pk]) if summary else "",
        lights=dict(counts),
    )
