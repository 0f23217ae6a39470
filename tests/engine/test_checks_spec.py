"""Spec tables of the checks: few rows, and the findings a clerk should see, on both machines."""

from __future__ import annotations

import datetime as dt
import json

import pyarrow as pa
import pytest
from tests.engine.rolls import key, roll

from mingbai.engine.checks import (
    EVIDENCE_ROWS,
    AgeSex,
    AmountStandard,
    CannotCheck,
    Capacity,
    Continuity,
    MissingKey,
    MutualExclusion,
    OnList,
    RepeatedPerson,
    SharedValue,
    TwoNames,
    check,
)

MACHINES = pytest.mark.parametrize("machine", ["duckdb", "plain"])
A = {"sub_item": "a.1", "period": 202101, "amount": 30000}


def found(machine, spec, *rows, **others):
    tables = {"roster": roll(*rows, sheet="s1"), **others}
    return check(tables, [spec], machine).to_pylist()


def brief(findings):
    """(code, person, lines doubted, lines beside) of each finding."""
    return [
        (
            each["code"],
            each["person"].rstrip(b".").decode() if each["person"] else None,
            [row["line"] for row in each["evidence"] if row["subject"]],
            [row["line"] for row in each["evidence"] if not row["subject"]],
        )
        for each in findings
    ]


@MACHINES
def test_repeated_person_is_one_finding_with_the_first_row_beside(machine):
    rows = [{"who": w, **A} for w in "abaa"] + [{"who": "a", **A, "period": 202102}] * 2
    result = found(machine, RepeatedPerson(rule="r"), *rows)
    assert brief(result) == [("repeated_person", "a", [4, 5, 7], [2, 6])]
    assert result[0]["rows"] == 3
    assert result[0]["amount"] == 90000
    assert (result[0]["table"], result[0]["line"]) == ("s1", 4)
    assert (result[0]["other_table"], result[0]["other_line"]) == ("s1", 2)
    assert json.loads(result[0]["params"]) == {"times": 3}


@MACHINES
def test_repeated_person_needs_the_same_sub_item_and_month(machine):
    rows = [
        {"who": "a", **A},
        {"who": "a", **A, "sub_item": "b.1"},
        {"who": "a", **A, "period": 202102},
        {"who": None, **A},
        {"who": None, **A},
    ]
    assert found(machine, RepeatedPerson(rule="r"), *rows) == []


@MACHINES
def test_shared_account_counts_people_not_rows(machine):
    rows = [{"who": w, "account": "x", **A} for w in "aab"]
    spec = SharedValue(rule="r", at_least=3)
    assert found(machine, spec, *rows) == []
    result = found(machine, spec, *rows, {"who": "c", "account": "x", **A})
    assert brief(result) == [("shared_account", None, [2, 3, 4, 5], [])]
    assert result[0]["cause"] == key("x").hex()
    assert json.loads(result[0]["params"]) == {"people": 3}
    assert result[0]["column"] == "account"


@MACHINES
def test_shared_phone(machine):
    rows = [{"who": w, "phone": p, **A} for w, p in (("a", "p"), ("b", "p"), ("c", None))]
    result = found(machine, SharedValue(rule="r", column="phone_key"), *rows)
    assert brief(result) == [("shared_phone", None, [2, 3], [])]


@MACHINES
def test_exclusion_only_in_the_same_month_and_from_its_day(machine):
    rows = [
        {"who": "a", **A},
        {"who": "a", **A, "sub_item": "b.1"},
        {"who": "a", **A, "period": 202103},
        {"who": "a", **A, "period": 202103, "sub_item": "b.1"},
        {"who": "b", **A},
        {"who": "b", **A, "period": 202102, "sub_item": "b.1"},
    ]
    spec = MutualExclusion(rule="r", first="a.1", second="b.1")
    result = found(machine, spec, *rows)
    assert brief(result) == [("exclusion", "a", [3, 5], [2, 4])]
    assert json.loads(result[0]["params"]) == {"months": 2}
    assert result[0]["sub_item"] == "b.1"
    later = MutualExclusion(rule="r", first="a.1", second="b.1", from_period=202102)
    assert brief(found(machine, later, *rows)) == [("exclusion", "a", [5], [4])]


