"""Postings: what they show, what they refuse to show, and the steps of their life."""

from __future__ import annotations

import json
import struct
import zlib
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.rooms.registry.rosters import DIBAO, hand_in, id_number, row, small_book

from mingbai.base.ledger import record_act
from mingbai.base.models import Role
from mingbai.base.permissions import ROLES
from mingbai.base.secrets import blind, seal
from mingbai.paper.leaks import Leak, scan_rows
from mingbai.paper.masks import Masked, mask_for
from mingbai.registry.actions import applicants, enrol_sheets
from mingbai.registry.actions.object import (
    CannotAnswerObjection,
    CannotDecideObjection,
    CannotRecordObjection,
    answer_objection,
    decide_objection,
    record_objection,
    withdraw_objection,
)
from mingbai.registry.actions.post import (
    CannotDraftPosting,
    draft_posting,
    mask_lines,
    refuse_leaks,
)
from mingbai.registry.actions.put_up import (
    CannotApprovePosting,
    CannotDropPosting,
    CannotKeepPhoto,
    CannotPutUpPosting,
    CannotTakeDownPosting,
    approve_posting,
    drop_posting,
    keep_board_photo,
    put_up_posting,
    take_down_posting,
)
from mingbai.registry.actions.roll import read_roll
from mingbai.registry.models import (
    Application,
    Finding,
    FindingEvidence,
    Objection,
    ObjectionStep,
    PostedRow,
    Posting,
    PostingStep,
)
from mingbai.registry.queries import objection_stops, posting_states
from mingbai.registry.queries.postings import posting_seen
from mingbai.rulebook import load_book
from mingbai.rulebook.model import PostedColumn

pytestmark = pytest.mark.django_db
TOWN = "340223100"
DAY = date(2021, 7, 5)
LAST = date(2021, 7, 12)
ORPHANS = "hardship-relief.orphans"


@pytest.fixture
def book():
    return load_book(year=2021, county="340223")


@pytest.fixture
def roll(tree, at):
    """Five people of two villages on the roll of June."""

    def making(*rows, sub_item=DIBAO):
        people = rows or [row(n, grade="a") for n in range(1, 6)]
        sheet = hand_in(tree, at, list(people), month=6, sub_item=sub_item)
        enrol_sheets(sheets=[sheet], book=small_book(), by=tree.clerk, at=at)
        return sheet

    return making


@pytest.fixture
def draft(tree, at, book):
    def drafting(channel="village_board", sub_item=DIBAO, **more):
        return draft_posting(
            **{
                "sub_item": sub_item, "period": 202106, "town": TOWN, "stage": "payment",
                "channel": channel, "start_date": DAY, "book": book, "by": tree.user_a, "at": at,
                **more,
            }
        )  # fmt: skip

    return drafting


@pytest.fixture
def hang(draft, tree, at):
    """A posting that is up since the day it names."""

    def hanging(**more):
        posting = draft(**more)
        approve_posting(posting=posting, on=DAY, by=tree.checker, at=at)
        put_up_posting(posting=posting, posted_date=DAY, by=tree.user_a, at=at)
        return posting

    return hanging


def rows_of(posting):
    rows = PostedRow.objects.unscoped("t").filter(posting=posting).order_by("number")
    return [json.loads(each.cells) for each in rows]


def all_cells(posting):
    return " ".join(cell for cells in rows_of(posting) for cell in cells)


# --- what is shown -----------------------------------------------------------------------------


def test_a_board_shows_whole_names_and_the_site_shows_masked_ones(roll, draft):
    roll()
    board, site = draft(), draft("county_site")
    assert rows_of(board)[0] == ["演丁", "A类", "500.00"]
    village, name, number, amount = rows_of(site)[0]
    assert (village, name, amount) == ("五里居委会", "演*", "500.00")
    assert number == "34" + "*" * 13 + id_number(1)[-3:]
    for posting in (board, site):
        for n in range(1, 6):
            for secret in (row(n)["id_number"], row(n)["account"], row(n)["phone"]):
                assert secret not in all_cells(posting)
                assert secret not in json.dumps(posting.sheet, ensure_ascii=False)


