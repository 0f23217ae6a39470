"""Weights are learned without labels, and come out as they went in."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mingbai.engine.match.learning import Fact, Weights, learn
from mingbai.engine.match.scoring import Promises

SAME = (np.array([0.93, 0.06, 0.01]), np.array([0.85, 0.15]), np.array([0.8, 0.12, 0.08]))
STRANGERS = (
    np.array([0.001, 0.004, 0.995]),
    np.array([0.02, 0.98]),
    np.array([0.002, 0.05, 0.948]),
)
KIN = (np.array([0.0025, 0.004, 0.9935]), np.array([0.95, 0.05]), np.array([0.9, 0.05, 0.05]))
TOTAL = 4_000_000


BLANK = 0.05


def draw(random, tables, count):
    """How many of `count` pairs show each pattern."""
    patterns, chances = [], []
    whole = [np.concatenate([[BLANK], table * (1 - BLANK)]) for table in tables]
    for pattern in itertools.product(*(range(len(table)) for table in whole)):
        patterns.append(pattern)
        chances.append(np.prod([table[level] for table, level in zip(whole, pattern, strict=True)]))
    return np.array(patterns, dtype=np.int8), random.multinomial(count, chances).astype(float)


def simulate(kin):
    """Pairs that agree on something are looked at; of the others a sample of one in twenty."""
    random = np.random.default_rng(5)
    patterns, counts = draw(random, SAME, 20_000)
    counts = counts + draw(random, KIN, kin)[1] + draw(random, STRANGERS, TOTAL - 20_000 - kin)[1]
    weakest = np.array([len(table) for table in SAME])
    near = ((patterns > 0) & (patterns < weakest)).any(axis=1)
    return patterns[near], counts[near], patterns[~near], np.round(counts[~near] / 20)


def test_where_everybody_shares_a_value_chances_stay_chances():
    """Rows of one day, one sex and one village: strangers agree on all that is one's own."""
    same = np.array([[1, 1], [1, 2]], dtype=np.int8)
    facts = [Fact(3, own=2), Fact(2)]
    weights = learn(same, np.array([150.0, 40.0]), same, np.array([9.0, 3.0]),
                    facts=facts, total=190.0)  # fmt: skip
    for tables in (weights.same, weights.kin, weights.strangers):
        for table in tables:
            assert (table > 0).all()
            assert table.sum() == pytest.approx(1)
    assert np.isfinite(weights.chances(same)).all()


@pytest.mark.parametrize("kin", [0, 15_000])
def test_parameters_are_found_again(kin):
    facts = [Fact(3, own=2), Fact(2), Fact(3)]
    weights = learn(*simulate(kin), facts=facts, total=TOTAL)
    assert weights.settled
    assert weights.priors[0] * TOTAL == pytest.approx(20_000, rel=0.04)
    for found, true in zip(weights.same, SAME, strict=True):
        assert found == pytest.approx(true, abs=0.02)
    for found, true in zip(weights.strangers, STRANGERS, strict=True):
        assert found == pytest.approx(true, abs=0.003)
    if kin:
        assert weights.priors[1] * TOTAL == pytest.approx(kin, rel=0.1)
    else:
        assert weights.priors[1] == 0


def test_without_kin_a_family_would_pass_for_a_person():
    """Control: the same pairs, fitted without what is one's own."""
    weights = learn(*simulate(15_000), facts=[Fact(3), Fact(2), Fact(3)], total=TOTAL)
    assert weights.priors[0] * TOTAL > 30_000


def test_weaker_agreement_never_weighs_more():
    levels = np.array([[1, 1], [2, 1], [3, 2], [2, 2], [3, 1]], dtype=np.int8)
    counts = np.array([5.0, 50.0, 100.0, 1.0, 1.0])
    far = np.array([[3, 2], [1, 2]], dtype=np.int8), np.array([500.0, 20.0])
    weights = learn(levels, counts, *far, facts=[Fact(3), Fact(2)], total=10_000.0)
    for k in range(2):
        bits = weights.bits(k)
        assert bits[0] == 0
        assert all(a >= b - 1e-9 for a, b in itertools.pairwise(bits[1:]))


def test_what_is_counted_is_not_guessed():
    """Level 1 among pairs that no rule brought is known from counting values."""
    levels, counts = np.array([[1, 1]], dtype=np.int8), np.array([100.0])
    far = np.array([[2, 2]], dtype=np.int8), np.array([1_000.0])
    facts = [Fact(2, whole=5_100.0), Fact(2)]
    weights = learn(levels, counts, *far, facts=facts, total=100_100.0)
    assert weights.strangers[0][0] == pytest.approx(0.05, rel=0.05)


def test_a_fit_that_does_not_settle_says_so(monkeypatch):
    monkeypatch.setattr("mingbai.engine.match.learning._ROUNDS", 1)
    weights = learn(*simulate(0), facts=[Fact(3), Fact(2), Fact(3)], total=TOTAL)
    assert not weights.settled


def test_rare_values_weigh_more():
    tables = tuple(np.array(each) for each in ([0.9, 0.1], [0.01, 0.99], [0.01, 0.99]))
    weights = Weights((0.01, 0.0, 0.99), (tables[0],), (tables[1],), (tables[2],))
    levels = np.array([[1], [1]], dtype=np.int8)
    rare, common = weights.chances(levels, [np.array([-5.0, 5.0])])[0]
    plain = weights.chances(levels)[0][0]
    assert common < plain < rare


def test_promises():
    promises = Promises(np.array([1.0, 0.9, 0.5, 0.2]), 0.4)
    at = promises.at(0.5)
    assert at.precision == pytest.approx(0.8)
    assert at.recall == pytest.approx(0.8)
    assert at.pairs == 3
    assert promises.threshold_for(0.95) == 0.9
    assert promises.threshold_for(0.79) == 0.5
    assert Promises(np.array([0.5]), 0.0).threshold_for(0.99) == 1.0
    assert Promises(np.array([]), 0.0).at(0.5) == (1.0, 1.0, 0)
