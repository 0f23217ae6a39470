"""The survey before anybody applies: entered on a phone, visited, led to the application."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from tests.rooms.registry.rosters import id_number

from mingbai.base.models import Act, User
from mingbai.base.permissions import asker_for
from mingbai.base.scope import Asker
from mingbai.registry.actions import (
    CannotRecordVisit,
    CannotSurvey,
    Surveyed,
    enter_survey,
    record_visit,
)
from mingbai.registry.models import Application, SurveyEntry, Visit
from mingbai.registry.queries.surveys import show_entries, survey_counts, survey_seen
from mingbai.rulebook import load_book
from mingbai.site.actions import Account, install_county, open_accounts
from mingbai.site.today import Asked
from mingbai.site.today.comparing import about_visits

pytestmark = pytest.mark.django_db
ALL = Asker.system("test")
ITEM = "hardship-relief.rural-dibao"
NUMBER = id_number(7, "19500203")
VILLAGE = "340223100001"


@pytest.fixture
def book():
    return load_book(year=2021, county="340223")


@pytest.fixture
def people(book, at):
    """A clerk of the county office and one each of two towns."""
    install_county(book=book, by=None, at=at)
    accounts = (
        Account("clerk", "经办", "county-office", ("clerk",)),
        Account("town", "镇经办", "jishan", ("clerk",)),
        Account("other", "别镇经办", "yijiang", ("clerk",)),
    )
    open_accounts(
        accounts=accounts, password="mingbai-2021", by=None, at=at, from_date=date(2021, 1, 1)
    )
    return {user.username: user for user in User.objects.unscoped("test")}


def said(**more):
    return Surveyed(
        **{
            "sub_item": ITEM, "village": VILLAGE, "name": "演大爷", "reason": "因病致贫，独居",
            "assignee": "村干部王某", "id_number": NUMBER, "phone": "13900000001",
        }
        | more
    )  # fmt: skip


def enter(people, book, at, **more):
    return enter_survey(surveyed=said(**more), book=book, by=people["town"], at=at)


def visit(people, entry, at, outcome, *, seen=0, note=""):
    return record_visit(
        entry=entry, outcome=outcome, visited_date=at.date(), visitors="村干部王某", note=note,
        seen_number=seen, by=people["town"], at=at,
    )  # fmt: skip


def test_somebody_is_entered_sealed_and_shown_masked(people, book, at):
    entry = enter(people, book, at)
    (shown,) = show_entries([entry])
    assert NUMBER not in (shown.id_number, shown.name)
    assert "*" in shown.id_number
    for blob in (entry.id_sealed, entry.name_sealed, entry.phone_sealed):
        assert "演大爷".encode() not in bytes(blob)
        assert NUMBER.encode() not in bytes(blob)
    payloads = " ".join(map(str, Act.objects.unscoped("t").values_list("payload", flat=True)))
    assert NUMBER not in payloads
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyEntry.objects.unscoped("t").filter(pk=entry.pk).update(reason="改了")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"sub_item": "medical-insurance.coverage"}, "sub_item"),
        ({"reason": ""}, "reason"),
        ({"assignee": ""}, "assignee"),
        ({"reason": "电话 13900000001"}, "reason"),
        ({"name": ""}, "name"),
        ({"id_number": NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")}, "id_number"),
        ({"due_date": date(2020, 1, 1)}, "due_date"),
    ],
)
def test_what_does_not_fit_is_named(people, book, at, more, field):
    with pytest.raises(CannotSurvey) as refused:
        enter(people, book, at, **more)
    assert field in refused.value.faults


def test_one_person_is_surveyed_once_and_a_number_may_be_missing(people, book, at):
    enter(people, book, at)
    with pytest.raises(CannotSurvey, match="今年已经摸底"):
        enter(people, book, at)
    nameless = enter(people, book, at, id_number="", phone="")
    assert nameless.id_key is None
    (shown,) = show_entries([nameless])
    assert shown.name
    assert shown.id_number == ""


def test_visits_follow_until_there_is_a_result(people, book, at):
    entry = enter(people, book, at)
    to = asker_for(people["town"], at=at)
    assert survey_seen(to=to, year=2021, state="open").get() == entry
    visit(people, entry, at, "away")
    with pytest.raises(CannotRecordVisit, match="刚刚有人登记"):
        visit(people, entry, at, "willing")
    with pytest.raises(CannotRecordVisit, match="不符合哪一条"):
        visit(people, entry, at, "not_qualified", seen=1)
    visit(people, entry, at, "not_qualified", seen=1, note="家庭收入超过标准")
    assert not survey_seen(to=to, year=2021, state="open").exists()
    (count,) = survey_counts(to=to, year=2021)
    assert (count.count, count.visited, count.done, count.applied) == (1, 1, 1, 0)
    other = asker_for(people["other"], at=at)
    assert survey_counts(to=other, year=2021) == []
    assert not Visit.objects.seen_by(other).exists()
    assert Visit.objects.seen_by(to).count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.create(
            number=1, outcome="away", visited_date=at.date(), visitors="某人", recorded_at=at,
            recorded_by=people["town"], act=entry.act,
        )  # fmt: skip


def test_today_tells_the_town_whom_to_visit(people, book, at):
    entry = enter(people, book, at)
    to = asker_for(people["town"], at=at)
    (task,) = about_visits(Asked(to, 202106, date(2021, 6, 30), at))
    assert (task.text, task.tag) == ("摸底入户", "1 人")
    assert task.address == reverse("registry:survey")
    visit(people, entry, at, "unwilling", note="子女接去赡养")
    assert about_visits(Asked(to, 202106, date(2021, 6, 30), at)) == []


def test_who_applies_is_led_to_the_form_and_types_nothing_twice(people, book, at):
    client = Client()
    client.force_login(people["town"])
    typed = {
        "sub_item": ITEM, "village": VILLAGE, "name": "演大爷", "id_number": NUMBER,
        "phone": "13900000001", "reason": "因病致贫，独居", "assignee": "村干部王某",
    }  # fmt: skip
    page = client.post(reverse("registry:survey_add"), typed, follow=True)
    assert "已登记" in page.content.decode()
    entry = SurveyEntry.objects.unscoped("t").get()
    told = {
        "outcome": "applied", "visited_date": "2021-06-01", "visitors": "村干部王某",
        "note": "", "seen_number": 0,
    }  # fmt: skip
    answer = client.post(reverse("registry:survey_visited", args=[entry.pk]), told)
    assert answer.url == f"{reverse('registry:apply')}?entry={entry.pk}"
    form = client.get(answer.url).content.decode()
    assert "留空就用登记的" in form
    assert NUMBER not in form
    assert "13900000001" not in form
    grade = next(iter(_grades(book)))
    asked = {
        "sub_item": ITEM, "village": VILLAGE, "grade": grade, "received_date": "2021-06-02",
        "id_number": "", "name": "", "phone": "", "account": "",
    }  # fmt: skip
    made = client.post(answer.url, asked)
    assert made.status_code == 302, made.content.decode()[:3000]
    application = Application.objects.unscoped("t").get()
    assert bytes(application.id_key) == bytes(entry.id_key)
    assert application.phone_key is not None
    page = client.get(reverse("registry:survey") + "?state=").content.decode()
    assert "已有申请" in page
    other = Client()
    other.force_login(people["other"])
    assert other.post(reverse("registry:survey_visited", args=[entry.pk]), told).status_code == 404
    assert "留空" not in other.get(answer.url).content.decode()


def _grades(book):
    from mingbai.rulebook import grade_words

    return [f"{ITEM}/{code}" for code in grade_words(book, book.sub_item(ITEM))] or [""]


def test_the_list_asks_no_more_when_it_is_longer(people, book, at, django_assert_max_num_queries):
    for number in range(12):
        enter(people, book, at, id_number=id_number(number + 20, "19510203"))
    client = Client()
    client.force_login(people["clerk"])
    client.get(reverse("registry:survey"))
    with django_assert_max_num_queries(24):
        assert client.get(reverse("registry:survey")).status_code == 200
