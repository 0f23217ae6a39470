"""Rosters as offices keep them, and the command line called as a user calls it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from mingbai.engine.generate import account_number, id_number, phone_number
from mingbai.site.commands import main

TITLE = "南陵县籍山镇2021年3月农村低保发放花名册"
HEADS = ["姓名", "身份证号", "发放金额", "银行账号", "联系电话"]


def person(number: int) -> str:
    return id_number(dt.date(1950, 1, 1) + dt.timedelta(number), 123)


def row(number: int, name: str, amount: object = 300) -> list[object]:
    return [name, person(number), amount, account_number(number), phone_number(number)]


ROWS = [row(1, "张三"), row(2, "李四"), row(3, "王五")]


@dataclass
class Said:
    """What a command ended with and wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def engine(capsys):
    """Call `./mingbai engine …` in this process; a traceback would fail the test."""

    def call(*argv: object) -> Said:
        try:
            code = main(["engine", *map(str, argv)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return call


def write_csv(path: Path, rows: list[list[object]], *, title: str = TITLE, heads=HEADS) -> Path:
    lines = ([title] if title else []) + [",".join(map(str, each)) for each in [heads, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="gb18030")
    return path


def write_xlsx(path: Path, rows: list[list[object]], *, title: str = TITLE, heads=HEADS) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "花名册"
    for each in ([[title]] if title else []) + [heads, *rows]:
        sheet.append(each)
    book.save(path)
    return path


@pytest.fixture
def clean(tmp_path):
    """A roster with nothing wrong."""
    return write_csv(tmp_path / "低保.csv", ROWS)


@pytest.fixture
def faulty(tmp_path):
    """One person twice, one number that Excel ate, and a sum."""
    rows = [*ROWS, row(1, "张三"), ["赵六", "3.40E+17", 300, account_number(9), ""]]
    return write_csv(tmp_path / "低保.csv", [*rows, ["合计", "", 1500, "", ""]])
