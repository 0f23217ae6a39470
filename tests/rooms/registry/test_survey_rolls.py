"""Whole lists into the survey: a town's own workbook, and people whom comparison found left out."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from tests.rooms.intake.workbooks import xlsx
from tests.rooms.registry import test_daily_pages as daily
from tests.rooms.registry import test_survey as one
from tests.rooms.registry.rosters import TEKUN, id_number

from mingbai.base.models import Act, Office
from mingbai.base.scope import Asker
from mingbai.engine.reading import Reader
from mingbai.intake.actions import receive_file
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets, sheet_line
from mingbai.registry.actions import (
    CannotRecordVisit,
    enter_survey,
    receive_surveys,
    record_visit,
    settle_finding,
    take_over_left_out,
)
from mingbai.registry.models import Settlement, SurveyEntry, Visit
from mingbai.registry.queries import left_out
from mingbai.registry.queries.surveys import open_entry, show_entries
from mingbai.rulebook import load_book

pytestmark = pytest.mark.django_db
ALL = Asker.system("test")
people, book = one.people, one.book
HEAD = [
    "序号",
    "姓名",
    "身份证号",
    "所在村",
    "联系电话",
    "摸底项目",
    "困难情况",
    "包村干部",
    "完成时限",
]
TITLE = ("籍山镇2021年低保对象摸底名册",)


def line(number, name, id_text, **more):
    """One row as a town writes it."""
    said = {
        "village": "五里居委会", "phone": "13900000001", "item": "农村低保",
        "why": "因病致贫，独居", "who": "村干部王某", "due": "2099-12-31", **more,
    }  # fmt: skip
    return [number, name, id_text, *said.values()]


ROWS = [
    line(1, "演大爷", id_number(7, "19500203")),
    line(2, "演大妈", None),
    line(3, "演三叔", id_number(9, "19500203")[:-4]),
    line(4, "演四婶", id_number(11, "19500203"), village="没有这个村"),
    line(5, "演大爷", id_number(7, "19500203")),
    line(6, "演六伯", id_number(13, "19500203"), why="电话 13900000001 打不通"),
    line(7, "演七姑", id_number(15, "19500203"), due="2021-06-30"),
    line(8, "演八姨", id_number(17, "19500203")),
]


@pytest.fixture(scope="module", autouse=True)
def reader():
    """One child that reads for all tests: starting one costs more than reading."""
    with Reader(children=1) as one_reader:
        _READING.append(one_reader)
        yield
        _READING.clear()


_READING: list[Reader] = []


def receive(people, at, rows=ROWS, *, title=TITLE, name="籍山镇摸底名册.xlsx"):
    content = xlsx(rows, title=title, heading=(HEAD,))
    office = Office.objects.unscoped("t").get(code="jishan")
    return receive_file(
        content=content, name=name, office=office, by=people["town"], at=at, reader=_READING[0]
    )


def take_in(people, book, at):
    sheets = list(live_sheets(to=ALL, year=2021, kind="survey"))
    return receive_surveys(sheets=sheets, book=book, by=people["town"], at=at)


def names_of(entries):
    return sorted(open_entry(each)["name"] for each in entries)


def test_a_list_is_taken_in_row_by_row_and_each_other_row_says_why(people, book, at):
    enter_survey(
        surveyed=one.said(id_number=id_number(17, "19500203"), name="演八姨"), book=book,
        by=people["town"], at=at,
    )  # fmt: skip
    receipt = receive(people, at)
    sheet = Sheet.objects.unscoped("t").get(receipt=receipt)
    assert (sheet.kind, sheet.row_count, sheet.rejected_count) == ("survey", 8, 2)
    report = take_in(people, book, at)
    assert (len(report.done), report.known_count) == (2, 1)
    refused = {place[2]: why for place, why in report.refused}
    assert set(refused) == {7, 8, 9}
    assert "前面已有" in refused[7]
    assert "不要写" in refused[8]
    assert "在今天之前" in refused[9]
    made = SurveyEntry.objects.unscoped("t").filter(pk__in=report.done).order_by("id")
    assert names_of(made) == ["演大妈", "演大爷"]
    for entry in made:
        assert entry.source == "workbook"
        shown = sheet_line(sheet, entry.origin_line, to=ALL)
        assert shown.role == "row"
    payloads = " ".join(map(str, Act.objects.unscoped("t").values_list("payload", flat=True)))
    assert "演大爷" not in payloads
    again = take_in(people, book, at)
    assert again.done == ()
    assert {place[2] for place, _ in again.refused} == {7, 8, 9}, "a row twice stays twice"


def test_the_workbook_goes_back_with_every_reason(people, book, at):
    receipt = receive(people, at)
    client = Client()
    client.force_login(people["town"])
    page = client.post(reverse("registry:survey_receive"), follow=True).content.decode()
    assert "从摸底名册列入 3 人" in page
    assert "没有列入 3 行" in page
    assert "籍山镇摸底名册.xlsx" in page
    answer = client.post(reverse("registry:survey_return", args=[receipt.pk]))
    found = openpyxl.load_workbook(io.BytesIO(answer.content))
    said = {
        cell.row: cell.comment.text
        for sheet in found
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment is not None
    }
    assert {5, 6, 7, 8, 9} <= set(said)
    assert "证件号读不出来" in said[5]
    assert "前面已有" in said[7]
    assert 3 not in said
    other = Client()
    other.force_login(people["other"])
    assert other.post(reverse("registry:survey_return", args=[receipt.pk])).status_code == 404
    assert "籍山镇摸底名册.xlsx" not in other.get(reverse("registry:survey")).content.decode()


def test_a_corrected_list_adds_what_was_wrong_and_nobody_twice(people, book, at):
    receive(people, at)
    assert len(take_in(people, book, at).done) == 3
    right = [
        *ROWS[:2], line(3, "演三叔", id_number(9, "19500203")), line(4, "演四婶", None), ROWS[7],
    ]  # fmt: skip
    receive(people, at, right, name="籍山镇摸底名册（更正）.xlsx")
    report = take_in(people, book, at)
    assert (len(report.done), report.known_count, report.refused) == (2, 3, ())
    entries = SurveyEntry.objects.unscoped("t").all()
    assert names_of(entries) == sorted(["演大爷", "演大妈", "演三叔", "演四婶", "演八姨"])


def test_the_same_name_without_a_number_waits_for_a_visit(people, book, at):
    enter_survey(
        surveyed=one.said(id_number="", name="演大妈"), book=book, by=people["town"], at=at
    )
    receive(people, at, ROWS[:2])
    report = take_in(people, book, at)
    ((place, why),) = report.refused
    assert place[2] == 4
    assert "分不清" in why


def test_the_database_lists_a_row_once_and_wants_each_origin(people, book, at):
    receive(people, at, ROWS[:1])
    take_in(people, book, at)
    entry = SurveyEntry.objects.unscoped("t").get()
    for wrong in ({}, {"source": "typed"}, {"source": "left_out"}):
        entry.pk, entry.id_key, entry.id_sealed = None, None, None
        for name, value in wrong.items():
            setattr(entry, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            entry.save(force_insert=True)
    entry.source, entry.origin_line = "typed", None
    entry.save(force_insert=True)  # control arm


def test_the_page_asks_no_more_when_more_lists_came(
    people, book, at, django_assert_max_num_queries
):
    for number in range(3):
        title = (f"籍山镇2021年{number + 3}月摸底名册",)
        receive(people, at, [line(1, "演大爷", id_number(20 + number, "19500203"))], title=title)
    take_in(people, book, at)
    client = Client()
    client.force_login(people["town"])
    client.get(reverse("registry:survey"))
    with django_assert_max_num_queries(26):
        assert client.get(reverse("registry:survey")).status_code == 200


# --- people left out ------------------------------------------------------------------------


@pytest.fixture
def due(tree, at, monkeypatch):
    """Four people of two towns draw one benefit and stand on no roster of the other."""
    real = load_book(year=2021, county="340223")
    made = replace(
        daily.book.__wrapped__(monkeypatch),
        procedures=(replace(real.procedures[0], sub_item=TEKUN),),
    )
    daily.sheets.__wrapped__(tree, at, made)
    for name in ("survey_rolls", "surveying"):
        monkeypatch.setattr(f"mingbai.registry.views.{name}.load_book", lambda **_: made)
        monkeypatch.setattr(f"mingbai.registry.views.{name}.newest_year", lambda: 2021)
    return made


def found_left_out(**more):
    return list(left_out(to=ALL, year=2021, **more))


def test_people_left_out_are_taken_over_with_their_origin(tree, at, due):
    findings = found_left_out(town="340223100")
    assert len(findings) >= 2
    report = take_over_left_out(
        findings=findings, assignee="村干部王某", due_date=date(2021, 7, 31), book=due,
        by=tree.user_a, at=at,
    )  # fmt: skip
    assert (len(report.done), report.refused) == (len(findings), ())
    for entry in SurveyEntry.objects.unscoped("t").all():
        assert entry.source == "left_out"
        assert entry.sub_item == TEKUN
        assert entry.finding in findings
        assert entry.reason == "低保对象都可申请"
        (shown,) = show_entries([entry])
        assert "*" in shown.id_number
        # The row that entitles the person is the one behind the finding.
        said = open_entry(entry)
        sheet = Sheet.objects.unscoped("t").get(file=entry.origin_file, number=entry.origin_sheet)
        assert said["name"]
        assert sheet.town_id == entry.town
    again = take_over_left_out(
        findings=findings, assignee="村干部王某", due_date=None, book=due, by=tree.user_a, at=at
    )
    assert again.done == ()
    assert {why for _, why in again.refused} == {
        "这个人的同一项今年已经摸底登记。请在名单里登记入户结果。"
    }


def test_what_the_visit_finds_settles_the_finding_too(tree, at, due):
    first, second = found_left_out(town="340223100")[:2]
    report = take_over_left_out(
        findings=[first, second], assignee="村干部王某", due_date=None, book=due,
        by=tree.user_a, at=at,
    )  # fmt: skip
    said = {"visited_date": at.date(), "visitors": "村干部王某", "by": tree.user_a, "at": at}
    with pytest.raises(CannotRecordVisit, match="已转入摸底名单"):
        record_visit(finding=first, outcome="willing", note="", seen_number=0, **said)
    one_entry, other = SurveyEntry.objects.unscoped("t").filter(pk__in=report.done).order_by("id")
    with pytest.raises(CannotRecordVisit, match="为什么不愿"):
        record_visit(entry=one_entry, outcome="unwilling", note="", seen_number=0, **said)
    record_visit(entry=one_entry, outcome="unwilling", note="随子女外出", seen_number=0, **said)
    newest = Settlement.objects.unscoped("t").get(finding=first)
    assert (newest.decision, newest.reason) == ("dismissed", "unwilling")
    still = {each.pk for each in found_left_out()}
    assert first.pk not in still
    assert second.pk in still
    shown = next(each for each in found_left_out(state="") if each.pk == first.pk)
    assert (shown.outcome, shown.entry_id) == ("unwilling", one_entry.pk)
    # Whoever settled it meanwhile: the visit is recorded all the same.
    settle_finding(
        finding=second, decision="dismissed", reason="not_due", seen_number=0, by=tree.clerk, at=at
    )
    record_visit(entry=other, outcome="applied", note="", seen_number=0, **said)
    assert Visit.objects.unscoped("t").filter(entry=other).exists()
    assert Settlement.objects.unscoped("t").filter(finding=second).count() == 1


def test_the_page_takes_over_a_town_in_one_step(tree, at, due):
    client = daily.client_of(tree.user_a)
    page = client.get("/registry/visits/").content.decode()
    assert "整批转入摸底名单" in page
    own = [each for each in found_left_out() if each.town == "340223100"]
    given = {"town": "", "assignee": "包村干部李某", "due_date": "2099-12-31"}
    page = client.post(reverse("registry:take_over"), given, follow=True).content.decode()
    assert f"已转入摸底名单 {len(own)} 人" in page
    assert page.count("比对查出应保未保</a>　由") == len(own)
    assert SurveyEntry.objects.unscoped("t").count() == len(own), "another town's people stay"
    page = client.get("/registry/visits/").content.decode()
    assert page.count("已转入摸底名单</a>") == len(own)
    page = client.post(reverse("registry:take_over"), given, follow=True).content.decode()
    assert "没有可转入的人" in page
    refused = client.post(reverse("registry:take_over"), {**given, "town": "340223101"})
    assert refused.status_code == 403
    empty = client.post(reverse("registry:take_over"), {"town": ""}, follow=True)
    assert "请写明由谁入户" in empty.content.decode()
