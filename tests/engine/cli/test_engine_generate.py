"""``engine generate``: a county appears whole, checks at once, and finds what it planted."""

from __future__ import annotations

import shutil

import pyarrow.parquet as pq
import pytest

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
