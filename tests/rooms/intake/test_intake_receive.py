"""Receiving: every row judged and accounted for, nothing twice, corrections follow."""

from __future__ import annotations

import io
import json
import zipfile

import openpyxl
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.rooms.intake.workbooks import HEADING, dibao_rows, person, progress, xlsx, xlsx_sheets

from mingbai.base.ledger import verify_ledger
from mingbai.base.models import Act, StoredFile
from mingbai.base.scope import Asker
from mingbai.base.secrets import blind
from mingbai.intake.actions import receive_many, return_workbook
from mingbai.intake.messages import explain
from mingbai.intake.models import Receipt, Sheet, Verdict
from mingbai.intake.queries import live_sheets, sheet_table, superseded_sheets, verdicts_of

pytestmark = pytest.mark.django_db
ALL = Asker.system("tests look at everything")


def sheet_of(receipt):
    assert receipt.outcome == "accepted", receipt.message
    return receipt.sheets.unscoped("the test's own").order_by("number").first()


def codes(receipt):
    found = verdicts_of(sheet_of(receipt), to=ALL)
    return [(v.line, v.letter, v.code, v.severity) for v in found]


def test_a_plain_roster_is_taken_in_whole(receive):
    receipt = receive()
    sheet = sheet_of(receipt)
    assert sheet.sub_item == "hardship-relief.rural-dibao"
    assert (sheet.town_id, sheet.period) == ("340223100", 202103)
    assert (sheet.row_count, sheet.accepted_count, sheet.rejected_count) == (3, 3, 0)
    table = sheet_table(sheet, to=ALL)
    assert table["line"].to_pylist() == [3, 4, 5]
    assert table["verdict"].to_pylist() == [0, 0, 0]
    assert table["amount"].to_pylist() == [64_000] * 3
    assert table["village"].to_pylist() == ["340223100001"] * 3
    assert table["period"].to_pylist() == [202103] * 3
    assert codes(receipt) == []


def test_blind_keys_are_those_of_the_house(receive):
    table = sheet_table(sheet_of(receive()), to=ALL)
    name, number, _, account, phone = person(2)
    assert table["id_key"][0].as_py() == blind("id_number", number)
    assert table["account_key"][0].as_py() == blind("account", account)
    assert table["phone_key"][0].as_py() == blind("phone", phone)
    assert table["name_key"][0].as_py() == blind("name_only", name)


def test_one_act_tells_of_one_file(receive):
    before = Act.objects.unscoped("test").count()
    receipt = receive()
    acts = list(Act.objects.unscoped("test").order_by("seq"))[before:]
    assert [act.verb for act in acts] == ["receive_file"]
    assert sheet_of(receipt).act_id == receipt.act_id == acts[0].pk
    assert json.loads(acts[0].payload)["row_count"] == 3
    assert not [fault for fault in verify_ledger().faults if "内容与其摘要" in fault]


def test_every_fault_has_its_own_word_and_no_row_is_lost(receive):
    rows = dibao_rows(9)
    rows[0][2] = float(rows[0][2][:15] + "000")
    rows[1][2] = "3.40299E+17"
    rows[2][2] = rows[2][2][:17] + ("0" if rows[2][2][17] != "0" else "1")
    rows[3][1] = " "
    rows[4][6] = "叁佰元整"
    rows[5][6] = -640
    rows[6][6] = 700
    rows[7][7] = "丁类"
    rows[8] = [9, *person(2), 640, "A类"]
    receipt = receive(xlsx(rows))
    found = codes(receipt)
    assert found[0][2] in ("id_number_cell", "id_scientific")
    assert found[1:] == [
        (4, "C", "id_scientific", 3),
        (5, "C", "id_check", 3),
        (6, "B", "empty", 3),
        (7, "G", "money_capitals", 3),
        (8, "G", "money_negative", 2),
        (8, "G", "amount_negative", 3),
        (9, "G", "amount_off_standard", 2),
        (10, "H", "code_unknown", 3),
    ]
    assert (receipt.row_count, receipt.accepted_count, receipt.rejected_count) == (9, 2, 7)
    table = sheet_table(sheet_of(receipt), to=ALL)
    assert table["verdict"].to_pylist() == [3, 3, 3, 3, 3, 3, 2, 3, 0]
    assert table["line"].to_pylist() == list(range(3, 12))


