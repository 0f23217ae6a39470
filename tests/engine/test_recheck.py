"""What is checked again after sheets came or went equals a full run, for every kind."""

from __future__ import annotations

import functools
import importlib
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.rolls import BESIDE, EXAMPLES, GENERATORS, draw_row, roll

from mingbai.engine.checks import (
    ALL_KINDS,
    Continuity,
    MissingKey,
    OnList,
    SharedValue,
    TwoNames,
    check,
)
from mingbai.engine.checks.recheck import recheck, sort_findings

#: The module: in its package the function of the same name stands before it.
rechecking = importlib.import_module("mingbai.engine.checks.recheck")

SAID = {"roster": None, **BESIDE}


def draw_sheets(seed, role, count, gaps):
    """Some sheets of a table, by name."""
    luck = random.Random(f"{seed}{role}")
    sheets = {}
    for nth in range(count):
        rows = [draw_row(luck, gaps) for _ in range(luck.randrange(6))]
        if SAID[role] is not None:
            rows = [{column: row[column] for column in SAID[role]} for row in rows]
        name = f"{role}-{seed}-{nth}"
        sheets[name] = roll(*rows, sheet=name)
    return sheets


def joined(sheets):
    return {
        role: pa.concat_tables([roll(sheet="-"), *each.values()]) for role, each in sheets.items()
    }


def step(seed, sheets, gaps):
    """Sheets after some came, some went and some were corrected; with what changed."""
    luck = random.Random(seed)
    after, arrived, withdrawn = {}, {}, {}
    for role, before in sheets.items():
        gone = {name for name in before if luck.random() < 0.2}
        corrected = {name for name in gone if luck.random() < 0.5}
        fresh = draw_sheets(seed, role, luck.choice([0, 0, 1]), gaps)
        kept = {name: rows for name, rows in before.items() if name not in gone}
        changed = {
            name: rows.slice(luck.randrange(2))
            for name, rows in before.items()
            if name in corrected
        }
        after[role] = {**kept, **changed, **fresh}
        arrived[role] = [*changed, *fresh]
        if gone:
            withdrawn[role] = pa.concat_tables([before[name] for name in gone])
    return after, arrived, withdrawn


@functools.cache
def made_specs(kind):
    """Specs of a kind as its generator makes them, the same each time."""
    made = []

    @given(spec=GENERATORS[kind])
    @settings(max_examples=20, deadline=None, derandomize=True, database=None)
    def draw(spec):
        made.append(spec)

    draw()
    return made


def make_spec(kind, nth, **more):
    """One of them."""
    made = made_specs(kind)[nth % len(made_specs(kind))]
    return type(made)(**{**made.__dict__, **more})


@pytest.fixture(autouse=True)
def always_worth(monkeypatch):
    monkeypatch.setattr(rechecking, "WORTH", 9)


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=EXAMPLES, deadline=None)
def test_checking_again_equals_checking_all(kind, data):
    drawn = data.draw(st.lists(GENERATORS[kind], min_size=1, max_size=3))
    specs = [type(spec)(**{**vars(spec), "rule": f"r{nth}"}) for nth, spec in enumerate(drawn)]
    gaps = data.draw(st.sampled_from([0.0, 0.1, 0.4]))
    seed = data.draw(st.integers(0, 2**32))
    sheets = {role: draw_sheets(seed, role, 6, gaps) for role in SAID}
    findings = check(joined(sheets), specs, "plain")
    for nth in range(data.draw(st.sampled_from([1, 1, 2]))):
        sheets, arrived, withdrawn = step(seed + nth + 1, sheets, gaps)
        tables = joined(sheets)
        findings = recheck(findings, tables, specs, arrived=arrived, withdrawn=withdrawn, threads=1)
        assert findings.equals(sort_findings(check(tables, specs, "plain"), specs))


ONE = roll({"who": "a", "name": "m"}, {"who": "b", "name": "m"}, sheet="one")
TWO = roll({"who": "a", "name": "n"}, sheet="two")
LATE = roll({"who": "c", "name": "m"}, {"who": "c", "name": "n"}, sheet="late")
NAMES = [TwoNames(rule="names")]


def test_a_wrong_grain_would_be_noticed():
    """Control: a kind that says too narrow a grain keeps what is no longer true."""

    class Narrow(SharedValue):
        def grain(self):
            return ("id_key",)

    first = roll({"who": "a", "account": "x"}, {"who": "b", "account": "x"}, sheet="one")
    more = roll({"who": "c", "account": "x"}, sheet="two")
    tables = {"roster": pa.concat_tables([first, more])}
    arrived = {"roster": ["two"]}
    for kind, agrees in ((SharedValue, True), (Narrow, False)):
        specs = [kind(rule="r")]
        before = check({"roster": first}, specs)
        again = recheck(before, tables, specs, arrived=arrived, withdrawn={})
        assert again.equals(sort_findings(check(tables, specs), specs)) == agrees


