"""What is checked again after sheets came or went equals a full run, for every kind."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.rolls import BESIDE, GENERATORS, draw_row, roll

from mingbai.engine.checks import ALL_KINDS, check
from mingbai.engine.checks import recheck as rechecking
from mingbai.engine.checks.recheck import recheck, sort_findings

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


@pytest.fixture(autouse=True)
def always_worth(monkeypatch):
    monkeypatch.setattr(rechecking, "WORTH", 9)


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_checking_again_equals_checking_all(kind, data):
    specs = [data.draw(GENERATORS[kind])]
    gaps = data.draw(st.sampled_from([0.0, 0.1, 0.4]))
    seed = data.draw(st.integers(0, 2**32))
    sheets = {role: draw_sheets(seed, role, 6, gaps) for role in SAID}
    findings = check(joined(sheets), specs, threads=1)
    for nth in range(2):
        sheets, arrived, withdrawn = step(seed + nth + 1, sheets, gaps)
        tables = joined(sheets)
        findings = recheck(findings, tables, specs, arrived=arrived, withdrawn=withdrawn, threads=1)
        assert findings.equals(sort_findings(check(tables, specs, threads=1), specs))
