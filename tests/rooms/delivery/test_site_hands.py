"""Sites opened by hand and given up: one asks, another agrees; ledgers go on with them."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.rooms.delivery.building import ALL, Builders, line
from tests.rooms.programme.books import A, B

from mingbai.base.ledger import last_seq, record_act
from mingbai.delivery.actions.site_hands import (
    CannotOpenSite,
    CannotWithdrawSite,
    NewSite,
    decide_withdrawal,
    open_site,
    withdraw_site,
)
from mingbai.delivery.figures import make_figure
from mingbai.delivery.models import SiteDetails, SiteWithdrawal, WithdrawalVerdict, WorkSite
from mingbai.delivery.queries.withdrawals import waiting_withdrawals, withdrawn_sites

pytestmark = pytest.mark.django_db
FROM = date(2021, 6, 20)


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def builders(county, monkeypatch):
    made = Builders(county)
    monkeypatch.setattr("mingbai.delivery.views.works.load_book", lambda **_: made.book)
    monkeypatch.setattr("mingbai.delivery.views.works.works_day", lambda: date(2021, 6, 30))
    monkeypatch.setattr("mingbai.delivery.views.sites.works_day", lambda: date(2021, 6, 30))
    return made


def opened(builders, *, office=None, by=None, **said):
    told = {"sub_item": "roads.build", "town": A, "name": "新街路", "reason": "计划刚下达"}
    return open_site(
        year=2021, said=NewSite(**told | said), office=office or builders.tree.civil,
        by=by or builders.tree.user_civil, at=builders.at,
    )  # fmt: skip


def asked(builders, site, by=None, **said):
    told = {"from_date": FROM, "document": "南交〔2021〕9号", "reason": "规划调整"} | said
    return withdraw_site(site=site, by=by or builders.tree.user_civil, at=builders.at, **told)


def decided(builders, withdrawal, agreed=True, by=None, reason=""):
    return decide_withdrawal(
        withdrawal=withdrawal, agreed=agreed, reason=reason, by=by or builders.tree.checker,
        at=builders.at,
    )  # fmt: skip


def started(cutoff=date(2021, 6, 30), as_of=None):
    made = make_figure(
        "delivery.works_started_ratio", year=2021, cutoff=cutoff, as_of=as_of, to=ALL
    )
    return made.numerator, made.denominator


def test_a_site_opened_by_hand_counts_and_a_ledger_goes_on_with_it(builders):
    site = opened(builders, planned_amount=88_000_000)
    assert builders.standing("新街路").site.pk == site.pk
    assert started() == (0, 1)
    entry, _ = builders.ledger(line("新街路", start_date=date(2021, 6, 1)))
    assert entry.sites_count == 0, "the ledger found the site that stood"
    builders.confirm_all()
    assert started() == (1, 1)
    turns = SiteDetails.objects.unscoped("t").filter(site=site).order_by("turn")
    assert [bool(each.origin_file_id) for each in turns] == [False, True]
    assert WorkSite.objects.unscoped("t").count() == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"sub_item": "school.teachers"}, "工程类"),
        ({"town": "340223999"}, "所在的镇"),
        ({"name": " "}, "工程名称"),
        ({"reason": " "}, "为什么"),
        (
            {"planned_start_date": date(2021, 9, 1), "planned_finish_date": date(2021, 8, 1)},
            "早于",
        ),
    ],
)
def test_a_site_that_cannot_be_is_refused(builders, said, words):
    with pytest.raises(CannotOpenSite, match=words):
        opened(builders, **said)


def test_one_name_opens_once_and_only_the_leading_office_opens(builders):
    opened(builders)
    with pytest.raises(CannotOpenSite, match="同名"):
        opened(builders, name="新 街 路")
    with pytest.raises(CannotOpenSite, match="牵头"):
        opened(builders, name="别处", office=builders.county.school)
    opened(builders, name="别处", office=builders.tree.office, by=builders.tree.clerk)


def test_a_site_is_given_up_once_another_hand_agrees(builders):
    builders.ledger(line("上街路改造", start_date=date(2021, 5, 6)), line("许镇桥", town=B))
    builders.confirm_all()
    assert started() == (1, 2)
    before = last_seq()
    made = asked(builders, builders.site("许镇桥"))
    assert started() == (1, 2), "asking changes nothing"
    assert [each.pk for each in waiting_withdrawals(to=ALL, year=2021)] == [made.pk]
    with pytest.raises(CannotWithdrawSite, match="另一人"):
        decided(builders, made, by=builders.tree.user_civil)
    with pytest.raises(CannotWithdrawSite, match="已提出"):
        asked(builders, builders.site("许镇桥"))
    decided(builders, made)
    assert started() == (1, 1)
    assert started(cutoff=date(2021, 6, 19)) == (1, 2), "before the day it still stood"
    assert started(as_of=before) == (1, 2), "as it was known then"
    assert [each.site.name_fold for each in withdrawn_sites(to=ALL, year=2021)] == ["许镇桥"]
    with pytest.raises(CannotWithdrawSite, match="别人"):
        decided(builders, made, by=builders.tree.payer)
    entry, sheet = builders.ledger(line("许镇桥", town=B), month=7)
    assert [p.code for p in entry.problems[sheet.pk]] == ["no_longer_listed", "withdrawn"] or {
        p.code for p in entry.problems[sheet.pk]
    } == {"withdrawn", "no_longer_listed"}
    assert {p.params["name"] for p in entry.problems[sheet.pk] if p.code == "no_longer_listed"} == {
        "上街路改造"
    }, "what was given up is not missed"
    assert started(cutoff=date(2021, 7, 31))[1] == 1, "a ledger does not bring it back"


def test_a_refusal_says_why_and_may_be_asked_again(builders):
    site = opened(builders)
    made = asked(builders, site)
    with pytest.raises(CannotWithdrawSite, match="理由"):
        decided(builders, made, agreed=False)
    decided(builders, made, agreed=False, reason="批文没有附")
    assert started() == (0, 1)
    again = asked(builders, site)
    assert again.number == 2
    with pytest.raises(CannotWithdrawSite, match="今天"):
        asked(builders, opened(builders, name="别处"), from_date=date(2031, 1, 1))


def test_the_database_holds_two_hands(builders):
    made = asked(builders, opened(builders))
    act = record_act("decide_withdrawal", by=builders.tree.clerk, at=builders.at)
    told = {
        "withdrawal": made, "verdict": "agreed", "maker": made.asked_by, "verdict_at": builders.at,
        "verdict_by": made.asked_by, "act": act,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        WithdrawalVerdict.objects.create(**told)


def test_the_pages_open_ask_and_decide(builders, client):
    tree = builders.tree

    def sign_in(user):
        client.force_login(user, backend="mingbai.base.auth.OfficeBackend")

    sign_in(tree.user_civil)
    assert "登记工地" in client.get("/programmes/works/").content.decode()
    form = client.get("/programmes/works/open/").content.decode()
    assert 'value="roads.build"' in form
    told = {
        "sub_item": "roads.build", "town": A, "name": "新街路", "number": "D-1",
        "planned_amount": "88.5", "reason": "计划刚下达",
    }  # fmt: skip
    assert client.post("/programmes/works/open/", told | {"reason": ""}).status_code == 422
    page = client.post("/programmes/works/open/", told)["Location"]
    site = WorkSite.objects.unscoped("t").get()
    assert SiteDetails.objects.unscoped("t").get(site=site).planned_amount == 88_500_000
    shown = client.get(page).content.decode()
    assert "手工登记：计划刚下达" in shown
    said = {"from_date": "2021-06-20", "document": "南交〔2021〕9号", "reason": "规划调整"}
    client.post(f"{page}withdraw/", said)
    made = SiteWithdrawal.objects.unscoped("t").get()
    assert "等另一人审定" in client.get(page).content.decode()
    decide = f"/programmes/works/withdrawals/{made.pk}/"
    assert client.post(decide, {"decision": "agreed"}).status_code == 403, "a clerk decides nothing"
    sign_in(tree.user_a)
    assert client.post(f"{page}withdraw/", said).status_code == 403, "a town gives up no site"
    sign_in(tree.checker)
    assert "规划调整" in client.get("/programmes/works/waiting/").content.decode()
    assert client.post(decide, {"decision": "agreed"})["Location"] == "/programmes/works/"
    assert builders.standing("新街路") is None
