"""A report's page shows what it claims beside what was really paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from tests.rooms.delivery.sheets import make_sheet
from tests.rooms.payment.conftest import give_funds
from tests.rooms.payment.test_paying_once import draw, enrol, pay
from tests.rooms.registry.rosters import DIBAO, hand_in, row, small_book

from mingbai.base.models import Office
from mingbai.base.scope import Asker
from mingbai.delivery.actions import enter_progress
from mingbai.delivery.queries.desk import reports_seen
from mingbai.rulebook import load_book
from mingbai.site.actions import install_county
from mingbai.site.claims import Paid, _claim, claims_of

ALL = Asker.system("tests see everything")


@pytest.fixture
def reported(tree, at, settings, tmp_path):
    """Three people of one town and one of another are paid; the department claims five."""
    settings.STATIC_ROOT = tmp_path
    book = load_book(year=2021, county="340223")
    give_funds(tree, at, DIBAO, 10**12)
    small = small_book()
    enrol(tree, at, small, hand_in(tree, at, [row(n) for n in range(3)]))
    enrol(tree, at, small, hand_in(tree, at, [row(9)], town="340223101"))
    pay(tree, at, draw(tree, at, small), date(2021, 1, 31))
    install_county(book=book, by=tree.clerk, at=at)
    lead = Office.objects.unscoped("t").get(code=book.sub_item(DIBAO).lead_office)
    measure = book.sub_item(DIBAO).measures[0]

    def say(total, office=lead, town=None, month=1):
        rows = [{"sub_item": DIBAO, "measure": measure.name, "total_done": total}]
        sheet = make_sheet(
            "progress", rows, office=office, by=tree.clerk, at=at, month=month, town=town
        )
        enter_progress(sheets=[sheet], book=book, by=tree.clerk, at=at)
        return reports_seen(to=ALL, year=2021).get(sheet=sheet)

    return say


def test_people_claimed_stand_beside_people_paid(reported, client, tree):
    entered = reported("5")
    (claim,) = claims_of(entered, to=ALL)
    assert (claim.said, claim.paid, claim.difference) == (5, 4, 1)
    assert claim.is_apart
    assert claim.amount > 0
    client.force_login(tree.clerk, backend="mingbai.base.auth.OfficeBackend")
    page = client.get(f"/programmes/reports/{entered.pk}/").content.decode()
    assert "所报与实付" in page
    assert "超出允许差" in page
    assert claim.address in page.replace("&amp;", "&")
    assert client.get(claim.address).status_code == 200
    assert "所报与实付" not in client.get("/programmes/reports/").content.decode()


def test_a_town_is_held_against_its_own_payments(reported, tree):
    entered = reported("3", office=tree.office_a, town="340223100")
    (claim,) = claims_of(entered, to=ALL)
    assert (claim.paid, claim.is_apart) == (3, False)


def test_a_month_without_payment_says_so(reported):
    (claim,) = claims_of(reported("5", month=2), to=ALL)
    assert claim.paid == 0, "nobody was paid in that month"
    assert claim.amount > 0, "but money went out before"


@pytest.mark.parametrize(
    ("unit", "said", "apart"),
    [("元", "150000", False), ("万元", "15", False), ("万元", "16", True)],
)
def test_money_claimed_is_held_against_money_paid_in_its_own_unit(unit, said, apart):
    rule = load_book(year=2021, county="340223").reporting[0]
    item = SimpleNamespace(name="补助", kind="subsidy", roster_kind="subsidy")
    line = SimpleNamespace(
        sub_item="x.y", town_id=None, total_done=Decimal(said), period=202106, origin_line=4
    )
    paid = {("x.y", None): Paid(0, 15_000_000)}
    measure = SimpleNamespace(sub_item=item, name="发放金额", unit=unit)
    claim = _claim(line, measure, rule, paid)
    assert claim.is_apart is apart
    assert claim.difference == Decimal(said) - (15 if unit == "万元" else 150_000)
