"""Plain Python, record by record: the oracle that every other machine must equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from mingbai.engine.match.blocking import BlockReport, Rule, keys_of, pairs_plain
from mingbai.engine.match.machines.shapes import Rows
from mingbai.engine.match.planning import Plan
from mingbai.engine.match.prepare import prepare_plain
from mingbai.engine.match.shapes import Parts

Records = Sequence[Mapping[str, Any]]


class PlainPairs:
    """Tables as lists of records, pairs as a set."""

    def __init__(self, plan: Plan, left: Records, right: Records | None) -> None:
        self.plan, self.same = plan, right is None
        self._lefts = prepare_plain(left, plan)
        self._rights = self._lefts if right is None else prepare_plain(right, plan)
        self.left_count, self.right_count = len(self._lefts), len(self._rights)
        self._pairs: list[tuple[int, int]] = []
        self._levels: list[tuple[int, ...]] = []

    def close(self) -> None:
        """Nothing to let go."""

    def pair_count(self) -> float:
        """All pairs there are."""
        if self.same:
            return self.left_count * (self.left_count - 1) / 2
        return float(self.left_count) * self.right_count

    def shares(self) -> dict[str, float]:
        """Count each value on both sides."""
        parts = {each.part(key.part) for each, key in keys_of(self.plan)}
        parts |= {each.part(each.WHOLE) for each in self.plan.comparisons}
        total = self.pair_count()
        return {part: self._agreeing(part) / total if total else 0.0 for part in sorted(parts)}

    def _agreeing(self, part: str) -> float:
        lefts, rights = (
            Counter(row[part] for row in self._flat(side) if row[part] is not None)
            for side in (self._lefts, self._rights)
        )
        if self.same:
            return sum(n * (n - 1) / 2 for n in lefts.values())
        return float(sum(n * rights[value] for value, n in lefts.items()))

    def _flat(self, side: Sequence[tuple[Parts, ...]]) -> list[dict[str, Any]]:
        """Records under the names of prepared columns."""
        return [
            {
                each.part(name): parts[name]
                for each, parts in zip(self.plan.comparisons, record, strict=True)
                for name in each.PARTS
            }
            for record in side
        ]

    def find_pairs(self, rules: Sequence[Rule]) -> list[BlockReport]:
        """Block by block."""
        found, reports = pairs_plain(
            self._flat(self._lefts),
            self._flat(self._rights),
            rules,
            same=self.same,
            largest_block=self.plan.largest_block,
        )
        self._pairs = sorted(found)
        return reports

    def compare_pairs(self) -> None:
        """Pair by pair."""
        self._levels = [self._compare(*pair) for pair in self._pairs]

    def _compare(self, left: int, right: int) -> tuple[int, ...]:
        return tuple(
            each.plain(a, b)
            for each, a, b in zip(
                self.plan.comparisons, self._lefts[left], self._rights[right], strict=True
            )
        )

    def patterns(self) -> pa.Table:
        """Count what the pairs show."""
        return self._count(self._levels)

    def strangers(self, left: Rows, right: Rows) -> pa.Table:
        """Count what other pairs show."""
        known = set(self._pairs)
        drawn = zip(left.tolist(), right.tolist(), strict=True)
        return self._count([self._compare(*pair) for pair in drawn if pair not in known])

    def _count(self, levels: Sequence[tuple[int, ...]]) -> pa.Table:
        counts = sorted(Counter(levels).items())
        columns = {
            f"c{k}": pa.array([pattern[k] for pattern, _ in counts], pa.int8())
            for k in range(len(self.plan.comparisons))
        }
        return pa.table({**columns, "n": pa.array([float(n) for _, n in counts], pa.float64())})

    def scored_batches(self) -> Iterator[pa.RecordBatch]:
        """One batch of everything."""
        columns: dict[str, pa.Array] = {
            "l": pa.array([left for left, _ in self._pairs], pa.int32()),
            "r": pa.array([right for _, right in self._pairs], pa.int32()),
        }
        for k in range(len(self.plan.comparisons)):
            columns[f"c{k}"] = pa.array([each[k] for each in self._levels], pa.int8())
        for k, comparison in enumerate(self.plan.comparisons):
            if comparison.common:
                whole = comparison.WHOLE
                often = Counter(record[k][whole] for record in self._rights)
                values = [
                    (self._lefts[left][k][whole], self._rights[right][k][whole])
                    for left, right in self._pairs
                ]
                shared = [often[b] if a == b and a is not None else 0 for a, b in values]
                columns[f"f{k}"] = pa.array(shared, pa.int32())
        yield pa.RecordBatch.from_pydict(columns)
