"""What all kinds share: settings that refuse nonsense, and a scope that says one thing twice."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.engine.checks import MissingKey, TwoNames
from mingbai.engine.checks.shapes import (
    COLUMNS,
    CheckSpec,
    address,
    check_column,
    check_identifier,
    month_index,
)
from mingbai.engine.checks.spells import fold, month_bit, month_era

periods = st.sampled_from([None, 202012, 202101, 202102, 202103, 202401, 202013, 202100])
bounds = st.sampled_from([None, 202101, 202102, 202103, 202112, 202401])
rows = st.lists(
    st.fixed_dictionaries(
        {"sub_item": st.sampled_from([None, "a.1", "b.1", "c.1"]), "period": periods}
    ),
    max_size=12,
)
specs = st.builds(
    TwoNames,
    rule=st.just("r"),
    sub_items=st.sampled_from([(), ("a.1",), ("a.1", "b.1"), ("nothing",)]),
    from_period=bounds,
    to_period=bounds,
)


@pytest.fixture(scope="module")
def machine():
    with duckdb.connect() as machine:
        machine.execute("SET threads = 1")
        yield machine


def as_table(listed):
    made = [{"id_key": b"a", **row, "row": nth} for nth, row in enumerate(listed)]
    schema = pa.schema([(name, COLUMNS[name]) for name in ("id_key", "sub_item", "period")])
    return pa.Table.from_pylist(made, schema.append(pa.field("row", pa.int64())))


@given(spec=specs, listed=rows)
def test_the_scope_in_sql_and_its_twin_take_the_same_rows(machine, spec, listed):
    machine.register("t", as_table(listed))
    text = f"SELECT r.row FROM t AS r WHERE {spec.scope()} ORDER BY r.row"
    asked = [row for (row,) in machine.execute(text, spec.scope_values()).fetchall()]
    numbered = [{**row, "row": nth} for nth, row in enumerate(listed)]
    assert [row["row"] for row in spec.scoped(numbered)] == asked
    for nth, row in enumerate(listed):
        inside = not spec.sub_items or row["sub_item"] in spec.sub_items
        period = row["period"]
        if period is not None:
            inside &= spec.from_period is None or period >= spec.from_period
            inside &= spec.to_period is None or period <= spec.to_period
        assert (nth in asked) == inside


@given(spec=specs, listed=rows)
def test_the_scope_of_spells_loses_no_row(machine, spec, listed):
    """A spell is looked at when one of its months is; its bits within the bounds are those."""
    machine.register("t", as_table(listed))
    folded = fold("(SELECT * EXCLUDE (row) FROM t)", {"sub_item", "period"}, {})
    machine.execute(f"CREATE OR REPLACE TEMP TABLE t_spells AS {folded}")
    told = machine.execute(
        f"SELECT r.sub_item, r.era, r.months, {spec.spell_months()} FROM t_spells AS r"
        f" WHERE {spec.spell_scope()}",
        spec.scope_values(),
    ).fetchall()
    inside = machine.execute(
        f"SELECT r.sub_item, {month_era('r.period')}, bit_or({month_bit('r.period')})"
        f" FROM t AS r WHERE {spec.scope()} GROUP BY ALL",
        spec.scope_values(),
    ).fetchall()
    kept = {(sub_item, era): bits for sub_item, era, _, bits in told}
    for sub_item, era, bits in inside:
        assert kept[sub_item, era] & bits == bits
        if era is not None and 0 <= era < 10**6:
            assert kept[sub_item, era] == bits, "nothing outside the bounds"


def test_columns_that_a_scope_reads():
    assert TwoNames(rule="r").scope_columns() == []
    assert TwoNames(rule="r", sub_items=("a",)).scope_columns() == ["sub_item"]
    for bound in ("from_period", "to_period"):
        spec = TwoNames(rule="r", **{bound: 202101})
        assert spec.uses_period()
        assert spec.scope_columns() == ["period"]
        assert spec.scope_values() == {bound: 202101}
    both = TwoNames(rule="r", sub_items=("a", "b"), from_period=202101, to_period=202102)
    assert both.scope_columns() == ["sub_item", "period"]
    values = {"sub_item_0": "a", "sub_item_1": "b", "from_period": 202101, "to_period": 202102}
    assert both.scope_values() == values
    assert not TwoNames(rule="r", sub_items=("a",)).uses_period()


def test_a_row_without_the_columns_of_no_scope_will_do():
    bare = [{"row": 0}]
    assert TwoNames(rule="r").scoped(bare) == bare


@pytest.mark.parametrize("period", [202101, 202112, 100, 101 + 99])
@pytest.mark.parametrize("bound", ["from_period", "to_period"])
def test_only_months_bound_a_scope(period, bound):
    if 1 <= period % 100 <= 12:
        assert getattr(TwoNames(rule="r", **{bound: period}), bound) == period
        return
    with pytest.raises(ValueError, match=f"no month: {period}"):
        TwoNames(rule="r", **{bound: period})


@pytest.mark.parametrize("period", [202100, 202113, 202199, 0])
@pytest.mark.parametrize("bound", ["from_period", "to_period"])
def test_what_is_no_month_bounds_nothing(period, bound):
    with pytest.raises(ValueError, match="no month"):
        TwoNames(rule="r", **{bound: period})


@pytest.mark.parametrize("severity", [0, 4, -1])
def test_severities_are_three(severity):
    for known in (1, 2, 3):
        assert TwoNames(rule="r", severity=known).severity == known
    with pytest.raises(ValueError, match="severity"):
        TwoNames(rule="r", severity=severity)


def test_a_rule_has_an_id_and_a_table_a_plain_name():
    with pytest.raises(ValueError, match="id of its rule"):
        TwoNames(rule="")
    for name in ("Roster", "a-b", "1a", "a b", "", 'a"b'):
        with pytest.raises(ValueError, match="plain lower-case"):
            TwoNames(rule="r", table=name)
    assert check_identifier("a_1") == "a_1"


def test_columns_are_those_that_checks_know():
    assert {check_column(name) for name in COLUMNS} == set(COLUMNS)
    with pytest.raises(ValueError, match="no column 'id_number'"):
        check_column("id_number")


def test_months_are_counted_through_the_years():
    assert month_index(202101) - month_index(202012) == 1
    assert month_index(202112) - month_index(202101) == 11
    assert month_index(1) == 1
    assert month_index(202101) == 2021 * 12 + 1


def test_a_row_alone_is_named_by_its_place():
    assert address({"row": 7}) == "row 7"


def test_what_a_kind_need_not_say():
    spec = TwoNames(rule="r", table="teachers")
    assert CheckSpec.contexts(spec) == {}
    assert CheckSpec.sieve(spec) is None
    assert CheckSpec.points_at(spec) == "id_number"
    name, text = spec.handed("sub_item", "period")
    assert name == "teachers_by_sub_item_period"
    assert text == "SELECT DISTINCT sub_item, period FROM teachers"
    assert MissingKey(rule="r").table == "roster"