def test_days_follow_the_official_calendar(roll, draft, book):
    roll()
    assert draft().last_date == LAST
    late = draft("town_board", start_date=date(2021, 9, 27))
    assert late.last_date == date(2021, 10, 8), "the seventh day falls into the holiday"
    rule = book.posting.stage("payment", ORPHANS, DAY)
    assert rule.term.last_day(date(2021, 9, 27), book.calendar) == date(2021, 10, 12)


def test_rolls_of_children_never_get_to_the_site(roll, draft):
    roll(*[row(n, grade="family") for n in range(1, 4)], sub_item=ORPHANS)
    with pytest.raises(CannotDraftPosting, match="不得在县政府网站"):
        draft("county_site", ORPHANS)
    shown = rows_of(draft("village_board", ORPHANS))
    assert [cells[0] for cells in shown] == ["演*", "演*", "演*"]


def test_nobody_on_the_roll_is_told(tree, draft):
    with pytest.raises(CannotDraftPosting, match="没有可公示的名单"):
        draft()


def test_held_rows_are_left_out_and_counted(roll, draft, tree, at):
    sheet = roll()
    act = record_act("compare_sheets", by=tree.clerk, at=at)
    finding = Finding.objects.create(
        year=2021, cause_digest="x", code="death", rule="deaths", act=act, sub_item=DIBAO,
        town=TOWN, severity=3, effect="hold", stake_amount=0, rulebook_digest="d" * 64,
    )  # fmt: skip
    FindingEvidence.objects.create(
        finding=finding, is_subject=True, origin_file=sheet.file, origin_sheet=sheet.number,
        origin_line=3, act=act,
    )  # fmt: skip
    posting = draft()
    assert posting.row_count == 4
    assert posting.sheet["left_out"] == {"held": 1}


# --- attacks -----------------------------------------------------------------------------------

TEXT = PostedColumn("grade", "类别", "text")
NAME = PostedColumn("name", "姓名", "name_whole")


@pytest.mark.parametrize(
    "typed",
    [
        "身份证{id}",
        "{id:full}",
        "{id:spaced}",
        "{id:dashed}",
        "{id:hanzi}",
        "电话{phone}",
        "电 话 {phone:spaced}",
        "卡号{account}",
        "座机6820099",
        "{id:zero}",
    ],
)
def test_a_remark_with_an_identifier_refuses_the_posting(roll, draft, typed):
    number, phone, account = row(2)["id_number"], row(2)["phone"], row(2)["account"]
    hanzi = str.maketrans("0123456789", "〇一二三四五六七八九")
    said = (
        typed.replace("{id:full}", "".join(chr(ord(c) + 0xFEE0) for c in number))
        .replace("{id:spaced}", " ".join(number))
        .replace("{id:dashed}", "-".join((number[:6], number[6:14], number[14:])))
        .replace("{id:hanzi}", number.translate(hanzi))
        .replace("{id:zero}", "\u200b".join(number))
        .replace("{phone:spaced}", "　".join(phone))
        .replace("{id}", number).replace("{phone}", phone).replace("{account}", account)
    )  # fmt: skip
    roll(row(1, grade="a"), row(2, grade=said))
    with pytest.raises(CannotDraftPosting, match="花名册第4行") as refused:
        draft()
    assert not Posting.objects.unscoped("t").exists()
    for secret in (number, phone, account):
        assert secret not in str(refused.value), "the refusal must not tell the number either"


def test_a_remark_without_a_number_is_posted(roll, draft):
    """The control arm: the scanner does not refuse everything."""
    roll(row(1, grade="A类（2021年7月起，3口人）"))
    assert rows_of(draft())[0][1] == "A类（2021年7月起，3口人）"


@pytest.mark.parametrize(
    "typed", ["13800000001", "１３８００００００１", "张13800000001", "340299"]
)
def test_a_number_in_the_name_column_refuses_the_posting(roll, draft, typed):
    roll(row(1, name=typed))
    with pytest.raises(CannotDraftPosting, match="填的不是姓名"):
        draft()


