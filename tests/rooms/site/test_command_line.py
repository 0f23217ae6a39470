"""The command line: help in Chinese, exit codes that scripts can rely on."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faults.county import PROJECT, environment

from mingbai.site.commands import COMMANDS, main

ENGLISH = ("usage:", "options:", "positional arguments", "show this help", "default:")


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself_in_chinese(name: str, flag: str, capsys) -> None:
    try:
        code = main([name, flag])
    except SystemExit as ended:
        code = ended.code
    said = capsys.readouterr().out
    assert code == 0
    assert said.startswith(f"用法：./mingbai {name}")
    assert COMMANDS[name][1] in said.replace("\n", "")
    assert not [word for word in ENGLISH if word in said.lower()]
    options = re.split(r"\n(?=  -)", said)[1:]
    assert all(re.search("[\u4e00-\u9fff]", option) for option in options), said


@pytest.mark.parametrize("argv", [[], ["-h"], ["--help"], ["help"]])
def test_the_overview_names_every_command(argv: list[str], capsys) -> None:
    assert main(argv) == 0
    said = capsys.readouterr().out
    assert all(f"  {name}" in said and help_ in said for name, (_, help_) in COMMANDS.items())


def test_an_unknown_command_ends_with_2_and_names_it(capsys) -> None:
    assert main(["recieve"]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("没有“recieve”这个命令。")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["receive"], "缺少参数： folder"),
        (["compile", "--half", "3"], "不在可选范围内： "),
        (["compile", "--year", "二〇二一"], "不是整数： "),
        (["figures", "--jsn"], "不认识的参数： --jsn"),
    ],
)
def test_a_wrong_argument_ends_with_2_and_says_what_is_wrong(
    argv: list[str], said: str, capsys
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert "usage" not in error


def _mingbai(home: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mingbai", *argv],
        env=environment(home),
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "没有"
    done = _mingbai(tmp_path / "home", "receive", str(missing))
    assert done.returncode == 1
    assert done.stdout == f"没有找到文件夹 {missing}。请核对路径。\n"


@pytest.mark.slow
@pytest.mark.xdist_group("faults")
def test_a_ledger_that_was_touched_ends_with_1(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    done = _mingbai(home, "setup")
    assert done.returncode == 0, done.stderr
    assert "已载入南陵县 2021 年清单" in done.stdout
    sound = _mingbai(home, "verify-ledger")
    assert (sound.returncode, "核验通过" in sound.stdout) == (0, True)
    with sqlite3.connect(home / "mingbai.sqlite3") as database:
        guards = "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='base_act'"
        for (name,) in database.execute(guards).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE base_act SET verb='nothing' WHERE seq=1")
    touched = _mingbai(home, "verify-ledger")
    assert touched.returncode == 1
    assert "核验不通过" in touched.stdout
    assert "✗ " in touched.stdout
