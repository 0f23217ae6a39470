"""``engine match``: the same people in two rosters, told with reasons and without numbers."""

from __future__ import annotations

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.cli.conftest import person, row, write_csv, write_xlsx

from mingbai.engine.generate.applications import make_applications
from mingbai.site.commands import main


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Generated people, and dirty applications by some of them."""
    folder = tmp_path_factory.mktemp("matching")
    main(["engine", "generate", "--rows", "10000", "--seed", "7", "--out", str(folder / "c")])
    people = folder / "c" / "people.parquet"
    applications, truth = make_applications(pq.read_table(people), count=400, seed=7)
    pq.write_table(applications, folder / "applications.parquet")
    pq.write_table(truth, folder / "answers.parquet")
    return folder / "applications.parquet", people


def test_applications_meet_their_people(engine, county, tmp_path):
    out = tmp_path / "pairs.parquet"
    said = engine("match", *county, "--out", out, "--top", 3)
    assert said.code == 1, said.err
    assert "演示数据" in said.out
    assert "同一人" in said.out
    assert "要 99.0% 准" in said.out
    pairs = pq.read_table(out).filter(pa.compute.field("verdict") == "one_person")
    assert 350 <= pairs.num_rows <= 420
    assert {"left_line", "right_table", "level_name", "probability"} <= set(pairs.column_names)
    assert set(pairs.column("right_table").to_pylist()) == {"people"}


def test_the_queue_as_workbook_and_one_case_explained(engine, county, tmp_path):
    out = tmp_path / "queue.xlsx"
    assert engine("match", *county, "--out", out, "--top", 0).code == 1
    cells = list(openpyxl.load_workbook(out).active.iter_rows(values_only=True))
    head = next(place for place, each in enumerate(cells) if each[0] == "序号")
    first = dict(zip(cells[head], cells[head + 1], strict=True))
    assert first["判断和理由"].endswith("。")
    assert "*" in first["甲姓名"]
    said = engine("match", *county, "--explain", 1)
    assert said.code == 1
    assert first["判断和理由"] in said.out
    numbers = pq.read_table(county[1]).column("id_number").to_pylist()
    assert not [each for each in numbers if each in said.out or each in str(cells)]
    refused = engine("match", *county, "--explain", 10**6)
    assert (refused.code, "没有第" in refused.err) == (2, True)


def test_sheets_keep_a_mistyped_number(engine, tmp_path):
    """A number that fails its check is null to the checks, but two swapped digits still match."""
    people = [
        row(n, f"张{'一二三四五六七八九十'[n % 10]}{'甲乙丙丁'[n % 4]}") for n in range(1, 60)
    ]
    slipped = [list(each) for each in people[:20]]
    number = slipped[0][1]
    place = next(n for n in range(6, 17) if number[n] != number[n + 1])
    slipped[0][1] = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    left = write_csv(tmp_path / "a.csv", slipped)
    right = write_xlsx(tmp_path / "b.xlsx", people)
    out = tmp_path / "p.parquet"
    said = engine("match", left, right, "--out", out, "--machine", "plain")
    assert said.code == 1, said.err
    pairs = pq.read_table(out).to_pylist()
    met = [each for each in pairs if each["left_line"] == each["right_line"] == 3]
    assert len(met) == 1
    assert met[0]["level_id_number"] > 1
    assert slipped[0][1] not in said.out


def test_one_roster_within_itself(engine, tmp_path):
    rows = [row(n, f"李{'一二三四五六七八九十'[n % 10]}") for n in range(1, 30)]
    said = engine("match", write_csv(tmp_path / "a.csv", [*rows, rows[0]]))
    assert said.code == 1, said.err
    assert "30 行，按" in said.out


def test_nobody_in_common(engine, tmp_path):
    left = write_csv(tmp_path / "a.csv", [row(1, "张三")])
    right = write_csv(tmp_path / "b.csv", [row(9000, "欧阳明月")])
    said = engine("match", left, right, "--threshold", "0.9")
    assert said.code == 0, said.err + said.out
    assert "没有找到可能是同一人的两行" in said.out


def test_columns_of_any_table(engine, tmp_path):
    table = pa.table({"given_name": ["ann", "bob"] * 30, "ward": [str(n) for n in range(60)]})
    pq.write_table(table, tmp_path / "a.parquet")
    said = engine("match", tmp_path / "a.parquet", "--columns", "given_name,ward")
    assert said.code in (0, 1), said.err
    assert "按名、ward配对" in said.out


def test_what_cannot_be_matched(engine, tmp_path, clean):
    cases = [
        ((clean, "--threshold", "1"), "--threshold 是可能性"),
        ((clean, "--out", tmp_path / "x.csv"), "结尾"),
        ((tmp_path / "none.csv",), "没有找到"),
        ((clean, "--machine", "spark"), "不在可选范围内"),
    ]
    pq.write_table(pa.table({"name": ["a"]}), tmp_path / "n.parquet")
    pq.write_table(pa.table({"id_number": [person(1)]}), tmp_path / "i.parquet")
    pq.write_table(pa.table({"name": pa.array([], pa.string())}), tmp_path / "e.parquet")
    cases += [
        ((tmp_path / "n.parquet", tmp_path / "i.parquet"), "没有共同的姓名或身份证号列"),
        ((tmp_path / "n.parquet", "--columns", "nick"), "没有“nick”一列"),
        ((tmp_path / "e.parquet", "--columns", "name"), "无法配对"),
    ]
    (tmp_path / "empty").mkdir()
    cases.append(((tmp_path / "empty",), "没有找到可以读取的名册"))
    for argv, words in cases:
        said = engine("match", *argv)
        assert (said.code, words in said.err) == (2, True), (argv, said.err)


def test_a_damaged_file_of_names(engine, tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"name": [str(n) for n in range(3000)]}), path)
    content = bytearray(path.read_bytes())
    content[100:2000] = bytes(1900)
    path.write_bytes(content)
    said = engine("match", path)
    assert (said.code, "可能已损坏" in said.err) == (2, True)
