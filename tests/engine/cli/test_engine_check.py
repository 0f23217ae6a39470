"""``engine check`` on files as they are: what it finds, how it says it, what it refuses."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.cli.conftest import HEADS, ROWS, person, row, write_csv, write_xlsx

from mingbai.engine import checks
from mingbai.engine.checks import ALL_KINDS, FINDING_SCHEMA, kind_name
from mingbai.engine.generate import account_number
from mingbai.site.commands.engine import PARTS
from mingbai.site.commands.engine.outputs import display_width, print_table
from mingbai.site.commands.engine.words import COLUMNS, FIELDS, KINDS, say_finding

PROJECT = Path(__file__).resolve().parents[3]


def found(path: Path) -> list[dict[str, object]]:
    table = pq.read_table(path)
    assert table.schema.names == FINDING_SCHEMA.names
    return table.to_pylist()


def test_nothing_found_ends_with_0(engine, clean):
    said = engine("check", clean)
    assert said.code == 0
    assert "没有发现疑点。" in said.out
    assert "检查了 3 行" in said.out
    assert "演示数据" in said.out


def test_findings_end_with_1_and_are_told_masked(engine, faulty):
    said = engine("check", faulty)
    assert said.code == 1
    assert "另有 1 行是合计" in said.out
    for rule in ("同月重复", "未参加比对", "单元格有误"):
        assert rule in said.out
    assert "张*" in said.out
    assert not [n for n in range(1, 4) if person(n) in said.out + said.err]
    assert account_number(1) not in said.out
    assert "没有给规则文件，用的是通用规则" in said.err
    assert "通用规则“死亡后发放”没有执行：没有给表 deaths" in said.err


def test_findings_as_parquet_hold_no_number_and_no_unkeyed_hash(engine, faulty, tmp_path):
    out = tmp_path / "f.parquet"
    assert engine("check", faulty, "--out", out, "--top", 0).code == 1
    rows = found(out)
    (repeated,) = [each for each in rows if each["rule"] == "同月重复"]
    assert (repeated["line"], repeated["amount"]) == (6, 30000)
    assert repeated["table"] == "低保.csv「低保」"
    assert [each["line"] for each in repeated["evidence"]] == [6, 3]
    form = [each for each in rows if each["rule"] == "form"]
    assert [(each["code"], each["line"], each["column"]) for each in form] == [
        ("id_scientific", 7, "id_number")
    ]
    assert os.stat(out).st_mode & 0o777 == 0o600
    content = out.read_bytes()
    for number in (person(1), account_number(1)):
        for algorithm in ("md5", "sha1", "sha256", "sha512"):
            assert hashlib.new(algorithm, number.encode()).digest()[:16] not in content
    again = tmp_path / "g.parquet"
    engine("check", faulty, "--out", again)
    keys = {each["person"] for path in (out, again) for each in found(path) if each["person"]}
    assert len(keys) == 2, "the keys of a run end with it"


def test_findings_as_workbook_are_masked_and_marked(engine, faulty, tmp_path):
    out = tmp_path / "f.xlsx"
    engine("check", faulty, "--out", out)
    sheet = openpyxl.load_workbook(out).active
    cells = [list(each) for each in sheet.iter_rows(values_only=True)]
    assert cells[1][0] == "演示数据，不得作为正式依据"
    head = next(place for place, each in enumerate(cells) if each[0] == "序号")
    body = [dict(zip(cells[head], each, strict=True)) for each in cells[head + 1 :]]
    first = body[0]
    assert (first["规则"], first["等级"], first["涉及金额（元）"]) == ("同月重复", "退回", 300)
    assert first["姓名"] == "张*"
    assert first["证件号"] == "34" + "*" * 13 + person(1)[-3:]
    assert first["说明"].endswith("。")
    assert person(1) not in str(cells)


def test_every_machine_says_the_same(engine, faulty, tmp_path):
    outs = {}
    for machine in ("duckdb", "plain"):
        out = tmp_path / f"{machine}.parquet"
        engine("check", faulty, "--machine", machine, "--out", out)
        outs[machine] = [{**each, "person": None} for each in found(out)]
    assert outs["duckdb"] == outs["plain"]


@pytest.mark.parametrize("heads", [HEADS, ["name", "id_number", "amount", "account", "phone"]])
def test_xlsx_and_parquet_with_clear_values(engine, tmp_path, heads):
    rows = [*ROWS, row(1, "张三")]
    book = write_xlsx(tmp_path / "a.xlsx", rows)
    columns = list(zip(*rows, strict=True))
    table = pa.table(dict(zip(heads, map(list, columns), strict=True)))
    pq.write_table(table, tmp_path / "2021年3月农村低保.parquet")
    for path in (book, tmp_path / "2021年3月农村低保.parquet"):
        said = engine("check", path)
        assert said.code == 1, said.err
        assert "同月重复" in said.out


def test_parquet_cells_keep_their_kind(engine, tmp_path):
    """A number that was stored as a float has lost its digits, and is refused, not guessed."""
    table = pa.table(
        {
            "姓名": ["张三", "李四"],
            "身份证号": pa.array([3.4029919500102e17, None]),
            "发放金额": pa.array([300, 400]),
            "享受起始日期": pa.array([1, 2], pa.int32()).cast(pa.date32()),
            "备注": pa.array(["a", None]).dictionary_encode(),
            "其他": pa.array([[1], [2]]),
        }
    )
    pq.write_table(table, tmp_path / "2021年3月农村低保.parquet")
    out = tmp_path / "f.parquet"
    assert engine("check", tmp_path / "2021年3月农村低保.parquet", "--out", out).code == 1
    assert {(f["code"], f["line"]) for f in found(out) if f["rule"] == "form"} == {
        ("id_scientific", 1), ("empty", 2),
    }  # fmt: skip


def test_a_folder_brings_its_lists_and_its_rules(engine, tmp_path):
    folder = tmp_path / "县"
    folder.mkdir()
    write_csv(folder / "低保.csv", ROWS)
    write_csv(
        folder / "死亡人员名单.csv", [["李四", person(2), "2021-01-15"]],
        title="2021年死亡人员名单", heads=["姓名", "身份证号", "死亡日期"],
    )  # fmt: skip
    rules = "[{rule: 死后, kind: on_list, other: deaths, after_event: true, severity: 3}]"
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    (folder / "说明.docx").write_bytes(b"x")
    (folder / "旧").mkdir()
    (folder / "~$低保.csv").write_bytes(b"lock")
    said = engine("check", folder)
    assert said.code == 1, said.err
    assert "死后" in said.out
    assert "没有读取 说明.docx：不是表格文件。" in said.err
    assert "没有读取文件夹 旧" in said.err
    named = engine("check", folder / "低保.csv", f"deaths={folder / '死亡人员名单.csv'}",
                   "--rules", folder / "rules.yaml")  # fmt: skip
    assert named.code == 1, named.err


def test_a_sheet_without_title_is_read_by_its_headings(engine, tmp_path):
    path = write_csv(tmp_path / "名单.csv", [["张三", person(1)], ["李四", person(1)]], title="",
                     heads=["姓名", "证件号码"])  # fmt: skip
    said = engine("check", path)
    assert said.code == 1, said.err
    assert "一号多名" in said.out
    assert "表 roster 缺少“项目”（sub_item）" in said.err


def test_a_progress_table_is_a_table_of_its_own(engine, tmp_path):
    write_csv(tmp_path / "a.csv", ROWS)
    write_csv(tmp_path / "p.csv", [["农村低保", "100", "50"]], title="2021年3月民生工程进度表",
              heads=["项目名称", "年度目标", "累计完成"])  # fmt: skip
    said = engine("check", tmp_path / "a.csv", tmp_path / "p.csv")
    assert said.code == 0, said.err
    assert "检查了 4 行" in said.out


# -- what is refused ------------------------------------------------------------------------------


def junk(path: Path) -> Path:
    path.write_bytes(random.Random(7).randbytes(3000))
    return path


def refused(said, *words: str) -> None:
    assert said.code == 2, said.out
    assert all(word in said.err for word in words), said.err
    assert "Traceback" not in said.err
    assert said.err.strip().splitlines()[-1].endswith("。")


def test_files_that_cannot_be_read(engine, tmp_path):
    refused(engine("check"), "请写明要检查的文件")
    refused(engine("check", tmp_path / "none.csv"), "没有找到", "none.csv")
    refused(engine("check", junk(tmp_path / "a.xlsx")), "a.xlsx：", "不是表格文件")
    refused(engine("check", junk(tmp_path / "a.parquet")), "不是完好的 Parquet 文件")
    refused(engine("check", junk(tmp_path / "a.docx")), "a.docx 不是表格文件")
    (tmp_path / "empty").mkdir()
    refused(engine("check", tmp_path / "empty"), "没有找到可以读取的表格")
    (tmp_path / "blank.csv").write_text("\n")
    assert engine("check", tmp_path / "blank.csv").code == 2
    (tmp_path / "words.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    refused(engine("check", tmp_path / "words.csv"), "words.csv：", "没有找到表头")


def test_a_damaged_part_is_named(engine, tmp_path):
    numbers = [person(n) for n in range(3000)]
    pq.write_table(pa.table({"姓名": ["张三"] * 3000, "身份证号": numbers}), tmp_path / "a.parquet")
    content = bytearray((tmp_path / "a.parquet").read_bytes())
    content[100:2000] = bytes(1900)
    (tmp_path / "a.parquet").write_bytes(content)
    refused(engine("check", tmp_path / "a.parquet"), "可能已损坏")


def test_numbers_in_file_names_are_not_repeated(engine, tmp_path):
    refused(engine("check", tmp_path / f"{person(1)}.csv"), "没有找到", "*" * 18)


def test_rules_that_cannot_be_used(engine, clean, tmp_path):
    rules = tmp_path / "r.yaml"
    rules.write_text("[{rule: a, kind: repeatd_person}]")
    refused(engine("check", clean, "--rules", rules), "r.yaml，第1条规则（a）", "repeatd_person")
    refused(engine("check", clean, "--rules", tmp_path / "none.yaml"), "none.yaml：打不开")
    rules.write_text("[{rule: a, kind: on_list, other: vehicles}]")
    refused(engine("check", clean, "--rules", rules), "规则 a 无法执行", "没有给表 vehicles")
    rules.write_text("[{rule: a, kind: capacity, limit: 3, per: [course]}]")
    refused(engine("check", clean, "--rules", rules), "缺少“培训内容”（course）一列")


def test_a_table_too_poor_for_any_rule(engine, tmp_path):
    heads = ["项目名称", "年度目标", "累计完成"]
    path = write_csv(
        tmp_path / "p.csv",
        [["农村低保", "100", "50"]],
        title="2021年3月民生工程进度表",
        heads=heads,
    )
    refused(engine("check", path), "不足以执行任何通用规则")


def test_outputs_that_cannot_be_written(engine, clean, tmp_path):
    refused(engine("check", clean, "--out", tmp_path / "f.docx"), ".parquet 或 .xlsx 结尾")
    refused(engine("check", clean, "--out", tmp_path / "none" / "f.xlsx"), "没有文件夹")


@pytest.mark.parametrize(
    ("number", "said"), [(28, "磁盘空间不够"), (13, "没有权限"), (5, "读写 f.parquet 时出错")]
)
def test_a_full_or_closed_disk_leaves_nothing(engine, faulty, tmp_path, monkeypatch, number, said):
    def fail(*_, **__):
        raise OSError(number, "no", str(tmp_path / "f.parquet"))

    monkeypatch.setattr("mingbai.site.commands.engine.outputs.pq.write_table", fail)
    refused(engine("check", faulty, "--out", tmp_path / "f.parquet"), said)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["低保.csv"]


def test_a_machine_that_runs_out_is_told_without_values(engine, clean, monkeypatch):
    import duckdb

    def fail(*_, **__):
        raise duckdb.OutOfMemoryException(f"failed on {person(1)}")

    monkeypatch.setattr("mingbai.site.commands.engine.checking.check", fail)
    said = engine("check", clean)
    refused(said, "计算没有完成", "--memory")
    assert person(1) not in said.err


def test_keys_made_elsewhere_are_never_compared_with_clear_values(engine, clean, tmp_path):
    deaths = pa.table({"id_key": [b"a"], "event_date": pa.array([1], pa.int32()).cast(pa.date32()),
                       "line": pa.array([1], pa.int32())})  # fmt: skip
    pq.write_table(deaths, tmp_path / "deaths.parquet")
    rules = tmp_path / "r.yaml"
    rules.write_text("[{rule: a, kind: on_list, other: deaths, after_event: true}]")
    said = engine("check", clean, tmp_path / "deaths.parquet", "--rules", rules)
    refused(said, "规则 a 无法执行", "表 deaths 只有别处算好的比对值")
    said = engine("check", clean, tmp_path / "deaths.parquet")
    assert said.code == 0
    assert "“死亡后发放”没有执行：表 deaths 只有别处算好的" in said.err


def test_the_same_table_twice_is_told(engine, tmp_path):
    keyed = pa.table({"id_key": [b"a"], "line": pa.array([1], pa.int32())})
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        pq.write_table(keyed, tmp_path / folder / "roster.parquet")
    refused(engine("check", tmp_path / "a/roster.parquet", tmp_path / "b/roster.parquet"),
            "表 roster 给了两次")  # fmt: skip
    write_csv(tmp_path / "x.csv", ROWS)
    refused(engine("check", tmp_path / "a/roster.parquet", tmp_path / "x.csv"), "请分开检查")


# -- explaining -----------------------------------------------------------------------------------


def test_a_rule_explains_itself_and_a_finding_shows_its_rows(engine, faulty, tmp_path):
    out = tmp_path / "f.parquet"
    engine("check", faulty, "--out", out)
    said = engine("check", "--explain", "同月重复", "--findings", out)
    assert said.code == 0
    for part in (
        "查什么：",
        "参数：",
        "要读的列：",
        "duckdb 上的语句",
        "spark 上的语句",
        "plain 上的",
    ):
        assert part in said.out
    assert "存疑：低保.csv「低保」 第6行" in said.out
    assert "对照：低保.csv「低保」 第3行" in said.out
    refused(engine("check", "--explain", "无"), "没有规则“无”。可用的是：同月重复")
    refused(
        engine("check", "--explain", "同月重复", "--findings", out, "--number", 2), "有 1 条疑点"
    )
    refused(engine("check", "--explain", "同月重复", "--findings", tmp_path / "no"), "打不开")
    refused(
        engine("check", "--explain", "同月重复", "--findings", faulty), "不是 check --out 写出的"
    )
    pq.write_table(pa.table({"a": [1]}), tmp_path / "o.parquet")
    refused(engine("check", "--explain", "同月重复", "--findings", tmp_path / "o.parquet"), "不是")


def test_a_folder_explains_its_own_rules(engine, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("[{rule: a, kind: amount_standard, grades: {g1: 30000}, sub_items: [b.1]}]")
    for argv in ([tmp_path], ["--rules", rules]):
        said = engine("check", *argv, "--explain", "a")
        assert said.code == 0
        assert "g1 = 30000" in said.out
        assert "适用项目（sub_items）：b.1" in said.out


def test_every_rule_of_a_county_explains_itself(engine, tmp_path, monkeypatch):
    rules = tmp_path / "r.yaml"
    rules.write_text("""