def test_an_identifier_split_over_cells_is_found(roll, book):
    roll(row(1, grade="a"))
    line = read_roll(sub_item=DIBAO, period=202106, town=TOWN, book=book).lines[0]
    number = line.identifiers[0]
    columns = (TEXT, PostedColumn("remark", "备注", "text"), NAME)
    for parts in ((number[:6], number[6:]), (number[:9], number[9:]), (number[:6], number[6:12])):
        told = type(line)(
            line.enrolment, None, line.village, line.line,
            {"grade": f"甲{parts[0]}", "remark": f"乙{parts[1]}", "name": line.values["name"]},
            line.identifiers, line.names,
        )  # fmt: skip
        shown = mask_lines([told], columns)
        with pytest.raises(CannotDraftPosting):
            refuse_leaks([told], shown, columns)


def test_a_hidden_name_may_not_stand_in_a_remark(roll, draft):
    roll(row(1, grade="由演丁代领"))
    assert draft().row_count == 1, "the village board shows whole names anyway"
    with pytest.raises(CannotDraftPosting, match="不应公开的姓名"):
        draft("town_board")


def test_cells_are_typed_by_their_mask():
    with pytest.raises(ValueError, match="could not have made"):
        Masked("34029919600101001X", "id_2_3")
    with pytest.raises(ValueError, match="could not have made"):
        Masked("13800000001", "name_whole")
    assert mask_for("account") == (), "no public mask takes an account"


@pytest.mark.parametrize(
    "cells",
    ['["34029919600101001X"]', '["３４０２９９１９６００１０１"]', '["340299 1960 0101 001"]',
     '["138-0000-0001"]', '["6217 0000 0000 0001"]'],
)  # fmt: skip
def test_the_database_refuses_an_unmasked_row(roll, draft, tree, at, cells):
    roll()
    posting = draft()
    act = record_act("t", by=tree.clerk, at=at)
    enrolment = PostedRow.objects.unscoped("t").filter(posting=posting).first().enrolment
    with pytest.raises(DatabaseError, match="unmasked"), transaction.atomic():
        PostedRow.objects.create(
            posting=posting, number=99, village="", cells=cells, enrolment=enrolment, act=act
        )
    PostedRow.objects.create(
        posting=posting, number=99, village="", cells='["34*************01X"]',
        enrolment=enrolment, act=act,
    )  # fmt: skip


def test_the_database_takes_no_row_after_a_step_and_freezes_all(roll, hang, tree, at):
    roll()
    posting = hang()
    act = record_act("t", by=tree.clerk, at=at)
    first = PostedRow.objects.unscoped("t").filter(posting=posting).first()
    with pytest.raises(DatabaseError, match="closed"), transaction.atomic():
        PostedRow.objects.create(
            posting=posting, number=99, village="", cells="[]", enrolment=first.enrolment, act=act
        )
    for model in (Posting, PostedRow, PostingStep):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.unscoped("t").update(act=act)
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.unscoped("t").all().delete()


def test_whatever_the_rights_nobody_gets_around_the_scanner(roll, draft, tree):
    for role in ROLES:
        Role.objects.create(user=tree.clerk, role=role, from_date=date(2020, 1, 1))
    roll(row(1, grade=row(1)["id_number"]))
    with pytest.raises(CannotDraftPosting):
        draft(by=tree.clerk)


# --- its life ----------------------------------------------------------------------------------


