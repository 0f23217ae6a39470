"""Training classes: planned, joined to rolls, doubted, held, certified."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from django.db import DatabaseError, transaction

from mingbai.base.models import Role, User
from mingbai.base.scope import Asker
from mingbai.delivery.actions.attending import (
    CannotIssueCertificates,
    CannotOpenSession,
    CannotTakeAttendance,
    Hours,
    issue_certificates,
    list_allowance,
    open_session,
    take_attendance,
)
from mingbai.delivery.actions.classes import CannotPlanClass, ClassPlan, join_rolls, plan_class
from mingbai.delivery.actions.doubting import CannotAnswerDoubt, answer_doubt, check_classes
from mingbai.delivery.models import Certificate, ClassDoubt, TrainingClass
from mingbai.delivery.queries.classes import (
    classes_seen,
    doubt_seen,
    sessions_of,
    standings_of_classes,
)
from mingbai.rulebook import load_book

ALL = Asker.system("tests see everything")
START, END = date(2021, 3, 15), date(2021, 3, 19)


def user(name, office, role):
    made = User(username=name, display_name=name, office=office)
    made.set_unusable_password()
    made.save()
    Role.objects.create(user=made, role=role, from_date=date(2021, 1, 1))
    return made


class School:
    """A county whose rulebook knows training; rolls are handed in by the county's clerk."""

    def __init__(self, county):
        real = load_book(year=2021, county="340223")
        self.county, self.at = county, county.at
        self.book = replace(county.book, training=real.training, calendar=real.calendar)
        self.teacher = user("t-teacher", county.school, "clerk")

    def roll(self, *people, month=3, **kw):
        """Names, or (name, phone), of one class; kw: course, start, end, passed, follows."""
        told = {"course": "电工", "start_date": START, "end_date": END, "passed": "yes"}
        told |= {word: kw.pop(word) for word in tuple(kw) if word in told}
        rows = [
            {
                "id_key": key(name), "phone_key": key(phone) if phone else None, **told,
            }
            for name, phone in ((p, None) if isinstance(p, str) else p for p in people)
        ]  # fmt: skip
        sheet = self.county.hand_in(
            "training", rows, office=self.county.school, month=month, sub_item="school.teachers",
            **kw,
        )  # fmt: skip
        self.county.enter(sheet)
        join_rolls(year=2021, by=None, at=self.at)
        return sheet

    def plan(self, **kw):
        told = {
            "sub_item": "school.teachers", "course": "电工", "place": "职教中心",
            "start_date": START, "end_date": END, "seats": 2,
        }  # fmt: skip
        return plan_class(
            year=2021, office=self.county.school, plan=ClassPlan(**told | kw), by=self.teacher,
            at=self.at,
        )  # fmt: skip

    def check(self):
        return check_classes(year=2021, book=self.book, by=None, at=self.at)

    def codes(self):
        self.check()
        return sorted(d.code for d in ClassDoubt.objects.unscoped("t").filter(answer__isnull=True))

    def classes(self):
        return standings_of_classes(classes_seen(to=ALL, year=2021))

    def meet(self, one, day=START, first=8 * 60, last=11 * 60, lines=(4,), by=None):
        session = open_session(
            training_class=one, hours=Hours(day, first, last), by=by or self.teacher, at=self.at
        )
        take_attendance(
            session=session, lines=lines, seen_turn=0, by=by or self.teacher, at=self.at
        )
        return session

    def value(self):
        return self.county.completion("school.teachers").value


def key(word):
    return hashlib.blake2b(word.encode(), digest_size=16).digest()


@pytest.fixture
def school(county):
    return School(county)


@pytest.mark.django_db
def test_a_planned_class_takes_its_roll_and_another_roll_opens_a_class(school):
    planned = school.plan()
    school.roll("甲", "乙")
    school.roll(
        "丙", month=4, course="焊工", start_date=date(2021, 4, 6), end_date=date(2021, 4, 8)
    )
    first, second = school.classes()
    assert (first.training_class, first.listed_count, first.words) == (planned, 2, "计入")
    assert (second.training_class.course, second.training_class.seats) == ("焊工", None)
    assert first.pass_ratio == 1
    assert school.check().standing_count == 0
    assert school.value() == 1


