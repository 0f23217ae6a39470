"""What is known about a row before it is saved equals what the comparison finds afterwards."""

from __future__ import annotations

import random
from datetime import date

import pytest
from tests.rooms.registry.rosters import (
    DIBAO,
    TEKUN,
    amount_rule,
    exclusion,
    hand_in,
    presence,
    row,
    small_book,
    sub_item,
)

from mingbai.base.scope import Asker
from mingbai.registry.actions import compare_sheets, enrol_sheets
from mingbai.registry.models import Finding, FindingEvidence
from mingbai.registry.queries import known_about
from mingbai.registry.queries.known import HOLD, NOTE, REFUSED, TOLD
from mingbai.rulebook import Check

pytestmark = pytest.mark.django_db

ALL = Asker.system("test")


def checked(kind, effect="hold", code=DIBAO, **params):
    return Check(code, kind, effect, params, date(2021, 1, 1), None, "demonstration", "演示")


CHECKS = (
    checked("repeated_person", within="month"),
    checked("shared_account", "note", most=2),
    checked("shared_phone", "note", most=2),
    checked("amount_standard"),
    checked("age", least=60),
    checked("sex", "note", sex="male"),
    checked("continuity", "note", watch="gaps"),
)


@pytest.fixture
def book(monkeypatch):
    """Every rule that concerns one row, and one (continuity) that does not."""
    monkeypatch.setattr(
        "mingbai.registry.queries.specs._has_event", lambda book, of: of == "deaths"
    )
    return small_book(
        sub_item(DIBAO, amount_rule(DIBAO), checks=CHECKS),
        sub_item(TEKUN, amount_rule(TEKUN), checks=(checked("repeated_person", "note", TEKUN),)),
        exclusions=(exclusion(TEKUN, DIBAO),),
        lists=(presence("deaths", (DIBAO,)), presence("staff", (TEKUN, DIBAO), "note")),
    )


def ask(book, each, *, code=DIBAO, period=202101, to=ALL, town="340223100"):
    return known_about(
        id_number=each["id_number"], name=each["name"], account=each["account"] or "",
        phone=each["phone"] or "", sub_item=code, period=period, to=to, town=town, book=book,
        amount=each["amount"], grade=each["grade"],
    )  # fmt: skip


def codes(hints):
    return {each.code for each in hints}


def test_a_row_nobody_knows_anything_about_has_no_hints(tree, at, book):
    hand_in(tree, at, [row(1)])
    assert ask(book, row(2, account="6217000000000006")) == ()


def test_a_wrong_number_is_told_before_anything_else(tree, at, book):
    hand_in(tree, at, [row(1)])
    wrong = row(1)["id_number"][:-1] + ("0" if row(1)["id_number"][-1] != "0" else "1")
    hints = ask(book, row(1, id_number=wrong, account=""))
    assert (hints[0].severity, hints[0].column) == (REFUSED, "id_number")
    assert not [each for each in hints if each.rule]


def test_fields_left_empty_are_neither_faulted_nor_compared(tree, at, book):
    hand_in(tree, at, [row(1, account="6217001", phone="13800000001")])
    assert ask(book, row(1, id_number="", name="", account="", phone="")) == ()


def test_the_place_of_a_conflict_is_told_within_scope_only(tree, at, book):
    hand_in(tree, at, [row(1)], sub_item=TEKUN, town="340223101")
    inside = ask(book, row(1), to=tree.asker(tree.user_b))
    outside = ask(book, row(1), to=tree.asker(tree.user_a))
    (theirs,) = [each for each in inside if each.code == "exclusion"]
    (ours,) = [each for each in outside if each.code == "exclusion"]
    assert theirs.severity == ours.severity == HOLD
    assert "许镇镇" in theirs.text or "未写明镇" in theirs.text
    assert "不在您的查看范围" in ours.text
    assert "《子项tekun》2021年1月" in ours.text
    for each in outside:
        assert row(1)["name"] not in each.text
        assert row(1)["id_number"] not in each.text


def test_an_enrolment_speaks_where_no_roster_of_the_month_does(tree, at, book):
    sheet = hand_in(tree, at, [row(1)], sub_item=TEKUN)
    enrol_sheets(sheets=[sheet], book=book, by=tree.clerk, at=at)
    found = {each.code: each for each in ask(book, row(1), period=202109)}
    assert found["enrolled"].severity == TOLD
    assert found["exclusion_enrolled"].severity == HOLD
    assert "exclusion" not in found
    same = {each.code: each for each in ask(book, row(1), code=TEKUN, period=202109)}
    assert same["enrolled_already"].severity == NOTE