def test_an_id_stored_as_number_is_rejected_in_its_own_words_and_its_row_kept(receive):
    rows = dibao_rows(2)
    rows[1][2] = float(rows[1][2][:15] + "000")
    receipt = receive(xlsx(rows))
    verdict = verdicts_of(sheet_of(receipt), to=ALL).get()
    assert (verdict.line, verdict.letter, verdict.severity) == (4, "C", 3)
    said = explain(verdict.code, verdict.params)
    assert verdict.code in ("id_number_cell", "id_scientific")
    assert "文本格式" in said
    assert receipt.row_count == 2
    assert sheet_table(sheet_of(receipt), to=ALL)["id_number"].to_pylist()[1] is None


def test_the_second_row_of_one_person_points_to_the_first(receive):
    rows = [*dibao_rows(3), [4, *person(2), 640, "A类"]]
    receipt = receive(xlsx(rows))
    verdict = verdicts_of(sheet_of(receipt), to=ALL).get()
    assert (verdict.line, verdict.code, verdict.severity) == (6, "row_repeated", 2)
    assert "第 3 行" in explain(verdict.code, verdict.params)


def test_the_standard_is_the_one_of_the_sheets_month(receive):
    before = receive(xlsx(dibao_rows(1, amount=684)))
    after = receive(xlsx(dibao_rows(1, amount=684), title=("籍山镇2021年7月农村低保发放花名册",)))
    assert [code for *_, code, _ in codes(before)] == ["amount_off_standard"]
    assert codes(after) == []


def test_a_bad_or_missing_telephone_is_said_once(receive):
    rows = dibao_rows(2)
    rows[0][5], rows[1][5] = None, "12345"
    found = codes(receive(xlsx(rows)))
    assert [(line, letter) for line, letter, *_ in found] == [(3, "F"), (4, "F")]
    assert found[0][2:] == ("phone_missing", 1)


def test_verdicts_carry_no_personal_value(receive):
    rows = dibao_rows(6)
    rows[0][2], rows[1][2] = rows[0][2][:16], "身份证" + rows[1][2]
    rows[2][4], rows[3][5], rows[4][1] = "62" + rows[2][4], "1380013800", "王5"
    receive(xlsx(rows))
    secrets = {str(cell) for row in rows for cell in row[1:6] if cell != "五里居委会"}
    kept = json.dumps(list(Verdict.objects.unscoped("test").values()), default=str)
    kept += json.dumps(list(Receipt.objects.unscoped("test").values()), default=str)
    kept += json.dumps(list(Sheet.objects.unscoped("test").values()), default=str)
    kept += json.dumps(list(Act.objects.unscoped("test").values()), default=str)
    assert Verdict.objects.unscoped("test").count() >= 4
    assert not [secret for secret in secrets if secret in kept]


def test_a_long_number_in_a_file_name_is_masked(receive):
    number = person(1)[1]
    receipt = receive(name=f"C:\\表\\{number}低保202103.xlsx")
    assert receipt.original_name == "*" * 18 + "低保202103.xlsx"


def test_same_file_twice_changes_nothing(receive, tree):
    content = xlsx(dibao_rows(3))
    first = receive(content)
    files = StoredFile.objects.unscoped("test").count()
    second = receive(content, "改了名字.xlsx")
    assert second.outcome == "repeated"
    assert "内容完全相同" in second.message
    assert first.original_name in second.message
    assert (second.sheet_count, second.row_count) == (0, 0)
    assert StoredFile.objects.unscoped("test").count() == files
    assert list(live_sheets(to=ALL, year=2021)) == [sheet_of(first)]
    other = receive(content, office=tree.office_b, by=tree.user_b)
    assert other.outcome == "accepted"


def test_a_file_once_not_understood_may_come_again(receive):
    content = xlsx(dibao_rows(1), title=("花名册",))
    assert [receive(content).outcome, receive(content).outcome] == ["unrecognised"] * 2


