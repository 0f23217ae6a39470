"""``engine secret``, ``tokens`` and ``intersect`` as two departments run them."""

from __future__ import annotations

import os

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.cli.conftest import person, row, write_csv, write_xlsx

PURPOSE = "2021年6月低保与车辆登记比对"


@pytest.fixture
def sides(engine, tmp_path):
    """Two departments with a secret in common; people 2 and 3 are on both lists."""
    mine = write_csv(tmp_path / "低保.csv", [row(n, "张三") for n in (1, 2, 3)])
    theirs = write_xlsx(tmp_path / "车辆.xlsx", [["赵一", person(n), f"皖B{n}"] for n in (2, 3, 4)],
                        title="", heads=["姓名", "证件号码", "车牌"])  # fmt: skip
    assert engine("secret", "--out", tmp_path / "key").code == 0
    return mine, theirs, tmp_path


def make(engine, folder, given, name, *more, purpose=PURPOSE, key="key"):
    return engine("tokens", given, "--secret-file", folder / key, "--purpose", purpose,
                  "--out", folder / f"{name}.parquet", *more)  # fmt: skip


def test_two_departments_learn_whom_they_have_in_common(engine, sides):
    mine, theirs, folder = sides
    said = make(engine, folder, mine, "m")
    assert said.code == 0, said.err
    assert "3 行中有 3 个不同的身份证号" in said.out
    assert make(engine, folder, theirs, "t", "--pad-to", 50).code == 0
    for suffix in (".parquet", ".xlsx"):
        out = folder / f"met{suffix}"
        met = engine("intersect", folder / "m.parquet", folder / "t.parquet", "--out", out)
        assert met.code == 1, met.err
        assert "重合 2 人" in met.out
        assert "对方令牌 50 个" in met.out
    rows = pq.read_table(folder / "met.parquet").to_pylist()
    assert [each["line"] for each in rows] == [4, 5]
    cells = list(openpyxl.load_workbook(folder / "met.xlsx").active.iter_rows(values_only=True))
    assert cells[-1] == ("低保.csv「低保」", 5)
    assert os.stat(folder / "m.map").st_mode & 0o777 == 0o600
    for name in ("m.parquet", "m.map", "t.parquet", "t.map"):
        content = (folder / name).read_bytes()
        assert not [n for n in range(1, 5) if person(n).encode() in content]


def test_nobody_in_common_is_told_as_a_result(engine, sides):
    mine, _, folder = sides
    other = write_csv(folder / "o.csv", [row(9, "孙七")])
    make(engine, folder, mine, "m")
    make(engine, folder, other, "o")
    said = engine("intersect", folder / "m.parquet", folder / "o.parquet")
    assert said.code == 0
    assert "没有重合。密钥和用途已核对一致" in said.out


def test_what_cannot_be_compared_is_told(engine, sides):
    mine, theirs, folder = sides
    make(engine, folder, mine, "m")
    make(engine, folder, theirs, "t", purpose="2021年7月低保与车辆登记比对")
    said = engine("intersect", folder / "m.parquet", folder / "t.parquet")
    assert (said.code, "用途不同" in said.err) == (2, True)
    engine("secret", "--out", folder / "key2")
    make(engine, folder, theirs, "t", key="key2")
    said = engine("intersect", folder / "m.parquet", folder / "t.parquet")
    assert (said.code, "不是同一个密钥" in said.err) == (2, True)
    said = engine("intersect", folder / "m.map", folder / "t.parquet")
    assert (said.code, "次序写反" in said.err) == (2, True)
    said = engine("intersect", folder / "m.parquet", folder / "t.parquet", "--out", folder / "x.y")
    assert (said.code, "结尾" in said.err) == (2, True)


def test_lines_that_take_no_part_are_named(engine, sides):
    _, _, folder = sides
    rows = [row(1, "张三")] + [["李四", "3.4E+17", 1, "", ""] for _ in range(12)]
    said = make(engine, folder, write_csv(folder / "b.csv", rows), "b")
    assert said.code == 0
    assert "另有 12 行没有可用的身份证号，没有参加比对" in said.out
    assert "b.csv「b」 第4行" in said.out
    assert "……" in said.out


def test_other_identifiers_and_other_places(engine, sides):
    mine, theirs, folder = sides
    said = make(engine, folder, mine, "p", "--by", "phone", "--map", folder / "elsewhere")
    assert said.code == 0
    assert "个不同的联系电话" in said.out
    assert (folder / "elsewhere").exists()
    said = engine("intersect", folder / "p.parquet", folder / "p.parquet", "--map",
                  folder / "elsewhere")  # fmt: skip
    assert "重合 3 人" in said.out
    said = make(engine, folder, theirs, "q", "--by", "account")
    assert (said.code, "没有“银行账号”一列" in said.err) == (2, True)
    said = make(engine, folder, mine, "m", "--map", folder / "m.parquet")
    assert (said.code, "不能是同一个文件" in said.err) == (2, True)


def test_keyed_parquet_brings_its_clear_numbers(engine, sides):
    _, _, folder = sides
    table = pa.table({"id_number": [person(2), person(8)], "id_key": [b"a", b"b"],
                      "line": pa.array([1, 2], pa.int32())})  # fmt: skip
    pq.write_table(table, folder / "people.parquet")
    assert make(engine, folder, folder / "people.parquet", "k").code == 0
    rows = pq.read_table(folder / "k.map").to_pylist()
    assert {(each["table"], each["line"]) for each in rows} == {("people", 1), ("people", 2)}


def test_secrets_are_kept(engine, sides):
    mine, _, folder = sides
    said = engine("secret", "--out", folder / "key")
    assert (said.code, "已经存在，没有改动" in said.err) == (2, True)
    text = (folder / "key").read_text()
    (folder / "key").chmod(0o644)
    said = make(engine, folder, mine, "m")
    assert (said.code, "别人也能读" in said.err) == (2, True)
    assert text.split()[1] not in said.err + said.out
    (folder / "short").write_text("mingbai-secret-1\nabcdef\n")
    (folder / "short").chmod(0o600)
    said = make(engine, folder, mine, "m", key="short")
    assert (said.code, "至少要 256 位" in said.err) == (2, True)
    said = make(engine, folder, mine, "m", purpose="x")
    assert (said.code, "用途要写" in said.err) == (2, True)
    assert not (folder / "m.parquet").exists()
    assert not (folder / "m.map").exists()
