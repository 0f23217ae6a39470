"""Returned workbooks: right cells coloured and commented, everything else untouched."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

from mingbai.paper.returned import (
    NOTE,
    REJECT,
    WARN,
    CannotReturnWorkbook,
    CellMark,
    PlainSheet,
    colour_workbook,
)

RED, YELLOW, BLUE = "FFFF9B9B", "FFFFE699", "FFBDD7EE"


def a_workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "花名册 '6月'"
    sheet["A1"] = "农村低保花名册"
    sheet.merge_cells("A1:D1")
    sheet["A2"] = "基本情况"
    sheet.merge_cells("A2:B2")
    sheet["C2"] = "发放"
    sheet.merge_cells("C2:D2")
    sheet.append(["姓名", "身份证号", "金额", "日期"])
    sheet.append(["张三", "340299199001010017", 640.5, dt.date(2021, 6, 1)])
    sheet.append(["李四", "=cmd()", None, "6月31日"])
    sheet["B5"].data_type = "s"
    sheet["C6"] = "=SUM(C4:C5)"
    sheet["A4"].font = Font(name="楷体", bold=True)
    sheet["A4"].comment = Comment("户主", "经办人")
    sheet.column_dimensions["B"].width = 33
    sheet.freeze_panes = "A4"
    other = book.create_sheet("说明")
    other["A1"] = "填表说明"
    other.sheet_state = "hidden"
    return saved(book)


def saved(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def reopened(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


MARKS = [
    CellMark(1, 5, "B", REJECT, "第5行「身份证号」不是18位，请对照证件补全"),
    CellMark(1, 5, "D", WARN, "6月没有31日，请核对"),
    CellMark(1, 4, "a", NOTE, "与上月名字写法不同"),
    CellMark(1, 5, "", REJECT, "整行缺少金额"),
    CellMark(1, 2, "D", WARN, "表头没有写单位"),
]


def test_marked_cells_are_coloured_and_explained():
    sheet = reopened(colour_workbook(a_workbook(), MARKS))["花名册 '6月'"]
    assert sheet["B5"].fill.start_color.rgb == RED
    assert sheet["A4"].fill.start_color.rgb == BLUE
    assert "请对照证件补全" in sheet["B5"].comment.text
    assert sheet["B5"].comment.text.startswith("【退回】")
    assert "户主" in sheet["A4"].comment.text
    # A mark inside a merged head lands on the block's own cell.
    assert sheet["C2"].fill.start_color.rgb == YELLOW
    assert "表头没有写单位" in sheet["C2"].comment.text
    # A mark on the whole line colours the line; its comment stands in the first cell.
    assert sheet["A5"].fill.start_color.rgb == sheet["C5"].fill.start_color.rgb == RED
    assert "整行缺少金额" in sheet["A5"].comment.text
    assert sheet["C4"].fill.fill_type is None
    assert sheet["C4"].comment is None


def test_the_worst_of_several_marks_gives_the_colour_and_all_are_told():
    marks = [CellMark(1, 4, "C", NOTE, "略高"), CellMark(1, 4, "C", REJECT, "超过上限")]
    sheet = reopened(colour_workbook(a_workbook(), marks)).worksheets[1]
    assert sheet["C4"].fill.start_color.rgb == RED
    assert "略高" in sheet["C4"].comment.text
    assert "超过上限" in sheet["C4"].comment.text


def test_the_rest_of_the_workbook_is_as_it_was():
    before, after = reopened(a_workbook()), reopened(colour_workbook(a_workbook(), MARKS))
    assert after.sheetnames == ["退回说明", *before.sheetnames]
    assert after["说明"].sheet_state == "hidden"
    old, new = before.worksheets[0], after.worksheets[1]
    assert [[cell.value for cell in row] for row in new.iter_rows()] == [
        [cell.value for cell in row] for row in old.iter_rows()
    ]
    assert {str(block) for block in new.merged_cells.ranges} == {"A1:D1", "A2:B2", "C2:D2"}
    assert new.column_dimensions["B"].width == 33
    assert new.freeze_panes == "A4"
    assert new["A4"].font.bold
    assert new["B5"].data_type == "s"
    assert new["C6"].data_type == "f"


def test_first_sheet_lists_what_to_do_worst_first():
    marks = [*MARKS, CellMark(1, 6, "C", REJECT, '=HYPERLINK("x")')]
    summary = [("报送单位", "籍山镇"), ("文件", "=1+1")]
    page = reopened(colour_workbook(a_workbook(), marks, summary)).worksheets[0]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[0][0] == "退回说明"
    assert rows[1][:2] == ["报送单位", "籍山镇"]
    assert rows[2][:2] == ["文件", "=1+1"]
    assert rows[3][1] == "退回 3 处，待核实 2 处，提示 1 处"
    head = rows.index(["工作表", "行", "列", "程度", "问题", "怎么办"])
    listed = rows[head + 1 :]
    assert [row[3] for row in listed] == ["退回"] * 3 + ["待核实"] * 2 + ["提示"]
    assert listed[0][:5] == ["花名册 '6月'", "5", "B", "退回", MARKS[0].message]
    assert all(row[5] for row in listed)
    cells = [cell for row in page.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    link = page.cell(head + 2, 2).hyperlink
    assert link.location == "'花名册 ''6月'''!B5"


def test_csv_in_gb18030_comes_back_as_a_workbook():
    text = '姓名,身份证号,金额\n𠮷喆,=1+1,"1,200"\n\n王五,340299199001010025,300\n'
    content = colour_workbook(text.encode("gb18030"), [CellMark(1, 4, "B", REJECT, "校验码不对")])
    sheet = reopened(content).worksheets[1]
    assert [cell.value for cell in sheet[2]] == ["𠮷喆", "=1+1", "1,200"]
    assert sheet["B2"].data_type == "s"
    assert sheet["B4"].value == "340299199001010025"
    assert sheet["B4"].fill.start_color.rgb == RED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_other_encodings_and_separators_are_read(encoding):
    content = colour_workbook("姓名\t金额\n赵六\t5\n".encode(encoding), [])
    assert [cell.value for cell in reopened(content).worksheets[1][2]] == ["赵六", "5"]


def test_old_formats_are_rebuilt_from_their_text():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    plain = [PlainSheet("甲/乙[1]", [["姓名", None], ["=钱七", "1"]])]
    sheet = reopened(colour_workbook(ole, [CellMark(1, 2, "A", WARN, "请核对")], plain=plain))
    assert sheet.sheetnames == ["退回说明", "甲_乙_1_"]
    assert sheet.worksheets[1]["A2"].value == "=钱七"
    assert sheet.worksheets[1]["A2"].fill.start_color.rgb == YELLOW
    with pytest.raises(CannotReturnWorkbook, match="另存为 xlsx"):
        colour_workbook(ole, [])
    with pytest.raises(CannotReturnWorkbook, match="另存为 xlsx"):
        colour_workbook(b"PK\x03\x04" + b"junk" * 40, [])


def test_long_and_controlled_text_never_fails():
    message = "长\x00\x0b\ud800" + "𠮷" * 40_000
    marks = [
        CellMark(1, 4, "B", REJECT, message),
        CellMark(9, 1, "A", REJECT, "没有这张表"),
        CellMark(1, 0, "A", WARN, "没有这一行"),
        CellMark(1, 2_000_000, "A", WARN, "没有这一行"),
        CellMark(1, 4, "ZZZZ", WARN, "没有这一列"),
        CellMark(1, 4, "?", 9, "不认得的程度"),
    ]
    book = reopened(colour_workbook(a_workbook(), marks, [("说明\x01", message)]))
    page, sheet = book.worksheets[:2]
    assert sheet["B4"].fill.start_color.rgb == RED
    longest = max(len(str(cell.value or "").encode("utf-16-le")) // 2 for cell in page["E"])
    assert 32_700 < longest <= 32_767
    assert len(sheet["B4"].comment.text.encode("utf-16-le")) // 2 <= 32_767


def test_same_input_gives_the_same_bytes():
    content = a_workbook()
    assert colour_workbook(content, MARKS) == colour_workbook(content, MARKS)


def test_ten_thousand_marks_are_all_coloured_and_the_list_says_what_it_leaves_out():
    book = openpyxl.Workbook()
    marks = [CellMark(1, line, "A", WARN, "请核对") for line in range(1, 6_002)]
    done = reopened(colour_workbook(saved(book), marks))
    assert done.worksheets[1]["A6001"].fill.start_color.rgb == YELLOW
    texts = [str(cell.value) for cell in done.worksheets[0]["E"]]
    assert any("另有 1001 处没有列出" in text for text in texts)
