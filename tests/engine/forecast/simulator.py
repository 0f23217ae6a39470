"""Simulated programmes of known truth, made without any of the forecaster's assumptions.

Each item works its target off by one of six shapes, at a pace of its own and month by month
unevenly, until a finish that is early, on time or late; what it reports is rounded, noisy, now and
then last month's figure once more, and sometimes nothing at all. Plans are mostly the year's linear
schedule, whatever the shape; where an item has a curve of its own, it fits roughly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MONTHS = 12
#: A month brings what its shape says, give or take 15 %.
GRAIN = 1 / 0.15**2
#: Kind -> how often its items take each shape.
SHAPES = {
    "works": {"s_curve": 0.55, "late": 0.25, "linear": 0.15, "stall": 0.05},
    "subsidy": {"linear": 0.75, "quarters": 0.20, "stall": 0.05},
    "insurance": {"front": 0.55, "linear": 0.30, "quarters": 0.15},
    "training": {"late": 0.45, "quarters": 0.20, "linear": 0.30, "stall": 0.05},
}


@dataclass(frozen=True)
class Truth:
    """An item as it really is; ``finish`` in months from the year's start, ``due`` its date.

    ``repeated`` are the months whose report is the month before's once more.
    """

    kind: str
    shape: str
    due: float
    finish: float
    plan: tuple[float, ...]
    path: tuple[float, ...]
    reports: tuple[float | None, ...]
    repeated: tuple[int, ...]


def _unit(shape: str, rng: np.random.Generator):
    """Progress 0..1 as a function of the share of its time gone by."""
    if shape == "linear":
        return lambda u: u
    if shape == "s_curve":
        steep, middle = rng.uniform(5, 8), rng.uniform(0.45, 0.65)
        low, high = (1 / (1 + np.exp(-steep * (x - middle))) for x in (0.0, 1.0))
        return lambda u: (1 / (1 + np.exp(-steep * (u - middle))) - low) / (high - low)
    if shape == "late":
        begin = rng.uniform(0.15, 0.45)
        return lambda u: np.clip((u - begin) / (1 - begin), 0, 1) ** 1.1
    if shape == "front":
        power = rng.uniform(0.5, 0.75)
        return lambda u: u**power
    begin, pause = rng.uniform(0.3, 0.6), rng.uniform(0.12, 0.25)
    return lambda u: (
        np.where(u < begin, u, np.where(u < begin + pause, begin, begin + (u - begin - pause)))
        / (1 - pause)
    )


def _true_path(shape: str, finish: float, rng: np.random.Generator) -> np.ndarray:
    """True progress at the ends of 24 months, 1 from ``finish`` on."""
    ends = np.arange(0, 25, dtype=float)
    if shape == "quarters":
        held = rng.uniform(0.55, 0.85)  # of a quarter's work is booked in its last month
        weights = np.array([(1 - held) / 2, (1 - held) / 2, held])[np.arange(24) % 3]
        steps = np.where(ends[:-1] < finish, weights, 0.0)
        steps[int(finish)] *= finish - int(finish)
    else:
        steps = np.diff(_unit(shape, rng)(np.clip(ends / finish, 0, 1)))
    steps = np.clip(steps, 0, None) * rng.gamma(GRAIN, 1 / GRAIN, steps.size)
    return np.minimum(np.cumsum(steps) / steps.sum(), 1.0).round(9)


def _plan(shape: str, due: float, rng: np.random.Generator) -> tuple[float, ...]:
    """The year's linear schedule; for some, a curve or nodes drawn up with the work in mind."""
    ends = np.clip(np.arange(1, MONTHS + 1) / due, 0, 1)
    own = rng.random() < {"s_curve": 0.35, "quarters": 0.6, "late": 0.3}.get(shape, 0.0)
    if own and shape == "s_curve":
        ends = ends**2 * (3 - 2 * ends)
    elif own and shape == "quarters":
        ends = np.floor(ends * 4 + 1e-9) / 4
    elif own:
        ends = np.clip((ends - 0.3) / 0.7, 0, 1)
    return tuple(float(x) for x in ends)


def simulate(count: int, seed: int) -> list[Truth]:
    """So many items of all kinds."""
    rng = np.random.default_rng(seed)
    return [_simulate_one(rng) for _ in range(count)]


def _simulate_one(rng: np.random.Generator) -> Truth:
    kind = str(rng.choice(list(SHAPES), p=[0.4, 0.25, 0.15, 0.2]))
    shape = str(rng.choice(list(SHAPES[kind]), p=list(SHAPES[kind].values())))
    due = 11.0 if kind == "works" else 12.0
    late = rng.normal(-0.6, 0.9) + (rng.random() < 0.25) * rng.exponential(1.6)
    finish = float(np.clip(due + late, 6.5, 18.0))
    path = _true_path(shape, finish, rng)
    noise, last = rng.uniform(0.003, 0.010), 0.0
    reports: list[float | None] = []
    repeated: list[int] = []
    silent = False
    for month in range(1, 19):
        value = path[month - 1]
        if value < 1:
            value = min(max(value + rng.normal(0, noise), 0.0), 0.999)
        if rng.random() < 0.01:
            value = last
            repeated.append(month)
        silent = rng.random() < (0.4 if silent else 0.04)
        reports.append(None if silent else round(float(value), 3))
        last = last if silent else value
    plan = _plan(shape, due, rng)
    return Truth(
        kind, shape, due, finish, plan, tuple(path), tuple(reports), tuple(repeated)
    )  # fmt: skip
