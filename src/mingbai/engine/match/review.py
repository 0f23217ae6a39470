"""The queue for people: what a look is worth comes first.

A look at a pair is worth the money that would go wrong without it: the stake times the probability
that what would be done anyway is wrong.

| case | done without a look | wrong with probability |
|---|---|---|
| doubtful, one_person, kin | as the threshold says | min(p, 1 - p) |
| two_ids: one person, two numbers | both numbers are paid | p |
| two_people: two people, one number | both are taken for one | 1 - p |
| a refused link (ids, once, chain) | the groups stay apart | p |

Stake: 分 of both records, 1 where the tables say nothing of money.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mingbai.engine.match.clusters import Refusal

#: Pairs surer than this, either way, are not worth a look unless their verdict is a matter itself.
DOUBT: Final = 0.01
QUEUE_SCHEMA: Final = pa.schema([
    ("rank", pa.int32()), ("left", pa.int32()), ("right", pa.int32()), ("case", pa.string()),
    ("probability", pa.float64()), ("stake", pa.int64()), ("value", pa.float64()),
])  # fmt: skip


def queue_pairs(
    pairs: pa.Table,
    refusals: Sequence[Refusal],
    *,
    stakes: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    offset: int,
) -> pa.Table:
    """Cases by value, the highest first (QUEUE_SCHEMA). `stakes`: 分 of each left and right record.
    `offset`: what a refusal adds to a row of the right table (0 within one table).
    """
    chance = pairs["probability"].to_numpy()
    case = pairs["verdict"].to_numpy(zero_copy_only=False).astype(object)
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    wrong = np.minimum(chance, 1 - chance)
    own = (case == "two_ids") | (case == "two_people")
    due = own | (wrong >= DOUBT)
    wrong = np.where(case == "two_ids", chance, np.where(case == "two_people", 1 - chance, wrong))
    told = {
        "left": np.concatenate([left[due], [refusal.link.one for refusal in refusals]]),
        "right": np.concatenate([right[due], [r.link.other - offset for r in refusals]]),
        "case": np.concatenate([case[due], [refusal.reason for refusal in refusals]]),
        "probability": np.concatenate([chance[due], [r.link.probability for r in refusals]]),
    }
    wrong = np.concatenate([wrong[due], [refusal.link.probability for refusal in refusals]])
    rows = told["left"].astype(np.int32), told["right"].astype(np.int32)
    stake = stakes[0][rows[0]] + stakes[1][rows[1]]
    order = np.lexsort((rows[1], rows[0], -(stake * wrong)))
    columns = {
        "rank": np.arange(1, len(order) + 1, dtype=np.int32),
        "left": rows[0][order],
        "right": rows[1][order],
        "case": told["case"][order],
        "probability": told["probability"][order].astype(np.float64),
        "stake": stake[order],
        "value": (stake * wrong)[order],
    }
    return pa.table(
        [pa.array(columns[field.name], field.type) for field in QUEUE_SCHEMA], schema=QUEUE_SCHEMA
    )
