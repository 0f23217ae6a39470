"""Plans, attendance and scores by workbook: recognised, judged, coloured back, entered, told."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest
from django.db import DatabaseError, connection, transaction
from tests.rooms.delivery.test_training_classes import user
from tests.rooms.intake.workbooks import NAMES, xlsx

from mingbai.base.models import Office
from mingbai.base.scope import Asker
from mingbai.delivery.actions import enter_progress
from mingbai.delivery.actions.class_sheets import CannotEnterClassSheet, enter_class_sheets
from mingbai.delivery.actions.classes import join_rolls
from mingbai.delivery.actions.doubting import check_classes
from mingbai.delivery.figures import CARDS, make_figure, walk_figure
from mingbai.delivery.models import AttendanceList, ClassDoubt, ExamScore, TrainingClass
from mingbai.delivery.queries.class_sheets import (
    KINDS,
    sheets_with_problems,
    standing_scores,
    waiting_class_sheets,
)
from mingbai.delivery.queries.classes import (
    classes_seen,
    days_present,
    sessions_of,
    standings_of_classes,
)
from mingbai.engine.generate import id_number
from mingbai.intake.actions import receive_file, return_workbook
from mingbai.intake.queries import live_sheets, verdicts_of
from mingbai.rulebook import load_book
from mingbai.site.actions import install_county

ALL = Asker.system("tests see everything")
ROLL = ["姓名", "身份证号", "培训内容", "开班日期", "结业日期", "是否合格"]
SIGNED = ["姓名", "身份证号", "培训内容", "上课日期", "上课时间", "是否到课"]
SCORES = ["姓名", "身份证号", "班号", "考核日期", "成绩"]
PLANS = ["项目名称", "培训内容", "培训地点", "开班日期", "结业日期", "名额"]


def who(number):
    return [NAMES[number], id_number(date(1980, 1, 1 + number), 1)]


class Desk:
    """A department that sends workbooks about its classes, as its clerk would."""

    def __init__(self, tree, at):
        self.tree, self.at = tree, at
        self.book = load_book(year=2021, county="340223")
        training = [
            item
            for item in self.book.sub_items
            if item.roster and self.book.roster(item.roster).kind == "training"
        ]
        self.item = next(item for item in training if item.kind == "training")
        self.other = next(item for item in training if item.lead_office != self.item.lead_office)
        install_county(book=self.book, by=tree.clerk, at=at)
        self.office = Office.objects.unscoped("t").get(code=self.item.lead_office)
        self.clerk = user("t-teaches", self.office, "clerk")

    def send(self, rows, heading, title, name="表.xlsx"):
        content = xlsx(rows, title=(title,), heading=(heading,))
        receipt = receive_file(
            content=content, name=name, office=self.office, by=self.clerk, at=self.at
        )
        assert receipt.outcome == "accepted", receipt.message
        return receipt

    def enter(self):
        """What the line does with what was received, in its order."""

        def live(*kinds):
            return list(live_sheets(to=ALL, year=2021).filter(kind__in=kinds))

        if rolls := live("training"):
            enter_progress(sheets=rolls, book=self.book, by=self.clerk, at=self.at)
        join_rolls(year=2021, by=self.clerk, at=self.at)
        made = enter_class_sheets(sheets=live(*KINDS), book=self.book, by=self.clerk, at=self.at)
        check_classes(year=2021, book=self.book, by=self.clerk, at=self.at)
        return made

    def plan(self, *rows):
        return self.send(rows, PLANS, "2021年开班计划表")

    def roll(self, *people, passed="合格", series="第1班"):
        rows = [[*who(n), "电工", "2021-03-15", "2021-03-19", passed] for n in people]
        return self.send(rows, ROLL, f"2021年3月{self.item.name}{series}学员花名册")

    def standing(self):
        return standings_of_classes(classes_seen(to=ALL, year=2021))

    def one(self):
        (found,) = self.standing()
        return found.training_class


@pytest.fixture
def desk(tree, at):
    return Desk(tree, at)


@pytest.mark.django_db
def test_a_plan_of_classes_comes_in_by_workbook(desk):
    good = [desk.item.name, "电工", "职教中心", "2021-03-15", "2021-03-19", 40]
    receipt = desk.plan(
        good,
        [desk.item.name, "焊工", "职教中心", "2021-04-19", "2021-04-12", 40],
        [desk.item.name, "焊工", "职教中心", "2021-04-12", "2021-04-19", 0],
        ["农村公路提质改造", "筑路", "工地", "2021-04-12", "2021-04-19", 40],
        [desk.item.name, "钳工", "职教中心", "2020-12-30", "2021-01-05", 40],
        [desk.other.name, "护工", "", "2021-05-10", "2021-05-14", 30],
    )
    (sheet,) = live_sheets(to=ALL, year=2021, kind="class_plan")
    codes = {(v.line, v.code) for v in verdicts_of(sheet, to=ALL)}
    assert {
        (4, "dates_reversed"), (5, "seats_none"), (6, "class_not_training"),
        (7, "date_outside_year"),
    } <= codes  # fmt: skip
    assert (sheet.row_count, sheet.rejected_count) == (6, 4)
    coloured = openpyxl.load_workbook(
        io.BytesIO(return_workbook(receipt=receipt, by=desk.clerk, at=desk.at))
    )
    told = " ".join(
        str(cell.value) for row in coloured.worksheets[0].iter_rows() for cell in row if cell.value
    )
    assert "名额应为一人以上" in told
    assert any(cell.fill.fgColor.rgb not in (None, "00000000")
               for cell in coloured.worksheets[1][5])  # fmt: skip
    made = desk.enter()
    one = desk.one()
    assert (one.course, one.seats, one.place, one.office_id) == (
        "电工", 40, "职教中心", desk.office.pk,
    )  # fmt: skip
    assert made.classes_count == 1
    (problem,) = made.problems[sheet.pk]
    assert (problem.line, problem.code) == (8, "not_leading")
    assert desk.enter().sheets_count == 0, "a sheet is entered once"
    desk.plan(good, [desk.item.name, "电工", "职教中心", "2021-03-15", "2021-03-19", 45])
    again = desk.enter()
    assert {p.code for each in again.problems.values() for p in each} == {
        "planned_before", "plan_differs",
    }  # fmt: skip
    assert TrainingClass.objects.unscoped("t").count() == 1


@pytest.mark.django_db
def test_attendance_comes_in_by_workbook_and_a_correction_takes_its_place(desk):
    desk.roll(0, 1, 2)
    title = "2021年3月第1班培训签到册"
    day = ["电工", "2021-03-15", "8:30-11:30"]
    receipt = desk.send(
        [
            [*who(0), *day, "√"], [*who(1), *day, "缺"], [*who(5), *day, "√"],
            [*who(0), *day, "√"], [*who(2), "电工", "2021-03-16", "上午", "√"],
            [*who(2), "电工", "2021-03-16", "14：00至17：00", None],
        ],
        SIGNED, title,
    )  # fmt: skip
    (sheet,) = live_sheets(to=ALL, year=2021, kind="attendance")
    assert {(v.line, v.code) for v in verdicts_of(sheet, to=ALL)} >= {(7, "hours_unread")}
    assert "8:30-11:30" in "".join(
        str(cell.value or "")
        for row in openpyxl.load_workbook(
            io.BytesIO(return_workbook(receipt=receipt, by=desk.clerk, at=desk.at))
        ).worksheets[0].iter_rows()
        for cell in row
    )  # fmt: skip
    made = desk.enter()
    assert {(p.line, p.code) for p in made.problems[sheet.pk]} == {
        (5, "not_on_roll"), (6, "listed_twice"),
    }  # fmt: skip
    one = desk.one()
    told = [(s.held_date.day, s.hours, t.present_count, t.listed_count)
            for s, t in sessions_of(one)]  # fmt: skip
    assert told == [(15, "08:30—11:30", 1, 3), (16, "14:00—17:00", 1, 3)]
    assert sum(days_present(one).values()) == 2
    assert [each.sheet_id for each in sheets_with_problems(to=ALL, year=2021)] == [sheet.pk]
    desk.send([[*who(0), *day, "√"], [*who(1), *day, "到"]], SIGNED, title, "更正.xlsx")
    desk.enter()
    told = [(s.held_date.day, t.turn, t.present_count) for s, t in sessions_of(desk.one())]
    assert told == [(15, 2, 2), (16, 2, 0)], "a meeting no longer told was attended by nobody"
    assert sheets_with_problems(to=ALL, year=2021) == ()
    assert AttendanceList.objects.unscoped("t").count() == 4, "the first lists stay"


@pytest.mark.django_db
def test_what_comes_before_its_roll_waits_and_is_tried_again(desk):
    day = ["电工", "2021-03-15", "8:30-11:30", "√"]
    desk.send([[*who(0), *day]], SIGNED, "2021年3月培训签到册")
    made = desk.enter()
    assert (made.sheets_count, made.waiting_count) == (0, 1)
    assert len(waiting_class_sheets(to=ALL, year=2021)) == 1
    desk.roll(0, 1)
    made = desk.enter()
    assert (made.sheets_count, made.lists_count, made.waiting_count) == (1, 1, 0)
    assert waiting_class_sheets(to=ALL, year=2021) == ()


@pytest.mark.django_db
def test_scores_are_held_against_the_roll_and_the_last_exam_counts(desk):
    desk.roll(0, 1)
    title = "2021年3月第1班结业考核成绩册"
    day = "2021-03-19"
    desk.send(
        [[*who(0), 1, day, 60], [*who(1), 1, day, "59.5"], [*who(2), 1, day, 80],
         [*who(0), 1, day, 101]],
        SCORES, title,
    )  # fmt: skip
    (sheet,) = live_sheets(to=ALL, year=2021, kind="exam")
    assert {(v.line, v.code) for v in verdicts_of(sheet, to=ALL)} == {(6, "score_out_of_range")}
    made = desk.enter()
    assert {(p.line, p.code) for p in made.problems[sheet.pk]} == {(5, "not_on_roll")}
    one = desk.one()
    marks = standing_scores([one.pk])[one.pk]
    assert sorted((m.score, m.passed) for m in marks.values()) == [
        (Decimal("59.5"), False), (Decimal(60), True),
    ]  # fmt: skip
    (doubt,) = ClassDoubt.objects.unscoped("t").filter(code="score_differs")
    assert (doubt.holds, doubt.lines) == (True, [4])
    (standing,) = desk.standing()
    assert standing.open_count == 1
    assert "1 人的考核成绩与名册上的结论不符" in [each.text for each in standing.doubts]
    desk.send([[*who(1), 1, "2021-03-26", 72]], SCORES, "2021年3月第1班补考成绩册")
    desk.enter()
    (standing,) = desk.standing()
    assert standing.open_count == 0, "the second exam answers the doubt"
    marks = standing_scores([one.pk])[one.pk]
    assert max(m.attempts_count for m in marks.values()) == 2


@pytest.mark.django_db
def test_the_mark_is_the_one_in_force_on_the_day_of_the_exam(desk):
    first = replace(desk.book.training[0], to_date=date(2021, 3, 20))
    later = replace(desk.book.training[0], from_date=date(2021, 3, 21), pass_mark=Decimal(80))
    desk.book = replace(desk.book, training=(first, later))
    desk.roll(0, 1)
    desk.send(
        [[*who(0), 1, "2021-03-19", 70], [*who(1), 1, "2021-03-22", 70]], SCORES, "3月第1班成绩册"
    )
    desk.enter()
    found = {s.exam_date.day: (s.pass_mark, s.passed) for s in ExamScore.objects.unscoped("t")}
    assert found == {19: (Decimal(60), True), 22: (Decimal(80), False)}


@pytest.mark.django_db
def test_nothing_entered_is_changed_and_other_kinds_are_refused(desk):
    desk.roll(0)
    desk.send([[*who(0), 1, "2021-03-19", 70]], SCORES, "3月第1班成绩册")
    desk.enter()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE delivery_examscore SET score = 100")
    (roll,) = live_sheets(to=ALL, year=2021, kind="training")
    with pytest.raises(CannotEnterClassSheet):
        enter_class_sheets(sheets=[roll], book=desk.book, by=None, at=desk.at)


def figure(name, cutoff=date(2021, 6, 30), to=ALL):
    return make_figure(f"delivery.{name}", year=2021, cutoff=cutoff, as_of=None, to=to)


def walked(name, *path, to=ALL):
    return walk_figure(
        f"delivery.{name}", path, year=2021, cutoff=date(2021, 6, 30), as_of=None, to=to
    )


@pytest.mark.django_db
def test_figures_of_training_walk_back_to_the_rows(desk):
    desk.roll(0, 1, 2)
    desk.send(
        [[*who(3), "焊工", "2021-04-12", "2021-04-16", "合格"],
         [*who(4), "焊工", "2021-04-12", "2021-04-16", "不合格"]],
        ROLL, f"2021年4月{desk.item.name}第2班学员花名册",
    )  # fmt: skip
    desk.enter()
    assert figure("classes_held").value == 2
    assert figure("classes_held", date(2021, 3, 31)).value == 1
    assert figure("training_person_times").value == 5
    assert figure("training_pass_ratio").value == Fraction(4, 5)
    assert figure("certificates").value == 0
    for name in ("classes_held", "training_person_times", "training_pass_ratio"):
        made = figure(name)
        (item,) = walked(name)
        assert item.value == made.numerator
        if name == "classes_held":
            leaves = walked(name, item.key)
        else:
            classes = walked(name, item.key)
            assert sum(each.value for each in classes) == item.value
            leaves = [leaf for each in classes for leaf in walked(name, item.key, each.key)]
        assert sum(leaf.value for leaf in leaves) == made.numerator
        assert all(leaf.origin_file_id and leaf.origin_line for leaf in leaves)
        with pytest.raises(KeyError):
            walked(name, "no-such-item")
    own = desk.tree.asker(desk.clerk)
    assert figure("training_person_times", to=own).value == 5
    assert figure("training_person_times", to=desk.tree.asker(desk.tree.user_civil)).value == 0
    assert {f"delivery.{n}" for n in ("classes_held", "certificates")} <= set(CARDS)


@pytest.mark.django_db
def test_a_doubted_class_does_not_count_until_it_is_cleared(desk):
    desk.roll(0, 1)
    desk.send([[*who(0), 1, "2021-03-19", 10]], SCORES, "3月第1班成绩册")
    desk.enter()
    assert figure("training_person_times").value == 0
    assert figure("classes_held").value == 0
    assert figure("training_pass_ratio").value is None
    desk.send([[*who(0), 1, "2021-03-26", 90]], SCORES, "3月第1班成绩册第二批")
    desk.enter()
    assert figure("training_person_times").value == 2


@pytest.mark.django_db
def test_doubts_stand_in_a_list_and_are_decided_there(desk, client, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    desk.roll(0, 1)
    desk.send([[*who(0), 1, "2021-03-19", 10]], SCORES, "3月第1班成绩册")
    desk.enter()
    client.force_login(desk.clerk, backend="mingbai.base.auth.OfficeBackend")
    page = "/programmes/training/doubts/?year=2021"
    text = client.get(page).content.decode()
    assert "考核成绩与名册上的结论不符" in text
    assert "核实培训班疑点" in client.get("/").content.decode()
    (doubt,) = ClassDoubt.objects.unscoped("t")
    told = {"decision": "cleared", "words": "补考已过，成绩未录", "from": "list"}
    client.post(f"/programmes/training/doubts/{doubt.pk}/", told)
    assert "未核清" in client.get(page).content.decode(), "who sent the roll does not clear it"
    checker = user("t-checks", desk.office, "checker")
    client.force_login(checker, backend="mingbai.base.auth.OfficeBackend")
    answer = client.post(f"/programmes/training/doubts/{doubt.pk}/", told)
    assert answer["Location"].endswith("/training/doubts/")
    assert "没有未核清的疑点" in client.get(page).content.decode()
    assert "补考已过" in client.get(f"{page}&state=answered").content.decode()
    assert "核实培训班疑点" not in client.get("/").content.decode()
    one = desk.one()
    shown = client.get(f"/programmes/training/{one.pk}/").content.decode()
    assert "人达线" in shown