- {rule: months, kind: continuity}
- {rule: rows, kind: missing_key}
- {rule: whole, kind: capacity, limit: 3}
""")
    said = engine("check", "--rules", rules, "--explain", "months")
    assert "先备好" in said.out
    assert "查金额变动（amounts）：是" in said.out
    said = engine("check", "--rules", rules, "--explain", "whole")
    assert "核定人数（limit）：3" in said.out
    assert "整张表" in said.out

    def missing(_):
        raise checks.CannotCheck("spark 引擎需要另外安装。")

    monkeypatch.setattr("mingbai.site.commands.engine.explaining.translate", missing)
    said = engine("check", "--rules", rules, "--explain", "rows")
    assert said.code == 0
    assert "spark 引擎需要另外安装。" in said.out
    assert "按什么判定：身份证号" in said.out


def test_long_evidence_says_that_it_is_cut(engine, tmp_path):
    finding = dict.fromkeys(FINDING_SCHEMA.names) | {
        "rule": "a", "code": "shared_phone", "severity": 1, "params": '{"people": 300}',
        "cause": "", "rows": 300, "amount": 0,
        "evidence": [{"table": "t", "line": 2, "subject": True}],
    }  # fmt: skip
    pq.write_table(pa.Table.from_pylist([finding], FINDING_SCHEMA), tmp_path / "f.parquet")
    (tmp_path / "r.yaml").write_text("[{rule: a, kind: shared_value, column: phone_key}]")
    said = engine("check", "--rules", tmp_path / "r.yaml", "--explain", "a",
                  "--findings", tmp_path / "f.parquet")  # fmt: skip
    assert "只留前" in said.out


@pytest.mark.parametrize(
    ("raised", "said"), [("rule a: no", "规则与表对不上"), ("spark 要另装。", "spark 要另装。")]
)
def test_what_a_machine_refuses_is_told(engine, clean, monkeypatch, raised, said):
    def refuse(*_, **__):
        raise checks.CannotCheck(raised)

    monkeypatch.setattr("mingbai.site.commands.engine.checking.check", refuse)
    refused(engine("check", clean), said)


def test_empty_and_hidden_sheets_are_passed_over(engine, tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", ROWS)
    book = openpyxl.load_workbook(path)
    book.create_sheet("空表")
    book.save(path)
    assert engine("check", path).code == 0
    for sheet in book.worksheets[:1]:
        book.remove(sheet)
    book.save(path)
    assert engine("check", path).code == 2


def test_an_empty_table_of_people_is_no_demonstration(engine, tmp_path):
    table = pa.table({"id_number": pa.array([], pa.string()), "id_key": pa.array([], pa.binary()),
                      "line": pa.array([], pa.int32())})  # fmt: skip
    pq.write_table(table, tmp_path / "roster.parquet")
    rules = tmp_path / "r.yaml"
    rules.write_text("[{rule: a, kind: missing_key}]")
    said = engine("check", tmp_path / "roster.parquet", "--rules", rules)
    assert said.code == 0, said.err
    assert "演示数据" not in said.out


def test_every_kind_is_named_in_chinese():
    assert {kind_name(kind) for kind in ALL_KINDS} - set(KINDS) == set()
    fields = {field.name for kind in ALL_KINDS for field in dataclasses.fields(kind)}
    assert fields - set(FIELDS) == set()
    assert set(checks.COLUMNS) - set(COLUMNS) == set()


def test_a_finding_of_another_version_is_told_by_its_code():
    assert say_finding({"rule": "r", "code": "newer", "params": "{}"}) == "newer"


# -- the terminal ---------------------------------------------------------------------------------


def test_tables_align_by_what_characters_take(capsys):
    rows = [("张三", "1.00", "说明" * 30), ("a", "10.00", "短")]
    print_table(("人员", "金额", "说明"), rows, right=(1,), width=40)
    lines = capsys.readouterr().out.splitlines()
    assert display_width("张三a") == 5
    assert display_width("é") == 1
    assert all(display_width(line) <= 40 for line in lines)
    assert lines[2].endswith("…")
    starts = [display_width(line[: line.index(word)]) for line, word in
              ((lines[0], "说明"), (lines[2], "说明"), (lines[3], "短"))]  # fmt: skip
    assert len(set(starts)) == 1


@pytest.mark.parametrize("part", sorted(PARTS))
def test_every_part_explains_itself_in_chinese(engine, part):
    said = engine(part, "--help")
    assert said.code == 0
    assert said.out.startswith(f"用法：./mingbai engine {part}")
    assert PARTS[part][3] in said.out.replace("\n", "")
    assert "结束代码：0" in said.out
    assert not [word for word in ("usage:", "options:", "show this") if word in said.out]


def test_a_part_must_be_named(engine):
    said = engine()
    assert said.code == 2
    assert "缺少参数" in said.err


def test_the_real_command_ends_with_its_code(faulty, tmp_path):
    """One real process: exit code, streams, no traceback, no file where none was asked for."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "src"), "PYTHONUTF8": "1",
                   "MINGBAI_HOME": str(tmp_path / "home")}  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-m", "mingbai", "engine", "check", str(faulty), "--top", "1"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert ended.returncode == 1, ended.stderr
    assert "同月重复" in ended.stdout
    assert "Traceback" not in ended.stderr
    assert person(1) not in ended.stdout + ended.stderr
    assert not (tmp_path / "home").exists(), "the engine needs no data folder of its own"
