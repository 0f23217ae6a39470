"""What is prepared once finds what everything raw finds, for every kind, as rows come."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.rolls import EXAMPLES, GENERATORS, given_tables, key, roll
from tests.engine.test_machines import draw_many, every_spec
from tests.engine.test_recheck import SAID, draw_sheets, joined, make_spec, step

from mingbai.engine.checks import (
    ALL_KINDS,
    CannotCheck,
    MissingKey,
    NumbersCollide,
    OnList,
    SharedValue,
    TwoNames,
    catch_up,
    check,
    open_prepared,
    prepare,
    sort_findings,
)
from mingbai.engine.checks.prepared import catching, folding

NAMES = [TwoNames(rule="names")]
ONE = roll({"who": "a", "name": "m"}, {"who": "b", "name": "m"}, sheet="one")
TWO = roll({"who": "a", "name": "n"}, sheet="two")


@pytest.fixture(autouse=True)
def always_worth(monkeypatch):
    """Small tables are touched much at once."""
    monkeypatch.setattr(catching, "WORTH", 99)


FOLD_FROM = st.sampled_from([0, 0, 0, 10**9])


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_prepared_tables_find_the_same_as_rows_come(kind, data):
    spec, drawn = data.draw(GENERATORS[kind]), data.draw(given_tables)
    tables = {name: drawn[name] for name in spec.needs()}
    cut = {name: data.draw(st.integers(0, table.num_rows)) for name, table in tables.items()}
    before = {name: table.slice(0, cut[name]) for name, table in tables.items()}
    with prepare(before, threads=1, fold_from=data.draw(FOLD_FROM)) as prepared:
        assert check(prepared, [spec]).equals(check(before, [spec], "plain"))
        prepared.add({name: table.slice(cut[name]) for name, table in tables.items()})
        assert check(prepared, [spec]).equals(check(tables, [spec], "plain"))


def test_many_rows_find_the_same_from_files_and_after_opening_again(tmp_path):
    tables, specs = draw_many(7, 4_000), every_spec()
    wanted = check(tables, specs, "plain")
    folder = tmp_path / "以'部'分"
    folder.mkdir()
    for number in range(3):
        part = tables["roster"].slice(number * 1500, 1500)
        pq.write_table(part, folder / f"part-{number}.parquet", row_group_size=100)
    given_ = {**tables, "roster": folder}
    with prepare(given_, tmp_path, fold_from=100) as prepared:
        assert check(prepared, specs).equals(wanted)
    with open_prepared(tmp_path) as prepared:
        assert check(prepared, specs).equals(wanted)
        assert prepared.tables["roster"].is_folded
        assert not prepared.tables["progress"].is_folded


def test_values_that_several_share_are_known_as_they_come():
    specs = [SharedValue(rule="r"), *NAMES]
    first = roll({"who": "a", "account": "x", "name": "m"}, sheet="one")
    more = roll({"who": "b", "account": "x", "name": "m"}, {"who": "a", "name": "n"}, sheet="two")
    with prepare({"roster": first}, fold_from=0) as prepared:
        assert check(prepared, specs).num_rows == 0
        prepared.add({"roster": more})
        assert check(prepared, specs)["rule"].to_pylist() == ["r", "names"]


def test_no_specs_find_nothing():
    with prepare({"roster": ONE}, fold_from=0) as prepared:
        assert check(prepared, []).num_rows == 0


def test_what_was_not_prepared_is_told(tmp_path):
    narrow = ONE.select(["id_key", "line"])
    with prepare({"roster": narrow}, fold_from=0) as prepared:
        with pytest.raises(CannotCheck, match="lacks name_key"):
            check(prepared, NAMES)
        with pytest.raises(CannotCheck, match="no table 'deaths' was prepared"):
            prepared.add({"deaths": ONE})
        with pytest.raises(CannotCheck, match="lacks id_key"):
            prepared.add({"roster": ONE.drop_columns(["id_key"])})
        with pytest.raises(CannotCheck, match="no table 'other' was prepared"):
            check(prepared, [TwoNames(rule="r", table="other")])
        with pytest.raises(ValueError, match="plain"):
            check(prepared, NAMES, "plain")
    with pytest.raises(CannotCheck, match="nothing was prepared"):
        open_prepared(tmp_path)


def test_numbers_that_collide_are_noticed(monkeypatch):
    """Control: with numbers too poor to tell values apart, nothing is found wrongly in silence."""
    tables = {"roster": pa.concat_tables([ONE, TWO])}
    good = folding.number_rows
    monkeypatch.setattr(
        folding,
        "number_rows",
        lambda *a: f"SELECT * REPLACE (7::UBIGINT AS spell) FROM ({good(*a)})",
    )
    with pytest.raises(NumbersCollide):
        prepare(tables, fold_from=0)


def as_received(sheets, arrived):
    """The sheets in the order of receipt: one handed in again under its old name comes last."""
    return {
        role: {
            **{name: rows for name, rows in each.items() if name not in arrived[role]},
            **{name: each[name] for name in arrived[role]},
        }
        for role, each in sheets.items()
    }


def change(prepared, before, after, arrived):
    """Bring a copy from some sheets to others."""
    prepared.withdraw(
        {
            role: set(before[role]) - set(after[role]) | set(before[role]) & set(arrived[role])
            for role in after
        }
    )
    prepared.add(
        {
            role: pa.concat_tables([roll(sheet="-"), *(sheets[name] for name in arrived[role])])
            for role, sheets in after.items()
        }
    )


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=EXAMPLES // 8, deadline=None)
def test_catching_up_equals_checking_all(kind, data):
    spec = data.draw(GENERATORS[kind])
    gaps = data.draw(st.sampled_from([0.0, 0.1, 0.4]))
    seed = data.draw(st.integers(0, 2**32))
    sheets = {role: draw_sheets(seed, role, 6, gaps) for role in spec.needs()}
    with prepare(joined(sheets), threads=1, fold_from=data.draw(FOLD_FROM)) as prepared:
        findings = check(prepared, [spec])
        before, (sheets, arrived, _) = sheets, step(seed + 1, sheets, gaps)
        sheets = as_received(sheets, arrived)
        change(prepared, before, sheets, arrived)
        findings = catch_up(findings, prepared, [spec])
        full = check(joined(sheets), [spec], "plain")
        assert findings.equals(sort_findings(full, [spec]))


@pytest.mark.parametrize("seed", range(4))
def test_catching_up_with_many_rules_equals_checking_all(seed):
    """Three rules a kind at once, each step upon the last."""
    specs = [
        make_spec(kind, nth, rule=f"r{number}-{nth}")
        for number, kind in enumerate(GENERATORS)
        for nth in (3, 7, 11)
    ]
    gaps = [0.0, 0.1, 0.4, 0.1][seed]
    sheets = {role: draw_sheets(seed, role, 8, gaps) for role in SAID}
    with prepare(joined(sheets), threads=1, fold_from=10 if seed % 2 else 0) as prepared:
        findings = check(prepared, specs)
        for nth in range(2):
            before, (sheets, arrived, _) = sheets, step(7 * seed + nth, sheets, gaps)
            sheets = as_received(sheets, arrived)
            change(prepared, before, sheets, arrived)
            findings = catch_up(findings, prepared, specs)
            full = sort_findings(check(joined(sheets), specs, "plain"), specs)
            assert findings.equals(full)
            assert full.num_rows


def test_rules_that_changed_rows_cannot_concern_are_not_looked_at(monkeypatch):
    tables = {"roster": pa.concat_tables([ONE, TWO])}
    specs = [*NAMES, TwoNames(rule="elsewhere", sub_items=("b.1",))]
    looked = []
    good = catching.run_prepared
    monkeypatch.setattr(
        catching,
        "run_prepared",
        lambda p, s, near: looked.append((s, near)) or good(p, s, near=near),
    )
    with prepare(tables, fold_from=0) as prepared:
        known = check(prepared, specs)
        prepared.add({"roster": roll({"who": "b", "name": "n"}, sheet="three")})
        more = catch_up(known, prepared, specs)
        assert more.num_rows == 2
        assert looked == [(NAMES, {0: "id_key"})]
        assert catch_up(more, prepared, specs).equals(more)
        assert looked[1] == ([], {})


def test_a_wrong_grain_would_be_noticed(monkeypatch):
    """Control: a kind that says too narrow a grain keeps what is no longer true."""
    first = roll({"who": "a", "account": "x"}, {"who": "b", "account": "x"}, sheet="one")
    more = roll({"who": "c", "account": "x"}, sheet="two")
    specs = [SharedValue(rule="r")]
    for grain, agrees in ((("account_key",), True), (("id_key",), False)):
        monkeypatch.setattr(SharedValue, "grain", lambda spec, grain=grain: grain)
        with prepare({"roster": first}, fold_from=0) as prepared:
            known = check(prepared, specs)
            prepared.add({"roster": more})
            again = catch_up(known, prepared, specs)
            assert again.equals(sort_findings(check(prepared, specs), specs)) == agrees


def test_a_small_list_beside_a_folded_roster_comes_and_goes():
    roster = roll(*({"who": who, "period": 202101} for who in "abc"), sheet="one")
    unnamed = MissingKey(rule="unnamed", table="deaths")
    specs = [OnList(rule="dead", other="deaths"), *NAMES, unnamed]
    dead = {who: roll({"who": who}, sheet=f"dead-{who}") for who in "ab"}
    with prepare({"roster": roster, "deaths": dead["a"]}, fold_from=2) as prepared:
        known = check(prepared, specs)
        assert known["person"].to_pylist() == [key("a")]
        prepared.withdraw({"deaths": ["dead-a"]})
        prepared.add({"deaths": dead["b"]})
        again = catch_up(known, prepared, specs)
        wanted = check({"roster": roster, "deaths": dead["b"]}, specs)
        assert again.equals(sort_findings(wanted, specs))
        assert again["person"].to_pylist() == [key("b")]


def test_a_table_of_few_columns_will_do():
    """Without towns, months and households there is nothing to list or tally by them."""
    rows = pa.concat_tables([ONE, TWO]).select(["id_key", "name_key", "line"])
    with prepare({"roster": rows}, fold_from=0) as prepared:
        known = check(prepared, NAMES)
        assert known.equals(check({"roster": rows}, NAMES, "plain"))
        prepared.add({"roster": rows.slice(0, 1)})
        assert catch_up(known, prepared, NAMES)["rows"].to_pylist() == [1]
        prepared.withdraw({"roster": ["roster"]})
        assert catch_up(known, prepared, NAMES).num_rows == 0


def test_people_of_one_number_are_noticed_when_they_are_told(monkeypatch):
    monkeypatch.setattr(
        folding, "numbered", lambda c: f'{7 if folding.is_key(c) else "r." + c} AS "{c}"'
    )
    specs = [MissingKey(rule="r", column="town")]
    with (
        prepare({"roster": ONE}, fold_from=0) as prepared,
        pytest.raises(NumbersCollide, match="found"),
    ):
        check(prepared, specs)


def test_where_much_was_touched_concerned_rules_look_at_everybody(monkeypatch):
    monkeypatch.setattr(catching, "WORTH", 0.1)
    monkeypatch.setattr(catching, "_key", None)
    with prepare({"roster": ONE}, fold_from=0) as prepared:
        known = check(prepared, NAMES)
        prepared.add({"roster": TWO})
        again = catch_up(known, prepared, NAMES)
        assert again.equals(check({"roster": pa.concat_tables([ONE, TWO])}, NAMES))
