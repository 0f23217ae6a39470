"""What the book plans beyond single rows: months, totals, trainees, who is left out."""

from __future__ import annotations

from datetime import date

import pytest
from tests.rooms.registry.rosters import (
    DIBAO,
    SCHOOL,
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
from mingbai.registry.actions import compare_sheets
from mingbai.registry.models import Comparison, Finding, FindingEvidence
from mingbai.registry.queries import LEFT_OUT, explain_finding, findings_seen, newest_comparison
from mingbai.rulebook import Absence, Check, Measure

pytestmark = pytest.mark.django_db

CARE = "hardship-relief.care"
CLASS = "skills.welders"
ALL = Asker.system("test")


def checked(kind, code=DIBAO, effect="note", **params):
    return Check(code, kind, effect, params, date(2021, 1, 1), None, "demonstration", "演示")


def absence(*on_all, unless_on=(), sub_item=TEKUN):
    return Absence(
        sub_item, on_all, unless_on, date(2021, 1, 1), None, "note", "低保重残可领", "sourced", ""
    )


def compare(tree, at, book):
    return compare_sheets(year=2021, book=book, by=tree.clerk, at=at)


def found(**more):
    return Finding.objects.unscoped("test").filter(**more)


def items(*checks):
    return [
        sub_item(code, amount_rule(code), checks=tuple(c for c in checks if c.sub_item == code))
        for code in (DIBAO, TEKUN, CARE)
    ]


def hand_in_months(tree, at, code, people, months=(1, 2, 3), **more):
    return [
        hand_in(tree, at, [row(n) for n in people], sub_item=code, month=month, **more)
        for month in months
    ]


def test_who_stands_on_both_rosters_and_not_on_the_third_is_left_out(tree, at):
    book = small_book(*items(), absences=(absence(DIBAO, CARE),))
    hand_in_months(tree, at, DIBAO, [1, 2, 3])
    care = hand_in_months(tree, at, CARE, [2, 3, 4])
    hand_in_months(tree, at, TEKUN, [3])
    compare(tree, at, book)
    (one,) = findings_seen(to=ALL, year=2021, about=LEFT_OUT)
    assert (one.code, one.params["months"], one.effect) == ("not_enrolled", 3, "note")
    assert one.stake_amount == 3 * 50_000
    assert (one.town, one.sub_item) == ("340223100", TEKUN)
    said = explain_finding(one, names={TEKUN: "特困供养"})
    assert "应列入《特困供养》" in said
    assert "低保重残可领" in said
    rows = FindingEvidence.objects.unscoped("test").filter(finding=one)
    assert rows.exclude(origin_file__in=[sheet.file_id for sheet in care]).exists()
    assert not findings_seen(to=ALL, year=2021).exists()


def test_entitlement_ends_with_the_newest_month_and_with_an_excepted_roster(tree, at):
    book = small_book(*items(), absences=(absence(DIBAO, unless_on=(CARE,)),))
    hand_in_months(tree, at, DIBAO, [1, 2, 3], months=(1, 2))
    hand_in_months(tree, at, DIBAO, [2, 3], months=(3,))  # 1 left
    hand_in_months(tree, at, CARE, [3])  # 3 has something else
    hand_in_months(tree, at, TEKUN, [9])
    compare(tree, at, book)
    (one,) = found(code="not_enrolled")
    assert one.params["months"] == 3


def test_somebody_entitled_since_march_is_due_from_march(tree, at):
    book = small_book(*items(), absences=(absence(DIBAO),))
    hand_in_months(tree, at, DIBAO, [1], months=(1, 2))
    hand_in_months(tree, at, DIBAO, [1, 2], months=(3,))
    hand_in_months(tree, at, TEKUN, [1])
    compare(tree, at, book)
    assert [each.params["months"] for each in found()] == [1]


def test_a_town_sees_its_own_people_left_out(tree, at):
    book = small_book(*items(), absences=(absence(DIBAO),))
    hand_in_months(tree, at, DIBAO, [1], months=(1,))
    hand_in_months(tree, at, DIBAO, [2], months=(1,), town="340223101")
    hand_in_months(tree, at, TEKUN, [9], months=(1,))
    compare(tree, at, book)
    seen = findings_seen(to=tree.asker(tree.user_a), year=2021, about=LEFT_OUT)
    assert {each.town for each in seen} == {"340223100"}
    assert found().count() == 2


def test_a_gap_is_told_once_and_not_where_a_held_row_makes_it(tree, at):
    checks = (
        checked("continuity", watch="gaps amounts"),
        checked("repeated_person", effect="hold", within="month"),
    )
    book = small_book(*items(*checks), exclusions=(exclusion(TEKUN, DIBAO),))
    hand_in_months(tree, at, DIBAO, [1, 2, 3], months=(1, 3))
    hand_in(tree, at, [row(3), row(3)], month=2)  # 1 and 2 are missing, 3 stands there twice
    hand_in(tree, at, [row(2)], sub_item=TEKUN, month=3)  # so the row of 2 in March is held
    compare(tree, at, book)
    assert sorted(found().values_list("code", flat=True)) == [
        "continuity_gap",
        "exclusion",
        "repeated_person",
    ]


def welders(*checks):
    measure = Measure("persons", "培训人数", "人", None, "none", {}, "demonstration", "演示")
    item = sub_item(CLASS, checks=checks)
    return small_book(
        type(item)(**{name: getattr(item, name) for name in item.__slots__} | {
            "kind": "training", "measures": (measure,)
        })
    )  # fmt: skip


def trainee(n, first=1, last=5, course="电焊工"):
    days = {"start_date": date(2021, 3, first), "end_date": date(2021, 3, last)}
    return {**row(n), "amount": None, "course": course, **days}


def progress(tree, at, total, month=3):
    line = {**row(0), "village": None, "sub_item": CLASS, "total_done": total}
    line["measure"] = "培训人数"
    return hand_in(tree, at, [line], kind="progress", roster="progress", sub_item=None, month=month)


def test_a_progress_table_that_claims_more_than_the_roster_is_told(tree, at):
    book = welders(checked("totals", CLASS, measure="persons", tolerance=1))
    hand_in(tree, at, [trainee(n) for n in range(5)], sub_item=CLASS, month=3, kind="training")
    right = progress(tree, at, "6")
    compare(tree, at, book)
    assert not found().exists()
    assert right.period == 202103
    progress(tree, at, "8", month=4)
    compare(tree, at, book)
    (one,) = found()
    assert (one.code, one.params["claimed"], one.params["listed"]) == ("totals_over", 8, 5)


def test_a_claim_that_is_no_whole_number_is_told(tree, at):
    book = welders(checked("totals", CLASS, measure="persons"))
    hand_in(tree, at, [trainee(n) for n in range(5)], sub_item=CLASS, month=3, kind="training")
    progress(tree, at, "4.5")
    compare(tree, at, book)
    assert [each.code for each in found()] == ["totals_no_number"]


def test_nobody_sits_in_two_classes_at_once(tree, at):
    rows = [trainee(1), trainee(1, 4, 9, course="电工"), trainee(2), trainee(2, 6, 9, "电工")]
    hand_in(tree, at, rows, sub_item=CLASS, month=3, kind="training")
    compare(tree, at, welders())
    assert [each.code for each in found()] == ["spans_overlap"]


def test_rules_without_their_tables_are_named_and_named_no_more_once_they_come(tree, at):
    checks = (checked("shared_phone", most=3), checked("age", TEKUN, least=60))
    lists = (presence("deaths", (DIBAO,)),)
    book = small_book(
        *items(*checks), lists=lists, exclusions=(exclusion(TEKUN, DIBAO),),
        absences=(absence(DIBAO, CARE),),
    )  # fmt: skip
    hand_in(tree, at, [row(1, phone=None), row(2, phone=None)])
    told = {(each.lacks, each.what) for each in compare(tree, at, book).unanswered}
    assert told == {
        ("roster", TEKUN), ("roster", CARE), ("list", "deaths"), ("column", "phone_key"),
    }  # fmt: skip
    hand_in(tree, at, [row(3)], month=2)
    hand_in(tree, at, [row(4)], sub_item=TEKUN)
    hand_in(tree, at, [row(5)], sub_item=CARE)
    dead = {**row(9), "event_date": date(2021, 1, 10)}
    hand_in(tree, at, [dead], sub_item=None, kind="list", roster="deaths")
    (left,) = compare(tree, at, book).unanswered
    assert (left.lacks, left.sheet_count, left.sheets_total) == ("column", 1, 2)
    kept = newest_comparison(to=ALL, year=2021)
    assert [each["what"] for each in kept.unanswered] == ["phone_key"]
    assert Comparison.objects.unscoped("test").count() == 2


def test_what_a_book_cannot_judge_is_named(tree, at):
    several = (amount_rule(SCHOOL), amount_rule(SCHOOL, item="board"))
    book = small_book(sub_item(SCHOOL, *several, checks=(checked("amount_standard", SCHOOL),)))
    hand_in(tree, at, [row(1)], sub_item=SCHOOL)
    assert [each.lacks for each in compare(tree, at, book).unanswered] == ["standard"]


def test_the_page_names_what_is_missing(tree, at, client, monkeypatch):
    monkeypatch.setattr("mingbai.registry.views.queue.newest_year", lambda: 2021)
    checks = (checked("shared_phone", most=3),)
    book = small_book(*items(*checks), lists=(presence("deaths", (DIBAO,)),))
    hand_in(tree, at, [row(1, phone=None)])
    compare(tree, at, book)
    client.force_login(tree.user_a)
    text = client.get("/registry/findings/?about=unanswered").content.decode()
    assert "没有收到死亡人员名单" in text
    assert "有 1 张表没有填“联系电话”" in text
    assert client.get("/registry/findings/?about=left_out").status_code == 200


def test_who_is_left_out_is_settled_by_reasons_of_its_own(tree, at, client, monkeypatch):
    monkeypatch.setattr("mingbai.registry.views.queue.newest_year", lambda: 2021)
    book = small_book(*items(), absences=(absence(DIBAO),))
    hand_in_months(tree, at, DIBAO, [1], months=(1,))
    hand_in_months(tree, at, TEKUN, [9], months=(1,))
    compare(tree, at, book)
    (one,) = found()
    client.force_login(tree.user_a)
    path = f"/registry/findings/{one.pk}/"
    text = client.get(path).content.decode()
    assert "经核实应当纳入" in text
    assert "重复申报" not in text
    client.post(f"{path}settle/", {"reason": "twice", "seen_number": 0})
    client.post(f"{path}settle/", {"reason": "not_due", "seen_number": 0})
    assert "经核实不必纳入" in client.get(path).content.decode().partition('id="past"')[2]
