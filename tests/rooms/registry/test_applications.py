"""Applications: typed from paper, reviewed by different hands, row by row, nothing ever edited."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, transaction
from tests.rooms.registry.rosters import hand_in, row

from mingbai.base.ledger import record_act
from mingbai.base.models import OfficeDuty, Role, User
from mingbai.base.permissions import asker_for
from mingbai.engine.canon.types.id_number import check_character
from mingbai.registry.actions import (
    Asked,
    CannotAddPaper,
    CannotApply,
    CannotReview,
    Opinion,
    add_paper,
    receive_application,
    receive_applications,
    resubmit_application,
    review_applications,
    withdraw_application,
)
from mingbai.registry.models import Application, ApplicationStep
from mingbai.rulebook import load_book

pytestmark = pytest.mark.django_db

DIBAO = "hardship-relief.rural-dibao"
PHOTO = b"\xff\xd8\xff\xe0" + b"0" * 64
PASS = Opinion("passed", basis="档案第1号")


def number_of(serial: int) -> str:
    """An ID number of the region that was never given out."""
    body = f"34029919500101{serial:03d}"
    return body + check_character(body)


def asked(serial: int = 1, **more) -> Asked:
    return replace(
        Asked(
            sub_item=DIBAO, town="340223100", village="340223100001",
            id_number=number_of(serial), name="演示甲", received_date=date(2021, 7, 1),
            phone="13800001234", grade="a",
        ),
        **more,
    )  # fmt: skip


@pytest.fixture
def book():
    return load_book(year=2021, county="340223")


class Hands:
    """One person for each hand: the town's and the department's clerk and checker."""

    def __init__(self, tree, at) -> None:
        OfficeDuty.objects.create(office=tree.civil, sub_item=DIBAO, from_date=date(2021, 1, 1))
        self.clerk, self.civil, self.at = tree.user_a, tree.user_civil, at
        self.other = tree.user_b
        self.checker = self._user("h-checker", tree.office_a, "checker")
        self.chief = self._user("h-chief", tree.civil, "checker")
        self.rows = [self.checker, self.civil, self.chief]

    @staticmethod
    def _user(name, office, role):
        user = User(username=name, display_name=name, office=office)
        user.set_unusable_password()
        user.save()
        Role.objects.create(user=user, role=role, from_date=date(2021, 1, 1))
        return user

    def say(self, by, applications, opinion, book):
        return review_applications(
            applications=applications, opinion=opinion, book=book,
            to=asker_for(by, at=self.at), by=by, at=self.at,
        )  # fmt: skip


@pytest.fixture
def hands(tree, at):
    return Hands(tree, at)


def receive(hands, book, **more):
    return receive_application(asked=asked(**more), book=book, by=hands.clerk, at=hands.at)


def state_of(application):
    steps = ApplicationStep.objects.unscoped("test").filter(application=application)
    return steps.latest("number").state


def test_an_application_goes_through_all_hands(hands, book):
    made = receive(hands, book)
    assert state_of(made) == "town_review"
    assert (made.due_date, made.latest_date) == (date(2021, 8, 12), date(2021, 9, 2))
    for by, state in zip(
        hands.rows, ("department_review", "county_approval", "posting"), strict=True
    ):
        assert hands.say(by, [made], PASS, book).done == (made.pk,)
        assert state_of(made) == state


def test_values_are_sealed_and_tell_nothing(hands, book):
    made = receive(hands, book)
    raw = b"".join(
        bytes(getattr(made, name))
        for name in ("id_sealed", "name_sealed", "phone_sealed", "id_key", "name_key")
    )
    assert number_of(1).encode() not in raw
    assert "演示甲".encode() not in raw
    assert (made.birth_date, made.sex) == (date(1950, 1, 1), 1)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"id_number": "340299195001010019"}, "id_number"),
        ({"id_number": ""}, "id_number"),
        ({"name": " "}, "name"),
        ({"phone": "12"}, "phone"),
        ({"received_date": date(2021, 7, 9)}, "received_date"),
        ({"sub_item": "rural-roads.upgrade"}, "sub_item"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(hands, book, more, field):
    with pytest.raises(CannotApply) as refused:
        receive(hands, book, **more)
    assert field in refused.value.faults
    assert not Application.objects.unscoped("test").exists()


def test_one_person_applies_once_at_a_time(hands, book):
    made = receive(hands, book)
    with pytest.raises(CannotApply, match="正在办理"):
        receive(hands, book)
    withdraw_application(application=made, reason="录入有误", by=hands.clerk, at=hands.at)
    assert state_of(made) == "withdrawn"
    with pytest.raises(CannotReview, match="不能撤回"):
        withdraw_application(application=made, reason="再撤", by=hands.clerk, at=hands.at)
    again = receive(hands, book)
    assert again.pk != made.pk


def test_two_hundred_ticked_report_row_by_row(hands, book):
    rows = [receive(hands, book, serial=serial) for serial in range(1, 13)]
    hands.say(hands.checker, rows[:1], PASS, book)
    withdraw_application(application=rows[1], reason="不再申请", by=hands.clerk, at=hands.at)
    report = hands.say(hands.checker, rows, PASS, book)
    assert report.done == tuple(row.pk for row in rows[2:])
    told = dict(report.refused)
    assert "部门" in told[rows[0].pk]
    assert "已撤回" in told[rows[1].pk]
    assert report.act.pk, "one entry of the ledger for all"


def test_only_whose_turn_it_is(tree, hands, book):
    made = receive(hands, book)
    for by, words in ((hands.clerk, "复核"), (hands.other, "镇"), (hands.civil, "镇"),
                      (tree.clerk, "镇")):  # fmt: skip
        report = hands.say(by, [made], PASS, book)
        assert report.done == ()
        assert words in report.refused[0][1]


def test_papers_are_asked_for(hands, book):
    made = receive(hands, book)
    bare = Opinion("passed")
    assert "入户调查表" in hands.say(hands.checker, [made], bare, book).refused[0][1]
    for _ in range(2):
        add_paper(application=made, name="入户调查表", content=PHOTO, by=hands.clerk, at=hands.at)
    assert made.papers.unscoped("test").count() == 1
    assert hands.say(hands.checker, [made], bare, book).done == (made.pk,)
    with pytest.raises(CannotAddPaper, match="照片"):
        add_paper(application=made, name="x", content=b"MZ\x90", by=hands.clerk, at=hands.at)


def test_returned_one_step_and_handed_in_again(hands, book):
    made = receive(hands, book)
    with pytest.raises(CannotApply, match="不用补正"):
        resubmit_application(application=made, basis="", book=book, by=hands.clerk, at=hands.at)
    back = Opinion("returned", reason="缺少签字")
    hands.say(hands.checker, [made], PASS, book)
    assert hands.say(hands.civil, [made], back, book).done
    assert state_of(made) == "town_review"
    assert hands.say(hands.checker, [made], back, book).done
    assert state_of(made) == "application"
    resubmit_application(application=made, basis="已补", book=book, by=hands.clerk, at=hands.at)
    assert state_of(made) == "town_review"
    refused = Opinion("refused", reason="收入超过标准")
    assert hands.say(hands.checker, [made], refused, book).done
    assert state_of(made) == "refused"
    with pytest.raises(CannotAddPaper, match="已经办结"):
        add_paper(application=made, name="x", content=PHOTO, by=hands.clerk, at=hands.at)


def test_one_person_never_holds_two_steps(hands, book):
    Role.objects.create(user=hands.clerk, role="checker", from_date=date(2021, 1, 1))
    made = receive(hands, book)
    report = hands.say(hands.clerk, [made], PASS, book)
    assert report.done == ()
    assert "另一步" in report.refused[0][1]


@pytest.mark.parametrize("opinion", [Opinion("maybe"), Opinion("returned"), Opinion("refused")])
def test_opinions_say_why(hands, book, opinion):
    with pytest.raises(CannotReview):
        hands.say(hands.checker, [receive(hands, book)], opinion, book)


def test_the_database_refuses_raw_steps(tree, hands, book, at):
    made = receive(hands, book)
    act = record_act("test", by=tree.clerk, at=at)
    base = {"application": made, "number": 2, "step": "town_review", "verdict": "passed",
            "state": "department_review", "office": tree.office_a, "step_by": hands.checker,
            "step_at": at, "act": act}  # fmt: skip
    for wrong in (
        {"number": 3},
        {"step": "department_review", "state": "county_approval"},
        {"step_by": hands.clerk},
        {"state": "application"},
        {"verdict": "returned", "reason": "x", "state": "county_approval"},
        {"verdict": "refused", "state": "refused"},
        {"verdict": "passed", "state": "done"},
        {"step": "in_force", "state": "done"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            ApplicationStep.objects.create(**{**base, **wrong})
    twin = Application.objects.unscoped("test").get()
    twin.pk = None
    for raw in (
        lambda: ApplicationStep.objects.unscoped("t").update(state="done"),
        lambda: ApplicationStep.objects.unscoped("t").delete(),
        lambda: Application.objects.unscoped("t").update(grade="b"),
        lambda: twin.save(force_insert=True),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            raw()
    ApplicationStep.objects.create(**base)


def test_a_roster_of_applications_is_received_row_by_row(tree, hands, book, at):
    more = {"sub_item": DIBAO, "start_date": date(2021, 7, 1)}
    rows = [
        row(1, **more, grade="A类"),
        row(2, **more),
        row(3, **more, verdict=3),
        row(4, **{**more, "village": "没有的村"}),
        row(5, **{**more, "start_date": date(2021, 8, 1)}),
        row(1, **more),
    ]
    sheet = hand_in(tree, at, rows, sub_item=None, kind="application", roster="applications")
    report = receive_applications(sheets=[sheet], book=book, by=hands.clerk, at=at)
    assert len(report.done) == 2
    told = dict(report.refused)
    assert "村" in told[6]
    assert "今天之后" in told[7]
    assert "正在办理" in told[8]
    first = Application.objects.unscoped("test").earliest("id")
    assert (first.source, first.grade, first.origin_line) == ("workbook", "a", 3)
    assert state_of(first) == "town_review"
    again = receive_applications(sheets=[sheet], book=book, by=hands.clerk, at=at)
    assert again.done == ()
    assert len(again.refused) == 3
