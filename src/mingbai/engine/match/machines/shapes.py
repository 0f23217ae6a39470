"""What every machine does for a match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mingbai.engine.match.blocking import BlockReport, Rule

Rows = npt.NDArray[np.int32]


class Pairs(Protocol):
    """Pairs of records of two tables, or of one with itself (each pair once, upwards)."""

    same: bool
    left_count: int
    right_count: int

    def close(self) -> None:
        """Let the memory go."""

    def pair_count(self) -> float:
        """All pairs there are."""

    def shares(self) -> dict[str, float]:
        """For each key and each whole value: the share of all pairs that agree on it."""

    def find_pairs(self, rules: Sequence[Rule]) -> list[BlockReport]:
        """Find what the rules bring, each pair once."""

    def compare_pairs(self) -> None:
        """Give each pair its level in each comparison, and how often the value both share stands
        on the right (0 where none is shared or it does not matter).
        """

    def patterns(self) -> pa.Table:
        """How often each combination of levels stands among the pairs: c0, c1, …, n, in order."""

    def strangers(self, left: Rows, right: Rows) -> pa.Table:
        """The same for given pairs of rows, without those that a rule brought."""

    def scored_batches(self) -> Iterator[pa.RecordBatch]:
        """All pairs with levels and counts: l, r, c0, c1, …, f<k> for each common comparison k."""
