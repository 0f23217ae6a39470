"""Workbooks as offices would send them, made in memory from synthetic people."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import xlsxwriter

from mingbai.engine.generate import account_number, id_number, phone_number

HEADING = ["序号", "姓名", "身份证号", "村（居）", "银行账号", "联系电话", "发放金额", "类别"]
NAMES = ["王秀英", "李建国", "张桂兰", "陈志强", "刘玉梅", "杨德发", "赵小明", "周春花"]


def person(number: int) -> list[str]:
    """Name, ID number, village, account and phone of one synthetic person."""
    born = date(1945, 1, 1) + timedelta(days=number % 20_000)
    return [
        NAMES[number % len(NAMES)],
        id_number(born, number // 20_000 + 1),
        "五里居委会",
        account_number(number),
        phone_number(number),
    ]


def dibao_rows(count: int, *, amount: Any = 640, grade: str = "A类", start: int = 1) -> list[list]:
    """Rows under `HEADING`."""
    return [[serial, *person(start + serial), amount, grade] for serial in range(1, count + 1)]


def xlsx(
    rows: Sequence[Sequence[Any]],
    *,
    title: Sequence[str] = ("籍山镇2021年3月农村低保金发放花名册",),
    heading: Sequence[Sequence[Any]] = (HEADING,),
    foot: Sequence[Sequence[Any]] = (),
    sheet: str = "Sheet1",
    merges: Sequence[tuple[int, int, int, int]] = (),
    hidden: bool = False,
) -> bytes:
    """One sheet as xlsx bytes: title lines, heading lines, rows, foot."""
    return xlsx_sheets([(sheet, [*([t] for t in title), *heading, *rows, *foot], hidden)], merges)


def xlsx_sheets(
    sheets: Sequence[tuple[str, Sequence[Sequence[Any]], bool]],
    merges: Sequence[tuple[int, int, int, int]] = (),
) -> bytes:
    """Several sheets (name, lines, hidden) as xlsx bytes; None leaves a cell empty."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, lines, hidden in sheets:
            page = book.add_worksheet(name)
            if hidden:
                page.hide()
            for row, line in enumerate(lines):
                for column, value in enumerate(line):
                    if isinstance(value, str):
                        page.write_string(row, column, value)
                    elif isinstance(value, date):
                        form = book.add_format({"num_format": "yyyy-mm-dd"})
                        page.write_datetime(row, column, value, form)
                    elif value is not None:
                        page.write(row, column, value)
            for first_row, first_column, last_row, last_column in merges:
                text = lines[first_row][first_column]
                page.merge_range(first_row, first_column, last_row, last_column, text)
    return out.getvalue()


def progress(rows: Sequence[Sequence[Any]], *, month: int = 3) -> bytes:
    """A department's progress table of one month."""
    return xlsx(
        rows,
        title=(f"2021年{month}月民生工程进度表",),
        heading=(["序号", "项目名称", "年度目标", "计量单位", "本月完成", "累计完成", "备注"],),
    )