@pytest.mark.django_db
def test_a_corrected_roll_stays_with_its_class(school):
    sheet = school.roll("甲", "乙")
    school.roll("甲", "丁", follows=sheet)
    (one,) = school.classes()
    assert (one.training_class.number, one.listed_count) == (1, 2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("second", "codes"),
    [
        ({"people": ["甲", "丙", "丁"], "start_date": END, "end_date": END}, ["spans_overlap"]),
        ({"people": ["戊", "戊"], "start_date": date(2021, 4, 6), "end_date": date(2021, 4, 8)},
         ["repeated_person"]),
        ({"people": [("戊", "1"), ("己", "1"), ("庚", "1")], "start_date": date(2021, 4, 6),
          "end_date": date(2021, 4, 8)}, ["shared_phone"]),
        ({"people": ["甲", "乙"], "start_date": date(2021, 4, 6), "end_date": date(2021, 4, 8)},
         ["same_list"]),
        ({"people": ["戊"], "start_date": date(2021, 4, 6), "end_date": date(2021, 4, 8)}, []),
    ],
)  # fmt: skip
def test_rolls_that_cannot_be_are_doubted_and_do_not_count(school, second, codes):
    school.roll("甲", "乙")
    school.roll(*second.pop("people"), month=4, course="焊工", **second)
    assert school.codes() == codes
    first, other = school.classes()
    assert first.open_count == 0
    assert (other.words == "未核") is bool(codes)
    if codes:
        assert school.value() < 1, "only the first class counts"


@pytest.mark.django_db
def test_more_trainees_than_seats_and_the_dead_are_doubted(school, monkeypatch):
    school.plan()
    school.roll("甲", "乙", "丙")
    assert school.codes() == ["over_quota"]
    import polars as pl

    from mingbai.delivery.actions import doubting

    dead = pl.DataFrame(
        {
            "id_key": [key("甲"), key("乙")],
            "event_date": [date(2021, 1, 5), date(2021, 3, 17)],
            "roster": ["deaths", "deaths"],
        }
    )
    monkeypatch.setattr(doubting, "live_rows", lambda **_: dead)
    assert school.codes() == ["after_death", "over_quota", "paid_after_event"]


@pytest.mark.django_db
def test_a_doubt_is_cleared_by_another_hand_or_gone_after_a_correction(school):
    sheet = school.roll("戊", "戊")
    school.check()
    assert school.value() is None, "nobody of this class counts"
    doubt = doubt_seen(ClassDoubt.objects.unscoped("t").get().pk, to=ALL)
    tree = school.county.tree
    for by, words, why in (
        (tree.clerk, "同名", "本人报的"),
        (school.teacher, " ", "写明"),
        (tree.user_a, "同名", "核实"),
    ):
        with pytest.raises(CannotAnswerDoubt, match=why):
            answer_doubt(doubt=doubt, is_true=False, words=words, by=by, at=school.at)
    answer_doubt(doubt=doubt, is_true=True, words="确实报重", by=school.teacher, at=school.at)
    assert school.classes()[0].words == "未核", "a true one keeps it from counting"
    school.roll("戊", "甲", follows=sheet)
    assert school.check().standing_count == 0
    assert school.classes()[0].words == "计入"


@pytest.mark.django_db
def test_what_is_no_longer_found_is_marked_gone_and_checking_again_writes_nothing(school):
    first = school.roll("甲", "乙")
    school.roll("甲", "丙", month=4, course="焊工")
    assert school.check().new_count == 1
    assert school.check().new_count == 0
    school.roll("丁", "乙", follows=first)
    found = school.check()
    assert (found.standing_count, found.gone_count) == (0, 1)
    assert school.value() == Fraction(4, 3), "four people in two classes"


@pytest.mark.django_db
def test_sessions_on_rest_days_at_odd_hours_and_in_two_places_are_doubted(school):
    school.roll("甲", "乙")
    school.roll("甲", "丙", "丁", month=4, course="焊工", start_date=date(2021, 3, 22),
                end_date=date(2021, 4, 8))  # fmt: skip
    one, two = (each.training_class for each in school.classes())
    school.meet(one, day=date(2021, 3, 14))  # a Sunday, and before the class began
    school.meet(one, first=22 * 60, last=23 * 60)
    school.meet(one, day=END)
    school.meet(two, day=END, first=10 * 60, last=12 * 60)
    assert school.codes() == ["odd_hours", "outside_dates", "outside_dates", "rest_day",
                              "two_sessions"]  # fmt: skip


