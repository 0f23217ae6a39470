"""Letters of responsibility: who gets one, what it says, how it is signed and drawn again."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from tests.rooms.programme.conftest import ALL, PAPER, edit

from mingbai.base.files import open_file
from mingbai.base.ledger import last_seq
from mingbai.programme.actions import (
    CannotDraftLetters,
    CannotSignLetter,
    draft_letters,
    send_letters,
    sign_letter,
)
from mingbai.programme.models import DutyLetter, LetterStep
from mingbai.programme.queries import (
    letter_seen,
    letter_tables,
    letters_due,
    letters_of,
    standings_of,
)

pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.4 signed"
TOILETS = "roads.toilets"


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def drawn(desk):
    """All four letters drawn: two towns, two departments."""
    return draft_letters(year=2021, by=desk.tree.clerk, at=desk.at)


def _states():
    return {each.office.code: each.state for each in standings_of(to=ALL, year=2021)}


def _of(office, turn=None):
    found = letters_of(to=ALL, year=2021).filter(office__code=office)
    return found.filter(turn=turn).get() if turn else found.first()


def _send(desk, *letters):
    return send_letters(letters=letters, by=desk.tree.clerk, at=desk.at)


def _sign(desk, letter, content=SCAN, day=date(2021, 7, 5)):
    return sign_letter(
        letter=letter, signed_date=day, content=content, by=desk.tree.clerk, at=desk.at
    )


def test_every_town_with_a_part_and_every_lead_department_gets_one(desk, drawn):
    assert {(each.office.code, each.party) for each in drawn} == {
        ("t-a", "town"), ("t-b", "town"), ("t-civil", "department"), ("t-school", "department"),
    }  # fmt: skip
    tables = {table.office.code: table for table in letter_tables(to=ALL, year=2021)}
    town = [(row.sub_item, row.measure, row.quantity, row.unit) for row in tables["t-a"].rows]
    assert town == [("roads.build", "km", "7.5", "公里"), ("roads.toilets", "count", "200", "户")]
    lead = [(row.sub_item, row.quantity) for row in tables["t-civil"].rows]
    assert lead == [("roads.build", "12.5"), ("roads.build", "40"), ("roads.toilets", "300")]
    assert [row.quantity for row in tables["t-school"].rows] == ["3", "常态化"]


def test_the_docx_says_who_signs_and_what_for(desk, drawn):
    paper = docx.Document(io.BytesIO(open_file(_of("t-a").file)))
    text = "\n".join(p.text for p in paper.paragraphs)
    assert "南陵县2021年民生工程\n目标责任书" in text
    assert "籍山镇人民政府（以下称乙方）" in text
    assert "2个子项、2项指标" in text
    for heading in ("一、总体要求", "四、建后管养", "六、附则"):
        assert heading in text
    sides, table = paper.tables
    assert "南陵县人民政府" in sides.rows[0].cells[0].text
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == ["序号", "子项", "指标", "单位", "任务数", "牵头部门", "完成时限"]
    assert rows[2] == ["2", "子项roads.toilets", "数量", "户", "200", "民政局", "12月31日"]
    assert len(docx.Document(io.BytesIO(open_file(_of("t-civil").file))).tables[1].columns) == 6


def test_drawing_again_draws_nothing_new(desk, drawn):
    seq = last_seq()
    assert draft_letters(year=2021, by=desk.tree.clerk, at=desk.at) == []
    assert last_seq() == seq
    assert DutyLetter.objects.unscoped("t").count() == 4


def test_only_the_offices_asked_for(desk):
    made = draft_letters(year=2021, by=desk.tree.clerk, at=desk.at, offices=[desk.tree.office_a.pk])
    assert [each.office.code for each in made] == ["t-a"]
    assert _states()["t-b"] == "missing"


def test_signing_goes_by_steps_and_keeps_the_scan(desk, drawn):
    letter = _of("t-a")
    with pytest.raises(CannotSignLetter, match="还没有送签"):
        _sign(desk, letter)
    _send(desk, letter, _of("t-b"))
    assert _states() == {"t-a": "sent", "t-b": "sent", "t-civil": "draft", "t-school": "draft"}
    with pytest.raises(CannotSignLetter, match="PDF、JPG 或 PNG"):
        _sign(desk, letter, b"MZ program")
    with pytest.raises(CannotSignLetter, match="签订日期"):
        _sign(desk, letter, day=date(2021, 7, 6))
    step = _sign(desk, letter)
    assert open_file(step.scan) == SCAN
    assert _states()["t-a"] == "signed"
    with pytest.raises(CannotSignLetter, match="已经签订"):
        _sign(desk, letter)
    with pytest.raises(CannotSignLetter, match="已经送签"):
        _send(desk, letter)
    with pytest.raises(CannotSignLetter, match="没有选"):
        _send(desk)


def test_a_letter_whose_targets_changed_is_out_of_date_and_drawn_again(desk, drawn):
    for each in drawn:
        _send(desk, each)
    _sign(desk, _of("t-a"))
    desk.enforce(edit(TOILETS, "330", "230", "100"), grounds=PAPER)
    assert _states() == {"t-a": "stale", "t-b": "sent", "t-civil": "stale", "t-school": "sent"}
    made = draft_letters(year=2021, by=desk.tree.clerk, at=desk.at)
    assert {(each.office.code, each.turn) for each in made} == {("t-a", 2), ("t-civil", 2)}
    assert _states() == {"t-a": "draft", "t-b": "sent", "t-civil": "draft", "t-school": "sent"}
    standing = next(s for s in standings_of(to=ALL, year=2021) if s.office.code == "t-a")
    assert standing.signed.turn == 1, "what was signed stays on record"
    old = docx.Document(io.BytesIO(open_file(_of("t-a", 1).file))).tables[1]
    new = docx.Document(io.BytesIO(open_file(_of("t-a", 2).file))).tables[1]
    assert (old.rows[2].cells[4].text, new.rows[2].cells[4].text) == ("200", "230")


def test_a_letter_out_of_date_is_not_sent(desk, drawn):
    letter = _of("t-a")
    desk.enforce(edit(TOILETS, "330", "230", "100"), grounds=PAPER)
    with pytest.raises(CannotSignLetter, match="先重新拟定"):
        _send(desk, letter)
    draft_letters(year=2021, by=desk.tree.clerk, at=desk.at)
    with pytest.raises(CannotSignLetter, match="先重新拟定"):
        _send(desk, letter)
    _send(desk, _of("t-a", 2))


def test_the_database_holds_the_order_by_itself(desk, drawn):
    letter, act = _of("t-a"), drawn[0].act

    def step(letter, **given):
        with transaction.atomic():
            LetterStep.objects.create(
                letter=letter, step_at=desk.at, step_by=desk.tree.clerk, act=act, **given
            )

    signed = {"step": "signed", "number": 2, "signed_date": date(2021, 7, 5),
              "scan": letter.file, "scan_kind": "pdf"}  # fmt: skip
    with pytest.raises(IntegrityError, match="does not fit"):
        step(letter, **signed)
    with pytest.raises(IntegrityError, match="signed_has_scan"):
        step(letter, step="sent", number=1, signed_date=date(2021, 7, 5))
    step(letter, step="sent", number=1)
    with pytest.raises(IntegrityError, match="signed_has_scan"):
        step(letter, **signed | {"scan": None})
    step(letter, **signed)
    desk.enforce(edit(TOILETS, "330", "200", "130"), grounds=PAPER)
    draft_letters(year=2021, by=desk.tree.clerk, at=desk.at)
    with pytest.raises(IntegrityError, match="does not fit"):
        step(_of("t-b", 1), step="sent", number=1)
    for statement in (
        "UPDATE programme_dutyletter SET turn = 9",
        "DELETE FROM programme_letterstep",
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            connection.cursor().execute(statement)


def test_what_is_missing_is_told_to_each(desk, drawn):
    _send(desk, _of("t-a"))
    due = {each.state: each for each in letters_due(to=ALL, year=2021)}
    assert set(due) == {"draft", "sent"}
    assert (due["draft"].count, due["draft"].text) == (3, "责任书送签")
    (own,) = letters_due(to=desk.tree.asker(desk.tree.user_a), year=2021)
    assert (own.text, own.tone) == ("签订责任书，交回签章扫描件", "warn")
    _sign(desk, _of("t-a"))
    assert letters_due(to=desk.tree.asker(desk.tree.user_a), year=2021) == ()


def test_each_office_reads_its_own_letter_only(desk, drawn):
    town = desk.tree.asker(desk.tree.user_a)
    assert [each.office.code for each in letters_of(to=town, year=2021)] == ["t-a"]
    assert letter_seen(_of("t-b").pk, to=town) is None
    assert [each.office.code for each in standings_of(to=town, year=2021)] == ["t-a"]
    civil = desk.tree.asker(desk.tree.user_civil)
    assert [each.office.code for each in standings_of(to=civil, year=2021)] == ["t-civil"]


def test_without_a_list_or_with_broken_clauses_nothing_is_drawn(tree, at, tmp_path):
    with pytest.raises(CannotDraftLetters, match="尚未启用"):
        draft_letters(year=2021, by=tree.clerk, at=at)
    folder = tmp_path / "responsibility-letter"
    folder.mkdir()
    (folder / "a.yaml").write_text("name: 缺一半", encoding="utf-8")
    with pytest.raises(CannotDraftLetters, match=r"a\.yaml"):
        draft_letters(year=2021, by=tree.clerk, at=at, forms_folder=tmp_path)


def test_the_whole_way_through_the_pages(client, desk):
    def sign_in(user):
        client.force_login(user, backend="mingbai.base.auth.OfficeBackend")

    sign_in(desk.tree.clerk)
    assert "拟定 4 份责任书" in client.get("/targets/letters/").content.decode()
    client.post("/targets/letters/draft/", {})
    letter = _of("t-a")
    answer = client.post("/targets/letters/send/", {"pick": [letter.pk]}, follow=True)
    assert "已登记送签 1 份" in answer.content.decode()
    page = client.get(f"/targets/letters/{letter.pk}/").content.decode()
    assert "籍山镇2021年民生工程目标任务表" in page
    assert "登记已签订" in page
    path = f"/targets/letters/{letter.pk}/sign/"
    bad = SimpleUploadedFile("扫描.pdf", b"not a scan")
    assert client.post(path, {"signed_date": "2021-07-05", "scan": bad}).status_code == 422
    day = timezone.localdate(letter.drafted_at)
    good = SimpleUploadedFile("扫描.pdf", SCAN)
    assert client.post(path, {"signed_date": f"{day}", "scan": good}).status_code == 302
    assert client.get(f"/targets/letters/{letter.pk}/scan/").content == SCAN
    assert client.get(f"/targets/letters/{letter.pk}/docx/").content[:2] == b"PK"
    assert client.get(f"/targets/letters/{_of('t-b').pk}/scan/").status_code == 404
    assert client.post("/targets/letters/send/", {}, follow=True).status_code == 200
    sign_in(desk.tree.user_a)
    assert "已签订" in client.get("/targets/letters/").content.decode()
    assert client.get(f"/targets/letters/{letter.pk}/").status_code == 200
    assert client.get(f"/targets/letters/{_of('t-b').pk}/").status_code == 404
    assert client.post(path, {}).status_code == 403