def test_a_posting_is_approved_by_another_then_put_up_then_taken_down(roll, draft, tree, at):
    roll()
    posting = draft()
    with pytest.raises(CannotApprovePosting, match="不能审核自己"):
        approve_posting(posting=posting, on=DAY, by=tree.user_a, at=at)
    with pytest.raises(CannotPutUpPosting):
        put_up_posting(posting=posting, posted_date=DAY, by=tree.user_a, at=at)
    approve_posting(posting=posting, on=DAY, by=tree.checker, at=at)
    with pytest.raises(CannotApprovePosting):
        approve_posting(posting=posting, on=DAY, by=tree.checker, at=at)
    with pytest.raises(CannotPutUpPosting, match="公示期会不足"):
        put_up_posting(posting=posting, posted_date=date(2021, 7, 6), by=tree.user_a, at=at)
    put_up_posting(posting=posting, posted_date=DAY, by=tree.user_a, at=at)
    to = tree.asker(tree.clerk)
    states = [
        posting_seen(posting.pk, to=to, on=day).state for day in (DAY, LAST, date(2021, 7, 13))
    ]
    assert states == ["running", "running", "ended"]
    with pytest.raises(CannotDropPosting):
        drop_posting(posting=posting, reason="错", on=DAY, by=tree.user_a, at=at)
    with pytest.raises(CannotTakeDownPosting, match="提前撤下"):
        take_down_posting(posting=posting, taken_date=LAST, by=tree.user_a, at=at)
    take_down_posting(posting=posting, taken_date=date(2021, 7, 13), by=tree.user_a, at=at)
    assert posting_seen(posting.pk, to=to, on=date(2021, 7, 13)).state == "taken_down"


def test_one_roll_hangs_once_and_may_be_drawn_again_when_given_up(roll, draft, tree, at):
    roll()
    first = draft()
    with pytest.raises(CannotDraftPosting, match="已有一份公示"):
        draft()
    with pytest.raises(CannotDropPosting, match="理由"):
        drop_posting(posting=first, reason=" ", on=DAY, by=tree.user_a, at=at)
    drop_posting(posting=first, reason="名单有误", on=DAY, by=tree.user_a, at=at)
    assert draft(follows=first).number == 2


def test_the_database_holds_the_order_of_steps(roll, draft, tree, at):
    roll()
    posting = draft()
    act = record_act("t", by=tree.clerk, at=at)

    def step(name, number, by, **more):
        return PostingStep.objects.create(
            **{
                "posting": posting, "number": number, "step": name, "maker": tree.user_a,
                "body_digest": posting.body_digest, "step_date": DAY, "step_at": at,
                "step_by": by, "act": act, **more,
            }
        )  # fmt: skip

    wrong = [
        ("posted", 2, tree.user_a, {}),
        ("approved", 1, tree.user_a, {}),
        ("approved", 1, tree.checker, {"body_digest": "0" * 64}),
        ("approved", 1, tree.checker, {"maker": tree.clerk}),
        ("dropped", 1, tree.checker, {}),
    ]
    for name, number, by, more in wrong:
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            step(name, number, by, **more)
    step("approved", 1, tree.checker)
    with pytest.raises(DatabaseError), transaction.atomic():
        step("taken_down", 3, tree.user_a)


# --- states and objections ---------------------------------------------------------------------


def enrolment_of(posting, number=1):
    rows = PostedRow.objects.unscoped("t").filter(posting=posting, number=number)
    return rows.get().enrolment_id


def object_to(posting, book, tree, at, **more):
    first = PostedRow.objects.unscoped("t").get(posting=posting, number=1)
    return record_objection(
        **{
            "posting": posting, "row": first, "matter": "not_entitled", "way": "phone",
            "said": "家里有两辆车", "objector": "", "received_date": date(2021, 7, 6),
            "book": book, "by": tree.user_a, "at": at, **more,
        }
    )  # fmt: skip


def state(pk, on):
    return posting_states(kind="enrolment", ids=[pk], on=on)[pk]


def test_states_go_from_not_posted_to_clear(roll, draft, hang, tree, at):
    roll()
    site = hang(channel="county_site")
    pk = enrolment_of(site)
    assert state(pk, LAST) == "not_posted", "the site is not the channel whose term counts"
    posting = hang()
    assert state(pk, DAY) == state(pk, LAST) == "running"
    assert state(pk, date(2021, 7, 13)) == "clear"
    assert posting_states(kind="enrolment", ids=[999_999], on=LAST) == {999_999: "not_posted"}
    assert posting_states(kind="application", ids=[pk], on=LAST) == {pk: "not_posted"}
    take_down_posting(posting=posting, taken_date=LAST, reason="有误", by=tree.user_a, at=at)
    assert state(pk, date(2021, 7, 13)) == "not_posted", "taken down early, it counts for nothing"


