"""Measures the forecaster on simulated programmes: coverage, error, alarms, by month.

python bench/forecast.py [PROGRAMMES] [ITEMS OF EARLIER YEARS] [SEED]
"""

from __future__ import annotations

import sys
import time

import numpy as np
from tests.engine.forecast.simulator import simulate
from tests.engine.forecast.trials import history, try_alarms, try_forecasts


def main(count: int = 1000, past_count: int = 300, seed: int = 1) -> None:
    """One line a month, then the whole."""
    past, truths = history(past_count, seed), simulate(count, seed + 1000)
    began = time.perf_counter()
    trials, sound, slipped = [], [], []
    print("month  n  cover  error  pace  due  width  early  | false  recall")
    for month in range(2, 11):
        trial = try_forecasts(past, truths, month)
        flags = try_alarms(past, truths, month)
        trials.append(trial)
        sound.append(flags[0])
        slipped.append(flags[1])
        print(
            f"{month:5d} {trial.truth.size:4d} {trial.coverage:.3f}"
            f" {trial.error(trial.expected):.2f} {trial.error(trial.pace):.2f}"
            f" {trial.error(trial.due):.2f}"
            f" {np.mean(trial.high - trial.low):.2f} {np.mean(trial.too_early):.2f}"
            f" | {flags[0].mean():.3f} {flags[1].mean():.3f}"
        )
    size = np.array([trial.truth.size for trial in trials])
    cover = np.average([trial.coverage for trial in trials], weights=size)
    print(
        f"all: coverage {cover:.3f}, "
        f"error {np.average([t.error(t.expected) for t in trials], weights=size):.3f} months, "
        f"by pace {np.average([t.error(t.pace) for t in trials], weights=size):.3f}, "
        f"by plan {np.average([t.error(t.due) for t in trials], weights=size):.3f}, "
        f"false alarms {np.concatenate(sound).mean():.3f}, "
        f"recall {np.concatenate(slipped).mean():.3f}, {time.perf_counter() - began:.1f} s"
    )
    missing = np.concatenate([trial.missing for trial in trials])
    missed = np.concatenate([trial.truth > trial.due for trial in trials])
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        band = (missing >= low) & (missing < low + 0.2 + 1e-9)
        print(
            f"chance {low:.1f}-{low + 0.2:.1f}: {band.sum()} forecasts, "
            f"missed {missed[band].mean():.2f}"
        )


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
