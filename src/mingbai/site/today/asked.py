"""For whom and for which day the page 今日 is gathered, and what it lists: something to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mingbai.base.scope import Asker


@dataclass(frozen=True)
class Asked:
    """Who asks, and when.

    ``day`` is the county's day: today, or in a demonstration the last day of the newest month
    handed in. ``at`` is the real moment; ``period`` the month being reported, yyyymm.
    """

    to: Asker
    period: int
    day: date
    at: datetime

    @property
    def year(self) -> int:
        return self.period // 100


@dataclass(frozen=True)
class Task:
    """Something to do now, and where."""

    text: str
    detail: str
    address: str
    tag: str
    tone: str = "warn"