def test_an_objection_stops_money_until_two_people_dismiss_it(roll, hang, book, tree, at):
    roll()
    posting = hang()
    pk = enrolment_of(posting)
    assert objection_stops(year=2021).is_empty()
    objection = object_to(posting, book, tree, at)
    stop = [(pk, 202106, None, "objection")]
    assert objection_stops(year=2021).rows() == stop
    assert objection_stops(year=2021, sub_items=["other"]).is_empty()
    assert objection_stops(year=2020).is_empty()
    assert state(pk, date(2021, 7, 20)) == "objected"
    assert objection.due_date == date(2021, 7, 20), "ten working days from the day after"
    answer = {"objection": objection, "on": DAY, "at": at}
    with pytest.raises(CannotDecideObjection):
        decide_objection(**answer, agrees=True, by=tree.checker)
    answer_objection(**answer, verdict="dismissed", answer="车已报废", by=tree.user_a)
    with pytest.raises(CannotDecideObjection, match="不能自己审定"):
        decide_objection(**answer, agrees=True, by=tree.user_a)
    assert objection_stops(year=2021).rows() == stop, "proposed is not decided"
    decide_objection(**answer, agrees=False, by=tree.checker)
    answer_objection(**answer, verdict="dismissed", answer="车管所证明已报废", by=tree.user_a)
    decide_objection(**answer, agrees=True, by=tree.checker)
    assert objection_stops(year=2021).is_empty()
    assert state(pk, date(2021, 7, 20)) == "clear"
    with pytest.raises(CannotAnswerObjection):
        withdraw_objection(**answer, by=tree.user_a)


def test_an_upheld_objection_keeps_money_back(roll, hang, book, tree, at):
    roll()
    posting = hang()
    objection = object_to(posting, book, tree, at)
    answer_objection(
        objection=objection, verdict="upheld", answer="属实", on=DAY, by=tree.user_a, at=at
    )
    decide_objection(objection=objection, agrees=True, on=DAY, by=tree.checker, at=at)
    assert objection_stops(year=2021).rows() == [(enrolment_of(posting), 202106, None, "objection")]
    assert state(enrolment_of(posting), date(2021, 8, 1)) == "objected"


def test_an_objection_is_sealed_and_may_be_anonymous(roll, hang, book, tree, at):
    roll()
    posting = hang()
    named = object_to(posting, book, tree, at, objector="演某 13800000009")
    nameless = object_to(posting, book, tree, at, row=None, matter="left_out")
    assert named.number == 1
    assert nameless.number == 2
    assert named.is_anonymous is False
    assert nameless.objector_sealed is None
    assert "两辆车".encode() not in bytes(named.said_sealed)
    assert objection_stops(year=2021).height == 1, "who was left out is no reason to stop anybody"
    withdraw_objection(objection=named, on=DAY, by=tree.user_a, at=at)
    assert objection_stops(year=2021).is_empty()


def test_an_objection_needs_a_posting_that_hung(roll, draft, book, tree, at):
    roll()
    posting = draft()
    with pytest.raises(CannotRecordObjection, match="还没有张贴"):
        object_to(posting, book, tree, at)
    approve_posting(posting=posting, on=DAY, by=tree.checker, at=at)
    put_up_posting(posting=posting, posted_date=DAY, by=tree.user_a, at=at)
    with pytest.raises(CannotRecordObjection, match="写明"):
        object_to(posting, book, tree, at, said=" ")
    with pytest.raises(CannotRecordObjection, match="还没有张贴"):
        object_to(posting, book, tree, at, received_date=date(2021, 7, 4))


