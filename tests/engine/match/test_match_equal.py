"""DuckDB and plain Python agree: on parts, on keys, on levels, and on the whole match."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.match.tables import (
    FULL,
    NAMES,
    NUMBERS,
    PHONES,
    PLACES,
    TEXT_DAYS,
    WORDS,
    all_levels,
    machines,
    records,
)

from mingbai.engine.match import (
    ALL_KINDS,
    Day,
    Digits,
    Group,
    HanName,
    IdNumber,
    Plan,
    Words,
    match,
)
from mingbai.engine.match.blocking import choose_rules
from mingbai.engine.match.prepare import prepare_plain, prepare_table

GENERATORS = {
    HanName: (HanName(column="x"), NAMES),
    IdNumber: (IdNumber(column="x"), NUMBERS),
    Day: (Day(column="x"), TEXT_DAYS),
    Digits: (Digits(column="x", label="电话"), PHONES),
    Words: (Words(column="x", label="名"), WORDS),
    Group: (Group(column="x", label="村（居）", outer=9), PLACES),
}


def test_every_kind_has_a_generator():
    assert set(GENERATORS) == set(ALL_KINDS)


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_levels_agree(kind, data):
    comparison, values = GENERATORS[kind]
    plan = Plan(comparisons=(comparison, Group(column="g", label="组")))
    rows = data.draw(st.lists(st.none() | values, min_size=1, max_size=12))
    table = pa.table({"x": pa.array(rows, pa.string()), "g": ["1"] * len(rows)})
    duck, plain = machines(table, table, plan)
    try:
        assert all_levels(duck).to_pydict() == all_levels(plain).to_pydict()
        assert duck.shares() == plain.shares()
    finally:
        duck.close()
        plain.close()


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
def test_generated_values_reach_the_levels(kind):
    """Control: agreement over nothing but equal and different values would prove little."""
    comparison, values = GENERATORS[kind]
    seen = set()

    @given(a=st.none() | values, b=values)
    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    def look(a, b):
        one, other = ((comparison.prepare_plain({"x": value})) for value in (a, b))
        seen.add(comparison.plain(one, other))

    look()
    assert len(seen) >= min(len(kind.LEVELS), 3) + 1


@given(table=records())
@settings(max_examples=30, deadline=None)
def test_parts_agree(table):
    ready = prepare_table(table, FULL).to_pylist()
    for fast, slow in zip(ready, prepare_plain(table.to_pylist(), FULL), strict=True):
        for each, parts in zip(FULL.comparisons, slow, strict=True):
            for name in each.PARTS:
                if parts["flat"] is not None:
                    assert fast[each.part(name)] == parts[name], (each, name)
                else:
                    assert fast[each.part("flat")] is None


@given(left=records(), right=st.none() | records())
@settings(max_examples=10, deadline=None)
def test_matches_agree(left, right):
    fast = match(left, right, plan=FULL, threads=1)
    slow = match(left, right, plan=FULL, machine="plain")
    assert fast.pairs.equals(slow.pairs)
    assert fast.clusters.equals(slow.clusters)
    assert fast.queue.equals(slow.queue)
    assert fast.model.blocks == slow.model.blocks
    assert np.array_equal(fast.model.promises.kept, slow.model.promises.kept)


@given(table=records(least=6))
@settings(max_examples=4, deadline=None)
def test_capped_blocks_agree_and_are_told(table):
    plan = Plan(comparisons=FULL.comparisons, sample=20, largest_block=2)
    fast = match(table, plan=plan, threads=1)
    assert fast.model.blocks == match(table, plan=plan, machine="plain").model.blocks
    assert all(block.pairs >= 0 and block.capped_pairs >= 0 for block in fast.model.blocks)


def test_a_capped_block_is_in_the_report():
    table = pa.table({"x": ["13800000000"] * 5 + ["13900000000"] * 2, "y": ["a"] * 7})
    plan = Plan(
        comparisons=(Digits(column="x", label="电话"), Words(column="y", label="名")),
        largest_block=8,
    )
    for machine in ("duckdb", "plain"):
        blocks = {
            block.name: block for block in match(table, plan=plan, machine=machine).model.blocks
        }
        assert blocks["x.number"].capped_blocks == 1
        assert blocks["x.number"].capped_pairs == 25
        assert blocks["x.number"].pairs == 1


def test_a_wrong_twin_would_be_noticed():
    """Control: one level told wrong on one side shows."""

    class Careless(HanName):
        def plain(self, left, right):
            return min(super().plain(left, right), 7)

    table = pa.table({"x": ["王建国", "李明"], "g": ["1", "1"]})
    plan = Plan(comparisons=(Careless(column="x"), Group(column="g", label="组")))
    duck, plain = machines(table, table, plan)
    assert all_levels(duck).to_pydict() != all_levels(plain).to_pydict()
    duck.close()


def test_days_are_compared_with_dates_too():
    table = pa.table({"x": pa.array([None, None], pa.date32()), "id_number": [None, None]})
    plan = Plan(comparisons=(Day(column="x", id_number="id_number"),))
    assert prepare_table(table, plan)["x__flat"].to_pylist() == [None, None]


def test_keys_stay_within_their_budget_together():
    """Twenty columns that each bring what one key may bring are too many together."""
    words = [f"w{number}" for number in range(20)]
    plan = Plan(comparisons=tuple(Words(column=word, label=word) for word in words), pairs=1)
    shares = dict.fromkeys((f"{w}__{part}" for w in words for part in ("flat", "start")), 0.004)
    rules = choose_rules(plan, shares, 1_000, 10_000_000.0)
    assert 0 < sum(rule.expected for rule in rules) <= 500_000
    assert all(len(rule.parts) == 2 for rule in rules)
