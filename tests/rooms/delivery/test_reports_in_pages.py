"""The pages of monthly reports: who sees which, typing a sheet, answering, confirming."""

from __future__ import annotations

import re

import pytest
from tests.rooms.delivery.test_reports_in import Desk

from mingbai.delivery.models import ProgressReport, ReportStep
from mingbai.delivery.queries.desk import due_lines
from mingbai.programme.actions import adopt_year
from mingbai.rulebook import load_book
from mingbai.site.actions import install_county

MONTH = "?year=2021&month=6"


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def desk(county):
    return Desk(county)


@pytest.fixture
def as_user(client):
    """A browser signed in as somebody."""

    def sign_in(who):
        client.force_login(who, backend="mingbai.base.auth.OfficeBackend")
        return client

    return sign_in


@pytest.mark.django_db
def test_the_month_is_walked_from_question_to_confirmed(desk, as_user):
    desk.report(("roads.toilets", "", None, "120"), month=5)
    june = desk.report(("roads.toilets", "", None, "110"), month=6)
    page = f"/programmes/reports/{june.pk}/"
    browser = as_user(desk.maker)
    text = browser.get(page).content.decode()
    assert "比上次报的 120户 少" in text
    asked = dict(re.findall(r'name="(s\|[^"]+)" value="([^"]+)"', text))
    (key,) = asked
    name = key[2:]
    browser.post(f"{page}answer/", {**asked, f"a|{name}": "corrected-before", f"w|{name}": "核减"})
    assert "更正以前月份误报：核减" in browser.get(page).content.decode()
    assert browser.post("/programmes/reports/confirm/", {"pick": june.pk}).status_code == 403
    browser = as_user(desk.checker)
    assert f'value="{june.pk}"' in browser.get(f"/programmes/reports/{MONTH}").content.decode()
    browser.post("/programmes/reports/confirm/", {"pick": june.pk, "from": june.pk})
    assert "已计入完成数" in browser.get(page).content.decode()


@pytest.mark.django_db
def test_a_report_can_be_sent_back_from_its_page(desk, as_user):
    june = desk.report(("roads.toilets", "", None, "110"), month=6)
    browser = as_user(desk.checker)
    browser.post(f"/programmes/reports/{june.pk}/return/", {"reason": "与台账不符"})
    assert "与台账不符" in browser.get(f"/programmes/reports/{june.pk}/").content.decode()
    assert ReportStep.objects.unscoped("t").get().step == "returned"


@pytest.mark.django_db
def test_others_reports_are_not_found_and_the_county_sees_all(desk, as_user):
    june = desk.report(("roads.toilets", "", None, "110"), month=6)
    page = f"/programmes/reports/{june.pk}/"
    desk.tree.user_a.office.refresh_from_db()
    assert as_user(desk.tree.user_a).get(page).status_code == 404
    assert as_user(desk.tree.clerk).get(page).status_code == 200
    text = as_user(desk.tree.clerk).get(f"/programmes/reports/{MONTH}").content.decode()
    assert text.count("未报") >= 3
    own = as_user(desk.tree.user_a).get(f"/programmes/reports/{MONTH}").content.decode()
    assert "籍山镇人民政府" in own
    assert "民政局" not in own


@pytest.mark.django_db
def test_the_list_costs_the_same_for_more_offices(desk, as_user, django_assert_max_num_queries):
    browser = as_user(desk.tree.clerk)
    desk.report(("roads.toilets", "", None, "110"), month=6)
    with django_assert_max_num_queries(40):
        browser.get(f"/programmes/reports/{MONTH}")
    for office, who in (
        (desk.tree.office_a, desk.tree.user_a), (desk.tree.office_b, desk.tree.user_b)
    ):  # fmt: skip
        desk.report(("roads.toilets", "", None, "30"), month=6, office=office, by=who)
    with django_assert_max_num_queries(40):
        browser.get(f"/programmes/reports/{MONTH}")


@pytest.mark.django_db
def test_the_leaders_word_is_asked_for_by_name_of_what_is_left(desk, as_user):
    june = desk.report(("roads.toilets", "", None, "110"), month=6)
    browser = as_user(desk.leader)
    text = browser.get(f"/programmes/reports/{MONTH}").content.decode()
    assert f'name="seen" value="{june.pk}"' in text
    told = {"year": 2021, "month": 6, "seen": june.pk, "reason": "上级当天要"}
    browser.post("/programmes/reports/waive/", told)
    assert "县领导已同意" in browser.get(f"/programmes/reports/{MONTH}").content.decode()


@pytest.mark.django_db
def test_a_typed_sheet_becomes_a_workbook_with_lines_to_walk_back_to(
    db, at, as_user, settings, django_user_model
):
    book = load_book(year=2021, county="340223")
    install_county(book=book, by=None, at=at)
    adopt_year(book=book, by=None, at=at)
    from mingbai.base.models import Office, Role

    office = Office.objects.unscoped("t").get(code="justice")
    clerk = django_user_model(username="sifa", display_name="司法局", office=office)
    clerk.set_unusable_password()
    clerk.save()
    Role.objects.create(user=clerk, role="clerk", from_date="2021-01-01")
    settings.MINGBAI_DEMO = True
    browser = as_user(clerk)
    page = f"/programmes/reports/sheet/{MONTH}"
    assert "法律援助" in browser.get(page).content.decode()
    line = due_lines(office=office, year=2021, period=202106)[0]
    told = {"year": 2021, "month": 6, "office": "justice"}
    bad = browser.post(page, {**told, f"t|{line.name}": "三百"})
    assert bad.status_code == 422
    assert "不是数" in bad.content.decode()
    half = browser.post(page, {**told, f"m|{line.name}": "3"})
    assert "还要填累计完成" in half.content.decode()
    done = browser.post(page, {**told, f"m|{line.name}": "１２", f"t|{line.name}": "1,312"})
    assert done.status_code == 302, done.content.decode()
    report = ProgressReport.objects.unscoped("t").get()
    assert (report.sub_item, report.month_done, report.total_done) == (
        line.measure.sub_item.code, 12, 1312
    )  # fmt: skip
    origin = f"/intake/files/{report.origin_file_id}/sheets/1/?line={report.origin_line}"
    assert "1312" in browser.get(origin).content.decode()
    again = browser.post(page, {**told, f"m|{line.name}": "12", f"t|{line.name}": "1312"})
    assert again.status_code == 422
    assert "完全相同" in again.content.decode()
