"""Trials of the forecaster on simulated programmes, shared by the tests and the measurement."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from tests.engine.forecast.simulator import Truth, simulate

from mingbai.engine.forecast import Course, find_slips, forecast, learn


def course_of(truth: Truth, name: str, months: int = 18) -> Course:
    """What an office knows of an item: its plan and its reports, never its truth."""
    return Course(name, truth.kind, truth.plan, truth.due, truth.reports[:months])


def history(count: int, seed: int) -> list[Course]:
    """Items of earlier years, reported until they were done; works have a paper of acceptance."""
    return [
        replace(course_of(each, f"h{n}"), finish=each.finish if each.kind == "works" else None)
        for n, each in enumerate(simulate(count, seed))
    ]


@dataclass(frozen=True)
class Trial:
    """Forecasts of one month beside the truth; times in months."""

    month: int
    truth: np.ndarray
    expected: np.ndarray
    low: np.ndarray
    high: np.ndarray
    missing: np.ndarray
    pace: np.ndarray
    due: np.ndarray
    too_early: np.ndarray
    shape: np.ndarray

    @property
    def coverage(self) -> float:
        return float(np.mean((self.truth >= self.low) & (self.truth <= self.high)))

    def error(self, guess: np.ndarray) -> float:
        return float(np.mean(np.abs(guess - self.truth)))


def try_forecasts(past: list[Course], truths: list[Truth], month: int) -> Trial:
    """Forecast every programme that is still running at the end of a month."""
    running = [
        (n, each) for n, each in enumerate(truths)
        if course_of(each, f"t{n}", month).finished_at is None and each.finish > month
        and course_of(each, f"t{n}", month).last_report(month) == month
    ]  # fmt: skip
    courses = [course_of(each, f"t{n}", month) for n, each in running]
    found = forecast(learn(past, month), courses)
    ratio = np.array([course.reports[-1] for course in courses])
    return Trial(
        month,
        np.array([each.finish for _, each in running]),
        np.array([each.expected for each in found]),
        np.array([each.low for each in found]),
        np.array([each.high for each in found]),
        np.array([each.chance_of_missing for each in found]),
        np.clip(month / np.maximum(ratio, 0.02), month, 24.0),
        np.array([each.due for each in found]),
        np.array([each.too_early for each in found]),
        np.array([each.shape for _, each in running]),
    )


def try_alarms(
    past: list[Course], truths: list[Truth], month: int, slip: float = 0.10
) -> tuple[np.ndarray, np.ndarray]:
    """Alarms at the report of a month, of sound programmes and of the same ones after a slip.

    The slip takes a tenth of the year's target out of that report. Programmes that really stall,
    and reports that only repeat the last one, are left out: an alarm about them is not false.
    """
    sound = [
        course_of(each, f"t{n}", month) for n, each in enumerate(truths)
        if each.shape != "stall" and month not in each.repeated
        and (each.reports[month - 1] or 0) >= slip
    ]  # fmt: skip
    slipped = [
        replace(each, reports=(*each.reports[:-1], each.reports[-1] - slip)) for each in sound
    ]
    experience = learn(past, month - 1)
    flagged = [
        {each.id: each.alarm for each in find_slips(experience, courses)}
        for courses in (sound, slipped)
    ]
    names = sorted(flagged[0])
    return tuple(np.array([each[name] for name in names]) for each in flagged)
