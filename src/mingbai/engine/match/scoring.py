"""Probabilities of pairs, what a threshold promises, and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mingbai.engine.match.kinds import IdNumber
from mingbai.engine.match.learning import Floats, Levels, Weights
from mingbai.engine.match.planning import Plan
from mingbai.engine.match.shapes import SURE

#: Verdicts on a pair and what they say.
VERDICTS: Final[Mapping[str, str]] = {
    "one_person": "同一人",
    "two_ids": "同一人有两个身份证号",
    "two_people": "两人共用一个身份证号",
    "kin": "像是一家人，不是同一人",
    "doubtful": "是否同一人存疑",
}


class Promise(NamedTuple):
    """What a threshold is expected to give: share of right pairs among those taken, share taken of
    the right ones among all pairs looked at, and how many pairs it takes.
    """

    precision: float
    recall: float
    pairs: int


@dataclass(frozen=True)
class Promises:
    """Probabilities of kept pairs, highest first, and what is expected among those not kept."""

    kept: Floats
    expected_below: float

    def at(self, threshold: float) -> Promise:
        """Expected precision and recall of taking every pair of at least `threshold`."""
        taken = self.kept[self.kept >= threshold]
        right = float(taken.sum())
        there = float(self.kept.sum()) + self.expected_below
        precision = right / len(taken) if len(taken) else 1.0
        return Promise(precision, right / there if there else 1.0, len(taken))

    def threshold_for(self, precision: float) -> float:
        """The lowest threshold with an expected precision of `precision`; 1.0 where none has it."""
        means = np.cumsum(self.kept) / np.arange(1, len(self.kept) + 1)
        # The mean falls as pairs are added, the last that holds is the lowest threshold.
        holding = np.flatnonzero(means >= precision)
        return float(self.kept[holding[-1]]) if len(holding) else 1.0


def score_batches(
    batches: Iterable[pa.RecordBatch],
    *,
    plan: Plan,
    weights: Weights,
    shares: Mapping[str, float],
    right_count: int,
) -> tuple[pa.Table, Promises]:
    """Pairs worth keeping (see PAIR columns in `run`), in order of rows, and promises."""
    kept, below = [_nothing(plan)], 0.0
    for batch in batches:
        levels = np.stack(
            [batch[f"c{k}"].to_numpy() for k in range(len(plan.comparisons))], axis=1
        ).astype(np.int8)
        rarity = [
            _rarity(
                np.where(levels[:, k] == SURE, batch[f"f{k}"].to_numpy(), 0),
                shares[each.part(each.WHOLE)],
                right_count,
            )
            for k, each in enumerate(plan.comparisons)
            if each.common
        ]
        persons, kin, _ = weights.chances(levels, rarity)
        keep = persons >= plan.floor
        below += float(persons[~keep].sum())
        keep |= _one_number(plan, levels)
        kept.append(_rows(batch, plan, keep, levels=levels, persons=persons, kin=kin))
    pairs = pa.concat_tables(kept).sort_by([("left", "ascending"), ("right", "ascending")])
    high = pairs["probability"].to_numpy()
    return pairs, Promises(np.sort(high[high >= plan.floor])[::-1], below)


def _nothing(plan: Plan) -> pa.Table:
    levels = [(f"level_{each.column}", pa.int8()) for each in plan.comparisons]
    return pa.schema([
        ("left", pa.int32()), ("right", pa.int32()), ("probability", pa.float64()),
        ("kin", pa.float64()), ("verdict", pa.string()), *levels,
    ]).empty_table()  # fmt: skip


def _rarity(often: npt.NDArray[np.int32], share: float, right_count: int) -> Floats:
    """Bits by which strangers share this value more (or less) often than any value at all."""
    bits = np.zeros(len(often))
    shared = often > 0
    bits[shared] = np.log2(often[shared] / right_count / share)
    return bits


def _one_number(plan: Plan, levels: Levels) -> npt.NDArray[np.bool_]:
    number = plan.number(IdNumber)
    if number is None:
        return np.zeros(len(levels), dtype=np.bool_)
    return np.asarray(levels[:, number] == SURE)


def _rows(
    batch: pa.RecordBatch,
    plan: Plan,
    keep: npt.NDArray[np.bool_],
    *,
    levels: Levels,
    persons: Floats,
    kin: Floats,
) -> pa.Table:
    mask = pa.array(keep)
    columns = {
        "left": batch["l"].filter(mask),
        "right": batch["r"].filter(mask),
        "probability": pa.array(persons[keep]),
        "kin": pa.array(kin[keep]),
        "verdict": pa.array(_verdicts(plan, levels[keep], persons[keep], kin[keep]), pa.string()),
    }
    for k, each in enumerate(plan.comparisons):
        columns[f"level_{each.column}"] = pa.array(levels[keep, k])
    return pa.table(columns)


def _verdicts(plan: Plan, levels: Levels, persons: Floats, kin: Floats) -> npt.NDArray[np.object_]:
    taken = persons >= plan.threshold
    said = np.where(taken, "one_person", np.where(kin >= 0.5, "kin", "doubtful")).astype(object)
    number = plan.number(IdNumber)
    if number is not None:
        said[taken & np.isin(levels[:, number], IdNumber.TWO)] = "two_ids"
        said[(levels[:, number] == SURE) & (~taken | _all_own_differs(plan, levels))] = "two_people"
    return np.asarray(said)


def _all_own_differs(plan: Plan, levels: Levels) -> npt.NDArray[np.bool_]:
    """Whether everything else that is a person's own is there, and speaks against one person."""
    others = [
        (k, each.STRONG)
        for k, each in enumerate(plan.comparisons)
        if each.own and not isinstance(each, IdNumber)
    ]
    against = np.full(len(levels), bool(others))
    for k, strong in others:
        against &= levels[:, k] > strong
    return against
