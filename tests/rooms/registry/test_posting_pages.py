"""Pages of postings: register, one posting, sheet, page for the site, objections."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.rooms.registry.rosters import DIBAO, hand_in, row, small_book
from tests.rooms.registry.test_postings import DAY, LAST, PNG, TOWN

from mingbai.paper.posting import sheet_words
from mingbai.registry.actions import (
    approve_posting,
    draft_posting,
    enrol_sheets,
    put_up_posting,
    take_down_posting,
)
from mingbai.registry.models import Objection, Posting
from mingbai.registry.queries import posting_counts, posting_tasks, register_of
from mingbai.registry.views import hanging, objecting, posted
from mingbai.registry.views.words import Words
from mingbai.rulebook import load_book

pytestmark = pytest.mark.django_db
JULY = datetime(2021, 7, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def book():
    return load_book(year=2021, county="340223")


@pytest.fixture(autouse=True)
def county(tree, at, book, monkeypatch):
    """Five people on the roll of June, on a day of July."""
    words = Words({DIBAO: "农村低保"}, {TOWN: "籍山镇", "340223101": "许镇镇"}, {})
    for module in (posted, hanging, objecting):
        monkeypatch.setattr(module, "newest_year", lambda: 2021)
        monkeypatch.setattr(module.Words, "of", lambda year: words)
    sheet = hand_in(tree, JULY, [row(n, grade="a") for n in range(1, 6)], month=6)
    enrol_sheets(sheets=[sheet], book=small_book(), by=tree.clerk, at=JULY)
    return turn_to(monkeypatch, DAY)


def turn_to(monkeypatch, day):
    """Let the pages stand on a day."""
    for module in (posted, hanging, objecting):
        monkeypatch.setattr(module, "day_shown", lambda: day)


@pytest.fixture
def made(tree, at, book):
    def making(channel="village_board", up=True):
        posting = draft_posting(
            sub_item=DIBAO, period=202106, town=TOWN, stage="payment", channel=channel,
            start_date=DAY, book=book, by=tree.user_a, at=at,
        )  # fmt: skip
        if up:
            approve_posting(posting=posting, on=DAY, by=tree.checker, at=at)
            put_up_posting(posting=posting, posted_date=DAY, by=tree.user_a, at=at)
        return posting

    return making


def signed_in(user):
    client = Client()
    client.force_login(user, "mingbai.base.auth.OfficeBackend")
    return client


def secrets():
    return [row(n)[key] for n in range(1, 6) for key in ("id_number", "account", "phone")]


def test_a_posting_goes_from_the_register_to_the_board(tree):
    clerk, checker = signed_in(tree.user_a), signed_in(tree.checker)
    register = clerk.get("/registry/postings/").content.decode()
    assert register.count("制作</a>") >= 3
    asked = {
        "sub_item": DIBAO, "period": "202106", "town": TOWN, "stage": "payment",
        "channel": "village_board", "start_date": DAY.isoformat(),
    }  # fmt: skip
    assert clerk.get("/registry/postings/new/", asked).status_code == 200
    made = clerk.post("/registry/postings/new/", asked)
    pk = Posting.objects.unscoped("t").get().pk
    assert made["Location"] == f"/registry/postings/{pk}/"
    again = clerk.post("/registry/postings/new/", asked).content.decode()
    assert "已有一份公示" in again
    home = f"/registry/postings/{pk}/"
    assert "审核通过" not in clerk.get(home).content.decode()
    assert "审核通过" in checker.get(home).content.decode()
    checker.post(home + "approve/")
    clerk.post(home + "put-up/", {"posted_date": DAY.isoformat()})
    page = clerk.get(home).content.decode()
    assert "公示中" in page
    assert "处没有" in page
    photo = SimpleUploadedFile("a.png", PNG, "image/png")
    clerk.post(home + "photo/", {"village": "340223100001", "photo": photo})
    picture = re.search(r"/registry/postings/photos/\d+/", clerk.get(home).content.decode())
    assert clerk.get(picture.group()).content == PNG
    for secret in secrets():
        assert secret not in page


def test_a_town_makes_no_posting_of_another_town(tree, book):
    asked = {
        "sub_item": DIBAO, "period": "202106", "town": TOWN, "stage": "payment",
        "channel": "village_board", "start_date": DAY.isoformat(),
    }  # fmt: skip
    signed_in(tree.user_b).post("/registry/postings/new/", asked)
    assert not Posting.objects.unscoped("t").exists()


def test_other_towns_see_nothing(tree, made):
    pk = made().pk
    for path in ("", "sheet/", "sheet.docx", "page.html"):
        assert signed_in(tree.user_b).get(f"/registry/postings/{pk}/{path}").status_code == 404


def test_the_sheet_prints_every_row_once_with_its_page_number(tree, made):
    pk = made().pk
    for paper in ("A4", "A3"):
        page = signed_in(tree.user_a).get(f"/registry/postings/{pk}/sheet/?paper={paper}")
        text = page.content.decode()
        assert "第 1 页　共 1 页" in text
        assert text.count("<td>5</td>") == 1
        assert "监督电话：12345" in text
        assert "2021年7月5日至2021年7月12日" in text
        assert "<script" not in text
        assert "style=" not in text
    docx = signed_in(tree.user_a).get(f"/registry/postings/{pk}/sheet.docx?paper=A3")
    words = sheet_words(docx.content)
    assert "演丁" in words
    assert not [secret for secret in secrets() if secret in words or secret in text]


def test_rows_are_cut_into_pages_without_loss():
    for count in range(1, 200):
        rows = tuple((str(n),) for n in range(count))
        pages = posted._cut(rows)
        told = [serial for page in pages for serial, _ in page]
        assert told == list(range(1, count + 1))
        assert len(pages[0]) <= posted._FIRST
        assert all(len(page) <= posted._NEXT for page in pages[1:])


def test_the_page_for_the_site_is_static_and_gone_after_its_day(tree, made, monkeypatch):
    draft = made("county_site", up=False)
    client, path = signed_in(tree.user_a), f"/registry/postings/{draft.pk}/page.html"
    assert client.get(path).status_code == 404, "not before it is approved"
    approve_posting(posting=draft, on=DAY, by=tree.checker, at=JULY)
    put_up_posting(posting=draft, posted_date=DAY, by=tree.user_a, at=JULY)
    page = client.get(path)
    text = page.content.decode()
    assert "noindex" in text
    assert "<script" not in text
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert not [secret for secret in secrets() if secret in text]
    assert "演丁" not in text, "the site shows masked names"
    turn_to(monkeypatch, LAST)
    assert client.get(path).status_code == 200
    turn_to(monkeypatch, date(2021, 7, 13))
    assert client.get(path).status_code == 410
    assert client.get(f"/registry/postings/{draft.pk}/").status_code == 200, "the record stays"


def test_a_page_taken_down_early_is_gone_at_once(tree, made, at):
    posting = made("county_site")
    take_down_posting(posting=posting, taken_date=DAY, reason="有误", by=tree.user_a, at=at)
    page = signed_in(tree.user_a).get(f"/registry/postings/{posting.pk}/page.html")
    assert page.status_code == 410


def test_an_objection_goes_from_phone_call_to_decision(tree, made):
    pk, clerk = made().pk, signed_in(tree.user_a)
    said = {
        "row": "1", "matter": "not_entitled", "way": "phone", "received_date": "2021-07-06",
        "objector": "", "said": "有车",
    }  # fmt: skip
    assert clerk.post(f"/registry/postings/{pk}/object/", {**said, "row": "99"}).status_code == 302
    assert not Objection.objects.unscoped("t").exists()
    home = clerk.post(f"/registry/postings/{pk}/object/", said)["Location"]
    assert "匿名" in clerk.get(home).content.decode()
    assert "有车" in clerk.get(home).content.decode()
    assert "不符合条件" in clerk.get("/registry/objections/").content.decode()
    clerk.post(home + "answer/", {"verdict": "dismissed", "answer": "车已报废"})
    signed_in(tree.checker).post(home + "decide/", {"agrees": "1"})
    assert "异议不成立" in clerk.get(home).content.decode()
    assert "没有待办的异议" in clerk.get("/registry/objections/").content.decode()
    assert signed_in(tree.user_b).get(home).status_code == 404


def test_the_register_turns_red_after_ten_working_days(tree, made, book):
    to = tree.asker(tree.clerk)
    ask = {"to": to, "year": 2021, "period": 202106, "book": book, "town": TOWN}
    lines = register_of(**ask, on=date(2021, 7, 15))
    assert {line.due_date for line in lines} == {date(2021, 7, 15)}
    assert {line.channel.code for line in lines} == {"village_board", "town_board", "county_site"}
    assert not any(line.is_late for line in lines), "the tenth working day is still in time"
    lines = register_of(**ask, on=date(2021, 7, 16))
    assert [line.words for line in lines] == [("未公示，已逾期", "bad")] * 3
    made()
    lines = register_of(**ask, on=date(2021, 7, 16))
    assert sorted(line.state for line in lines) == ["ended", "missing", "missing"]
    assert sum(line.is_late for line in lines) == 2


def test_what_waits_is_told_and_counted(tree, made, at):
    to = tree.asker(tree.clerk)
    assert posting_tasks(to=to, on=DAY) == ()
    posting = made(up=False)
    assert [task.state for task in posting_tasks(to=to, on=DAY)] == ["draft"]
    approve_posting(posting=posting, on=DAY, by=tree.checker, at=at)
    assert [task.state for task in posting_tasks(to=to, on=DAY)] == ["approved"]
    assert posting_counts(to=to, year=2021, through=LAST).postings == 0
    put_up_posting(posting=posting, posted_date=DAY, by=tree.user_a, at=at)
    assert [task.state for task in posting_tasks(to=to, on=DAY)] == ["running"], "no photo yet"
    (task,) = posting_tasks(to=to, on=date(2021, 7, 13))
    assert (task.state, task.detail) == ("ended", "其中今日应撤 1 份")
    counts = posting_counts(to=to, year=2021, through=LAST)
    assert (counts.postings, counts.person_times) == (1, 5)
    assert posting_counts(to=to, year=2021, through=date(2021, 7, 4)).postings == 0


def test_the_register_asks_no_more_with_more_rolls(tree, book, django_assert_max_num_queries):
    to = tree.asker(tree.clerk)
    for n in range(6):
        hand_in(tree, JULY, [row(n + 10)], month=6, sub_item="hardship-relief.urban-dibao")
    with django_assert_max_num_queries(5):
        register_of(to=to, year=2021, period=202106, book=book, on=DAY)
