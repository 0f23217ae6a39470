"""Months as bits of an era: what SQL sets and what Python bounds are the same bits."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.rolls import key, roll

from mingbai.engine.checks.spells import bound_months, fold, month_bit, month_era

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


ROWS = [
    {"who": "a", "sub_item": "a.1", "amount": 300, "period": period}
    for period in (202101, 202102, 202102, 202402, 202013, 202000, 20220101)
]
SPELLS = roll(
    *ROWS,
    {"who": "a", "sub_item": "a.1", "amount": 300},
    {"who": "a", "sub_item": "a.1", "amount": 450, "period": 202101},
    {"who": "b", "sub_item": "b.1", "amount": 300, "period": 202103},
)


@pytest.mark.parametrize("coded", [False, True])
def test_rows_that_differ_in_the_month_alone_are_one_spell(coded):
    with duckdb.connect() as machine:
        machine.register("t", SPELLS)
        machine.execute("CREATE TYPE sub_items AS ENUM ('b.1', 'a.1')")
        codes = {"sub_item": "sub_items"} if coded else {}
        bare = "(SELECT * EXCLUDE (line) FROM t)"
        text = fold(bare, {"id_key", "period", "sub_item", "amount"}, codes)
        made = machine.sql(text).to_arrow_table()
    assert made.column_names == [
        "id_key", "amount", "sub_item", "times", "months", "era", "first_period", "last_period"
    ]  # fmt: skip
    assert str(made.schema.field("sub_item").type) == "string"
    told = [
        (row["id_key"], row["amount"], row["times"], row["first_period"], row["last_period"])
        for row in made.to_pylist()
    ]
    # 2020 to 2023 are one era, 2024 begins another; 20220101 is no month and stands alone.
    assert sorted(told, key=repr) == sorted(
        [
            (key("a"), 300, 5, 202000, 202102),
            (key("a"), 300, 1, 202402, 202402),
            (key("a"), 300, 1, 20220101, 20220101),
            (key("a"), 300, 1, None, None),
            (key("a"), 450, 1, 202101, 202101),
            (key("b"), 300, 1, 202103, 202103),
        ],
        key=repr,
    )


def test_without_months_spells_are_rows_that_are_equal():
    with duckdb.connect() as machine:
        machine.register("t", SPELLS)
        text = fold("(SELECT id_key, amount FROM t)", {"amount"}, {})
        made = machine.execute(f"SELECT id_key, amount, times FROM ({text})").fetchall()
    assert sorted(made) == [(key("a"), 300, 8), (key("a"), 450, 1), (key("b"), 300, 1)]
