"""The works pages: what each person sees and may do there, and what they cost."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.rooms.delivery.building import Builders, line, photo
from tests.rooms.programme.books import B

from mingbai.base.models import Role, User
from mingbai.delivery.models import (
    MilestonePhoto,
    MilestoneReport,
    MilestoneVerdict,
    SiteNote,
    SiteNoteClosing,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def static(settings, tmp_path, monkeypatch):
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def builders(county, monkeypatch):
    made = Builders(county)
    monkeypatch.setattr("mingbai.delivery.views.works.load_book", lambda **_: made.book)
    monkeypatch.setattr("mingbai.delivery.views.works.works_day", lambda: date(2021, 6, 30))
    monkeypatch.setattr("mingbai.delivery.views.sites.works_day", lambda: date(2021, 6, 30))
    made.ledger(
        line("上街路改造", contractor="某路桥公司", start_date=date(2021, 5, 6),
             invested_amount=41_200_000),
        line("许镇桥", town=B, planned_finish_date=date(2021, 8, 31)),
        line("学校", sub_item="school.teachers"),
    )  # fmt: skip
    return made


@pytest.fixture
def department_checker(tree):
    user = User(username="t-dep", display_name="局复核", office=tree.civil)
    user.set_unusable_password()
    user.save()
    Role.objects.create(user=user, role="checker", from_date=date(2021, 1, 1))
    return user


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user, backend="mingbai.base.auth.OfficeBackend")
        return client

    return sign_in


def test_the_list_shows_lights_money_and_what_did_not_fit(builders, as_):
    text = as_(builders.tree.clerk).get("/programmes/works/?year=2021").content.decode()
    assert "上街路改造" in text
    assert "某路桥公司" in text
    assert "按现在的进度要晚" in text
    assert "台账里对不上的地方" in text
    assert "不是当年的工程类子项" in text
    assert "41.20<small>万元" in text
    town = as_(builders.tree.user_a).get("/programmes/works/").content.decode()
    assert "许镇桥" not in town
    only = as_(builders.tree.clerk).get("/programmes/works/?light=red").content.decode()
    assert "许镇桥" in only


def test_the_week_and_the_chart_lead_to_the_site(builders, as_):
    client = as_(builders.tree.clerk)
    week = client.get("/programmes/works/week/").content.decode()
    assert "已经迟了" in week
    assert "最迟应于" in week
    chart = client.get("/programmes/works/gantt/").content.decode()
    assert chart.count("<svg") >= 1
    assert "许镇桥" in chart
    assert not re.search(r'(x|width)="[^"]*,', chart), "numbers in SVG have no thousands marks"


def test_a_site_is_reported_from_a_phone_and_confirmed_by_another(
    builders, as_, department_checker
):
    tree, site = builders.tree, builders.site("上街路改造")
    page = f"/programmes/works/sites/{site.pk}/"
    client = as_(tree.user_a)
    assert "报节点" in client.get(page + "report/").content.decode()
    sent = SimpleUploadedFile("p.jpg", photo(), content_type="image/jpeg")
    asked = {"step": "structure", "what": "done", "actual_date": "2021-06-20"}
    lacking = client.post(page + "milestones/", asked)
    assert "至少要 1 张现场照片" in lacking.content.decode()
    done = client.post(page + "milestones/", {**asked, "photos": sent})
    assert done.status_code == 302
    report = MilestoneReport.objects.unscoped("t").get(step="structure")
    kept = MilestonePhoto.objects.unscoped("t").get(report=report)
    shown = client.get(f"/programmes/works/photos/{kept.pk}/")
    assert shown["Content-Type"] == "image/jpeg"
    assert b"2021:06:20" not in shown.content
    assert b"2021:06:20" in photo(), "the control arm: it was there"
    text = client.get(page).content.decode()
    assert "北纬30.92014°" in text
    assert "待确认" in text
    mine = {"report": [report.pk]}
    assert client.post("/programmes/works/confirm/", mine).status_code == 403
    other = as_(department_checker)
    assert str(report.pk) in other.get("/programmes/works/waiting/").content.decode()
    other.post("/programmes/works/confirm/", mine)
    assert MilestoneVerdict.objects.unscoped("t").get().verdict_by == department_checker
    assert "已确认" in other.get(page).content.decode()


def test_a_report_goes_back_with_a_reason(builders, as_, department_checker):
    report = MilestoneReport.objects.unscoped("t").get(step="start")
    client = as_(department_checker)
    address = f"/programmes/works/reports/{report.pk}/return/"
    client.post(address, {"reason": ""})
    assert not MilestoneVerdict.objects.unscoped("t").exists()
    client.post(address, {"reason": "台账日期与监理日志不符"})
    assert MilestoneVerdict.objects.unscoped("t").get().verdict == "returned"
    page = client.get(f"/programmes/works/sites/{report.site_id}/").content.decode()
    assert "台账日期与监理日志不符" in page


def test_a_town_s_checker_does_not_confirm_for_the_department(builders, as_, tree):
    user = User(username="t-town-checker", display_name="镇复核", office=tree.office_a)
    user.set_unusable_password()
    user.save()
    Role.objects.create(user=user, role="checker", from_date=date(2021, 1, 1))
    report = MilestoneReport.objects.unscoped("t").get(step="start")
    client = as_(user)
    assert client.post("/programmes/works/confirm/", {"report": report.pk}).status_code == 403
    back = client.post(f"/programmes/works/reports/{report.pk}/return/", {"reason": "x"})
    assert back.status_code == 403


def test_other_towns_find_nothing(builders, as_):
    site = builders.site("上街路改造")
    builders.report("structure", date(2021, 6, 1), photo(), site=site)
    kept = MilestonePhoto.objects.unscoped("t").get()
    client = as_(builders.tree.user_b)
    for address in (f"sites/{site.pk}/", f"sites/{site.pk}/report/", f"photos/{kept.pk}/"):
        assert client.get(f"/programmes/works/{address}").status_code == 404
    post = client.post(f"/programmes/works/sites/{site.pk}/milestones/", {"step": "start"})
    assert post.status_code == 404


PAGES = ["", "week/", "gantt/", "waiting/"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_cost_the_same_with_many_sites(builders, as_, page, django_assert_max_num_queries):
    client = as_(builders.tree.clerk)
    address = f"/programmes/works/{page}"
    client.get(address)
    with django_assert_max_num_queries(24) as few:
        client.get(address)
    builders.ledger(
        *(line(f"路{n}", start_date=date(2021, 4, 1 + n % 28)) for n in range(40)), month=5
    )
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(address)


def test_notes_and_upkeep_are_kept_on_the_page_of_the_site(builders, as_, department_checker):
    builders.ledger(line("上街路改造", handover_date=date(2021, 6, 1)), month=7)
    builders.confirm_all()
    site = builders.site("上街路改造")
    page = f"/programmes/works/sites/{site.pk}/"
    client = as_(builders.tree.user_a)
    client.post(page + "notes/", {"kind": "safety", "text": "", "found_date": "2021-06-20"})
    assert "没有登记" in client.get(page).content.decode()
    client.post(
        page + "notes/", {"kind": "safety", "text": "临边无护栏", "found_date": "2021-06-20"}
    )
    client.post(page + "upkeep/", {"keeper": "籍山镇人民政府", "from_date": "2021-06-02"})
    client.post(page + "visits/", {"visited_date": "2021-06-21", "condition": "good"})
    text = client.get(page).content.decode()
    assert "临边无护栏" in text
    assert "逾期 7 天" in text
    assert "2021年9月21日前巡查" in text
    note = SiteNote.objects.unscoped("t").get()
    close = f"/programmes/works/notes/{note.pk}/close/"
    done = {"measures": "已加护栏", "closed_date": "2021-06-24"}
    assert client.post(close, done).status_code == 403
    as_(department_checker).post(close, done)
    assert SiteNoteClosing.objects.unscoped("t").get().closed_by == department_checker
