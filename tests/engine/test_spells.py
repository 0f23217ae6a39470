"""Months as bits of an era: what SQL sets and what Python bounds are the same bits."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.engine.checks.spells import bound_months, month_bit, month_era

months = st.builds(lambda year, month: year * 100 + month, st.integers(1, 9999), st.integers(1, 12))


@pytest.fixture(scope="module")
def place():
    """Era and bits of a month, as a machine computes them."""
    with duckdb.connect() as machine:
        text = f"SELECT {month_era('p')}, {month_bit('p')} FROM (SELECT CAST(? AS INTEGER) AS p)"
        yield lambda period: machine.execute(text, [period]).fetchone()


@given(bound=months, other=months, later=st.booleans())
def test_bounds_hold_the_months_on_their_side(place, bound, other, later):
    era, bits = bound_months(bound, later=later)
    its_era, bit = place(other)
    inside = other >= bound if later else other <= bound
    if its_era == era:
        assert bool(bits & bit) == inside
    else:
        assert (its_era > era) == (other > bound), "eras stand in the order of their months"
    assert place(bound)[0] == era
    assert bits & place(bound)[1], "a bound is within itself"


@given(first=months, second=months)
def test_every_month_has_a_place_of_its_own(place, first, second):
    assert (place(first) == place(second)) == (first == second)
    assert bin(place(first)[1]).count("1") == 1


@pytest.mark.parametrize("odd", [-202101, 202116, 202199])
def test_what_is_no_month_has_an_era_of_its_own(place, odd):
    era, bit = place(odd)
    assert bit == 1
    assert era != place(202101)[0]
    assert era != place(odd + 1 if odd % 100 < 99 else odd - 1)[0]


def test_a_missing_month_has_the_first_bit(place):
    assert place(None)[1] == 1
    assert place(None)[0] is None


def test_sixteen_numbers_of_a_year_have_bits():
    """Months 1 to 12 and what rosters use beside them: terms (13, 14) and years (00)."""
    era, bits = bound_months(202100, later=True)
    assert era == 505
    assert bits == sum(1 << place for place in range(16, 64)), "2020 alone stands before"
    assert bound_months(202315, later=False) == (505, 2**64 - 1)