def test_a_correction_follows_and_the_earlier_sheet_stays(receive):
    wrong = dibao_rows(3)
    wrong[1][2] = "123"
    first = sheet_of(receive(xlsx(wrong)))
    second = sheet_of(receive(xlsx(dibao_rows(4))))
    assert (second.follows_id, second.turn, first.turn) == (first.pk, 2, 1)
    assert list(live_sheets(to=ALL, year=2021, kind="subsidy")) == [second]
    assert list(live_sheets(to=ALL, year=2021, as_of=first.act_id)) == [first]
    assert superseded_sheets() == {first.pk}
    assert superseded_sheets(first.act_id) == frozenset()
    assert sheet_table(first, to=ALL).num_rows == 3
    third = sheet_of(receive(xlsx(dibao_rows(5))))
    assert third.follows_id == second.pk
    assert superseded_sheets() == {first.pk, second.pk}


def test_other_month_town_office_or_series_follows_nothing(receive, tree):
    receive(xlsx(dibao_rows(3)))
    for title in ("2021年4月农村低保发放花名册", "2021年3月农村低保补发花名册",
                  "2021年3月城市低保发放花名册"):  # fmt: skip
        assert sheet_of(receive(xlsx(dibao_rows(2), title=(title,)))).follows_id is None
    other = receive(xlsx(dibao_rows(4)), office=tree.civil, by=tree.user_civil)
    assert sheet_of(other).follows_id is None
    assert live_sheets(to=ALL, year=2021).count() == 5


def test_two_sheets_of_one_workbook_stand_side_by_side_and_are_followed_together(receive):
    def lines(count, start):
        return [["籍山镇2021年3月农村低保发放花名册"], HEADING, *dibao_rows(count, start=start)]

    both = receive(xlsx_sheets([("五里", lines(2, 0), False), ("春谷", lines(2, 50), False)]))
    assert live_sheets(to=ALL, year=2021).count() == 2
    one = sheet_of(receive(xlsx(dibao_rows(4))))
    assert list(live_sheets(to=ALL, year=2021)) == [one]
    assert superseded_sheets() == {sheet.pk for sheet in both.sheets.unscoped("test")}


def test_progress_tables_of_other_sub_items_do_not_push_each_other_out(receive, tree):
    who = {"office": tree.civil, "by": tree.user_civil}
    aid = receive(progress([[1, "农村低保", 6000, "人", 1, 5000, None]]), **who)
    care = receive(progress([[1, "高龄津贴", 900, "人", 1, 800, None]]), **who)
    assert live_sheets(to=ALL, year=2021).count() == 2
    better = receive(
        progress([
            [1, "农村低保", 6000, "人", 9, 5009, None],
            [2, "城市低保", 600, "人", 9, 509, None],
        ]),
        **who,
    )  # fmt: skip
    assert sheet_of(better).follows_id == sheet_of(aid).pk
    assert set(live_sheets(to=ALL, year=2021)) == {sheet_of(care), sheet_of(better)}


def test_the_database_lets_only_one_of_two_equal_corrections_through(receive):
    sheet = sheet_of(receive())
    double = {f.attname: getattr(sheet, f.attname) for f in Sheet._meta.concrete_fields}
    double.pop("id")
    other = receive(b"", "other.xlsx")
    with pytest.raises(IntegrityError), transaction.atomic():
        Sheet.objects.create(**{**double, "receipt_id": other.pk})
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.create(
            **{
                **{f.attname: getattr(other, f.attname) for f in Receipt._meta.concrete_fields},
                "id": None,
                "file_id": sheet.file_id,
                "outcome": "accepted",
            }
        )


@pytest.mark.parametrize("model", [Receipt, Sheet, Verdict])
def test_what_was_received_is_frozen(receive, model):
    rows = dibao_rows(1)
    rows[0][2] = "1"
    receive(xlsx(rows))
    field = {"Receipt": "message", "Sheet": "title", "Verdict": "code"}[model.__name__]
    found = model.objects.unscoped("test")
    with pytest.raises(DatabaseError), transaction.atomic():
        found.update(**{field: "改"})
    with pytest.raises(DatabaseError), transaction.atomic():
        found._raw_delete(found.db)


