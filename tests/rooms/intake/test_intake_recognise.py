"""Recognition: offices keep their habits, and the sheet is understood all the same."""

from __future__ import annotations

from datetime import date

import pytest
from tests.rooms.intake.workbooks import HEADING, dibao_rows, person, progress, xlsx, xlsx_sheets

from mingbai.base.scope import Asker
from mingbai.intake.models import Verdict
from mingbai.intake.queries import sheet_table

pytestmark = pytest.mark.django_db
ALL = Asker.system("tests look at everything")
DIBAO = "hardship-relief.rural-dibao"


def sheet_of(receipt):
    assert receipt.outcome == "accepted", receipt.message
    return receipt.sheets.unscoped("the test's own").get()


def rows_of(receipt):
    return sheet_table(sheet_of(receipt), to=ALL)


def test_two_line_heading_with_merged_groups(receive):
    upper = ["序号", "姓名", "身份证号", "村（居）", "发放信息", None, None, "类别"]
    lower = [None, None, None, None, "银行账号", "联系电话", "发放金额（元）", None]
    merges = [(1, 4, 1, 6)] + [(1, c, 2, c) for c in (0, 1, 2, 3, 7)]
    content = xlsx(dibao_rows(2), heading=(upper, lower), merges=merges)
    sheet = sheet_of(receive(content))
    assert sheet.header["lines"] == [2, 3]
    assert sheet.row_count == sheet.accepted_count == 2
    assert sheet.header["columns"]["amount"]["letter"] == "G"


def test_group_and_rest_of_a_split_heading_are_read_together(receive):
    upper = ["项目名称", "本月", None, None, "累计", None]
    lower = [None, "到位", "拨付", "支出", "拨付", "支出"]
    rows = [["农村低保", 10, 8, 7, 30, 28]]
    content = xlsx(rows, title=("2021年3月资金拨付情况表", "单位：万元"), heading=(upper, lower))
    table = rows_of(receive(content))
    assert table["released_month"].to_pylist() == [80_000_00]
    assert table["arrived_month"].to_pylist() == [100_000_00]
    assert table["released_total"].to_pylist() == [300_000_00]
    assert table["spent_total"].to_pylist() == [280_000_00]
    assert table["sub_item"].to_pylist() == [DIBAO]


@pytest.mark.parametrize(
    ("title", "heading", "stated", "fen"),
    [
        ("", "发放金额（万元）", "0.064", 64_000),
        ("", "发放金额(元)", "640", 64_000),
        ("单位：万元", "发放金额", "0.064", 64_000),
        ("单位：万元", "发放金额（元）", "640", 64_000),
        ("", "发放金额", "640.00元", 64_000),
        ("金额单位：元", "补助\n金额", "６４０", 64_000),
    ],
)
def test_unit_of_heading_beats_unit_of_table(receive, title, heading, stated, fen):
    names = [heading if name == "发放金额" else name for name in HEADING]
    titles = ("籍山镇2021年3月农村低保金发放花名册", *([title] if title else []))
    content = xlsx(dibao_rows(1, amount=stated), title=titles, heading=(names,))
    assert rows_of(receive(content))["amount"].to_pylist() == [fen]


@pytest.mark.parametrize(
    "renamed",
    [
        {"姓名": "受益人姓名", "身份证号": "公民身份号码", "银行账号": "一卡通账号"},
        {"姓名": "姓 名", "身份证号": "身份证\n号码", "村（居）": "所在村"},
        {"姓名": "姓名（全称）", "身份证号": "身份证号（18位）", "发放金额": "发放金额（元）"},
        {"类别": "保障类别", "联系电话": "手机号", "银行账号": "帐号"},
        {"姓名": "　姓名", "身份证号": "身份证号 ", "发放金额": "本月金额"},
    ],
)
def test_renamed_columns_are_found(receive, renamed):
    heading = [renamed.get(name, name) for name in HEADING]
    receipt = receive(xlsx(dibao_rows(2), heading=(heading,)))
    assert sheet_of(receipt).accepted_count == 2
    assert set(sheet_of(receipt).header["columns"]) >= {"name", "id_number", "account", "amount"}


def test_sums_blanks_notes_and_repeated_headings_are_no_rows_and_none_is_lost(receive):
    rows = dibao_rows(3)
    body = [
        rows[0], [None] * 8, rows[1], HEADING, rows[2], [4], [None, "小计", *[None] * 4, 1280],
        ["合 计", *[None] * 5, 1920], ["备注：本表由民政办填报"],
        ["填表人：某某", None, "联系电话：0553"],
    ]  # fmt: skip
    sheet = sheet_of(receive(xlsx(body)))
    assert sheet.row_count == 3
    assert sheet_table(sheet, to=ALL)["line"].to_pylist() == [3, 5, 7]
    skipped = sheet.header["skipped"]
    assert skipped["headings"] == [6]
    assert skipped["blanks"] == [8]
    assert skipped["sums"] == [9, 10]
    assert skipped["notes"] == [11, 12]


