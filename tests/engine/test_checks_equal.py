"""Every machine finds the same in every table."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.machines import MACHINES, check_on
from tests.engine.rolls import GENERATORS, given_tables, roll, settle

from mingbai.engine.checks import ALL_KINDS, FINDING_SCHEMA, TwoNames, check, message


def test_every_kind_has_a_generator():
    assert set(GENERATORS) == set(ALL_KINDS)


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_machines_agree(kind, data):
    spec = data.draw(GENERATORS[kind])
    tables = data.draw(given_tables)
    found = check(tables, [spec], "plain")
    assert found.schema.equals(FINDING_SCHEMA)
    for machine in MACHINES:
        assert found.equals(check_on(machine, tables, [spec], threads=1)), machine
    for finding in found.to_pylist():
        assert finding["code"] in kind.MESSAGES


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
def test_machines_agree_on_settled_tables(kind):
    """The same tables each time, and a control: agreement over nothing would prove nothing."""
    found = [(spec, tables, check(tables, [spec], "plain")) for spec, tables in settle(kind)]
    assert sum(1 for *_, each in found if each.num_rows) >= 3
    for spec, tables, each in found:
        for machine in MACHINES[1:]:
            assert each.equals(check_on(machine, tables, [spec], threads=1)), machine


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
def test_every_code_says_what_to_do(kind):
    facts = dict.fromkeys(kind.FACTS, 3)
    for code in kind.MESSAGES:
        said = message(code, facts)
        assert said.endswith("。")
        assert "请" in said
        assert "{" not in said


def test_a_wrong_twin_would_be_noticed():
    """Control: the comparison above tells machines apart that differ in one row."""

    class Careless(TwoNames):
        def plain(self, tables):
            yield from list(super().plain(tables))[1:]

    table = roll({"who": "a", "name": "m"}, {"who": "a", "name": "n"})
    spec = Careless(rule="r")
    assert not check({"roster": table}, [spec]).equals(check({"roster": table}, [spec], "plain"))
