"""Expected finish, the chance of missing the date, and the alarm when a report slips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf
from statistics import NormalDist

import numpy as np

from mingbai.engine.forecast.gaps import MONTHS, Array, plan_of, rows_of
from mingbai.engine.forecast.pooling import (
    Filled,
    Law,
    Prior,
    condition,
    fill_holes,
    pool,
)
from mingbai.engine.forecast.shapes import CannotForecast, Course, Forecast, Slip

#: How many items the levels must rest on to outweigh the belief that they are even.
_TRUST = 10.0
#: No more than a tenth of the reports of a county can be alarming.
_RARE = 0.9
#: Where within its span a finish is looked at.
_SPREAD = (0.1, 0.3, 0.5, 0.7, 0.9)
#: Between this and its opposite a chance decides nothing.
_OPEN = 0.1
_STANDARD = NormalDist()


@dataclass(frozen=True)
class Experience:
    """What all items known at the end of a month teach about those still running then.

    ``levels`` are where the finishes of items lay in the forecasts made of each from all others:
    0 to 1, sorted, evenly spread if the forecasts were right. ``surprise`` is how far behind what
    was expected of it one report in ten of the next month lay, as a share of the target.
    """

    month: int
    prior: Prior
    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    plans: Array
    filled: Filled
    common: Law
    levels: Array
    surprise: float = 0.0


def learn(courses: Iterable[Course], month: int, prior: Prior | None = None) -> Experience:
    """Take in the items, of earlier years and of this one, still running at the end of ``month``.

    Those of earlier years are known to their finish, those of this year up to now; both teach.
    Time grows with the square of their number (300 items: about 0.1 s).
    """
    prior = prior or Prior()
    running = [c for c in courses if c.finished_at is None or c.finished_at > month]
    rows = rows_of(running, month)
    size = month + 2
    belief = Law(np.zeros((1, size)), prior.covariance(month)[None], np.array([prior.weight]))
    common, filled = belief, fill_holes(rows, belief)
    for _ in range(2):
        common = pool(filled, np.ones((1, len(rows))), belief, prior.weight)
        filled = fill_holes(rows, common)
    ids, kinds = tuple(c.id for c in running), tuple(c.kind for c in running)
    plans = _plans(running)
    blank = Experience(month, prior, ids, kinds, plans, filled, common, np.array([]))
    mean, spread, _ = _predict(blank, running)
    levels: list[float] = []
    for n, course in enumerate(running):
        span = course.finish_span or _not_before(course, month)
        if span is not None:
            floor = course.last_report(month) - course.due
            low, high = (
                _level(end - course.due, mean[n, -1], spread[n, -1], floor) for end in span
            )
            # A finish known to the month only lies anywhere in it: its level is spread as well.
            levels += [low + (high - low) * share for share in _SPREAD]
    behind = (rows[:, month] - mean[:, month])[~np.isnan(rows[:, month])] / MONTHS
    surprise = float(np.quantile(behind, _RARE)) if behind.size >= _TRUST else 0.0
    return replace(blank, levels=np.sort(np.array(levels)), surprise=surprise)


def forecast(
    experience: Experience, courses: Sequence[Course], *, widest: float = 4.0
) -> tuple[Forecast, ...]:
    """Forecast items still running at the month of the experience, each from all others.

    An interval of more than ``widest`` months is too wide to act upon, unless the date is all but
    sure to be kept or missed (nine to one). Raises CannotForecast for
    an item that is done.
    """
    month = experience.month
    known = [course.through(month) for course in courses]
    for course in known:
        if course.finished_at is not None:
            raise CannotForecast(f"“{course.id}”已经完成，无须预测。")
    mean, spread, likes = _predict(experience, known)
    marks = [_raw(experience.levels, share) for share in (0.1, 0.5, 0.9)]
    found = []
    for n, course in enumerate(known):
        centre, width = float(mean[n, -1]), float(spread[n, -1])
        last = course.last_report(month)
        floor = last - course.due
        low, middle, high = (course.due + _quantile(level, centre, width, floor) for level in marks)
        told = sum(value is not None for value in course.reports)
        missing = 1.0
        if last < course.due:
            missing = 1 - _shown(experience.levels, _level(0.0, centre, width, floor))
        wide = high - low > widest and _OPEN < missing < 1 - _OPEN
        found.append(
            Forecast(
                course.id, month, course.due, middle, low, high, missing, told < 2 or wide, told,
                month - last, float(likes[n]),
            )
        )  # fmt: skip
    return tuple(found)


def find_slips(
    experience: Experience, courses: Sequence[Course], *, limit: float = 0.042
) -> tuple[Slip, ...]:
    """Hold the reports of the month after the experience against what was expected of them.

    ``limit`` is a share of the target: a little less than half of the tenth that must not slip by
    unseen. Where one report in ten surprises by more, that is the limit. Items that were done
    before are left out, and those silent in that month: silence is a state of its own.
    """
    month = experience.month
    judged = [
        course
        for course in courses
        if course.last_report(month + 1) == month + 1 and course.through(month).finished_at is None
    ]
    mean, _, _ = _predict(experience, [course.through(month) for course in judged])
    behind = (rows_of(judged, month)[:, month] - mean[:, month]) / MONTHS
    return tuple(
        Slip(course.id, month + 1, float(late), max(limit, experience.surprise))
        for course, late in zip(judged, behind, strict=True)
    )


def _predict(experience: Experience, courses: Sequence[Course]) -> tuple[Array, Array, Array]:
    """Mean (n, p) and standard deviation (n, p) of gaps, and the weight of like items (n,).

    Only months up to that of the experience are looked at; an item never teaches itself.
    """
    month, prior = experience.month, experience.prior
    rows = rows_of(courses, month)
    rows[:, month:] = np.nan
    known = rows[:, :month]
    told = ~np.isnan(known)
    apart = np.where(told, known, 0.0)[:, None, :] - experience.filled.rows[None, :, :month]
    square = (np.where(told[:, None, :], apart, 0.0) ** 2).sum(axis=2)
    distance = square / np.maximum(told.sum(axis=1), 1)[:, None]
    plans = _plans(courses)[:, None, :] - experience.plans[None, :, :]
    distance = distance + (plans**2).mean(axis=2)
    kinds, ids = np.array(experience.kinds, dtype=str), np.array(experience.ids, dtype=str)
    same = kinds[None, :] == np.array([course.kind for course in courses], dtype=str)[:, None]
    own = ids[None, :] == np.array([course.id for course in courses], dtype=str)[:, None]
    weights = np.exp(-distance / (2 * prior.near**2)) * np.where(same, 1.0, prior.other_kind)
    weights = np.where(own, 0.0, weights)
    law = pool(experience.filled, weights, experience.common, prior.like_weight)
    mean, left = condition(rows, law)
    spread = np.sqrt(np.einsum("nii->ni", left))
    return mean, spread, weights.sum(axis=1)


def _not_before(course: Course, month: int) -> tuple[float, float] | None:
    """Where the finish lies of an item that later reports still show at work."""
    last = course.last_report(len(course.reports))
    return (last, inf) if last > month else None


def _plans(courses: Sequence[Course]) -> Array:
    """The plans in months of work, a row each (n, 12)."""
    return np.array([plan_of(course) for course in courses]).reshape(-1, MONTHS)


# -- the finish, known to lie after the last report; and levels made even ------------------------


def _level(value: float, centre: float, width: float, floor: float) -> float:
    """The share of the law beyond ``floor`` that lies below a value."""
    base = _STANDARD.cdf((floor - centre) / width)
    return max(_STANDARD.cdf((value - centre) / width) - base, 0.0) / max(1 - base, 1e-12)


def _quantile(level: float, centre: float, width: float, floor: float) -> float:
    """The value below which that share of the law beyond ``floor`` lies."""
    base = _STANDARD.cdf((floor - centre) / width)
    share = min(max(base + (1 - base) * level, 1e-9), 1 - 1e-9)
    return max(centre + width * _STANDARD.inv_cdf(share), floor)


def _shown(levels: Array, level: float) -> float:
    """How often finishes truly lay below this level, drawn to the level itself while few are."""
    count = levels.size / len(_SPREAD)
    below = float(np.searchsorted(levels, level, side="right")) / len(_SPREAD)
    return (below + _TRUST * level) / (count + _TRUST)


def _raw(levels: Array, share: float) -> float:
    """The level below which finishes lay with this share: the inverse of ``_shown``."""
    grid = np.linspace(0, 1, 201)
    shown = [_shown(levels, float(level)) for level in grid]
    return float(np.interp(share, shown, grid))