@MACHINES
def test_exclusion_without_a_month_is_told_not_skipped(machine):
    rows = [{"who": "a", **A, "period": None}, {"who": "a", **A, "sub_item": "b.1"}]
    spec = MutualExclusion(rule="r", first="a.1", second="b.1")
    assert brief(found(machine, spec, *rows)) == [("exclusion_undated", "a", [3], [2])]


@MACHINES
def test_paid_after_death_counts_from_the_month_after(machine):
    rows = [{"who": "a", **A, "period": 202100 + m} for m in (1, 2, 3, 4)]
    deaths = roll({"who": "a", "event_date": dt.date(2021, 2, 1)}, first_line=9)
    spec = OnList(rule="r", other="deaths", after_event=True)
    result = found(machine, spec, *rows, deaths=deaths)
    assert brief(result) == [("paid_after_event", "a", [4, 5], [9])]
    assert (result[0]["other_table"], result[0]["other_line"]) == ("deaths", 9)
    assert result[0]["amount"] == 60000
    gentle = OnList(rule="r", other="deaths", after_event=True, grace_months=1)
    assert brief(found(machine, gentle, *rows, deaths=deaths)) == [
        ("paid_after_event", "a", [5], [9])
    ]


@MACHINES
def test_the_earliest_date_on_the_list_counts(machine):
    deaths = roll(
        {"who": "a", "event_date": None},
        {"who": "a", "event_date": dt.date(2021, 5, 1)},
        {"who": "a", "event_date": dt.date(2020, 12, 31)},
    )
    spec = OnList(rule="r", other="deaths", after_event=True)
    result = found(machine, spec, {"who": "a", **A}, deaths=deaths)
    assert brief(result) == [("paid_after_event", "a", [2], [4])]


@MACHINES
def test_a_list_without_dates_is_told_not_skipped(machine):
    spec = OnList(rule="r", other="deaths", after_event=True)
    deaths = roll({"who": "a", "event_date": None})
    result = found(machine, spec, {"who": "a", **A}, deaths=deaths)
    assert brief(result) == [("on_list_undated", "a", [2], [2])]


@MACHINES
def test_presence_on_a_staff_list(machine):
    spec = OnList(rule="r", other="staff", sub_items=("a.1",), severity=1)
    staff = roll({"who": "a"}, {"who": None})
    rows = [{"who": "a", **A}, {"who": "a", **A, "sub_item": "b.1"}, {"who": None, **A}]
    result = found(machine, spec, *rows, staff=staff)
    assert brief(result) == [("on_list", "a", [2], [2])]
    assert result[0]["severity"] == 1


@MACHINES
@pytest.mark.parametrize(
    ("birth", "period", "codes"),
    [
        (dt.date(1961, 6, 30), 202106, []),
        (dt.date(1961, 7, 1), 202106, ["age_below"]),
        (dt.date(1961, 7, 1), 202107, []),
        (dt.date(1960, 2, 29), 202002, []),
        (dt.date(1951, 6, 1), 202106, ["age_above"]),
        (dt.date(1951, 6, 2), 202106, []),
        (dt.date(1951, 6, 2), 202107, ["age_above"]),
        (None, 202106, ["age_unknown"]),
        (dt.date(1961, 6, 30), None, ["age_unknown"]),
    ],
)
def test_age_bounds(machine, birth, period, codes):
    spec = AgeSex(rule="r", min_age=60, max_age=69)
    result = found(machine, spec, {"who": "a", "birth_date": birth, "period": period})
    assert [each["code"] for each in result] == codes


@MACHINES
def test_sex(machine):
    rows = [{"who": w, "sex": s} for w, s in (("a", 1), ("b", 2), ("c", None), (None, 1))]
    result = found(machine, AgeSex(rule="r", sex=2), *rows)
    assert brief(result) == [
        ("sex_other", "a", [2], []),
        ("sex_unknown", "c", [4], []),
        ("sex_other", None, [5], []),
    ]


