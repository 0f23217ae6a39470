"""Measures back-scheduling: published lengths of PSPLIB folders, and the time of large networks.

python bench/schedule.py [FOLDER OF .sm FILES ...]
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path
from random import Random

from mingbai.engine.schedule import (
    Activity,
    Calendar,
    Link,
    every_day,
    make_schedule,
    read_psplib,
)

FIRST = dt.date(2021, 1, 1)


def compare_lengths(folder: Path) -> None:
    """How many files of a folder give the published length."""
    files = sorted(folder.glob("*.sm"))
    days = every_day(FIRST, dt.date(2040, 12, 31))
    began = time.perf_counter()
    equal = 0
    for path in files:
        read = read_psplib(path.read_text("ascii"))
        plan = make_schedule(read.activities, days, start_date=FIRST)
        equal += (plan.finish_date - FIRST).days + 1 == read.mpm_time
    took = time.perf_counter() - began
    print(f"{folder.name}: {equal} of {len(files)} equal the published length, {took:.2f} s")


def time_networks() -> None:
    """Seconds for one network of each size, links to up to three of the fifty steps before."""
    calendar = Calendar(dt.date(2000, 1, 1), dt.date(2199, 12, 31))
    for count in (100, 1_000, 10_000):
        random = Random(count)
        steps = [
            Activity(
                f"s{n}",
                days=random.randint(1, 3),
                after=tuple(
                    Link(f"s{before}")
                    for before in {random.randint(max(0, n - 50), n - 1) for _ in range(3)}
                )
                if n
                else (),
            )
            for n in range(count)
        ]
        began = time.perf_counter()
        plan = make_schedule(steps, calendar, start_date=dt.date(2021, 1, 4))
        took = time.perf_counter() - began
        print(f"{count} steps: {took:.3f} s, finish {plan.finish_date}")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        compare_lengths(Path(name))
    time_networks()
