"""From two tables, or one, to pairs, persons and a queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.match.blocking import BlockReport, choose_rules
from mingbai.engine.match.clusters import REASONS, Nodes, Refusal, find_persons
from mingbai.engine.match.kinds import IdNumber
from mingbai.engine.match.learning import Fact, Weights, learn, pattern_arrays
from mingbai.engine.match.machines.duckdb import DuckPairs
from mingbai.engine.match.machines.plain import PlainPairs
from mingbai.engine.match.machines.shapes import Pairs, Rows
from mingbai.engine.match.planning import Plan, plan_for
from mingbai.engine.match.prepare import prepare_plain, prepare_table, require_columns
from mingbai.engine.match.review import queue_pairs
from mingbai.engine.match.scoring import VERDICTS, Promises, score_batches
from mingbai.engine.match.shapes import CannotMatch

Machine = Literal["duckdb", "plain"]
PERSON_SCHEMA: Final = pa.schema([
    ("person", pa.int64()), ("side", pa.string()), ("row", pa.int32()), ("verdict", pa.string()),
])  # fmt: skip


@dataclass(frozen=True)
class Model:
    """What was learned: the plan it belongs to, weights, what thresholds promise, and what blocking
    brought and left aside.
    """

    plan: Plan
    weights: Weights
    promises: Promises
    blocks: tuple[BlockReport, ...]


@dataclass(frozen=True)
class MatchResult:
    """`pairs`: left, right (rows, from 0), probability, kin, verdict, and level_<column> of each
    comparison. `clusters`: person, side, row, verdict for every record that has company (see
    PERSON_SCHEMA). `queue`: what to look at (see `review`).
    """

    pairs: pa.Table
    clusters: pa.Table
    queue: pa.Table
    model: Model
    left: pa.Table
    right: pa.Table

    def explain(self, left: int, right: int) -> str:
        """Why two records are, or are not, one person: what a clerk reads. Rows count from 0."""
        plan = self.model.plan
        one, other = (
            prepare_plain(table.slice(row, 1).to_pylist(), plan)[0]
            for table, row in ((self.left, left), (self.right, right))
        )
        levels = [each.plain(a, b) for each, a, b in zip(plan.comparisons, one, other, strict=True)]
        same, said = [], []
        for each, a, b, level in zip(plan.comparisons, one, other, levels, strict=True):
            told = each.say(a, b, level)
            if level == 1 and told == f"{each.label}相同":
                same.append(each.label)
            else:
                said.append(told)
        return "，".join(([f"{'、'.join(same)}相同"] if same else []) + said)

    def tell(self, rank: int) -> str:
        """The case of a place in the queue (from 1) in one sentence."""
        row = self.queue.slice(rank - 1, 1).to_pylist()[0]
        case = VERDICTS.get(row["case"]) or REASONS[row["case"]]
        why = self.explain(row["left"], row["right"])
        return f"{case}（可能性 {100 * row['probability']:.1f}%）：{why}。"


def match(
    left: pa.Table,
    right: pa.Table | None = None,
    *,
    plan: Plan | None = None,
    machine: Machine = "duckdb",
    threads: int = 2,
    memory: str = "1GB",
    spill: Path | None = None,
) -> MatchResult:
    """Find who is who between two tables, or within one, without trusting any column.

    Without a plan, `plan_for` reads one off the columns. `spill` is a folder for what exceeds
    `memory`. Raises CannotMatch where a column is missing or a table is empty.
    """
    plan = plan or plan_for(left, right)
    if not len(left) or (right is not None and not len(right)):
        raise CannotMatch("a table without rows has nobody to match")
    for table in [left] if right is None else [left, right]:
        require_columns(table, plan)
    pairs: Pairs
    if machine == "plain":
        pairs = PlainPairs(plan, left.to_pylist(), None if right is None else right.to_pylist())
    elif machine == "duckdb":
        ready = None if right is None else prepare_table(right, plan)
        pairs = DuckPairs(
            plan, prepare_table(left, plan), ready, threads=threads, memory=memory, spill=spill
        )
    else:
        raise CannotMatch("machines are duckdb and plain")
    try:
        found, model = _fit(pairs, plan)
    finally:
        pairs.close()
    return _persons(found, model, left, right)


def _fit(pairs: Pairs, plan: Plan) -> tuple[pa.Table, Model]:
    shares, total = pairs.shares(), pairs.pair_count()
    rules = choose_rules(plan, shares, pairs.left_count, total)
    blocks = tuple(pairs.find_pairs(rules))
    pairs.compare_pairs()
    levels, counts = pattern_arrays(pairs.patterns())
    far_levels, far_counts = pattern_arrays(pairs.strangers(*_draw(pairs, plan)))
    facts = [
        Fact(len(e.LEVELS), e.STRONG if e.own else 0, total * shares[e.part(e.WHOLE)])
        for e in plan.comparisons
    ]
    weights = learn(levels, counts, far_levels, far_counts, facts=facts, total=total)
    found, promises = score_batches(
        pairs.scored_batches(),
        plan=plan, weights=weights, shares=shares, right_count=pairs.right_count,
    )  # fmt: skip
    return found, Model(plan, weights, promises, blocks)


def _draw(pairs: Pairs, plan: Plan) -> tuple[Rows, Rows]:
    """Random pairs of different records."""
    random = np.random.default_rng(plan.seed)
    size = int(min(plan.sample, 4 * pairs.pair_count()))
    left = random.integers(0, pairs.left_count, size, dtype=np.int32)
    right = random.integers(0, pairs.right_count, size, dtype=np.int32)
    if not pairs.same:
        return left, right
    apart = left != right
    return np.minimum(left, right)[apart], np.maximum(left, right)[apart]


def _persons(found: pa.Table, model: Model, left: pa.Table, right: pa.Table | None) -> MatchResult:
    plan, offset = model.plan, 0 if right is None else len(left)
    taken = pc.greater_equal(found["probability"], plan.threshold)
    sure = found.filter(pc.and_(taken, pc.not_equal(found["verdict"], "two_people")))
    ones = sure["left"].to_numpy().astype(np.int64)
    others = sure["right"].to_numpy().astype(np.int64) + offset
    numbers, places = _known([left] if right is None else [left, right], plan, (ones, others))
    persons, refusals = find_persons(
        (ones, others, sure["probability"].to_numpy()),
        numbers=numbers, places=places, count=len(left) + (0 if right is None else len(right)),
    )  # fmt: skip
    clusters = _clusters(persons, (ones, others), sure, refusals, offset=offset)
    right = left if right is None else right
    stakes = _stakes(left, plan), _stakes(right, plan)
    queue = queue_pairs(found, refusals, stakes=stakes, offset=offset)
    return MatchResult(found, clusters, queue, model, left, right)


def _known(
    tables: Sequence[pa.Table], plan: Plan, links: tuple[Nodes, Nodes]
) -> tuple[dict[int, str], dict[int, tuple[object, ...]]]:
    """Valid ID number, and the places where one may stand but once, of records that have links."""
    numbers: dict[int, str] = {}
    places: dict[int, tuple[object, ...]] = {}
    nodes, start = np.unique(np.concatenate(links)), 0
    number = plan.number(IdNumber)
    for table in tables:
        mine = nodes[(nodes >= start) & (nodes < start + len(table))]
        taken = table.take(pa.array(mine - start))
        if number is not None:
            parts = plan.comparisons[number].prepare(taken)
            valid = pc.if_else(parts["valid"], parts["flat"], None).to_pylist()
            numbers |= {node: each for node, each in zip(mine.tolist(), valid, strict=True) if each}
        if plan.once and all(name in table.column_names for name in plan.once):
            rows = zip(*(taken[name].to_pylist() for name in plan.once), strict=True)
            for node, row in zip(mine.tolist(), rows, strict=True):
                if None not in row:
                    places[node] = (start, *row)
        start += len(table)
    return numbers, places


def _clusters(
    persons: Nodes,
    links: tuple[Nodes, Nodes],
    sure: pa.Table,
    refusals: Sequence[Refusal],
    *,
    offset: int,
) -> pa.Table:
    """Every record whose person has another record."""
    kept = persons[links[0]] == persons[links[1]]
    heads = np.unique(persons[links[0][kept]])
    nodes = np.flatnonzero(np.isin(persons, heads))
    two = sure["verdict"].to_numpy(zero_copy_only=False) == "two_ids"
    doubled = np.unique(persons[links[0][kept & two]])
    split = np.unique([persons[node] for each in refusals for node in each.link[:2]])
    verdict = np.where(np.isin(persons[nodes], doubled), "two_ids", "one_person").astype(object)
    verdict[np.isin(persons[nodes], split)] = "split"
    order = np.lexsort((nodes, persons[nodes]))
    nodes, verdict = nodes[order], verdict[order]
    on_right = (nodes >= offset) & (offset > 0)
    columns = {
        "person": persons[nodes],
        "side": np.where(on_right, "right", "left"),
        "row": np.where(on_right, nodes - offset, nodes).astype(np.int32),
        "verdict": verdict,
    }
    return pa.table(
        [pa.array(columns[field.name], field.type) for field in PERSON_SCHEMA],
        schema=PERSON_SCHEMA,
    )


def _stakes(table: pa.Table, plan: Plan) -> npt.NDArray[np.int64]:
    """分 of each record; where no column says, one for a pair: it stands on the left."""
    if plan.stake not in table.column_names:
        return np.ones(len(table), dtype=np.int64)
    return np.asarray(table[plan.stake].fill_null(0).to_numpy().astype(np.int64))
