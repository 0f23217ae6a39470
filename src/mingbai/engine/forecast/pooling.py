"""Partial pooling: what is common to all items, what to like ones, what to the item alone.

Rows of gaps are taken as draws from a normal law whose mean and covariance are themselves
drawn from a prior (normal, inverse Wishart). All items move the prior, like items move it once
more, each weighted by how like it is; the law of the unknown months given the known ones then
answers. Nothing is iterated but the filling of holes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mingbai.engine.forecast.gaps import MONTHS, Array

#: Months in which nothing was reported are given this variance: they say nothing.
_UNTOLD = 1e9


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of gaps, in months, before any item is seen.

    ``start``: spread of late beginnings; ``pace``: spread of what a wrong pace costs by year-end;
    ``drift``: unevenness a month; ``noise``: of one report. ``weight`` and ``like_weight`` say how
    many items the belief, and what is common to all, count as. Items whose gaps, and whose plans,
    lie ``near`` months of work from each other are like; another kind counts ``other_kind``.
    """

    start: float = 0.8
    pace: float = 1.2
    drift: float = 0.35
    noise: float = 0.3
    weight: float = 6.0
    like_weight: float = 4.0
    near: float = 0.4
    other_kind: float = 0.2

    def covariance(self, month: int) -> Array:
        """Of the gaps at months 1 to ``month`` + 1 and of the finish; shape (p, p)."""
        times = np.array([*range(1, month + 2), MONTHS], dtype=float)
        found: Array = (
            self.start**2
            + self.pace**2 * np.outer(times, times) / MONTHS**2
            + self.drift**2 * np.minimum.outer(times, times)
        )
        found[np.arange(month + 1), np.arange(month + 1)] += self.noise**2
        return found


@dataclass(frozen=True, slots=True)
class Law:
    """Mean (k, p), covariance (k, p, p) and how many items each of k laws rests on (k,)."""

    mean: Array
    covariance: Array
    count: Array


@dataclass(frozen=True, slots=True)
class Filled:
    """Rows with their holes filled (n, p), and the doubt that the filling leaves (n, p, p)."""

    rows: Array
    doubt: Array


def fill_holes(rows: Array, law: Law) -> Filled:
    """Put in place of NaN what a law expects given the rest of the row."""
    mean, doubt = condition(rows, law)
    holes = np.isnan(rows)
    both = holes[:, :, None] & holes[:, None, :]
    return Filled(np.where(holes, mean, rows), np.where(both, doubt, 0.0))


def condition(rows: Array, law: Law) -> tuple[Array, Array]:
    """Mean (n, p) and covariance (n, p, p) of all columns given those that are not NaN.

    ``law`` holds one law, or one a row.
    """
    untold = np.isnan(rows)
    apart = np.where(untold, 0.0, rows - law.mean)
    count, size = rows.shape
    noise = np.zeros((count, size, size))
    noise[:, np.arange(size), np.arange(size)] = np.where(untold, _UNTOLD, 1e-6)
    known = law.covariance + noise
    gain = np.linalg.solve(known, np.broadcast_to(law.covariance, known.shape)).swapaxes(1, 2)
    mean = law.mean + np.einsum("nij,nj->ni", gain, apart)
    left = law.covariance - gain @ law.covariance
    # A row unlike what the law says widens it, as Student's law does; few items as well.
    told = (~untold).sum(axis=1)
    strange = np.einsum("ni,ni->n", apart, np.linalg.solve(known, apart[:, :, None])[:, :, 0])
    widen = (law.count + strange) / np.maximum(law.count + told - 2, 1.0)
    return mean, left * widen[:, None, None]


def pool(filled: Filled, weights: Array, base: Law, base_weight: float) -> Law:
    """Move a law by weighted rows; weights (k, n) give k laws."""
    total = weights.sum(axis=1)
    size = filled.rows.shape[1]
    mean = (base_weight * base.mean + weights @ filled.rows) / (base_weight + total)[:, None]
    pairs = filled.rows[:, :, None] * filled.rows[:, None, :] + filled.doubt
    squares = (weights @ pairs.reshape(-1, size * size)).reshape(-1, size, size)
    anchor = base.covariance + base.mean[:, :, None] * base.mean[:, None, :]
    whole = base_weight + total
    spread = (base_weight * anchor + squares) / whole[:, None, None]
    spread = spread - mean[:, :, None] * mean[:, None, :]
    return Law(mean, spread, whole)
