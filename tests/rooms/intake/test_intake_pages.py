"""Pages: what a clerk sees, what nobody else sees, and that lists stay cheap."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.rooms.intake.workbooks import dibao_rows, person, xlsx

from mingbai.base.models import Job
from mingbai.base.scope import Asker
from mingbai.intake.actions import receive_stored
from mingbai.intake.masking import mask_cell
from mingbai.intake.models import Receipt, Sheet, Verdict
from mingbai.intake.queries import CannotSeeSheet, live_sheets, sheet_line, sheet_table

pytestmark = pytest.mark.django_db
ALL = Asker.system("tests look at everything")


@pytest.fixture
def wrong(receive):
    """A receipt with one good row, one rejected and one in doubt."""
    rows = dibao_rows(3)
    rows[1][2], rows[2][6] = rows[1][2][:17], 700
    return receive(xlsx(rows))


def page_of(client, user, address):
    client.force_login(user, backend="mingbai.base.auth.OfficeBackend")
    return client.get(address)


def queries_of(client, user, address) -> int:
    page_of(client, user, address)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def sheet_address(receipt) -> str:
    sheet = receipt.sheets.unscoped("test").get()
    return f"/intake/files/{sheet.file_id}/sheets/{sheet.number}/"


def test_inbox_shows_each_file_with_its_result(client, tree, wrong, receive):
    receive(b"", "空.xlsx")
    page = page_of(client, tree.clerk, "/intake/").content.decode()
    assert "退回 1 行" in page
    assert "2021年3月籍山镇农村低保金发放花名册" in page
    assert "打不开" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [("outcome=unreadable", 1), ("outcome=accepted", 1), ("month=202103", 1), ("outcome=x", 2),
     ("month=209901", 2), ("page=99", 2)],
)  # fmt: skip
def test_inbox_filters(client, tree, wrong, receive, query, shown):
    receive(b"", "空.xlsx")
    page = page_of(client, tree.clerk, f"/intake/?{query}").content.decode()
    assert page.count("/intake/receipts/") == shown


def test_receipt_page_says_which_rows_and_why(client, tree, wrong):
    page = page_of(client, tree.user_a, f"/intake/receipts/{wrong.pk}/").content.decode()
    assert "身份证号有 17 位" in page
    assert f"{sheet_address(wrong)}?line=4" in page
    assert "下载标注工作簿" in page
    assert page.index("身份证号有 17 位") < page.index("与现行标准不一致")


def test_sheet_page_highlights_the_line_and_masks_people(client, tree, wrong):
    response = page_of(client, tree.user_a, sheet_address(wrong) + "?line=3")
    page = response.content.decode()
    name, number, _, account, phone = person(2)
    assert 'class="here"' in page
    for secret in (number, account, phone, f">{name}<"):
        assert secret not in page
    assert f"{number[:2]}{'*' * 13}{number[-3:]}" in page
    assert f"{phone[:3]}****{phone[-4:]}" in page
    assert f"{'*' * (len(account) - 4)}{account[-4:]}" in page
    assert f">{name[0]}{'*' * (len(name) - 1)}<" in page
    assert "第 3 行没有发现问题" in page
    wrong_line = client.get(sheet_address(wrong) + "?line=4").content.decode()
    assert "身份证号有 17 位" in wrong_line
    assert 'class="bad"' in wrong_line


def test_sheet_page_says_so_when_there_is_no_such_line(client, tree, wrong):
    response = page_of(client, tree.user_a, sheet_address(wrong) + "?line=999")
    assert response.status_code == 404
    assert "没有这一行" in response.content.decode()
    assert client.get(sheet_address(wrong) + "?line=abc").status_code == 200


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("340299 19500101 0017", "id_number", "34*************017"),
        ("12", "id_number", "1*"),
        ("6299340000000000012", "account", "***************0012"),
        ("16400001234", "phone", "164****1234"),
        ("欧阳 小明", "name", "欧***"),
        ("电话16400001234，请联系", "text", "电话*******1234，请联系"),
        ("５００", "money", "５００"),
        ("", "name", ""),
    ],
)
def test_masks(text, kind, shown):
    assert mask_cell(text, kind) == shown


def test_returned_workbook_is_downloaded_by_post_only(client, tree, wrong):
    address = f"/intake/receipts/{wrong.pk}/returned.xlsx"
    assert page_of(client, tree.user_a, address).status_code == 405
    response = client.post(address)
    assert response.status_code == 200
    assert response.content[:2] == b"PK"
    assert unquote(response["Content-Disposition"]).endswith("上报（标注）.xlsx")


def test_a_file_not_understood_cannot_be_marked(client, tree, receive):
    receipt = receive(b"", "空.xlsx")
    client.force_login(tree.user_a, backend="mingbai.base.auth.OfficeBackend")
    response = client.post(f"/intake/receipts/{receipt.pk}/returned.xlsx")
    assert response.status_code == 409
    assert "没有可标注的内容" in response.content.decode()


def test_many_files_dropped_at_once_become_one_job(client, tree, at):
    client.force_login(tree.user_a, backend="mingbai.base.auth.OfficeBackend")
    files = [
        SimpleUploadedFile("三月.xlsx", xlsx(dibao_rows(2))),
        SimpleUploadedFile("空.xlsx", b""),
        SimpleUploadedFile(f"{person(1)[1]}.xlsx", b"x"),
    ]
    response = client.post("/intake/upload/", {"workbooks": files})
    job = Job.objects.unscoped("test").get()
    assert response.status_code == 302
    assert response["Location"] == f"/intake/jobs/{job.pk}/"
    assert job.office_id == tree.office_a.pk
    assert person(1)[1] not in str(job.args)
    before = client.get(response["Location"]).content.decode()
    assert "0 / 3 个文件" in before
    assert 'hx-trigger="every 1s"' in before
    receipts = receive_stored(
        files=job.args["files"], office=tree.office_a, by=tree.user_a, at=job.queued_at
    )
    assert [r.outcome for r in receipts][:2] == ["accepted", "unreadable"]
    again = receive_stored(
        files=job.args["files"], office=tree.office_a, by=tree.user_a, at=job.queued_at
    )
    assert again[0].outcome == "repeated"
    Job.objects.unscoped("test").update(state="done")
    after = client.get(response["Location"], headers={"HX-Request": "true"}).content.decode()
    assert "三月.xlsx" in after
    assert "hx-trigger" not in after
    assert "<html" not in after


def test_nothing_chosen_is_said_in_words(client, tree):
    client.force_login(tree.user_a, backend="mingbai.base.auth.OfficeBackend")
    page = client.post("/intake/upload/", {}).content.decode()
    assert "请先选择或拖入至少一个表格文件" in page


def test_only_the_county_hands_in_for_others(client, tree):
    page = page_of(client, tree.user_a, "/intake/upload/").content.decode()
    assert "代哪个单位报送" not in page
    page = page_of(client, tree.clerk, "/intake/upload/").content.decode()
    assert "代哪个单位报送" in page
    client.post(
        "/intake/upload/",
        {
            "workbooks": SimpleUploadedFile("a.xlsx", xlsx(dibao_rows(1))),
            "office": tree.office_b.pk,
        },
    )
    assert Job.objects.unscoped("test").get().args["office"] == tree.office_b.pk


def test_who_may_not_hand_in_is_turned_away(client, tree):
    assert page_of(client, tree.checker, "/intake/upload/").status_code == 403


def test_each_office_sees_its_own_and_its_town(client, tree, receive, wrong):
    county_wide = receive(
        xlsx(dibao_rows(2), title=("2021年3月农村低保金发放花名册",)),
        office=tree.civil,
        by=tree.user_civil,
    )
    of_town_a = receive(xlsx(dibao_rows(5)), office=tree.civil, by=tree.user_civil)
    seen = {
        user.username: set(
            live_sheets(to=tree.asker(user), year=2021).values_list("receipt", flat=True)
        )
        for user in (tree.clerk, tree.user_a, tree.user_b, tree.user_civil)
    }
    assert seen["t-clerk"] == {wrong.pk, county_wide.pk, of_town_a.pk}
    assert seen["t-user-a"] == {wrong.pk, of_town_a.pk}
    assert seen["t-user-b"] == set()
    assert seen["t-user-civil"] == {county_wide.pk, of_town_a.pk}


def test_a_sheet_names_its_file_and_links_it_only_for_who_may_open_it(client, tree, receive):
    of_town_a = receive(xlsx(dibao_rows(5)), office=tree.civil, by=tree.user_civil)
    link = f'href="/intake/receipts/{of_town_a.pk}/"'
    for user, may in ((tree.user_civil, True), (tree.clerk, True), (tree.user_a, False)):
        page = page_of(client, user, sheet_address(of_town_a)).content.decode()
        assert of_town_a.original_name in page
        assert (link in page) == may
        receipt = client.get(f"/intake/receipts/{of_town_a.pk}/")
        assert receipt.status_code == (200 if may else 404)


def test_another_towns_pages_are_not_there(client, tree, wrong):
    for address in (f"/intake/receipts/{wrong.pk}/", sheet_address(wrong) + "?line=3"):
        assert page_of(client, tree.user_b, address).status_code == 404
    assert client.post(f"/intake/receipts/{wrong.pk}/returned.xlsx").status_code == 404
    assert "上报.xlsx" not in client.get("/intake/").content.decode()
    sheet = wrong.sheets.unscoped("test").get()
    with pytest.raises(CannotSeeSheet):
        sheet_table(sheet, to=tree.asker(tree.user_b))
    with pytest.raises(CannotSeeSheet):
        sheet_line(sheet, 3, to=tree.asker(tree.user_b))


def test_a_line_is_found_with_all_its_cells(wrong):
    sheet = wrong.sheets.unscoped("test").get()
    shown = sheet_line(sheet, 4, to=ALL)
    assert (shown.line, shown.role, shown.severity) == (4, "row", 3)
    assert [cell.column for cell in shown.cells] == [
        "", "name", "id_number", "village", "account", "phone", "amount", "grade",
    ]  # fmt: skip
    assert shown.cells[2].severity == 3
    assert shown.cells[3].severity == 0


def test_an_unscoped_look_is_refused():
    for model in (Receipt, Sheet, Verdict):
        with pytest.raises(Exception, match="没有说明由谁查看"):
            list(model.objects.all())


def test_pages_ask_no_more_of_the_database_as_rows_grow(client, tree, receive):
    few = dibao_rows(2)
    few[0][2], few[1][6] = "1", 7
    small = receive(xlsx(few))
    many = dibao_rows(400)
    for place, row in enumerate(many):
        row[2 if place % 2 else 6] = "1" if place % 2 else 7
    user = tree.user_a
    addresses = ("/intake/", f"/intake/receipts/{small.pk}/", sheet_address(small) + "?line=4")
    before = [queries_of(client, user, address) for address in addresses]
    titles = [f"2021年{month}月农村低保金发放花名册" for month in range(4, 12)]
    big = [receive(xlsx(many, title=(title,))) for title in titles][-1]
    addresses = ("/intake/", f"/intake/receipts/{big.pk}/", sheet_address(big) + "?line=4")
    after = [queries_of(client, user, address) for address in addresses]
    assert before == after
    assert max(after) <= 20