def test_many_files_come_out_in_the_order_given_with_progress(tree, at):
    good = [xlsx(dibao_rows(n), title=(f"2021年{n}月农村低保发放花名册",)) for n in (1, 2, 3)]
    files = [
        ("一.xlsx", good[0], tree.office_a),
        ("坏.xlsx", b"not a workbook", tree.office_a),
        ("二.xlsx", good[1], tree.office_b),
        ("再.xlsx", good[0], tree.office_a),
        ("三.xlsx", good[2], tree.office_a),
    ]
    seen: list[tuple[int, int, str]] = []
    receipts = receive_many(
        files=iter(files), by=tree.clerk, at=at, total=5,
        progress=lambda *step: seen.append(step),
    )  # fmt: skip
    assert [r.original_name for r in receipts] == [name for name, *_ in files]
    assert [r.outcome for r in receipts][:4] == [
        "accepted",
        receipts[1].outcome,
        "accepted",
        "repeated",
    ]
    assert receipts[1].outcome in ("unreadable", "unrecognised")
    assert [(done, total) for done, total, _ in seen] == [(n, 5) for n in range(1, 6)]


def test_the_returned_workbook_marks_the_wrong_cells(receive, tree, at):
    rows = dibao_rows(3)
    rows[1][2], rows[2][6] = "123", 700
    receipt = receive(xlsx(rows))
    content = return_workbook(receipt=receipt, by=tree.user_a, at=at)
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book["Sheet1"]
    assert "身份证号有 3 位" in page["C4"].comment.text
    assert "与现行标准不一致" in page["G5"].comment.text
    assert page["C3"].comment is None
    assert Act.objects.unscoped("test").order_by("-seq").first().verb == "return_workbook"


def test_the_returned_workbook_comes_back_corrected_and_is_understood(receive, tree, at):
    rows = dibao_rows(2)
    rows[1][2] = "123"
    first = receive(xlsx(rows))
    book = openpyxl.load_workbook(io.BytesIO(return_workbook(receipt=first, by=tree.user_a, at=at)))
    book["Sheet1"]["C4"].value = person(3)[1]
    out = io.BytesIO()
    book.save(out)
    second = receive(out.getvalue())
    assert sheet_of(second).follows_id == sheet_of(first).pk
    assert (second.sheet_count, second.rejected_count) == (1, 0)
    assert "退回说明" not in second.message


@pytest.mark.parametrize("code", ["sum", "empty"])
def test_an_empty_roster_is_taken_in_with_no_rows(receive, code):
    rows = [["合计"]] if code == "sum" else []
    receipt = receive(xlsx(rows))
    assert (receipt.outcome, receipt.row_count) == ("accepted", 0)


def ods(lines: list[list[object]]) -> bytes:
    """A sheet as LibreOffice would save it."""
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in line
        )
        + "</table:table-row>"
        for line in lines
    )
    spaces = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2" '
        f'xmlns:office="{spaces}office:1.0" xmlns:table="{spaces}table:1.0" '
        f'xmlns:text="{spaces}text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="低保">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        manifest = f'<m:manifest xmlns:m="{spaces}manifest:1.0"/>'
        pack.writestr("META-INF/manifest.xml", manifest)
        pack.writestr("content.xml", content)
    return out.getvalue()


def test_a_workbook_of_another_kind_comes_back_as_xlsx_on_its_own_lines(receive, tree, at):
    rows = dibao_rows(2)
    rows[1][2] = "123"
    lines = [["籍山镇2021年3月农村低保金发放花名册"], [" "], HEADING, *rows]
    receipt = receive(ods(lines), "低保.ods")
    assert codes(receipt) == [(5, "C", "id_length", 3)]
    book = openpyxl.load_workbook(
        io.BytesIO(return_workbook(receipt=receipt, by=tree.user_a, at=at))
    )
    assert book["低保"]["C5"].value == "123"
    assert "应为 18 位" in book["低保"]["C5"].comment.text
    assert receipt.original_name in [row[1].value for row in book["退回说明"].iter_rows()]
