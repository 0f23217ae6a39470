"""Spec tables of the checks: few rows, and the findings a clerk should see, on every machine."""

from __future__ import annotations

import dataclasses
import json

import pytest
from tests.engine.machines import check_on, on_every_machine
from tests.engine.rolls import roll
from tests.engine.spectables import load_books, make_spec, spell_finding

from mingbai.engine.checks import (
    EVIDENCE_ROWS,
    AmountStandard,
    CannotCheck,
    CheckSpec,
    OnList,
    RepeatedPerson,
    SharedValue,
    TwoNames,
    check,
)
from mingbai.engine.checks.loading import KINDS

BOOKS = load_books()
CASES = [pytest.param(case, id=f"{b.kind}-{case.title}") for b in BOOKS for case in b.tables]
A = {"sub_item": "a.1", "period": 202101, "amount": 30000}


@on_every_machine
@pytest.mark.parametrize("case", CASES)
def test_spec_table(machine, case):
    spec, tables = case.spec(), case.tables()
    findings = check_on(machine, tables, [spec]).to_pylist()
    spelled = [spell_finding(each, json.loads(each["params"])) for each in findings]
    assert spelled == list(case.findings)
    for finding in findings:
        assert finding["column"] == spec.points_at() == case.column
        assert (finding["rule"], finding["severity"]) == ("r", 2)
        doubted = [row for row in finding["evidence"] if row["subject"]]
        beside = [row for row in finding["evidence"] if not row["subject"]]
        assert finding["rows"] == len(doubted)
        assert (finding["table"], finding["line"]) == (doubted[0]["table"], doubted[0]["line"])
        other = (beside[0]["table"], beside[0]["line"]) if beside else (None, None)
        assert (finding["other_table"], finding["other_line"]) == other
        assert finding["amount"] == sum(amount_at(tables, row) for row in doubted)
    assert spec.grain() == case.grain


def amount_at(tables, row):
    return tables[row["table"]]["amount"][row["line"] - 2].as_py() or 0


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.kind)
def test_the_tables_leave_nothing_out(book):
    """Each code is met, each setting is explained and used, each table brings what it is for."""
    kind = KINDS[book.kind]
    own = {f.name for f in dataclasses.fields(kind)} - {
        f.name for f in dataclasses.fields(CheckSpec)
    }
    assert set(book.settings) == own
    assert {found.code for case in book.tables for found in case.findings} == set(kind.MESSAGES)
    used = {name for case in book.tables for name in case.settings}
    assert own <= used
    assert {"sub_items", "from_period"} <= used or book.kind == "mutual_exclusion"
    assert {"from_period", "to_period"} <= used or book.kind == "capacity"


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.kind)
def test_specs_validate_themselves(book):
    for settings in book.refused:
        with pytest.raises(ValueError):
            make_spec(book.kind, settings)
    for settings in book.accepted:
        assert make_spec(book.kind, settings).needs()


@on_every_machine
def test_long_evidence_is_cut_but_counted(machine):
    rows = [{"who": f"p{n}", "account": "x", **A} for n in range(300)]
    (finding,) = check_on(
        machine, {"roster": roll(*rows)}, [SharedValue(rule="r", severity=1)]
    ).to_pylist()
    assert len(finding["evidence"]) == EVIDENCE_ROWS
    assert finding["rows"] == 300
    assert finding["amount"] == 300 * 30000


@on_every_machine
@pytest.mark.parametrize(("severity", "kept"), [(1, EVIDENCE_ROWS), (2, 300), (3, 300)])
def test_a_finding_that_holds_names_every_doubted_row(machine, severity, kept):
    rows = [{"who": "a", **A} for _ in range(301)]
    spec = RepeatedPerson(rule="r", severity=severity)
    [finding] = check_on(machine, {"roster": roll(*rows)}, [spec]).to_pylist()
    doubted = [row["line"] for row in finding["evidence"] if row["subject"]]
    assert finding["rows"] == 300
    assert doubted == list(range(3, 303))[:kept]


@on_every_machine
def test_a_finding_tells_sheet_sub_item_and_what_is_at_stake(machine):
    rows = [{"who": w, **A} for w in "abaa"]
    [finding] = check_on(
        machine, {"roster": roll(*rows, sheet="s1")}, [RepeatedPerson(rule="r")]
    ).to_pylist()
    assert (finding["table"], finding["line"]) == ("s1", 4)
    assert (finding["other_table"], finding["other_line"]) == ("s1", 2)
    assert (finding["sub_item"], finding["amount"]) == ("a.1", 60000)


@on_every_machine
def test_what_is_missing_is_refused_never_skipped(machine):
    table = roll({"who": "a", **A})
    with pytest.raises(CannotCheck, match="deaths"):
        check_on(machine, {"roster": table}, [OnList(rule="r", other="deaths")])
    with pytest.raises(CannotCheck, match="amount"):
        check_on(
            machine, {"roster": table.drop_columns("amount")}, [AmountStandard(rule="r", fixed=1)]
        )
    with pytest.raises(CannotCheck, match="line"):
        check_on(machine, {"roster": table.drop_columns("line")}, [TwoNames(rule="r")])
    with pytest.raises(ValueError, match="abacus"):
        check({"roster": table}, [TwoNames(rule="r")], "abacus")


def test_no_specs_no_findings():
    assert check({"roster": roll({"who": "a"})}, []).num_rows == 0


def test_findings_carry_no_clear_values_but_keys():
    table = roll({"who": "a", "account": "x", **A}, {"who": "b", "account": "x", **A})
    (finding,) = check({"roster": table}, [SharedValue(rule="r")]).to_pylist()
    assert finding["table"] == "roster"
    assert set(json.loads(finding["params"])) == {"people"}


@on_every_machine
def test_hostile_values_stay_values(machine):
    """Sub-items come from data; they reach the machine as values, never as text of the query."""
    evil = "x' OR '1'='1"
    table = roll({"who": "a", **A}, {"who": "a", **A})
    spec = RepeatedPerson(rule="r", sub_items=(evil,))
    assert check_on(machine, {"roster": table}, [spec]).num_rows == 0
