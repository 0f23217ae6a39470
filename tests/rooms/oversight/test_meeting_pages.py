"""The pages take a meeting from its notice to its last decision; each shows what its office may."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.rooms.oversight.test_packs import compiled
from tests.rooms.oversight.test_packs import county as small_county

from mingbai.base.models import Role
from mingbai.oversight.models import Decision, DispatchPack, Meeting, Minutes
from mingbai.oversight.views import packs

county = small_county
PDF = b"%PDF-1.4 demonstration"


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def page(client, county, monkeypatch):
    """Open or post an address as a user."""
    Role.objects.create(user=county.tree.checker, role="leader", from_date="2021-01-01")
    monkeypatch.setattr(packs, "load_book", lambda **given: county.book)

    def open_page(address, user, data=None):
        client.force_login(user, backend="mingbai.base.auth.OfficeBackend")
        return client.get(address) if data is None else client.post(address, data)

    return open_page


def text(response, status=200):
    """The words of a page."""
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def notice(tree):
    """What is typed to call a dispatch meeting."""
    return {
        "kind": "dispatch", "planned_date": "2021-07-08", "start_time": "09:00",
        "place": "县政府三楼", "chair": "县政府分管领导", "period": "202106", "agenda": "调度进度",
        "offices": [tree.civil.pk, tree.office_a.pk, tree.office_b.pk],
    }  # fmt: skip


def decided(tree, **more):
    """What is typed of minutes with one decision."""
    return {
        "said": "通报了进度。\n要求抓紧。", "rows": "4", "text_0": "许镇镇补建两处",
        "office_0": tree.office_b.pk, "lead_0": tree.civil.pk, "responsible_0": "分管副镇长",
        "due_0": "2021-08-01", "programme_0": "roads", **more,
    }  # fmt: skip


def test_a_meeting_is_taken_from_notice_to_done_on_the_pages(page, county):
    tree = county.tree
    assert "发起会议" in text(page("/oversight/meetings/new/", tree.clerk))
    wrong = page("/oversight/meetings/plan/", tree.clerk, {**notice(tree), "kind": "party"})
    assert wrong.status_code == 422
    made = page("/oversight/meetings/plan/", tree.clerk, notice(tree))
    meeting = Meeting.objects.unscoped("t").get()
    here = f"/oversight/meetings/{meeting.pk}/"
    assert made["Location"] == here
    assert "2021年第1次调度会" in text(page("/oversight/", tree.user_b))
    page(f"{here}pack/", tree.clerk, {})
    pack = DispatchPack.objects.unscoped("t").get()
    assert page(f"/oversight/packs/{pack.pk}/", tree.user_b).status_code == 404
    page(f"/oversight/packs/{pack.pk}/issue/", tree.checker, {})
    assert "本单位的行标了底色" in text(page(f"/oversight/packs/{pack.pk}/", tree.user_b))
    assert page(f"/oversight/packs/{pack.pk}/docx/", tree.user_b).status_code == 200
    came = {f"state_{each.pk}": "came" for each in (tree.civil, tree.office_a, tree.office_b)}
    head = {"held_date": "2021-07-05", "place": "县政府三楼", "chair": "县政府分管领导"}
    assert page(f"{here}hold/", tree.clerk, {**head, **came}).status_code == 302
    form = text(page(f"{here}write/", tree.clerk))
    assert "子项roads.build赶上序时进度" in form, "begun with the red lags of the pack"
    wrong = decided(tree, responsible_0="")
    assert "要有责任岗位" in text(page(f"{here}minutes/", tree.clerk, wrong), 422)
    page(f"{here}minutes/", tree.clerk, decided(tree))
    minutes = Minutes.objects.unscoped("t").get()
    assert "要求抓紧。" in text(page(f"/oversight/minutes/{minutes.pk}/", tree.clerk))
    issue = {"number": "南民办纪〔2021〕1号", "issue_date": "2021-07-05"}
    assert "六角括号" in text(
        page(f"/oversight/minutes/{minutes.pk}/issue/", tree.checker, {**issue, "number": "1号"}),
        422,
    )
    page(f"/oversight/minutes/{minutes.pk}/issue/", tree.checker, issue)
    assert "南民办纪〔2021〕1号" in text(page(here, tree.user_b))
    assert page(f"/oversight/minutes/{minutes.pk}/docx/", tree.user_b).status_code == 200
    _followed(page, tree)


def _followed(page, tree):
    decision = Decision.objects.unscoped("t").get()
    here = f"/oversight/decisions/{decision.pk}/"
    assert page(here, tree.user_a).status_code == 404, "neither its owner nor its lead"
    assert "牵头单位" in text(page(here, tree.user_civil))
    assert 'name="text"' not in text(page(here, tree.user_civil)), "the lead does not report"
    more = {"due_date": "2021-08-20", "reason": "汛期停工"}
    page(f"{here}extend/", tree.checker, more)
    assert "2021年8月20日前办结（原定8月1日）" in text(page(here, tree.user_b))
    file = SimpleUploadedFile("证明.pdf", PDF, content_type="application/pdf")
    page(f"{here}report/", tree.user_b, {"text": "两处已补建", "file": file})
    page(f"{here}return/", tree.checker, {"reason": "还缺一处的照片"})
    page(f"{here}report/", tree.user_b, {"text": "照片已补"})
    page(f"{here}confirm/", tree.checker, {"text": "已到场看过"})
    shown = text(page(here, tree.user_b))
    for words in ("已办结", "还缺一处的照片", "两处已补建", "汛期停工"):
        assert words in shown
    paper = page(f"{here}files/2/", tree.user_b)
    assert (paper.content, paper["Content-Type"]) == (PDF, "application/pdf")
    assert page(f"{here}files/3/", tree.user_b).status_code == 404, "no paper came with it"


def test_every_count_of_a_pack_leads_to_its_rows(page, county, meetings):
    tree = county.tree
    meeting = meetings.plan(
        period=202106, day=date(2021, 7, 8), offices=(tree.civil, tree.office_b)
    )
    pack = compiled(county, meeting)
    here = f"/oversight/packs/{pack.pk}/"
    shown = text(page(here, tree.clerk))
    for key in ("count.lagging", "count.town_lagging", "count.silent", "count.money"):
        assert f'href="{here}rows/{key}/"' in shown
        rows = text(page(f"{here}rows/{key}/", tree.clerk))
        assert "子项" in rows
    assert 'href="/programmes/lags/2021/6/roads.build/"' in shown
    assert "第 4 行</a>" in text(page(f"{here}rows/count.lagging/", tree.clerk))
    assert page(f"{here}rows/count.luck/", tree.clerk).status_code == 404


def test_the_list_of_decisions_is_narrowed_and_scoped(page, county, meetings):
    tree = county.tree
    minutes = meetings.draft(
        decided=[
            meetings.decided(text="镇里的事"),
            meetings.decided(tree.civil, text="局里的事"),
        ]
    )
    meetings.issue(minutes)
    everything = text(page("/oversight/decisions/", tree.clerk))
    assert "镇里的事" in everything
    assert "局里的事" in everything
    own = text(page("/oversight/decisions/", tree.user_a))
    assert "镇里的事" in own
    assert "局里的事" not in own
    narrowed = text(page(f"/oversight/decisions/?office={tree.civil.pk}", tree.clerk))
    assert "镇里的事" not in narrowed
    assert "没有符合条件的事项" in text(page("/oversight/decisions/?state=done", tree.clerk))
    meeting = minutes.meeting_id
    assert "镇里的事" in text(page(f"/oversight/decisions/?meeting={meeting}", tree.clerk))


@pytest.mark.parametrize("address", ["/oversight/", "/oversight/decisions/"])
def test_the_lists_cost_the_same_whatever_they_show(page, county, meetings, address):
    def cost():
        with CaptureQueriesContext(connection) as spent:
            text(page(address, county.tree.clerk))
        return len(spent)

    meetings.issue()
    cost()
    few = cost()
    for number in range(2, 8):
        decided = [meetings.decided() for _ in range(3)]
        meetings.issue(meetings.draft(decided=decided), f"南民办纪〔2021〕{number}号")
    assert cost() <= few
    assert few <= 21


def test_today_tells_owners_and_the_county(page, county, meetings):
    tree = county.tree
    county.report(("roads.toilets", "", None, "160"), month=7)
    meetings.issue()
    shown = text(page("/", tree.user_a))
    assert "办理逾期的议定事项" in shown
    assert "补齐工程验收资料" in shown
    assert "议定事项逾期未办结" in text(page("/", tree.clerk))
    assert "议定事项" not in text(page("/", tree.user_b))