def test_a_name_on_record_that_differs_is_told_without_the_name(tree, at, book):
    sheet = hand_in(tree, at, [row(1)])
    enrol_sheets(sheets=[sheet], book=book, by=tree.clerk, at=at)
    hand_in(tree, at, [row(2)], follows=sheet)
    (hint,) = [e for e in ask(book, row(1, name="演他人")) if e.code == "registered_name"]
    assert row(1)["name"] not in hint.text
    assert not [e for e in ask(book, row(1)) if e.code == "registered_name"]


def test_the_dead_are_told_of_even_where_the_month_is_still_paid(tree, at, book):
    dead = {**row(1), "event_date": date(2021, 2, 10)}
    hand_in(tree, at, [row(2)])
    hand_in(tree, at, [dead], sub_item=None, kind="list", roster="deaths", month=3)
    before, after = ask(book, row(1), period=202102), ask(book, row(1), period=202103)
    assert "paid_after_event" not in codes(before)
    (listed,) = [each for each in before if each.code == "listed"]
    (held,) = [each for each in after if each.code == "paid_after_event"]
    assert (listed.severity, held.severity) == (NOTE, HOLD)
    assert "2021年2月10日" in listed.text
    assert "2021年2月10日" in held.text


def test_a_correction_is_known_at_once(tree, at, book):
    wrong = hand_in(tree, at, [row(1)])
    assert "repeated_person" in codes(ask(book, row(1)))
    hand_in(tree, at, [row(2)], follows=wrong)
    assert "repeated_person" not in codes(ask(book, row(1)))
    assert "repeated_person" in codes(ask(book, row(2)))


@pytest.mark.parametrize("seed", range(12))
def test_hints_with_a_rule_are_what_the_comparison_finds(tree, at, book, seed):
    """Rows that share numbers, accounts, phones and names, typed and then handed in."""
    draw = random.Random(seed)

    def any_row():
        n = draw.randint(1, 6)
        return row(
            n,
            birth_date=None if draw.random() < 0.1 else row(n)["birth_date"],
            name=draw.choice((row(n)["name"], "演同名")),
            account=draw.choice((row(n)["account"], "6217000000000001", None)),
            phone=draw.choice((row(n)["phone"], "13800000001", None)),
            amount=draw.choice((50_000, 50_000, 40_000)),
        )

    for month in (1, 2):
        for code in (DIBAO, TEKUN):
            town = draw.choice(("340223100", "340223101"))
            if draw.random() < 0.8:
                hand_in(tree, at, [any_row() for _ in range(draw.randint(1, 5))], sub_item=code,
                        month=month, town=town)  # fmt: skip
    for roster in ("deaths", "staff"):
        if draw.random() < 0.7:
            dead = {**any_row(), "event_date": date(2021, draw.randint(1, 2), 5)}
            hand_in(tree, at, [dead], sub_item=None, kind="list", roster=roster)
    code, month = draw.choice((DIBAO, TEKUN)), draw.choice((1, 2))
    typed = any_row() | {"birth_date": None, "village": "340223100001"}
    typed["birth_date"] = row(1)["birth_date"]
    hints = ask(book, typed, code=code, period=202100 + month)
    sheet = hand_in(tree, at, [typed], sub_item=code, month=month)
    compare_sheets(year=2021, book=book, by=tree.clerk, at=at)
    evidence = FindingEvidence.objects.unscoped("test").filter(
        origin_file=sheet.file_id, origin_sheet=1, origin_line=3
    )
    found = Finding.objects.unscoped("test").filter(pk__in=evidence.values("finding"))
    wanted = {
        (each.rule, each.code, NOTE if each.effect == "note" else HOLD)
        for each in found.exclude(code__in=("gap", "no_gap"))
        if not each.rule.startswith(f"{DIBAO}/continuity") and evidence.get(finding=each).is_subject
    }
    told = {(each.rule, each.code, each.severity) for each in hints if each.rule}
    beside = {
        (each.rule, each.code, NOTE)
        for each in found
        if not evidence.get(finding=each).is_subject
        and not each.rule.startswith(f"{DIBAO}/continuity")
    }
    assert told == wanted | beside
