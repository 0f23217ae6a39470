"""The information pages: counts by office, an office's pieces, scope and cost."""

from __future__ import annotations

from datetime import date

import pytest
from tests.rooms.delivery.sheets import make_sheet
from tests.rooms.programme.books import small_book

from mingbai.outreach.actions import enter_pieces


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def send(tree, at):
    def sent(*titles, office=None, month=3):
        rows = [
            {
                "title": title, "sent_date": date(2021, month, 2),
                "city_adopted_date": date(2021, month, 9) if n % 2 == 0 else None,
            }
            for n, title in enumerate(titles)
        ]  # fmt: skip
        sheet = make_sheet(
            "information", rows, office=office or tree.office_a, by=tree.clerk, at=at, month=month
        )
        enter_pieces(sheets=[sheet], book=small_book(), by=tree.clerk, at=at)
        return sheet

    return sent


def open_page(client, address, user):
    client.force_login(user, backend="mingbai.base.auth.OfficeBackend")
    answer = client.get(address)
    return answer.content.decode() if answer.status_code == 200 else answer.status_code


@pytest.mark.django_db
def test_the_list_counts_by_office(tree, send, client):
    send("一", "二", "三")
    send("四", office=tree.office_b, month=4)
    text = open_page(client, "/outreach/?year=2021", tree.clerk)
    assert "籍山镇人民政府" in text
    assert "66.67%" in text
    assert "75.00%" in text
    march = open_page(client, "/outreach/?year=2021&month=3", tree.clerk)
    assert "许镇镇人民政府" not in march
    own = open_page(client, "/outreach/", tree.user_b)
    assert "许镇镇人民政府" in own
    assert "66.67%" not in own


@pytest.mark.django_db
def test_an_office_page_leads_to_the_lines_and_is_closed_to_others(tree, send, client):
    sheet = send("路通了", "<b>桥</b>")
    address = f"/outreach/offices/{tree.office_a.pk}/?year=2021"
    text = open_page(client, address, tree.clerk)
    assert "路通了" in text
    assert "03-09 采用" in text
    assert "&lt;b&gt;桥" in text
    assert f"/intake/files/{sheet.file_id}/sheets/1/?line=4" in text
    assert open_page(client, address, tree.user_a) != 404
    assert open_page(client, address, tree.user_b) == 404


@pytest.mark.django_db
def test_pages_cost_the_same_with_few_and_with_many_pieces(
    tree, send, client, django_assert_max_num_queries
):
    send("一")
    addresses = ("/outreach/?year=2021", f"/outreach/offices/{tree.office_a.pk}/?year=2021")
    few = {}
    for address in addresses:
        open_page(client, address, tree.clerk)
        with django_assert_max_num_queries(17) as spent:
            open_page(client, address, tree.clerk)
        few[address] = len(spent.captured_queries)
    send(*(f"第{n}条" for n in range(45)), month=4)
    for address in addresses:
        with django_assert_max_num_queries(few[address]):
            open_page(client, address, tree.clerk)
