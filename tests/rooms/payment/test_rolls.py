"""The printed list of a batch: by village, masked as the board's rules say, and as a workbook."""

from __future__ import annotations

import dataclasses
import io

import openpyxl
import pytest
from tests.rooms.payment.test_households_paid import home, household_book
from tests.rooms.payment.test_paying_once import draw, enrol
from tests.rooms.registry.rosters import DIBAO, hand_in, row, small_book

from mingbai.rulebook import load_book

pytestmark = pytest.mark.django_db
VILLAGES = ("340223100001", "340223100002")


def with_board(book):
    """The book with the county's own rules of boards."""
    return dataclasses.replace(book, posting=load_book(year=2021, county="340223").posting)


@pytest.fixture
def shown(monkeypatch):
    """Pages read this book."""

    def use(book):
        for page in ("cards", "one_batch"):
            monkeypatch.setattr(f"mingbai.payment.views.{page}.load_book", lambda **_: book)
        return book

    return use


@pytest.fixture
def batch(tree, at, shown):
    """January of one town, thirty people in each of two villages."""
    book = shown(with_board(small_book()))
    people = [row(n, village=VILLAGES[n % 2]) for n in range(60)]
    enrol(tree, at, book, hand_in(tree, at, people))
    return draw(tree, at, book)


def test_the_list_of_a_village_shows_what_its_board_shows(tree, client, batch):
    client.force_login(tree.user_a)
    path = f"/payment/batches/{batch.pk}/roll/"
    whole = client.get(path).content.decode()
    assert whole.count('<td class="num">15,000.00</td>') == 2
    page = client.get(f"{path}?village={VILLAGES[0]}").content.decode()
    assert "按“村（居）务公开栏”的规定" in page
    assert row(2)["name"] in page, "the board shows a relief roll by whole names"
    assert row(3)["name"] not in page, "the other village's"
    assert "合计 30 笔，30 人次，15,000.00 元" in page
    for n in (0, 2):
        assert row(n)["id_number"] not in page
        assert row(n)["account"] not in page
    assert client.get(f"{path}?village=340223101201").status_code == 404


def test_another_town_sees_nothing_of_it(tree, client, batch):
    client.force_login(tree.user_b)
    assert client.get(f"/payment/batches/{batch.pk}/roll/").status_code == 404
    assert client.post(f"/payment/batches/{batch.pk}/roll.xlsx").status_code == 404


def test_the_workbook_holds_every_village_and_no_number(tree, client, batch):
    client.force_login(tree.clerk)
    answer = client.post(f"/payment/batches/{batch.pk}/roll.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [list(each) for each in sheet.iter_rows(values_only=True)]
    head = next(place for place, each in enumerate(rows) if each[0] == "序号")
    assert rows[head][:5] == ["序号", "镇", "村（居）", "姓名", "金额（元）"]
    body = rows[head + 1 :]
    assert len(body) == 60
    assert sum(each[4] for each in body) == 30_000
    text = "".join(str(each) for each in rows)
    assert not any(row(n)["id_number"] in text or row(n)["account"] in text for n in range(60))
    client.force_login(tree.checker)
    assert client.post(f"/payment/batches/{batch.pk}/roll.xlsx").status_code == 403


def test_what_may_not_be_shown_has_totals_only(tree, at, client, shown):
    book = with_board(small_book())
    closed = dataclasses.replace(book.posting, channels=())
    book = shown(dataclasses.replace(book, posting=closed))
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    batch = draw(tree, at, book)
    client.force_login(tree.clerk)
    page = client.get(f"/payment/batches/{batch.pk}/roll/?village={VILLAGES[0]}").content.decode()
    assert row(1)["name"] not in page
    assert "按规定不公示、不发名单" in page
    assert client.post(f"/payment/batches/{batch.pk}/roll.xlsx").status_code == 403


def test_households_are_listed_with_their_members_and_as_slips(tree, at, client, shown):
    book = shown(with_board(household_book()))
    enrol(tree, at, book, hand_in(tree, at, [row(n) for n in (1, 2, 3, 5)]))
    home(tree, at, 1, 2, 3)
    home(tree, at, 5)
    batch = draw(tree, at, book)
    client.force_login(tree.clerk)
    path = f"/payment/batches/{batch.pk}/roll/?village={VILLAGES[0]}"
    page = client.get(path).content.decode()
    assert f"3 人：{row(1)['name']}、{row(2)['name']}、{row(3)['name']}" in page
    slips = client.get(f"{path}&form=household").content.decode()
    assert slips.count('class="roll slip"') == 2
    assert "按户计发，计入 3 人" in slips


def test_a_longer_list_asks_no_more_of_the_database(
    tree, at, client, batch, shown, django_assert_max_num_queries
):
    client.force_login(tree.clerk)
    with django_assert_max_num_queries(30) as many:
        client.get(f"/payment/batches/{batch.pk}/roll/?village={VILLAGES[0]}")
    book = shown(with_board(small_book()))
    enrol(tree, at, book, hand_in(tree, at, [row(0)], month=2))
    few_batch = draw(tree, at, book, period=202102)
    with django_assert_max_num_queries(30) as few:
        client.get(f"/payment/batches/{few_batch.pk}/roll/?village={VILLAGES[0]}")
    assert len(few) == len(many)
    assert few_batch.sub_item == DIBAO
