"""A department's own 工程台账 comes in: recognised, judged line by line, coloured, entered."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from tests.rooms.intake.workbooks import xlsx

from mingbai.base.models import Office, OfficeDuty
from mingbai.base.scope import Asker
from mingbai.delivery.actions import enter_works
from mingbai.delivery.queries.sites import site_standings
from mingbai.engine.canon.types.credit_code import check_character, own_check_character
from mingbai.intake.actions import receive_file, return_workbook
from mingbai.intake.queries import live_sheets, verdicts_of
from mingbai.rulebook import load_book

ALL = Asker.system("tests see everything")
TITLE = ("南陵县2021年6月民生工程项目建设台账",)
HEADING = [
    "序号", "子项", "建设点名称", "所在镇", "建设地点", "建设规模", "中标单位", "统一社会信用代码",
    "合同号", "中标价（万元）", "计划投资（万元）", "完成投资（万元）", "开工时间", "计划完工时间",
    "竣工时间", "备注",
]  # fmt: skip


def code_of(number: int) -> str:
    """A made-up enterprise code with right check characters."""
    own = f"{number:08d}"
    first = f"91340223{own}{own_check_character(own)}"
    return first + check_character(first)


def row(place, name, *, item="农村公路提质改造", code=None, start="2021-04-06", town="籍山镇"):
    return [
        place, item, name, town, "东至河堤", "3.2", "某路桥公司", code or code_of(place),
        f"HT-{place}", "88.50", "100", "41.2", start, "2021年10月31日", None, None,
    ]  # fmt: skip


@pytest.fixture
def transport(tree):
    office = Office.objects.create(
        code="transport", name="交通运输局", short_name="交通局", kind="department",
        division=tree.county, parent=tree.office, valid_from=date(2021, 1, 1),
    )  # fmt: skip
    OfficeDuty.objects.create(
        office=office, sub_item="rural-roads.upgrade", from_date=date(2021, 1, 1)
    )
    return office


@pytest.mark.django_db
def test_a_department_s_own_ledger_comes_in(tree, at, transport):
    good, short = row(1, "上街路"), row(2, "中街路")
    wrong_code = row(3, "下街路", code=code_of(3)[:-1] + ("1" if code_of(3)[-1] != "1" else "2"))
    no_town = row(4, "后街路", town="无名镇")
    content = xlsx([good, short, wrong_code, no_town], title=TITLE, heading=(HEADING,))
    receipt = receive_file(
        content=content, name="项目建设台账6月.xlsx", office=transport, by=tree.clerk, at=at
    )
    assert receipt.outcome == "accepted", receipt.message
    (sheet,) = live_sheets(to=ALL, year=2021, kind="works")
    assert (sheet.month, sheet.roster, sheet.sub_item) == (6, "works", None)
    assert sheet.row_count == 4
    told = {(each.line, each.column) for each in verdicts_of(sheet, to=ALL)}
    assert {(5, "contractor_code"), (6, "town")} <= told
    assert not {each for each in told if each[0] in (3, 4)}
    coloured = openpyxl.load_workbook(
        io.BytesIO(return_workbook(receipt=receipt, by=tree.clerk, at=at))
    )
    assert coloured.sheetnames[0].startswith("退回说明")
    book = load_book(year=2021, county="340223")
    entry = enter_works(sheets=[sheet], book=book, by=tree.clerk, at=at)
    assert (entry.sites_count, entry.reports_count) == (sheet.accepted_count, sheet.accepted_count)
    found = {each.name: each for each in site_standings(
        to=tree.asker(tree.user_civil), year=2021, cutoff=date(2021, 6, 30))}  # fmt: skip
    assert found == {}, "another department's works are not seen"
    found = {each.name: each for each in site_standings(
        to=ALL, year=2021, cutoff=date(2021, 6, 30))}  # fmt: skip
    details = found["上街路"].details
    assert details.contract_amount == 88_500_000
    assert details.planned_amount == 100_000_000
    assert details.contractor_code == code_of(1)
    assert details.planned_finish_date == date(2021, 10, 31)
    assert found["上街路"].invested_amount == 41_200_000


@pytest.mark.django_db
def test_a_ledger_is_told_from_a_progress_table(tree, at, transport):
    progress = xlsx(
        [["农村公路提质改造", "公里", "43", "2", "11.5"]],
        title=("南陵县2021年6月民生工程项目进度表",),
        heading=(["项目名称", "计量单位", "年度目标", "本月完成", "累计完成"],),
    )
    receive_file(content=progress, name="进度.xlsx", office=transport, by=tree.clerk, at=at)
    plain = xlsx(
        [row(1, "上街路")], title=("交通局2021年5月情况",), heading=(HEADING,)
    )  # fmt: skip
    receive_file(content=plain, name="附件2.xlsx", office=transport, by=tree.clerk, at=at)
    assert [s.kind for s in live_sheets(to=ALL, year=2021)] == ["progress", "works"]


@pytest.mark.django_db
def test_a_ledger_without_a_month_is_asked_for_it(tree, at, transport):
    content = xlsx([row(1, "上街路")], title=("工程台账",), heading=(HEADING,))
    receipt = receive_file(
        content=content, name="工程台账.xlsx", office=transport, by=tree.clerk, at=at
    )
    assert receipt.outcome == "unrecognised"
    assert "月份" in receipt.message
