"""A generated county: exactly the findings of its truth, the same bytes from the same seed."""

from __future__ import annotations

from hashlib import sha256

import polars as pl
import pyarrow.parquet as pq
import pytest
from tests.engine.generate.counties import ROWS, SEED, county, found, specs, tables, truth

from mingbai.engine.checks import ALL_KINDS, COLUMNS, check
from mingbai.engine.generate import FEWEST_ROWS, MOST_ROWS, make_county
from mingbai.engine.generate.plan import read_plan


def digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("machine", ["duckdb", "plain"])
def test_findings_are_exactly_the_truth(machine):
    expected = truth()
    assert expected.height == county().findings
    assert found(machine).equals(expected)


def test_every_kind_and_every_code_is_planted():
    assert {type(spec) for spec in specs()} == set(ALL_KINDS)
    codes = {code for kind in ALL_KINDS for code in kind.MESSAGES}
    assert set(truth()["code"]) == codes


def test_every_rule_finds_something():
    assert {spec.rule for spec in specs()} == set(truth()["rule"])


def test_a_fault_taken_away_is_a_finding_less():
    """Control: the truth does not simply follow what the checks find."""
    lacking = truth().filter(pl.col("code") == "uncompared_account")["person"][0]
    roster = pl.from_arrow(tables()["roster"])
    kept = roster.filter(pl.col("id_key").ne_missing(lacking)).to_arrow()
    findings = pl.from_arrow(check({**tables(), "roster": kept}, specs(), threads=1))
    told = truth().filter(pl.col("person").ne_missing(lacking) & (pl.col("rule") == "has-account"))
    left = findings.filter(pl.col("rule") == "has-account")
    assert left.height == told.height < truth().filter(pl.col("rule") == "has-account").height


def test_nothing_is_found_about_those_who_only_look_wrong():
    spared = pl.read_parquet(county().folder / "spared.parquet")
    assert spared.height == spared["person"].n_unique() > 20
    told = truth().join(spared, on="person", how="inner")
    assert told.is_empty()
    assert set(spared["rule"]) <= {spec.rule for spec in specs()}
    # They are there to be found: each stands on the roster or on a list.
    listed = [
        table.column("id_key") for table in tables().values() if "id_key" in table.schema.names
    ]
    present = {key for column in listed for key in column.to_pylist()}
    assert set(spared["person"]) <= present


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path):
    again = make_county(tmp_path / "again", rows=ROWS, seed=SEED)
    assert digests(again.folder) == digests(county().folder)
    other = make_county(tmp_path / "other", rows=ROWS, seed=SEED + 1)
    assert (
        digests(other.folder)["roster/part-00000.parquet"]
        != (digests(county().folder)["roster/part-00000.parquet"])
    )


@pytest.mark.parametrize("rows", [10_001, 23_456])
def test_exactly_the_rows_asked_for(tmp_path, rows):
    made = make_county(tmp_path, rows=rows, seed=5)
    assert made.rows == pq.read_table(tmp_path / "roster").num_rows == rows


def test_the_roster_holds_the_columns_that_checks_know():
    schema = tables()["roster"].schema
    for name in schema.names:
        if name not in ("table", "line"):
            assert schema.field(name).type == COLUMNS[name], name
    assert set(COLUMNS) - set(schema.names) == {"event_date", "measure", "claimed"}


def test_lines_of_a_sheet_are_numbered_without_gaps():
    rows = pl.from_arrow(tables()["roster"].select(["table", "line"]))
    sheets = rows.group_by("table").agg(
        pl.col("line").min().alias("first"), pl.col("line").max().alias("last"), pl.len()
    )
    assert (sheets["first"] == 4).all()
    assert (sheets["last"] - sheets["first"] + 1 == sheets["len"]).all()


def test_progress_is_told():
    told = []
    folder = county().folder.parent / "told"
    make_county(folder, rows=ROWS, seed=1, progress=lambda *step: told.append(step))
    stages = [stage for stage, _, _ in told]
    assert stages == sorted(stages)
    assert told[-1] == ("roster", ROWS, ROWS)
    assert ("people", 2500, 2500) in told


def test_refusals(tmp_path):
    for rows in (FEWEST_ROWS - 1, MOST_ROWS + 1):
        with pytest.raises(ValueError, match="roster rows"):
            make_county(tmp_path / "county", rows=rows, seed=1)
    (tmp_path / "there").write_text("x")
    with pytest.raises(FileExistsError):
        make_county(tmp_path, rows=ROWS, seed=1)


def test_the_plan_and_the_rules_name_the_same_sub_items():
    known = {sub_item.id for sub_item in read_plan().sub_items}
    for spec in specs():
        assert set(spec.sub_items) <= known