@MACHINES
@pytest.mark.parametrize(
    ("standard", "row", "code"),
    [
        ({"fixed": 30000}, {"amount": 30000}, None),
        ({"fixed": 30000}, {"amount": 30001}, "amount_off"),
        ({"fixed": 30000}, {"amount": None}, "amount_missing"),
        ({"smallest": 100, "largest": 200}, {"amount": 99}, "amount_below"),
        ({"smallest": 100, "largest": 200}, {"amount": 100}, None),
        ({"smallest": 100, "largest": 200}, {"amount": 201}, "amount_above"),
        ({"grades": (("一", 100), ("二", 200))}, {"amount": 200, "grade": "二"}, None),
        ({"grades": (("一", 100), ("二", 200))}, {"amount": 100, "grade": "二"}, "amount_off"),
        ({"grades": (("一", 100),)}, {"amount": 100, "grade": None}, "amount_grade"),
        ({"grades": (("一", 100),)}, {"amount": 100, "grade": "九"}, "amount_grade"),
    ],
)
def test_amount_standard(machine, standard, row, code):
    result = found(machine, AmountStandard(rule="r", **standard), {"who": "a", **row})
    assert [each["code"] for each in result] == ([code] if code else [])


@MACHINES
def test_a_gap_counts_only_months_that_were_handed_in(machine):
    months = [{"who": "b", **A, "period": 202100 + m} for m in (1, 2, 4)]
    absent = [{"who": "a", **A, "period": 202100 + m} for m in (1, 4)]
    result = found(machine, Continuity(rule="r"), *months, *absent)
    assert brief(result) == [("continuity_gap", "a", [6], [])]
    assert json.loads(result[0]["params"]) == {"months": 1}


@MACHINES
def test_an_amount_that_changes_without_its_grade(machine):
    def paid(who, month, amount, grade):
        return {"who": who, **A, "period": 202100 + month, "amount": amount, "grade": grade}

    rows = [
        paid("a", 1, 100, "一"), paid("a", 2, 150, "一"), paid("a", 3, 150, "一"),
        paid("b", 1, 100, "一"), paid("b", 2, 150, "二"),
        paid("c", 1, 100, "一"), paid("c", 2, None, "一"),
    ]  # fmt: skip
    result = found(machine, Continuity(rule="r"), *rows)
    assert brief(result) == [("continuity_amount", "a", [3], [])]


@MACHINES
def test_two_names(machine):
    rows = [{"who": w, "name": n} for w, n in (("a", "m"), ("a", "n"), ("a", "m"), ("b", "m"))]
    result = found(machine, TwoNames(rule="r"), *rows, {"who": "b", "name": None})
    assert brief(result) == [("two_names", "a", [3], [2, 4])]


@MACHINES
def test_capacity_doubts_who_came_last(machine):
    rows = [{"who": w, "course": "k1"} for w in "abacd"]
    result = found(machine, Capacity(rule="r", limit=2, per=("course",)), *rows)
    assert brief(result) == [("over_capacity", None, [5, 6], [])]
    assert json.loads(result[0]["params"]) == {"limit": 2, "people": 4}
    assert found(machine, Capacity(rule="r", limit=4), *rows) == []


@MACHINES
def test_rows_that_no_comparison_saw_are_told(machine):
    rows = [{"who": None, **A}, {"who": "a", "account": None, **A}]
    assert brief(found(machine, MissingKey(rule="r"), *rows)) == [("uncompared_id", None, [2], [])]
    result = found(machine, MissingKey(rule="r", column="account_key"), *rows)
    assert [each["column"] for each in result] == ["account", "account"]


@MACHINES
def test_long_evidence_is_cut_but_counted(machine):
    rows = [{"who": f"p{n}", "account": "x", **A} for n in range(300)]
    (finding,) = found(machine, SharedValue(rule="r", severity=1), *rows)
    assert len(finding["evidence"]) == 200
    assert finding["rows"] == 300
    assert finding["amount"] == 300 * 30000


