"""Pages of applications and rights: from the paper form to the monthly report."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.rooms.registry.test_applications import PHOTO, Hands, number_of

from mingbai.base.models import OfficeDuty
from mingbai.base.scope import Asker
from mingbai.registry import figures
from mingbai.registry.models import Application, ApplicationStep, Enrolment, EnrolmentChange
from mingbai.registry.queries.movement import movement_of_month
from mingbai.rulebook import load_book

pytestmark = pytest.mark.django_db

OLD_AGE = "elderly-care.old-age-allowance"
NOW = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)
SYSTEM = Asker.system("test")


@pytest.fixture
def hands(tree, at, monkeypatch):
    """The hands of an application, in a county whose year is adopted, on 5 July 2021."""
    its_the(monkeypatch, NOW)
    found = Hands(tree, at)
    OfficeDuty.objects.create(office=tree.civil, sub_item=OLD_AGE, from_date=date(2021, 1, 1))
    return found


def its_the(monkeypatch, moment):
    """A day in the county, with that year's list in force."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    for module in ("applying", "changing", "moving"):
        monkeypatch.setattr(f"mingbai.registry.views.{module}.newest_year", lambda: moment.year)


def client_of(user) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user, "mingbai.base.auth.OfficeBackend")
    return client


def form(serial=1, **more):
    return {"sub_item": OLD_AGE, "id_number": number_of(serial), "name": "演示甲",
            "phone": "13800001234", "account": "", "village": "340223100001",
            "received_date": "2021-07-01", "grade": "", **more}  # fmt: skip


def post(user, name, data=None, *args):
    return client_of(user).post(reverse(name, args=args), data or {}, follow=True)


def apply(hands, serial=1):
    page = post(hands.clerk, "registry:apply", form(serial, grade=grade_of()))
    assert "已受理" in page.content.decode(), page.content.decode()[:3000]
    return Application.objects.unscoped("test").latest("id")


def grade_of():
    book = load_book(year=2021, county="340223")
    roster = book.roster(book.sub_item(OLD_AGE).roster)
    grades = next(column.codes for column in roster.columns if column.name == "grade")
    return f"{OLD_AGE}/{next(iter(grades.values()))}" if grades else ""


def review(by, *rows, verdict="passed", **more):
    data = {"ids": [row.pk for row in rows], "verdict": verdict, "basis": "档案第1号", **more}
    return post(by, "registry:application_review", data).content.decode()


def through(hands, *rows):
    for by in hands.rows:
        assert f"已办理 {len(rows)} 件" in review(by, *rows)
    page = post(hands.civil, "registry:application_begin", {"ids": [row.pk for row in rows]})
    return page.content.decode()


def test_from_the_paper_form_to_a_right(hands):
    made = apply(hands)
    data = {"name": "核查表", "file": SimpleUploadedFile("p.jpg", PHOTO)}
    assert (
        "材料已存档"
        in post(hands.clerk, "registry:application_add_paper", data, made.pk).content.decode()
    )
    page = client_of(hands.clerk).get(reverse("registry:application", args=[made.pk]))
    text = page.content.decode()
    assert number_of(1) not in text
    assert "演示甲" not in text
    paper = made.papers.unscoped("test").get()
    kept = client_of(hands.clerk).get(
        reverse("registry:application_paper", args=[made.pk, paper.pk])
    )
    assert kept.content == PHOTO
    assert "已纳入 1 件" in through(hands, made)
    right = Enrolment.objects.unscoped("test").get()
    assert (right.since_period, right.sub_item) == (202107, OLD_AGE), "paid from the same month"
    shown = client_of(hands.clerk).get(reverse("registry:enrolment", args=[right.pk]))
    assert "申请获批" in shown.content.decode()
    again = post(hands.clerk, "registry:apply", form(1, grade=grade_of()))
    assert "已经在享受" in again.content.decode()


def test_the_form_says_at_its_field_what_is_wrong(hands):
    page = post(hands.clerk, "registry:apply", form(1, id_number="1234", grade=grade_of()))
    assert "errorlist" in page.content.decode()
    assert not Application.objects.unscoped("test").exists()


def test_the_form_tells_what_others_know(hands):
    page = post(hands.clerk, "registry:application_known", form(1))
    assert page.status_code == 200
    assert number_of(1) not in page.content.decode()


def test_bulk_tells_each_row_that_failed(hands):
    rows = [apply(hands, serial) for serial in range(1, 6)]
    assert (
        "已撤回"
        in post(
            hands.clerk, "registry:application_withdraw", {"reason": "不再申请"}, rows[0].pk
        ).content.decode()
    )
    text = review(hands.checker, *rows)
    assert "已办理 4 件" in text
    assert "没有办成的 1 行" in text
    assert f"第 {rows[0].pk} 号" in text
    assert "缺少" not in text


def test_returned_and_handed_in_again(hands):
    made = apply(hands)
    review(hands.checker, made, verdict="returned", reason="缺签字")
    page = client_of(hands.clerk).get(reverse("registry:applications"))
    assert "待补正" in page.content.decode()
    page = post(hands.clerk, "registry:application_resubmit", {"reason": "已补"}, made.pk)
    assert "已补正提交" in page.content.decode()
    assert "必须写明理由" in review(hands.checker, made, verdict="refused")


