"""Persons out of links, and the queue: no chain of maybes, the dearest doubt first."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mingbai.engine.match.clusters import find_persons
from mingbai.engine.match.review import QUEUE_SCHEMA, queue_pairs


def join(*links, numbers=None, places=None, count=8):
    ones, others, chances = zip(*links, strict=True)
    arrays = np.array(ones), np.array(others), np.array(chances)
    persons, refused = find_persons(arrays, numbers=numbers or {}, places=places or {}, count=count)
    return persons.tolist(), [(each.link.one, each.link.other, each.reason) for each in refused]


def test_links_make_persons():
    assert join((0, 1, 0.9), (2, 3, 0.8), count=5) == ([0, 0, 2, 2, 4], [])
    assert join((0, 1, 0.9), (1, 2, 0.9), (0, 2, 0.9), count=4) == ([0, 0, 0, 3], [])


def test_a_long_way_round_is_one_person():
    ring = [(a, b, 0.99) for a in range(8) for b in range(a + 1, 8)]
    assert join(*ring) == ([0] * 8, [])


def test_a_chain_is_not_a_person():
    """Two families of records and one doubtful link between them."""
    links = [(0, 1, 0.99), (0, 2, 0.99), (1, 2, 0.99), (3, 4, 0.99), (3, 5, 0.99), (4, 5, 0.99)]
    persons, refused = join(*links, (2, 3, 0.6), count=6)
    assert persons == [0, 0, 0, 3, 3, 3]
    assert refused == [(2, 3, "chain")]
    whole = [(a, b, 0.6) for a in range(3) for b in range(3, 6)]
    assert join(*links, *whole, count=6) == ([0] * 6, [])


def test_two_supported_numbers_are_two_people():
    links = [(0, 1, 0.99), (2, 3, 0.99), (1, 2, 0.9), (0, 2, 0.9), (0, 3, 0.9), (1, 3, 0.9)]
    numbers = {0: "a", 1: "a", 2: "b", 3: "b"}
    persons, refused = join(*links, numbers=numbers, count=4)
    assert persons == [0, 0, 2, 2]
    assert {reason for _, _, reason in refused} == {"ids"}
    # One odd number among many is a slip or a second number, not a second person.
    assert join(*links, numbers={0: "a", 1: "a", 2: "b"}, count=4)[0] == [0, 0, 0, 0]
    assert join(*links, numbers=dict.fromkeys(range(4), "a"), count=4) == ([0] * 4, [])


def test_nobody_stands_twice_on_one_roster():
    places = {0: ("r", 1), 1: ("r", 1), 2: ("r", 2)}
    assert join((0, 1, 0.99), places=places, count=3) == ([0, 1, 2], [(0, 1, "once")])
    persons, refused = join((0, 2, 0.99), (1, 2, 0.9), places=places, count=3)
    assert persons == [0, 1, 0]
    assert refused == [(1, 2, "once")]
    assert join((0, 3, 0.9), places=places, count=4)[0] == [0, 1, 2, 0]


def test_the_dearest_doubt_comes_first():
    rows = [
        (0, 0, 0.5, "one_person"),  # 100 at stake, wrong once in two: 50
        (1, 1, 0.97, "one_person"),  # 10,000 at stake, wrong with 0.03: 300
        (2, 2, 0.9999, "one_person"),  # sure
        (3, 3, 0.99, "two_ids"),  # 1,000 may be paid twice
        (4, 4, 0.1, "two_people"),  # 400 on one number
        (5, 5, 0.02, "doubtful"),  # 0.02 of 100
    ]
    columns = list(zip(*rows, strict=True))
    names = ["left", "right", "probability", "verdict"]
    types = [pa.int32(), pa.int32(), pa.float64(), pa.string()]
    pairs = pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)], names=names
    )
    left = np.array([100, 10_000, 10**9, 1_000, 400, 100])
    _, refused = find_persons(
        (np.array([0]), np.array([7]), np.array([0.8])),
        numbers={}, places={0: ("r",), 7: ("r",)}, count=12,
    )  # fmt: skip
    queue = queue_pairs(pairs, refused, stakes=(left, np.zeros(6, dtype=np.int64)), offset=6)
    assert queue.schema.equals(QUEUE_SCHEMA)
    told = [(row["left"], row["right"], row["case"]) for row in queue.to_pylist()]
    assert told == [
        (3, 3, "two_ids"),
        (4, 4, "two_people"),
        (1, 1, "one_person"),
        (0, 1, "once"),
        (0, 0, "one_person"),
        (5, 5, "doubtful"),
    ]
    values = queue["value"].to_pylist()
    assert values == sorted(values, reverse=True)
    assert queue["rank"].to_pylist() == [1, 2, 3, 4, 5, 6]