@MACHINES
def test_what_is_missing_is_refused_never_skipped(machine):
    table = roll({"who": "a", **A})
    with pytest.raises(CannotCheck, match="deaths"):
        check({"roster": table}, [OnList(rule="r", other="deaths")], machine)
    with pytest.raises(CannotCheck, match="amount"):
        check(
            {"roster": table.drop_columns("amount")}, [AmountStandard(rule="r", fixed=1)], machine
        )
    with pytest.raises(CannotCheck, match="line"):
        check({"roster": table.drop_columns("line")}, [TwoNames(rule="r")], machine)
    with pytest.raises(ValueError, match="abacus"):
        check({"roster": table}, [TwoNames(rule="r")], "abacus")


def test_no_specs_no_findings():
    assert check({"roster": roll({"who": "a"})}, []).num_rows == 0


def test_findings_carry_no_clear_values_but_keys():
    table = roll({"who": "a", "account": "x", **A}, {"who": "b", "account": "x", **A})
    (finding,) = check({"roster": table}, [SharedValue(rule="r")]).to_pylist()
    assert finding["table"] == "roster"
    assert set(json.loads(finding["params"])) == {"people"}


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (TwoNames, {"rule": ""}),
        (TwoNames, {"rule": "r", "severity": 4}),
        (TwoNames, {"rule": "r", "table": "x; DROP TABLE y"}),
        (TwoNames, {"rule": "r", "from_period": 202113}),
        (RepeatedPerson, {"rule": "r", "per": ()}),
        (RepeatedPerson, {"rule": "r", "per": ("1; --",)}),
        (SharedValue, {"rule": "r", "at_least": 1}),
        (SharedValue, {"rule": "r", "column": "id_key"}),
        (MutualExclusion, {"rule": "r", "first": "a", "second": "a"}),
        (MutualExclusion, {"rule": "r", "first": "a", "second": "b", "sub_items": ("a",)}),
        (OnList, {"rule": "r", "other": "roster"}),
        (OnList, {"rule": "r", "other": "A B"}),
        (OnList, {"rule": "r", "other": "staff", "grace_months": 1}),
        (AgeSex, {"rule": "r"}),
        (AgeSex, {"rule": "r", "min_age": 70, "max_age": 60}),
        (AgeSex, {"rule": "r", "sex": 3}),
        (AmountStandard, {"rule": "r"}),
        (AmountStandard, {"rule": "r", "fixed": 1, "largest": 2}),
        (AmountStandard, {"rule": "r", "fixed": -1}),
        (AmountStandard, {"rule": "r", "smallest": 3, "largest": 2}),
        (AmountStandard, {"rule": "r", "grades": (("a", 1), ("a", 2))}),
        (Continuity, {"rule": "r", "gaps": False, "amounts": False}),
        (Capacity, {"rule": "r", "limit": -1}),
        (Capacity, {"rule": "r", "limit": 1, "per": ("id_key",)}),
        (MissingKey, {"rule": "r", "column": "amount"}),
    ],
)
def test_specs_validate_themselves(kind, wrong):
    with pytest.raises(ValueError):
        kind(**wrong)


def test_hostile_values_stay_values():
    """Sub-items come from data; they reach the machine as values, never as text of the query."""
    evil = "x' OR '1'='1"
    table = roll({"who": "a", **A}, {"who": "a", **A})
    spec = RepeatedPerson(rule="r", sub_items=(evil,))
    assert check({"roster": table}, [spec]).num_rows == 0
    assert isinstance(table, pa.Table)


@MACHINES
@pytest.mark.parametrize(("severity", "kept"), [(1, EVIDENCE_ROWS), (2, 300), (3, 300)])
def test_a_finding_that_holds_names_every_doubted_row(machine, severity, kept):
    rows = [{"who": "a", **A} for _ in range(301)]
    [finding] = found(machine, RepeatedPerson(rule="r", severity=severity), *rows)
    doubted = [row["line"] for row in finding["evidence"] if row["subject"]]
    assert finding["rows"] == 300
    assert doubted == list(range(3, 303))[:kept]