def test_who_approved_does_not_put_in_force(hands):
    made = apply(hands)
    for by in hands.rows:
        review(by, made)
    page = post(hands.chief, "registry:application_begin", {"ids": [made.pk]})
    assert "没有办成的 1 行" in page.content.decode()
    assert ApplicationStep.objects.unscoped("t").latest("id").state == "in_force"


def test_a_right_is_suspended_reviewed_and_ended_by_two_people(hands):
    through(hands, apply(hands), apply(hands, 2))
    first, second = Enrolment.objects.unscoped("test").order_by("id")
    data = {"reason": "suspended/unreachable", "from_period": "2021-08", "basis": "核查表第1号"}
    page = post(hands.civil, "registry:enrolment_propose", data, first.pk)
    assert "已拟办" in page.content.decode()
    wrong = post(hands.civil, "registry:enrolment_propose", {**data, "from_period": "8"}, second.pk)
    assert wrong.status_code == 422
    change = EnrolmentChange.objects.unscoped("test").get()
    listed = client_of(hands.chief).get(reverse("registry:proposals")).content.decode()
    assert f'value="{change.pk}"' in listed
    text = post(hands.chief, "registry:proposals_decide",
                {"ids": [change.pk], "verdict": "approved"}).content.decode()  # fmt: skip
    assert "已审定 1 件" in text
    entered = post(
        hands.civil, "registry:reviews_enter",
        {"ids": [first.pk, second.pk], "occasion": "periodic", "outcome": "ended/died",
         "from_period": "2021-09", "basis": "死亡证明"},
    ).content.decode()  # fmt: skip
    assert "已复核 1 件" in entered
    assert "正在暂停" in entered
    ends = EnrolmentChange.objects.unscoped("test").get(step="ended")
    post(hands.chief, "registry:proposals_decide", {"ids": [ends.pk], "verdict": "approved"})
    second.refresh_from_db()
    assert second.end_period == 202108
    month = movement_of_month(to=SYSTEM, period=202109)
    assert (month.total.opening, month.total.left, month.total.closing) == (2, 1, 1)
    assert month.total.stopped == 1
    assert ("ended", "死亡", 1) in month.reasons
    august = movement_of_month(to=SYSTEM, period=202108)
    assert (august.total.suspended, august.total.stopped) == (1, 1)
    july = movement_of_month(to=SYSTEM, period=202107).total
    assert (july.opening, july.entered, july.applied, july.closing) == (0, 2, 2, 2)
    page = client_of(hands.civil).get(reverse("registry:dynamics") + "?period=202109")
    assert "月初 2" in page.content.decode()
    book = client_of(hands.civil).get(reverse("registry:dynamics_table") + "?period=202109")
    assert book.content.startswith(b"PK")
    _figures_agree()


def _figures_agree():
    asked = {"year": 2021, "cutoff": date(2021, 9, 30), "as_of": 10**9, "to": SYSTEM}
    values = {key: figures.make_figure(key, **asked).value for key in figures.rights.CARDS}
    assert values == {"registry.in_force": 1, "registry.entered": 2, "registry.left": 1}
    for key, value in values.items():
        branches = figures.walk_figure(key, (), **asked)
        assert sum(branch.value for branch in branches) == value
        towns = figures.walk_figure(key, (OLD_AGE,), **asked)
        leaves = figures.walk_figure(key, (OLD_AGE, towns[0].key), **asked)
        assert sum(leaf.value for leaf in leaves) == value


def test_reviews_are_due_by_the_book(hands, monkeypatch):
    through(hands, apply(hands))
    page = client_of(hands.civil).get(reverse("registry:reviews")).content.decode()
    assert "没有到期的复核" in page
    its_the(monkeypatch, datetime(2022, 1, 5, 2, 0, tzinfo=UTC))
    right = Enrolment.objects.unscoped("test").get()
    assert (
        f'value="{right.pk}"'
        in client_of(hands.civil).get(reverse("registry:reviews")).content.decode()
    ), "half a year after July 2021"
    data = {"ids": [right.pk], "occasion": "periodic", "outcome": "continue", "basis": "核对报告"}
    assert "已复核 1 件" in post(hands.civil, "registry:reviews_enter", data).content.decode()
    assert (
        "没有到期的复核" in client_of(hands.civil).get(reverse("registry:reviews")).content.decode()
    )


@pytest.mark.parametrize("name", ["applications", "proposals", "reviews", "dynamics"])
def test_pages_stand_before_the_first_year(tree, name):
    page = client_of(tree.clerk).get(reverse(f"registry:{name}"))
    assert page.status_code == 200


def test_lists_do_not_ask_more_for_more_rows(hands):
    client, counts = client_of(hands.checker), []
    for serials in ((1,), range(2, 12)):
        for serial in serials:
            apply(hands, serial)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("registry:applications")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20
