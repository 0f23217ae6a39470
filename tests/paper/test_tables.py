"""Exports: exact, harmless when opened, marked when they are a demonstration."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from mingbai.paper import tables
from mingbai.paper.tables import ExportColumn, write_export

COLUMNS = (
    ExportColumn("项目", "text", 24),
    ExportColumn("金额（元）", "money"),
    ExportColumn("户数", "number"),
    ExportColumn("日期", "date"),
)
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "http://x", "{=A1}"]


def export(rows, **more):
    return write_export(title="资金表", columns=COLUMNS, rows=rows, **more)


def cells(content: bytes, sheet: int = 0):
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[sheet]
    return [list(row) for row in page.iter_rows()]


def test_rows_are_written_with_their_kinds():
    content = export([("低保", 123_456, 78, dt.date(2021, 6, 30)), ("特困", None, None, None)])
    rows = cells(content)
    assert [cell.value for cell in rows[1]] == [column.label for column in COLUMNS]
    assert [cell.value for cell in rows[2]] == ["低保", 1234.56, 78, dt.datetime(2021, 6, 30)]
    assert [cell.value for cell in rows[3]] == ["特困", None, None, None]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_or_a_link(text):
    cell = cells(export([(text, text, text, text)]))[2]
    assert {one.data_type for one in cell} == {"s"}
    assert not any(one.hyperlink for one in cell)
    assert unescape(cell[0].value).strip() == text.strip()


def test_long_numbers_stay_exact():
    big = 123_456_789_012_345_678
    row = cells(export([("账", big, Decimal("340299199001010017"), None)]))[2]
    assert row[1].value == "1234567890123456.78"
    assert row[2].value == "340299199001010017"


def test_demonstration_is_marked_on_sheet_and_on_paper():
    content = export([], demonstration=True)
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert "演示数据" in page["A2"].value
    assert page.oddHeader.right.text == "演示数据"
    plain = openpyxl.load_workbook(io.BytesIO(export([]))).worksheets[0]
    assert plain.oddHeader.right.text is None
    assert plain["A2"].value == "项目"


def test_a_full_sheet_goes_on_in_another(monkeypatch):
    monkeypatch.setattr(tables, "_SHEET_LINES", 5)
    content = export([(str(n), n, n, None) for n in range(7)])
    values = [
        cell.value for sheet in (0, 1, 2) for cell in (row[0] for row in cells(content, sheet)[2:])
    ]
    assert values == [str(n) for n in range(7)]


def test_same_rows_give_the_same_bytes_and_odd_text_never_fails():
    rows = [("长" * 40_000 + "\x00\ud800", 1, 2.5, dt.date(2021, 1, 1))]
    assert export(rows) == export(rows)
    assert len(cells(export(rows))[2][0].value) == 32_767
    with pytest.raises(ValueError, match="3 cells where 4"):
        export([("少", 1, 2)])
