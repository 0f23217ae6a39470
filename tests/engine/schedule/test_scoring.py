"""Scores: worked by hand, and properties that nobody may doubt."""

from __future__ import annotations

from fractions import Fraction as F

from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.engine.schedule import Deducted, Weighed, work_score

WEIGHTS = (Weighed("schedule", F(60)), Weighed("reporting", F(20)), Weighed("funds", F(20)))
OFF = (Deducted("red", F(2), F(5)), Deducted("silent", F(1), F(10)))


def score(values, cases=None):
    return work_score(values, cases or {}, weights=WEIGHTS, deductions=OFF)


def test_a_score_breaks_down_to_what_makes_it_up():
    found = score({"schedule": F(9, 10), "reporting": F(1), "funds": F(5, 4)}, {"red": 4})
    assert [(part.code, part.points) for part in found.parts] == [
        ("schedule", F(54)), ("reporting", F(20)), ("funds", F(20)), ("red", F(-5)),
    ]  # fmt: skip
    assert found.total == 89


def test_what_was_never_asked_costs_nothing():
    found = score({"schedule": F(9, 10), "reporting": F(1), "funds": None})
    assert found.total == F(54, 80) * 100 + F(20, 80) * 100
    assert [part.weight for part in found.parts] == [F(75), F(25)]
    assert score({"schedule": None}) is None


def test_a_score_is_never_below_nothing():
    assert score({"schedule": F(-1)}, {"red": 9, "silent": 99}).total == 0


ratio = st.none() | st.fractions(0, 2, max_denominator=20)
values = st.fixed_dictionaries({"schedule": ratio, "reporting": ratio, "funds": ratio})
cases = st.fixed_dictionaries({"red": st.integers(0, 9), "silent": st.integers(0, 20)})


@given(values, cases, st.sampled_from(["schedule", "reporting", "funds"]))
@settings(max_examples=200, deadline=None)
def test_the_parts_add_up_and_better_is_never_worse(given_values, given_cases, name):
    found = score(given_values, given_cases)
    if found is None:
        assert all(value is None for value in given_values.values())
        return
    assert found.total == max(F(0), sum(part.points for part in found.parts))
    assert 0 <= found.total <= 100
    if given_values[name] is not None:
        better = score({**given_values, name: given_values[name] + F(1, 10)}, given_cases)
        assert better.total >= found.total
    fewer = score(given_values, {code: max(0, n - 1) for code, n in given_cases.items()})
    assert fewer.total >= found.total