def test_a_person_is_never_taken_for_a_sum_or_a_note(receive):
    rows = dibao_rows(2)
    rows[0][1] = "总计"
    rows[1][0] = "备注"
    sheet = sheet_of(receive(xlsx(rows)))
    assert sheet.row_count == 2
    assert sheet.rejected_count == 1
    assert [v.code for v in Verdict.objects.unscoped("test")] == ["name_placeholder"]


def test_spaced_quoted_and_full_width_numbers_are_read(receive):
    rows = dibao_rows(4)
    number = rows[0][2]
    rows[0][2] = f"{number[:6]} {number[6:14]} {number[14:]}"
    rows[1][2] = "'" + rows[1][2]
    rows[2][2] = rows[2][2].translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ"))
    rows[3][2] = rows[3][2] + "\u00a0"
    table = rows_of(receive(xlsx(rows)))
    assert table["id_number"].to_pylist() == [person(n)[1] for n in (2, 3, 4, 5)]
    assert table["verdict"].to_pylist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("title", "sheet", "name", "period"),
    [
        ("籍山镇农村低保发放花名册", "2021年3月", "低保.xlsx", 202103),
        ("籍山镇农村低保发放花名册", "3月份", "低保.xlsx", 202103),
        ("籍山镇农村低保发放花名册", "Sheet1", "籍山镇202104低保.xlsx", 202104),
        ("籍山镇农村低保发放花名册", "Sheet1", "2021-05农村低保.xlsx", 202105),
        ("籍山镇2021年六月农村低保发放花名册", "Sheet1", "a.xlsx", 202106),
        ("籍山镇二〇二一农村低保发放花名册（二月）", "Sheet1", "2021年.xlsx", 202102),
        ("籍山镇2021年1—6月农村低保发放花名册", "Sheet1", "a.xlsx", 202106),
        ("籍山镇2021年第一季度农村低保发放花名册", "Sheet1", "a.xlsx", 202103),
    ],
)
def test_month_is_found_in_title_sheet_name_or_file_name(receive, title, sheet, name, period):
    content = xlsx(dibao_rows(1), title=(title,), sheet=sheet)
    assert sheet_of(receive(content, name)).period == period


def test_month_of_each_row_when_a_column_gives_it(receive):
    heading = [*HEADING, "发放月份"]
    months = ["2021年1月", "202102", "2021.03"]
    rows = [[*row, month] for row, month in zip(dibao_rows(3), months, strict=True)]
    content = xlsx(rows, title=("籍山镇农村低保补发花名册",), heading=(heading,))
    sheet = sheet_of(receive(content))
    assert sheet.month is None
    assert sheet_table(sheet, to=ALL)["period"].to_pylist() == [202101, 202102, 202103]


@pytest.mark.parametrize(
    ("title", "name", "town"),
    [
        ("许镇镇2021年3月农村低保发放花名册", "a.xlsx", "340223101"),
        ("2021年3月农村低保发放花名册", "许镇3月.xlsx", "340223101"),
        ("2021年3月农村低保发放花名册", "a.xlsx", None),
    ],
)
def test_town_of_a_department_is_named_in_the_file(receive, tree, title, name, town):
    content = xlsx(dibao_rows(1), title=(title,))
    receipt = receive(content, name, office=tree.civil, by=tree.user_civil)
    assert sheet_of(receipt).town_id == town


def test_a_csv_in_gb18030_is_read_like_a_workbook(receive):
    lines = [["籍山镇2021年3月农村低保金发放花名册"], HEADING, *dibao_rows(2)]
    content = "\r\n".join(",".join(str(cell) for cell in line) for line in lines)
    sheet = sheet_of(receive(content.encode("gb18030"), "低保.csv"))
    assert (sheet.row_count, sheet.accepted_count, sheet.sub_item) == (2, 2, DIBAO)


def test_dates_in_five_spellings(receive):
    spellings = ["2021-03-05", "2021.3.5", "2021年3月5日", "20210305", date(2021, 3, 5)]
    rows = [[f"信息{n}", day, "市民生网"] for n, day in enumerate(spellings)]
    content = xlsx(
        rows,
        title=("2021年3月民生工程信息报送台账",),
        heading=(["信息标题", "报送时间", "报送渠道"],),
    )
    table = rows_of(receive(content))
    assert table["sent_date"].to_pylist() == [date(2021, 3, 5)] * 5


