"""The words of forecasting: an item's course through the year, what is expected, what is lost."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from dataclasses import dataclass
from itertools import pairwise


class CannotForecast(ValueError):
    """A course that nothing can be said about; tells which item and why."""


@dataclass(frozen=True, slots=True)
class Course:
    """One item of a year: its plan, its due date, what it reported month by month.

    Times are months from the year's start: 11.0 is the end of November. ``plan`` is the ratio of
    the target due at the end of each month, ``reports`` the ratio reported at the end of each
    (``None``: silent). ``finish`` is when it was done, where evidence tells; else it is
    taken to lie midway between the first report that shows the whole target and the one before.
    """

    id: str
    kind: str
    plan: tuple[float, ...]
    due: float
    reports: tuple[float | None, ...] = ()
    finish: float | None = None

    def __post_init__(self) -> None:
        if not self.plan or self.due <= 0:
            raise CannotForecast(f"“{self.id}”没有序时进度或完成期限，无法预测。")
        if any(later < sooner for sooner, later in pairwise((0.0, *self.plan))):
            raise CannotForecast(f"“{self.id}”的序时进度有下降，请核对计划。")
        known = [value for value in self.reports if value is not None]
        if not all(math.isfinite(value) and value >= 0 for value in known):
            raise CannotForecast(f"“{self.id}”的完成率不是非负数，请核对报表。")

    @property
    def finish_span(self) -> tuple[float, float] | None:
        """The times between which the target was reached; ``None`` while it has not been."""
        if self.finish is not None:
            return self.finish, self.finish
        before = 0
        for month, value in enumerate(self.reports, 1):
            if value is not None and value >= 1:
                return float(before), float(month)
            before = before if value is None else month
        return None

    @property
    def finished_at(self) -> float | None:
        """When the target was reached, as near as is known."""
        span = self.finish_span
        return None if span is None else sum(span) / 2

    def last_report(self, month: int) -> int:
        """The newest month up to this one with a report; 0 for none."""
        told = [n for n, value in enumerate(self.reports[:month], 1) if value is not None]
        return told[-1] if told else 0

    def through(self, month: int) -> Course:
        """The course as it was known at the end of a month."""
        done = self.finish if self.finish is not None and self.finish <= month else None
        return Course(self.id, self.kind, self.plan, self.due, self.reports[:month], done)


@dataclass(frozen=True, slots=True)
class Forecast:
    """When an item will be done, from its own reports and from like items.

    Times are months from the year's start. ``low`` to ``high`` holds the finish four times in
    five; ``expected`` is as likely early as late; ``chance_of_missing`` is that of finishing after
    the due date. ``like_count`` says on how many like items it rests. ``too_early`` (尚早，无法
    判断): fewer than two reports, or an interval too wide to act upon and the date neither all but
    kept nor all but missed; show nothing then.
    """

    id: str
    month: int
    due: float
    expected: float
    low: float
    high: float
    chance_of_missing: float
    too_early: bool
    reports_count: int
    silent_months: int
    like_count: float


@dataclass(frozen=True, slots=True)
class Slip:
    """A month's report beside what was expected of it a month before.

    ``behind`` and ``limit`` are shares of the target (0.05 is 5 百分点); ``alarm``: the report
    lies further behind than the limit.
    """

    id: str
    month: int
    behind: float
    limit: float

    @property
    def alarm(self) -> bool:
        return self.behind > self.limit


def date_at(year: int, months: float) -> dt.date:
    """The day on which a time in months ends: 11.0 is 30 November; past 12 is the next year."""
    whole = math.ceil(months) - 1
    year, month = year + whole // 12, whole % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return dt.date(year, month, max(1, math.ceil((months - whole) * last - 1e-9)))


def months_at(year: int, day: dt.date) -> float:
    """The end of a day as months from a year's start."""
    last = calendar.monthrange(day.year, day.month)[1]
    return (day.year - year) * 12 + day.month - 1 + day.day / last