@pytest.mark.django_db
def test_attendance_is_taken_again_as_a_new_turn_and_only_from_the_roll(school):
    school.roll("甲", "乙")
    one = school.classes()[0].training_class
    with pytest.raises(CannotOpenSession, match="登记"):
        open_session(
            training_class=one, hours=Hours(START, 480, 600), by=school.county.tree.user_a,
            at=school.at,
        )  # fmt: skip
    with pytest.raises(CannotOpenSession, match="晚于"):
        open_session(training_class=one, hours=Hours(START, 600, 600), by=None, at=school.at)
    session = school.meet(one, lines=(4, 5))
    take_attendance(session=session, lines=(5,), seen_turn=1, by=school.teacher, at=school.at)
    ((_, taken),) = sessions_of(one)
    assert (taken.turn, taken.present_count, taken.listed_count) == (2, 1, 2)
    for lines, turn, why in (((4,), 1, "签过到"), ((99,), 2, "更正")):
        with pytest.raises(CannotTakeAttendance, match=why):
            take_attendance(
                session=session, lines=lines, seen_turn=turn, by=school.teacher, at=school.at
            )


@pytest.mark.django_db
def test_certificates_are_for_seats_that_passed_and_attended(school):
    school.roll("甲", "乙", "丙")
    one = school.classes()[0].training_class

    def issue():
        return issue_certificates(
            training_class=one, on=END, book=school.book, by=school.teacher, at=school.at
        )

    with pytest.raises(CannotIssueCertificates, match="签到"):
        issue()
    for day in (15, 16, 17, 18, 19):
        school.meet(one, day=date(2021, 3, day), lines=(4, 5) if day < 19 else (4,))
    school.meet(one, day=date(2021, 3, 19), first=14 * 60, last=17 * 60, lines=(4, 5))
    made = issue()
    assert [(c.number, c.origin_line) for c in made] == [(1, 4), (2, 5)]
    with pytest.raises(CannotIssueCertificates, match="没有要发证的人"):
        issue()
    with pytest.raises(DatabaseError), transaction.atomic():
        Certificate.objects.unscoped("t").update(number=9)


@pytest.mark.django_db
def test_the_allowance_is_the_rate_for_each_day_present(school):
    school.roll("甲", "乙")
    one = school.classes()[0].training_class
    school.meet(one, lines=(4,))
    school.meet(one, first=14 * 60, last=17 * 60, lines=(4,))
    content = list_allowance(training_class=one, book=school.book, by=school.teacher, at=school.at)
    from mingbai.engine.reading import read_workbook

    (sheet,) = read_workbook(content, "名单.xlsx").sheets
    shown = [row["c6"] for row in sheet.cells.to_pylist()]
    assert "50" in shown
    assert len([value for value in shown if value and value.replace(".", "").isdecimal()]) == 1


@pytest.mark.django_db
def test_plans_name_a_training_sub_item_seats_and_days_of_the_year(school):
    for told, why in (
        ({"sub_item": "roads.build"}, "培训子项"),
        ({"seats": 0}, "名额"),
        ({"course": " "}, "培训内容"),
        ({"end_date": date(2022, 1, 3)}, "年内"),
    ):
        with pytest.raises(CannotPlanClass, match=why):
            school.plan(**told)
    with pytest.raises(CannotPlanClass, match="办班"):
        plan_class(
            year=2021, office=school.county.tree.civil,
            plan=ClassPlan("school.teachers", "电工", "", START, END, 3), by=school.teacher,
            at=school.at,
        )  # fmt: skip
    assert TrainingClass.objects.unscoped("t").count() == 0


@pytest.mark.django_db
def test_many_classes_cost_no_more_queries(school, django_assert_max_num_queries):
    for month in (3, 4, 5, 6):
        day = date(2021, month, 20)
        school.roll(f"人{month}", month=month, course=f"课{month}", start_date=day, end_date=day)
    with django_assert_max_num_queries(8):
        assert len(school.classes()) == 4
