"""``engine generate``: a county appears whole, checks at once, and finds what it planted."""

from __future__ import annotations

import shutil

import pyarrow.parquet as pq
import pytest

from mingbai.engine.generate.workbooks import write_workbooks

ROWS = 10_000


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    from mingbai.site.commands import main

    folder = tmp_path_factory.mktemp("generated") / "county"
    argv = ["engine", "generate", "--rows", str(ROWS), "--seed", "5", "--out", str(folder)]
    assert main(argv) == 0
    return folder


def test_a_county_is_checked_by_its_own_rules_and_its_answers_come_out(engine, county, tmp_path):
    out = tmp_path / "f.parquet"
    said = engine("check", county, "--out", out)
    assert said.code == 1, said.err
    assert "演示数据" in said.out
    truth = pq.read_table(county / "truth.parquet").num_rows
    assert pq.read_table(out).num_rows == truth


def test_workbooks_of_a_county_bring_the_same_findings(engine, county, tmp_path):
    """The same rows as offices keep them, in clear and in Chinese: rules about the roster alone
    find the same, row for row and 分 for 分.
    """
    folder = tmp_path / "books"
    write_workbooks(county, folder)
    rules = """
- {rule: a-benefit-a-month, kind: repeated_person, severity: 3}
- {rule: account-of-many, kind: shared_value, column: account_key, at_least: 3}
- {rule: phone-of-many, kind: shared_value, column: phone_key, at_least: 4}
- {rule: has-number, kind: missing_key}
- {rule: one-head, kind: household_head, monthly: true}
- {rule: has-household, kind: missing_key, column: household_key}
- {rule: old-age-standard, kind: amount_standard, sub_items: [old-age.allowance],
   grades: {80周岁以上: 5000, 90周岁以上: 10000, 100周岁以上: 30000}}
"""
    (tmp_path / "r.yaml").write_text(rules, encoding="utf-8")
    places = []
    for given in (folder, county / "roster"):
        out = tmp_path / "f.parquet"
        said = engine("check", given, "--rules", tmp_path / "r.yaml", "--out", out, "--top", 0)
        assert said.code == 1, said.err
        rows = [each for each in pq.read_table(out).to_pylist() if each["rule"] != "form"]
        # Files come in another order than parts, so a finding's first line may be another one,
        # and rules that let the first row stand are left out.
        places.append(sorted((r["rule"], r["code"], r["rows"], r["amount"]) for r in rows))
    assert places[0] == places[1]
    assert len({rule for rule, *_ in places[0]}) == 7


def test_it_says_what_it_made(engine, tmp_path):
    said = engine("generate", "--rows", ROWS, "--out", tmp_path / "c")
    assert said.code == 0
    assert "花名册 10,000 行" in said.out
    assert "应查出疑点" in said.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c"]
    (tmp_path / "empty").mkdir()
    assert engine("generate", "--rows", ROWS, "--out", tmp_path / "empty").code == 0


@pytest.mark.parametrize("rows", [-1, 9_999, 10**12])
def test_sizes_that_are_refused(engine, tmp_path, rows):
    said = engine("generate", "--rows", rows, "--out", tmp_path / "c")
    assert said.code == 2
    assert "--rows 应在" in said.err


def test_places_that_are_refused(engine, county, tmp_path):
    for out, words in ((county, "不是空文件夹"), (tmp_path / "no" / "c", "没有文件夹")):
        said = engine("generate", "--rows", ROWS, "--out", out)
        assert (said.code, words in said.err) == (2, True)


def test_a_small_disk_is_told_before_anything_is_written(engine, tmp_path, monkeypatch):
    full = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    said = engine("generate", "--rows", ROWS, "--out", tmp_path / "c")
    assert (said.code, "磁盘空间不够" in said.err) == (2, True)


def test_a_county_that_broke_off_leaves_nothing(engine, tmp_path, monkeypatch):
    def fail(folder, **_):
        folder.mkdir()
        (folder / "half").write_bytes(b"x")
        raise OSError(28, "full")

    monkeypatch.setattr("mingbai.site.commands.engine.generating.make_county", fail)
    said = engine("generate", "--rows", ROWS, "--out", tmp_path / "c")
    assert (said.code, "磁盘空间不够" in said.err) == (2, True)
    assert list(tmp_path.iterdir()) == []