@pytest.mark.parametrize("world", range(4))
def test_every_kind_at_once_equals_checking_all(world):
    """Two rules a kind in one run, each step upon the last."""
    gaps, chosen = [0.1, 0.0, 0.4, 0.1][world], [(3, 7), (5, 11), (7, 13), (2, 17)][world]
    specs = [
        make_spec(kind, nth, rule=f"r{number}-{nth}")
        for number, kind in enumerate(GENERATORS)
        for nth in chosen
    ]
    sheets = {role: draw_sheets(world, role, 8, gaps) for role in SAID}
    findings = check(joined(sheets), specs)
    for nth in range(2):
        sheets, arrived, withdrawn = step(20 + 7 * world + nth, sheets, gaps)
        tables = joined(sheets)
        findings = recheck(findings, tables, specs, arrived=arrived, withdrawn=withdrawn)
        full = sort_findings(check(tables, specs, "plain"), specs)
        assert findings.equals(full)
        assert len(set(full["rule"].to_pylist())) > 15


def test_nothing_came_or_went():
    tables = {"roster": pa.concat_tables([ONE, TWO])}
    found = check(tables, NAMES)
    again = recheck(found, tables, NAMES, arrived={}, withdrawn={})
    assert again.equals(found)


def test_a_rule_that_changed_rows_cannot_concern_is_not_run(monkeypatch):
    rows = [{"who": "a", "sub_item": "a.1"}, {"who": "b", "sub_item": "b.1"}]
    old, new = roll(rows[0], sheet="one"), roll(rows[1], sheet="two")
    specs = [
        MissingKey(rule="a", column="account_key", sub_items=("a.1",)),
        MissingKey(rule="b", column="account_key", sub_items=("b.1",)),
    ]
    tables = {"roster": pa.concat_tables([old, new])}
    before, ran = check({"roster": old}, specs), []
    given = rechecking.run_spec
    monkeypatch.setattr(
        rechecking, "run_spec", lambda *args: ran.append(args[2].rule) or given(*args)
    )
    again = recheck(before, tables, specs, arrived={"roster": ["two"]}, withdrawn={})
    assert ran == ["b"]
    assert again["rule"].to_pylist() == ["a", "b"]


def test_a_rule_whose_table_stayed_is_not_run():
    """Lists are looked at only where something came or went in them or in the roster."""
    roster = roll({"who": "a", "period": 202101, "name": "m"}, sheet="one")
    specs = [OnList(rule="l", other="deaths", sub_items=("a.1",)), *NAMES]
    tables = {"roster": roster, "deaths": roll({"who": "a"}, sheet="d")}
    before = check(tables, specs)
    late = {**tables, "roster": pa.concat_tables([roster, LATE])}
    again = recheck(before, late, specs, arrived={"roster": ["late"]}, withdrawn={})
    assert again.equals(sort_findings(check(late, specs), specs))


def test_months_that_were_handed_in_before_concern_nobody_else(monkeypatch):
    """One more row of a month that others handed in too: only its person is looked at."""
    paid = {"sub_item": "a.1", "town": "t", "amount": 30000}
    rows = [{"who": who, "period": p, **paid} for who in "ab" for p in (202101, 202102)]
    late = roll({"who": "c", "period": 202101, **paid}, sheet="late")
    specs = [Continuity(rule="c")]
    near = []
    given_ = rechecking._gather_nearby
    monkeypatch.setattr(
        rechecking, "_gather_nearby", lambda *args: near.append(args[1]) or given_(*args)
    )
    for sheet, is_known in ((roll(*rows, sheet="one"), True), (roll(sheet="one"), False)):
        near.clear()
        before = check({"roster": sheet}, specs)
        tables = {"roster": pa.concat_tables([sheet, late])}
        again = recheck(before, tables, specs, arrived={"roster": ["late"]}, withdrawn={})
        assert again.equals(sort_findings(check(tables, specs), specs))
        assert [bool(group.changed) for group in near] == [not is_known]


def test_where_much_changed_everything_is_checked(monkeypatch):
    monkeypatch.setattr(rechecking, "WORTH", 0.1)
    monkeypatch.setattr(rechecking, "run_spec", None)
    tables = {"roster": pa.concat_tables([ONE, TWO])}
    before = check({"roster": ONE}, NAMES)
    again = recheck(before, tables, NAMES, arrived={"roster": ["two"]}, withdrawn={})
    assert again.equals(check(tables, NAMES))


def test_parquet_will_do(tmp_path):
    path = tmp_path / "roster.parquet"
    pq.write_table(pa.concat_tables([ONE, TWO]), path)
    before = check({"roster": ONE}, NAMES)
    again = recheck(before, {"roster": path}, NAMES, arrived={"roster": ["two"]}, withdrawn={})
    assert again.equals(check({"roster": path}, NAMES))


def test_findings_of_rules_that_are_gone_are_left_out():
    found = check({"roster": pa.concat_tables([ONE, TWO])}, NAMES)
    assert sort_findings(found, []).num_rows == 0
