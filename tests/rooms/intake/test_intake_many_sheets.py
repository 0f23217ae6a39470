"""Many sheets at once: the same rows as one by one, cheaper, and no wider view."""

from __future__ import annotations

import pyarrow as pa
import pytest
from tests.rooms.intake.workbooks import HEADING, dibao_rows, xlsx, xlsx_sheets

import mingbai.intake.queries.sheets as sheets_module
from mingbai.base.scope import Asker
from mingbai.base.secrets import blind_many
from mingbai.intake.actions.writing import Blinder
from mingbai.intake.models import Sheet
from mingbai.intake.queries import CannotSeeSheet, sheet_table, sheet_tables

pytestmark = pytest.mark.django_db
ALL = Asker.system("tests look at everything")


@pytest.fixture
def sheets(receive) -> list[Sheet]:
    """Two sheets of one workbook and one of another."""
    parts = [
        (f"{month}月", [[f"籍山镇2021年{month}月农村低保金发放花名册"], HEADING, *rows], False)
        for month, rows in ((3, dibao_rows(3)), (4, dibao_rows(5)))
    ]
    receive(xlsx_sheets(parts), "一至二.xlsx")
    receive(xlsx(dibao_rows(4), title=("籍山镇2021年5月农村低保金发放花名册",)))
    return list(Sheet.objects.unscoped("test").order_by("id"))


def test_rows_are_those_of_each_sheet_in_the_order_given(sheets):
    assert len(sheets) == 3
    for order in (sheets, sheets[::-1]):
        found = list(sheet_tables(order, to=ALL))
        assert [sheet.pk for sheet, _ in found] == [sheet.pk for sheet in order]
        for sheet, table in found:
            assert table.equals(sheet_table(sheet, to=ALL))


def test_only_the_named_columns_are_unpacked(sheets):
    wanted = ("line", "amount", "no_such_column")
    for sheet, table in sheet_tables(sheets, to=ALL, columns=wanted):
        assert sorted(table.column_names) == ["amount", "line"]
        assert table["amount"].equals(sheet_table(sheet, to=ALL)["amount"])


def test_sheets_of_one_workbook_open_their_file_once(sheets, monkeypatch):
    opened = []
    real = sheets_module.open_file
    monkeypatch.setattr(
        sheets_module, "open_file", lambda file: opened.append(file.pk) or real(file)
    )
    assert len(list(sheet_tables(sheets, to=ALL))) == 3
    assert opened == list(dict.fromkeys(sheet.table_id for sheet in sheets))


def test_a_sheet_of_another_town_stops_the_reading(sheets, tree):
    assert len(list(sheet_tables(sheets, to=tree.asker(tree.user_a)))) == 3
    with pytest.raises(CannotSeeSheet):
        next(sheet_tables(sheets, to=tree.asker(tree.user_b)))


def test_remembered_keys_are_the_keys():
    blinder = Blinder()
    for values in (["甲", None, "乙", "甲"], ["乙", "丙", None], [None], []):
        column = pa.chunked_array([pa.array(values, pa.string())])
        for purpose in ("name", "phone"):
            assert blinder.blind(purpose, column).equals(blind_many(purpose, column))
