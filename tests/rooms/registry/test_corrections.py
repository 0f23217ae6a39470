"""Correction forms go to who must act, are answered, re-checked, and close themselves when gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
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
from mingbai.registry.actions import (
    Answer,
    CannotCorrect,
    accept_item,
    answer_item,
    compare_sheets,
    follow_findings,
    issue_slips,
    return_item,
    settle_finding,
    settle_findings,
)
from mingbai.registry.models import CorrectionItem, CorrectionSlip, CorrectionStep, Finding
from mingbai.registry.queries import (
    desk_loads,
    findings_seen,
    item_seen,
    items_of,
    mine,
    pressing_slips,
    slips_seen,
    with_desk,
)
from mingbai.registry.queries.monthly import month_report
from mingbai.rulebook import Check, load_book

pytestmark = pytest.mark.django_db

ALL = Asker.system("test")
DAY = date(2021, 7, 5)


def checked(kind, effect="hold", **params):
    return Check(DIBAO, kind, effect, params, date(2021, 1, 1), None, "demonstration", "演示")


@pytest.fixture
def book():
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
    )
    items = {
        ("sub_item", each.code): replace(each, lead_office="t-civil") for each in made.sub_items
    }
    programme = replace(made.programmes[0], sub_items=tuple(items.values()))
    return replace(
        made, programmes=(programme,), handling=real.handling, calendar=real.calendar,
        _index={**made._index, **items, ("programme", programme.code): programme},
    )  # fmt: skip


@pytest.fixture
def found(tree, at, book):
    """Town A: a row twice; town B: an exclusion (the department's) and a shared account."""
    a = hand_in(tree, at, [row(1), row(1), row(2)])
    hand_in(tree, at, [row(3)], sub_item=TEKUN, town="340223101")
    b = hand_in(
        tree, at, [row(3), row(4, account="6217"), row(5, account="6217")], town="340223101"
    )
    compare_sheets(year=2021, book=book, by=tree.clerk, at=at)
    every = {each.code: each for each in findings_seen(to=ALL, year=2021)}
    assert set(every) == {"repeated_person", "exclusion", "shared_account"}
    return every, a, b


def issue(tree, at, book, findings):
    return issue_slips(findings=findings, book=book, on=DAY, by=tree.clerk, at=at)


def test_forms_go_to_who_must_act_with_what_to_ask_and_when(tree, at, book, found):
    every, _, _ = found
    report = issue(tree, at, book, list(every.values()))
    by_office = {each.office.code: each for each in report.slips}
    assert set(by_office) == {"t-a", "t-b", "t-civil"}
    assert not report.refused
    # Five working days from Tuesday on: Monday 5 July is the day of issue.
    assert by_office["t-a"].due_date == date(2021, 7, 12)
    (item,) = items_of(by_office["t-a"], to=tree.asker(tree.user_a))
    assert "重复的保留一行" in item.ask
    assert [each.number for each in report.slips] == [1, 2, 3]
    again = issue(tree, at, book, list(every.values()))
    assert not again.slips
    assert {"已在一份没有办结的更正单上"} == set(again.refused.values())


def test_an_office_sees_its_own_forms_only(tree, at, book, found):
    issue(tree, at, book, list(found[0].values()))
    for user, count in ((tree.user_a, 1), (tree.user_b, 1), (tree.user_civil, 1), (tree.clerk, 3)):
        assert slips_seen(to=tree.asker(user), year=2021).count() == count, user


def test_a_correction_that_removes_the_finding_closes_its_item(tree, at, book, found):
    every, a, _ = found
    (slip,) = issue(tree, at, book, [every["repeated_person"]]).slips
    (item,) = items_of(slip, to=ALL)
    right = hand_in(tree, at, [row(1), row(2)], follows=a)
    answer_item(item=item, answer=Answer(sheet=right, line=3), seen_number=0, by=tree.user_a, at=at)
    with pytest.raises(CannotCorrect, match="仍能查到"):
        accept_item(item=item, reason="wrong_entry", seen_number=1, by=tree.clerk, at=at)
    assert follow_findings(year=2021, by=tree.clerk, at=at) == 0
    compare_sheets(year=2021, book=book, by=tree.clerk, at=at)
    assert follow_findings(year=2021, by=tree.clerk, at=at) == 1
    assert follow_findings(year=2021, by=tree.clerk, at=at) == 0
    assert item_seen(item.pk, to=ALL).step == "removed"
    assert slips_seen(to=ALL, year=2021, state="closed").count() == 1
    hand_in(tree, at, [row(1), row(1), row(2)], follows=right)
    compare_sheets(year=2021, book=book, by=tree.clerk, at=at)
    assert follow_findings(year=2021, by=tree.clerk, at=at) == 1
    assert item_seen(item.pk, to=ALL).step == "came_back"
    assert slips_seen(to=ALL, year=2021, state="open").count() == 1


def test_an_explanation_is_accepted_by_another_hand_and_settles_the_finding(tree, at, book, found):
    every, _, _ = found
    (slip,) = issue(tree, at, book, [every["shared_account"]]).slips
    (item,) = items_of(slip, to=ALL)
    answer = Answer(text="母亲代领", evidence=("户口簿13800000001.jpg", b"picture"))
    step = answer_item(item=item, answer=answer, seen_number=0, by=tree.user_b, at=at)
    assert "13800000001" not in step.evidence_name
    with pytest.raises(CannotCorrect, match="同一个人"):
        accept_item(item=item, reason="agreed_account", seen_number=1, by=tree.user_b, at=at)
    with pytest.raises(CannotCorrect, match="刷新"):
        return_item(item=item, text="看不清", seen_number=0, by=tree.clerk, at=at)
    return_item(item=item, text="看不清", seen_number=1, by=tree.clerk, at=at)
    answer_item(item=item, answer=answer, seen_number=2, by=tree.user_b, at=at)
    with pytest.raises(CannotCorrect, match="不相符"):
        accept_item(item=item, reason="nonsense", seen_number=3, by=tree.clerk, at=at)
    accept_item(item=item, reason="agreed_account", seen_number=3, by=tree.clerk, at=at)
    assert item_seen(item.pk, to=ALL).step == "accepted"
    assert findings_seen(to=ALL, year=2021, state="dismissed").get() == every["shared_account"]
    report = issue(tree, at, book, [every["shared_account"]])
    assert list(report.refused.values()) == ["已经办结"]


def test_answers_say_something_and_no_numbers(tree, at, book, found):
    every, a, _b = found
    (slip,) = issue(tree, at, book, [every["repeated_person"]]).slips
    (item,) = items_of(slip, to=ALL)
    for answer, told in (
        (Answer(), "请选择"),
        (Answer(text="账号应为62170000123"), "不要写"),
        (Answer(sheet=a), "发单之前"),
    ):
        with pytest.raises(CannotCorrect, match=told):
            answer_item(item=item, answer=answer, seen_number=0, by=tree.user_a, at=at)


def test_a_finding_settled_elsewhere_closes_its_item(tree, at, book, found):
    every, _, _ = found
    (slip,) = issue(tree, at, book, [every["shared_account"]]).slips
    settle_finding(
        finding=every["shared_account"], decision="dismissed", reason="agreed_account",
        seen_number=0, by=tree.clerk, at=at,
    )  # fmt: skip
    (item,) = items_of(slip, to=ALL)
    assert item.step == "settled"


def test_the_database_holds_the_order_and_the_second_hand(tree, at, book, found):
    every, _, _ = found
    (slip,) = issue(tree, at, book, [every["shared_account"]]).slips
    (item,) = items_of(slip, to=ALL)
    step = answer_item(
        item=item, answer=Answer(text="母亲代领"), seen_number=0, by=tree.user_b, at=at
    )
    same = {"item": item, "step_at": at, "act": step.act}
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionStep.objects.create(number=1, step="removed", **same)
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionStep.objects.create(
            number=2, step="accepted", answered_by=tree.clerk, step_by=tree.clerk, **same
        )
    CorrectionStep.objects.create(
        number=2, step="accepted", answered_by=tree.user_b, step_by=tree.clerk, **same
    )
    for model in (CorrectionSlip, CorrectionItem, CorrectionStep):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.unscoped("test").update(act=step.act)


def test_who_must_act_and_how_much_waits_there(tree, at, book, found):
    rows = with_desk(findings_seen(to=ALL, year=2021, state="open"), book=book, on=DAY)
    assert {each.code: each.desk for each in rows} == {
        "repeated_person": "town", "shared_account": "town", "exclusion": "department",
    }  # fmt: skip
    own = {
        user: {each.code for each in mine(rows, to=tree.asker(user))}
        for user in (tree.user_a, tree.user_b, tree.clerk)
    }
    assert own == {
        tree.user_a: {"repeated_person"}, tree.user_b: {"shared_account"}, tree.clerk: set(),
    }  # fmt: skip
    loads = {(each.office, each.desk): each.count for each in desk_loads(rows, book=book)}
    assert loads == {("籍山镇", "town"): 1, ("许镇镇", "town"): 1, ("民政局", "department"): 1}


def test_many_are_settled_with_one_reason_each_by_itself(tree, at, book, found):
    every, _, _ = found
    settle_finding(
        finding=every["repeated_person"], decision="confirmed", reason="twice", seen_number=0,
        by=tree.clerk, at=at,
    )  # fmt: skip
    report = settle_findings(
        findings=[(each, 0) for each in every.values()], reason="not_entitled", by=tree.clerk, at=at
    )
    assert len(report.settled) == 2
    assert list(report.refused) == [every["repeated_person"].pk]
    assert "他人处理" in report.refused[every["repeated_person"].pk]


def test_a_month_tells_what_is_new_gone_and_still_open(tree, at, book, found):
    _every, a, _ = found
    hand_in(tree, at, [row(1), row(2)], follows=a)
    later = at + timedelta(days=40)
    compare_sheets(year=2021, book=book, by=tree.clerk, at=later)
    july, august = (month_report(to=ALL, year=2021, period=p) for p in (202107, 202108))
    assert (july.total("new_count"), july.total("gone_count")) == (3, 0)
    assert (august.total("new_count"), august.total("gone_count")) == (0, 1)
    assert august.total("open_count") == 2
    assert august.ages == {1: 2}
    town = month_report(to=tree.asker(tree.user_a), year=2021, period=202108)
    assert town.total("open_count") == 0


def test_forms_past_their_day_press(tree, at, book, found):
    issue(tree, at, book, list(found[0].values()))
    on_time = pressing_slips(to=ALL, year=2021, on=date(2021, 7, 12))
    late = pressing_slips(to=ALL, year=2021, on=date(2021, 7, 13))
    assert (on_time.open_count, on_time.late_count) == (3, 0)
    assert late.late_count == 3
    assert pressing_slips(to=tree.asker(tree.user_a), year=2021, on=DAY).open_count == 1


def test_a_race_of_two_senders_leaves_one_form(tree, at, book, found):
    every, _, _ = found
    finding = every["repeated_person"]
    (slip,) = issue(tree, at, book, [finding]).slips
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionItem.objects.create(
            slip=slip, position=2, finding=finding, turn=1, ask="x", act=slip.act
        )
    assert Finding.objects.unscoped("test").filter(pk=finding.pk).exists()