def test_the_database_wants_two_people_for_a_decision(roll, hang, book, tree, at):
    roll()
    objection = object_to(hang(), book, tree, at)
    answer_objection(
        objection=objection, verdict="dismissed", answer="无", on=DAY, by=tree.user_a, at=at
    )
    act = record_act("t", by=tree.clerk, at=at)
    for maker, by, verdict in (
        (tree.user_a, tree.user_a, "dismissed"),
        (tree.clerk, tree.checker, "dismissed"),
        (tree.user_a, tree.checker, "upheld"),
    ):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            ObjectionStep.objects.create(
                objection=objection, number=2, step="decided", verdict=verdict, maker=maker,
                step_by=by, step_date=DAY, step_at=at, act=act,
            )  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        Objection.objects.unscoped("t").update(matter="other")


# --- photos ------------------------------------------------------------------------------------


def test_photos_prove_boards(roll, draft, tree, at):
    roll()
    posting = draft()
    picture = PNG
    keep = {"posting": posting, "content": picture, "by": tree.user_a, "at": at}
    with pytest.raises(CannotKeepPhoto, match="先登记张贴"):
        keep_board_photo(**keep, village="340223100001")
    approve_posting(posting=posting, on=DAY, by=tree.checker, at=at)
    put_up_posting(posting=posting, posted_date=DAY, by=tree.user_a, at=at)
    with pytest.raises(CannotKeepPhoto, match="不在这个村"):
        keep_board_photo(**keep, village="340223101201")
    with pytest.raises(CannotKeepPhoto, match="只收"):
        keep_board_photo(**{**keep, "content": b"GIF89a"}, village="340223100001")
    kept = keep_board_photo(**keep, village="340223100001")
    assert keep_board_photo(**keep, village="340223100001").pk == kept.pk


def test_scan_reports_places_and_never_values():
    found = scan_rows([["13800000001"]], masks=["text"], labels=["备注"])
    assert found == (Leak(1, "备注", "long_number"),)
    assert "138" not in str(found[0])


def _png():
    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )  # fmt: skip


PNG = _png()


# --- applicants --------------------------------------------------------------------------------


@pytest.fixture
def applied(tree, at):
    """An application that waits for its posting."""

    def applying(serial):
        number = id_number(serial)
        key = blind("id_number", number)
        act = record_act("t", by=tree.user_a, at=at)
        return Application.objects.create(
            sub_item=DIBAO, town=TOWN, village="340223100001", grade="a", source="paper",
            id_key=key, id_sealed=seal("application.id_number", number, key),
            name_sealed=seal("application.name", "演小明", key), name_key=key, sex=1,
            received_date=DAY, due_date=LAST, rule="t", rulebook_digest="d" * 64,
            office=tree.office_a, made_by=tree.user_a, made_at=at, act=act,
        )  # fmt: skip

    return applying


def test_applicants_are_posted_once_and_masked(applied, draft, monkeypatch, tree, at, book):
    first, second = applied(1), applied(2)
    monkeypatch.setattr(applicants, "_waiting", lambda rows, stage: rows)
    posting = draft(stage="approval", channel="county_site")
    assert posting.about == "application"
    assert [column[0] for column in posting.sheet["columns"]] == ["village", "name", "id_number"]
    assert rows_of(posting)[0][1] == "演*明"
    assert id_number(1) not in all_cells(posting)
    with pytest.raises(CannotDraftPosting, match="还没公示的申请"):
        draft(stage="approval", channel="county_site")
    board = draft(stage="approval")
    assert posting_states(kind="application", ids=[first.pk], on=DAY) == {first.pk: "not_posted"}
    approve_posting(posting=board, on=DAY, by=tree.checker, at=at)
    put_up_posting(posting=board, posted_date=DAY, by=tree.user_a, at=at)
    states = posting_states(kind="application", ids=[first.pk, second.pk], on=date(2021, 7, 13))
    assert set(states.values()) == {"clear"}
    take_down_posting(posting=board, taken_date=date(2021, 7, 13), by=tree.user_a, at=at)
    with pytest.raises(CannotDraftPosting):
        draft(stage="approval")
