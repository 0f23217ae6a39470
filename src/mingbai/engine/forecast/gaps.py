"""Courses as rows of numbers that are alike for all items: how far behind the plan, month by month.

A gap is planned less reported (序时差), told in months of the year's work: 0.05 of the target is
0.6 months. The last column is the finish less the due date, in months as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from mingbai.engine.forecast.shapes import Course

Array = npt.NDArray[np.float64]

#: A year's work takes a year: a ratio of the target times this is a time in months.
MONTHS: Final = 12


def gaps_of(course: Course, months: int) -> Array:
    """Months of work behind the plan at the end of each month, NaN where silent; shape (months,).

    What goes beyond the target is left out; once done, the whole target counts as reported.
    """
    found = np.full(months, np.nan)
    done = course.finished_at
    for n, planned in enumerate(plan_of(course, months) / MONTHS):
        told = course.reports[n] if n < len(course.reports) else None
        if done is not None and done <= n + 1:
            told = 1.0
        if told is not None:
            found[n] = (planned - min(told, 1.0)) * MONTHS
    return found


def plan_of(course: Course, months: int = MONTHS) -> Array:
    """The plan in months of work at the end of each month; shape (months,)."""
    last = course.plan[-1]
    return np.array([*course.plan, *[last] * months][:months]) * MONTHS


def rows_of(courses: Sequence[Course], month: int) -> Array:
    """A row a course: gaps at months 1 to ``month`` + 1, then lateness at the finish.

    Shape (courses, month + 2); NaN is what is not known.
    """
    rows = np.full((len(courses), month + 2), np.nan)
    for row, course in zip(rows, courses, strict=True):
        row[: month + 1] = gaps_of(course, month + 1)
        done = course.finished_at
        if done is not None:
            row[-1] = done - course.due
    return rows
