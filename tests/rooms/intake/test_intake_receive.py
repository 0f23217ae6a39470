"""Receiving: what is recognised, judged and kept, in the habits of real offices."""

from __future__ import annotations

import pytest
from tests.rooms.intake.workbooks import dibao_rows, xlsx

from mingbai.base.scope import Asker
from mingbai.intake.queries import sheet_table, verdicts_of

pytestmark = pytest.mark.django_db
ALL = Asker.system("tests look at everything")


def only_sheet(receipt):
    assert receipt.outcome == "accepted", receipt.message
    return receipt.sheets.unscoped("the test's own").get()


def test_a_plain_roster_is_taken_in_whole(receive, tree):
    receipt = receive()
    sheet = only_sheet(receipt)
    assert (sheet.sub_item, sheet.town_id, sheet.period) == (
        "hardship-relief.rural-dibao",
        "340223100",
        202103,
    )
    assert (sheet.row_count, sheet.accepted_count, sheet.rejected_count) == (3, 3, 0)
    table = sheet_table(sheet, to=ALL)
    assert table["line"].to_pylist() == [3, 4, 5]
    assert table["verdict"].to_pylist() == [0, 0, 0]
    assert table["amount"].to_pylist() == [64_000] * 3
    assert table["village"].to_pylist() == ["340223100001"] * 3
    assert table["period"].to_pylist() == [202103] * 3
    assert all(len(key) == 16 for key in table["id_key"].to_pylist())
    assert not list(verdicts_of(sheet, to=ALL))


def test_same_file_twice_changes_nothing(receive):
    content = xlsx(dibao_rows(3))
    first, second = receive(content), receive(content)
    assert first.outcome == "accepted"
    assert second.outcome == "repeated"
    assert "内容完全相同" in second.message
    assert second.sheet_count == second.row_count == 0
