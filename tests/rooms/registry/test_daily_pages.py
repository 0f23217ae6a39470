"""The pages of comparison in the daily work, as an office uses them."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pytest
from django.test import Client
from docx import Document
from tests.rooms.registry.rosters import (
    DIBAO,
    TEKUN,
    amount_rule,
    exclusion,
    hand_in,
    row,
    small_book,
    sub_item,
)

from mingbai.base.scope import Asker
from mingbai.registry.actions import compare_sheets, enrol_sheets, settle_finding
from mingbai.registry.models import CorrectionStep, Finding, Visit
from mingbai.registry.queries import findings_seen
from mingbai.registry.queries.savings import confirmed_places, rule_effects
from mingbai.rulebook import Absence, Check, load_book

pytestmark = pytest.mark.django_db

ALL = Asker.system("test")
VIEWS = ("queue", "settling", "slips", "visiting", "knowing", "persons", "words")


def checked(kind, effect="hold", **params):
    return Check(DIBAO, kind, effect, params, date(2021, 1, 1), None, "demonstration", "演示")


@pytest.fixture
def book(monkeypatch):
    real = load_book(year=2021, county="340223")
    made = small_book(
        sub_item(
            DIBAO,
            amount_rule(DIBAO),
            checks=(
                checked("repeated_person", within="month"),
                checked("shared_account", "note", most=1),
            ),
        ),
        sub_item(TEKUN, amount_rule(TEKUN)),
        exclusions=(exclusion(TEKUN, DIBAO),),
        absences=(
            Absence(TEKUN, (DIBAO,), (), date(2021, 1, 1), None, "note", "低保对象都可申请",
                    "demonstration", "演示"),
        ),
    )  # fmt: skip
    led = (replace(each, lead_office="t-civil") for each in made.sub_items)
    items = {("sub_item", each.code): each for each in led}
    programme = replace(made.programmes[0], sub_items=tuple(items.values()))
    book = replace(
        made, programmes=(programme,), handling=real.handling, calendar=real.calendar,
        _index={**made._index, **items, ("programme", programme.code): programme},
    )  # fmt: skip
    for name in VIEWS:
        module = f"mingbai.registry.views.{name}"
        monkeypatch.setattr(f"{module}.load_book", lambda **_: book, raising=False)
        monkeypatch.setattr(f"{module}.newest_year", lambda: 2021, raising=False)
    monkeypatch.setattr("mingbai.registry.queries.known.load_book", lambda **_: book)
    monkeypatch.setattr("mingbai.site.effects.load_book", lambda **_: book)
    monkeypatch.setattr("mingbai.site.effects.newest_year", lambda: 2021)
    return book


@pytest.fixture
def sheets(tree, at, book):
    """Town A: a row twice. Town B: an exclusion and a shared account. Everybody left out once."""
    a = hand_in(tree, at, [row(1), row(1), row(2)])
    b = hand_in(
        tree, at, [row(3), row(4, account="6217"), row(5, account="6217")], town="340223101"
    )
    t = hand_in(tree, at, [row(3)], sub_item=TEKUN, town="340223101")
    compare_sheets(year=2021, book=book, by=tree.clerk, at=at)
    enrol_sheets(sheets=[a, b, t], book=book, by=tree.clerk, at=at)
    compare_sheets(year=2021, book=book, by=tree.clerk, at=at)
    return a, b


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, "mingbai.base.auth.OfficeBackend")
    return client


def of(code):
    return next(each for each in findings_seen(to=ALL, year=2021) if each.code == code)


def picks(text):
    return re.findall(r'name="pick" value="(\d+:\d+)"', text)


def test_a_town_sees_its_own_first_and_may_tick_only_these(tree, book, sheets):
    text = client_of(tree.user_b).get("/registry/findings/").content.decode()
    listed = text[text.index("<tbody") :]
    assert listed.index("多人同账号") < listed.index("重复享受")
    assert [each.split(":")[0] for each in picks(text)] == [str(of("shared_account").pk)]
    mine = client_of(tree.user_b).get("/registry/findings/?who=mine").content.decode()
    assert f"/findings/{of('exclusion').pk}/" not in mine
    refused = client_of(tree.user_b).post(
        f"/registry/findings/{of('exclusion').pk}/settle/",
        {"reason": "entitled", "seen_number": 0},
    )
    assert refused.status_code == 403


def test_many_are_settled_at_once_and_each_is_told(tree, book, sheets):
    client = client_of(tree.clerk)
    text = client.get("/registry/findings/").content.decode()
    assert len(picks(text)) == 3
    told = client.post(
        "/registry/findings/settle/", {"pick": picks(text), "reason": "not_entitled"}
    ).content.decode()
    assert "办成 3 条" in told
    again = client.post(
        "/registry/findings/settle/", {"pick": picks(text), "reason": "not_entitled"}
    ).content.decode()
    assert "办成 0 条" in again
    assert again.count("他人处理") == 3
    own = client_of(tree.user_b).post(
        "/registry/findings/settle/",
        {"pick": [f"{of('exclusion').pk}:1"], "reason": "entitled"},
    )
    assert "由责任部门核实" in own.content.decode()


def test_the_export_is_filtered_and_masked(tree, book, sheets):
    content = client_of(tree.user_a).get("/registry/findings/export.xlsx").content
    cells = [
        str(cell.value)
        for line in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()
        for cell in line
        if cell.value is not None
    ]
    assert "重复申报" in cells
    assert "多人同账号" not in cells
    assert not any(row(1)["id_number"] in each or row(1)["name"] in each for each in cells)
    assert any(each.startswith("34*") for each in cells)


def test_a_form_is_sent_answered_checked_and_printed(tree, book, sheets, at):
    county, town = client_of(tree.clerk), client_of(tree.user_b)
    sent = county.post(
        "/registry/findings/issue/", {"pick": [f"{of('shared_account').pk}:0"]}
    ).content.decode()
    (address,) = set(re.findall(r"/registry/slips/\d+/", sent))
    assert client_of(tree.user_a).get(address).status_code == 404
    page = town.get(address).content.decode()
    (item,) = re.findall(r"/registry/slips/items/(\d+)/answer/", page)
    assert "/check/" not in page
    assert "不在您" not in page
    denied = county.post(f"/registry/slips/items/{item}/answer/", {"seen_number": 0, "text": "好"})
    assert denied.status_code == 403
    town.post(
        f"/registry/slips/items/{item}/answer/",
        {"seen_number": 0, "text": "母亲代领", "evidence": io.BytesIO(b"picture")},
    )
    page = county.get(address).content.decode()
    assert "已说明，待复核" in page
    (step,) = re.findall(r"/registry/slips/evidence/(\d+)/", page)
    assert county.get(f"/registry/slips/evidence/{step}/").content == b"picture"
    assert client_of(tree.user_a).get(f"/registry/slips/evidence/{step}/").status_code == 404
    county.post(
        f"/registry/slips/items/{item}/check/", {"seen_number": 1, "reason": "agreed_account"}
    )
    assert "复核通过" in town.get(address).content.decode()
    assert CorrectionStep.objects.unscoped("t").count() == 2
    paper = Document(io.BytesIO(town.get(f"{address}docx/").content))
    text = "\n".join(each.text for each in paper.paragraphs)
    assert "更正单〔2021〕1号" in text
    assert "许镇镇人民政府" in text
    cells = [cell.text for line in paper.tables[0].rows for cell in line.cells]
    assert any("多人同账号" in each for each in cells)
    book_ = openpyxl.load_workbook(io.BytesIO(town.get(f"{address}slip.xlsx").content))
    assert any("逐人核对" in str(c.value) for line in book_.active.iter_rows() for c in line)
    assert "已办结" in county.get("/registry/slips/?state=").content.decode()


def test_visits_are_listed_by_village_recorded_and_end_the_search(tree, book, sheets):
    client = client_of(tree.user_a)
    page = client.get("/registry/visits/").content.decode()
    assert "五里居委会" in page
    assert row(2)["name"] not in page
    (first, *_) = re.findall(r"/registry/visits/(\d+)/", page)
    form = {"visited_date": "2021-07-04", "visitors": "村干部", "seen_number": 0}
    client.post(f"/registry/visits/{first}/", {**form, "outcome": "willing"})
    assert "愿意申请" in client.get("/registry/visits/").content.decode()
    client.post(f"/registry/visits/{first}/", {**form, "outcome": "moved", "seen_number": 1})
    assert f"/registry/visits/{first}/" not in client.get("/registry/visits/").content.decode()
    assert Visit.objects.unscoped("t").count() == 2
    settled = findings_seen(to=ALL, year=2021, about="left_out", state="dismissed")
    assert [each.pk for each in settled] == [int(first)]
    other = client_of(tree.user_b).post(f"/registry/visits/{first}/", form)
    assert other.status_code == 404
    sheet = client.get("/registry/visits/sheet.xlsx?state=").content
    cells = {
        str(cell.value)
        for line in openpyxl.load_workbook(io.BytesIO(sheet)).active.iter_rows()
        for cell in line
    }
    assert "五里居委会" in cells
    assert "已去世或迁出" in cells


def test_a_month_is_shown_and_a_comparison_queued(tree, book, sheets, at):
    client = client_of(tree.clerk)
    text = client.get("/registry/month/?period=202107").content.decode()
    assert "本月新查出" in text
    assert "多人同账号" in text
    assert client.get("/registry/month/?period=20217").status_code == 200


def test_hints_come_by_post_and_hold_no_value(tree, book, sheets):
    asked = {
        "id_number": row(1)["id_number"], "name": "演他人", "account": "", "phone": "",
        "sub_item": DIBAO, "period": 202101,
    }  # fmt: skip
    client = client_of(tree.user_b)
    text = client.post("/registry/known/", asked).content.decode()
    assert "重复申报" in text
    assert "一号多名" in text
    assert row(1)["id_number"] not in text
    assert row(1)["name"] not in text
    assert client.get("/registry/known/").status_code == 405
    assert client.post("/registry/known/", {}).status_code == 200


def test_a_receipt_shows_what_comparison_found_in_it(tree, book, sheets):
    a, _ = sheets
    client = client_of(tree.user_a)
    address = f"/registry/receipts/{a.receipt_id}/findings/"
    text = client.get(address).content.decode()
    assert "重复申报" in text
    assert f"/intake/files/{a.file_id}/sheets/1/?line=4" in text
    assert client_of(tree.user_b).get(address).status_code == 404


def test_what_rules_were_worth_is_exact(tree, book, sheets, at):
    finding, exclusion_ = of("repeated_person"), of("exclusion")
    for each in (finding, exclusion_):
        settle_finding(
            finding=each, decision="confirmed", reason="not_entitled", seen_number=0,
            by=tree.clerk, at=at + timedelta(days=1),
        )  # fmt: skip
    places = confirmed_places(to=ALL, year=2021)
    assert len(places) == 2
    nothing = {e.code: e for e in rule_effects(to=ALL, year=2021, paid={})}
    assert nothing["repeated_person"].stopped_amount == 50_000
    place = next(p for p in places if p[0] == sheets[0].file_id)
    some = {e.code: e for e in rule_effects(to=ALL, year=2021, paid={place: 30_000})}
    assert some["repeated_person"].stopped_amount == 20_000
    assert some["repeated_person"].to_recover_amount == 30_000
    assert some["exclusion"].stopped_amount == 50_000
    assert some["shared_account"].confirmed_ratio is None
    assert client_of(tree.clerk).get("/effects/").status_code == 200
    assert Finding.objects.unscoped("t").filter(code="exclusion").exists()


def test_the_queue_needs_no_more_queries_for_more_findings(
    tree, at, book, sheets, django_assert_max_num_queries
):
    client = client_of(tree.clerk)
    client.get("/registry/findings/")
    with django_assert_max_num_queries(30):
        client.get("/registry/findings/")
    hand_in(tree, at, [row(n) for n in range(10, 60) for _ in (1, 2)], month=2)
    compare_sheets(year=2021, book=book, by=tree.clerk, at=at)
    with django_assert_max_num_queries(30):
        text = client.get("/registry/findings/").content.decode()
    assert len(picks(text)) == 50