def test_progress_rows_name_their_own_sub_items(receive, tree):
    content = progress([
        [1, "农村低保", 6000, "人", 10, 5900, None],
        [2, "城镇低保", 900, "人", 3, 880, None],
        ["合计", None, 6900, None, 13, 6780, None],
    ])  # fmt: skip
    receipt = receive(content, office=tree.civil, by=tree.user_civil)
    sheet = sheet_of(receipt)
    assert sheet.sub_item is None
    assert sheet.header["sub_items"] == [DIBAO, "hardship-relief.urban-dibao"]
    assert sheet_table(sheet, to=ALL)["total_done"].to_pylist() == ["5900", "880"]


def test_a_first_row_of_few_digits_is_not_taken_for_heading(receive, tree):
    content = progress(
        [[1, "农村低保", 600, "人", 10, 590, None], [2, "城市低保", 90, "人", 3, 80, None]]
    )
    sheet = sheet_of(receive(content, office=tree.civil, by=tree.user_civil))
    assert (sheet.header["lines"], sheet.row_count) == ([2], 2)


def test_a_first_row_that_speaks_as_headings_do_is_not_taken_for_heading(receive, tree):
    """培训人数 is a measure here and a heading elsewhere; the numbers beside it tell."""
    upper = ["序号", "项目名称", "指标", "计量单位", "年度目标", "本月完成", "累计完成", "备注"]
    rows = [["1", "退役军人技能培训", "培训人数", "人", "110", "7", "12", None]]
    content = xlsx(rows, title=("2021年3月民生工程进度表",), heading=(upper,))
    receipt = receive(content, name="2021年3月民生工程月报.xlsx", office=tree.civil)
    table = rows_of(receipt)
    assert table["measure"].to_pylist() == ["培训人数"]
    assert table["sub_item"].to_pylist() == ["skills.veterans-skills"]


def test_a_list_of_deaths_is_not_taken_for_a_roster(receive, tree):
    rows = [[*person(n)[:2], "2021-02-03"] for n in range(3)]
    heading = ["死者姓名", "身份证号码", "死亡时间"]
    content = xlsx(rows, title=("2021年2月死亡人员名单",), heading=(heading,))
    sheet = sheet_of(receive(content, office=tree.civil, by=tree.user_civil))
    assert (sheet.roster, sheet.kind, sheet.period) == ("deaths", "list", 202102)


def test_training_roster_codes_what_offices_write(receive, tree):
    rows = [[*person(n)[:2], "保育", "合格" if n else "不合格"] for n in range(3)]
    content = xlsx(
        rows,
        title=("2021年4月幼儿教师培训学员花名册（第二期）",),
        heading=(["学员姓名", "身份证号", "培训内容", "是否合格"],),
    )
    sheet = sheet_of(receive(content, office=tree.civil, by=tree.user_civil))
    assert (sheet.sub_item, sheet.series) == ("preschool.teacher-training", "第二期")
    assert sheet_table(sheet, to=ALL)["passed"].to_pylist() == ["no", "yes", "yes"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            xlsx([[1, "王秀英", "五里"]], heading=(["序号", "姓名", "村（居）"],)),
            ("缺少", "「身份证号」", "「银行账号」", "已认出", "「姓名」", "请补上"),
        ),
        (
            xlsx(dibao_rows(1), title=("籍山镇2021年3月补助发放花名册",)),
            ("没有写明是哪个项目", "农村低保"),
        ),
        (xlsx(dibao_rows(1), title=("籍山镇农村低保发放花名册",)), ("没有写明月份", "2021年3月")),
        (xlsx([["今天", "天气"], ["很好", "晴"]], heading=()), ("没有找到表头",)),
        (xlsx([], title=(), heading=()), ("是空的", "没有可以收下的内容")),
        (
            xlsx(dibao_rows(1), title=("籍山镇2008年3月农村低保发放花名册",)),
            ("系统里没有当年的项目清单",),
        ),
    ],
)
def test_what_is_not_recognised_says_what_was_looked_for(receive, content, words):
    receipt = receive(content, "来件.xlsx")
    assert receipt.outcome == "unrecognised"
    for word in words:
        assert word in receipt.message
    assert receipt.row_count == 0


def test_one_sheet_not_understood_keeps_no_other_back(receive):
    good = [["籍山镇2021年3月农村低保发放花名册"], HEADING, *dibao_rows(2)]
    content = xlsx_sheets([
        ("填表说明", [["请如实填写"]], False),
        ("三月", good, False),
        ("旧表", good, True),
    ])  # fmt: skip
    receipt = receive(content)
    sheet = sheet_of(receipt)
    assert sheet.number == 2
    assert "「填表说明」" in receipt.message
    assert "「旧表」是隐藏的" in receipt.message
