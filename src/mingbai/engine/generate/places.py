"""Codes of towns, villages and courses under the region never given out."""

from __future__ import annotations

import numpy as np

from mingbai.engine.generate.lots import Ints
from mingbai.engine.generate.numbers import DEMO_REGION

#: A town that handed in no roster at all; towns are counted from 001 and never get this far.
CLOSED_TOWN = f"{DEMO_REGION}999"


def town_codes(towns: Ints) -> list[str]:
    """Nine digits each, from 001."""
    return [f"{DEMO_REGION}{town + 1:03d}" for town in towns.tolist()]


def village_codes(villages: int, towns: int) -> list[str]:
    """Twelve digits each: the town's and a number within it."""
    town = np.arange(villages) * towns // villages
    nth = np.arange(villages) - np.searchsorted(town, town) + 1
    heads = town_codes(town)
    return [f"{head}{number:03d}" for head, number in zip(heads, nth.tolist(), strict=True)]


def course_codes(courses: Ints) -> list[str]:
    """Codes of courses as rosters hold them."""
    return [f"K{course:07d}" for course in courses.tolist()]
