"""The life of an enrolment: two hands, legal orders, and the months that are not paid."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from tests.rooms.registry.rosters import hand_in, row, small_book

from mingbai.base.ledger import record_act
from mingbai.registry.actions import (
    CannotChangeEnrolment,
    CannotDecideChange,
    Wanted,
    decide_changes,
    enrol_sheets,
    propose_changes,
)
from mingbai.registry.models import Enrolment, EnrolmentChange, EnrolmentStep
from mingbai.registry.queries import stops

pytestmark = pytest.mark.django_db

STOP = Wanted("suspended", 202103, "unreachable", "入户核查表第1号")
START = Wanted("restored", 202105, "found", "入户核查表第2号")
END = Wanted("ended", 202106, "died", "死亡证明")


@pytest.fixture
def three(tree, at):
    """Three enrolments from January 2021."""
    sheet = hand_in(tree, at, [row(1), row(2), row(3)])
    enrol_sheets(sheets=[sheet], book=small_book(), by=tree.clerk, at=at)
    return list(Enrolment.objects.unscoped("test").order_by("id"))


def steps_of(enrolment):
    rows = EnrolmentStep.objects.unscoped("test").filter(enrolment=enrolment).order_by("number")
    return [row.step for row in rows]


@pytest.fixture
def both(tree, at):
    """Propose and approve by two people."""

    def doing(enrolments, wanted):
        report = propose_changes(enrolments=enrolments, wanted=wanted, by=tree.clerk, at=at)
        changes = list(EnrolmentChange.objects.unscoped("test").filter(act=report.act))
        done = decide_changes(
            changes=changes, verdict="approved", reason="", by=tree.checker, at=at
        )
        return (*report.refused, *done.refused)

    return doing


def spans(year=2021, **more):
    return [row[1:] for row in stops(year=year, **more).iter_rows()]


def test_enrolments_from_rosters_begin_with_being_taken_over(three):
    assert [steps_of(each) for each in three] == [["taken_over"]] * 3


def test_suspended_months_are_not_paid_until_restored(three, both):
    assert both(three[:1], STOP) == ()
    assert spans() == [(202103, None, "suspended")]
    assert spans(2020) == []
    assert spans(2022) == [(202103, None, "suspended")]
    assert both(three[:1], START) == ()
    assert spans() == [(202103, 202104, "suspended")]
    assert spans(sub_items=["other.sub"]) == []
    assert spans(2022) == []


def test_back_pay_leaves_no_stop(three, both):
    both(three[:1], STOP)
    both(three[:1], Wanted("restored", 202105, "found", "核查表", back_pay=True))
    assert spans() == []


def test_a_suspension_with_an_end_lapses(three, both):
    both(three[:1], Wanted("suspended", 202103, "unreachable", "核查表", last_period=202104))
    late = Wanted("restored", 202105, "found", "核查表")
    assert both(three[:1], late), "what has ended by itself needs no restoring"
    again = Wanted("suspended", 202104, "account", "银行通知")
    assert both(three[:1], again), "spans never overlap"


def test_bulk_reports_row_by_row(tree, at, three, both):
    both(three[1:2], END)
    report = propose_changes(enrolments=three, wanted=STOP, by=tree.clerk, at=at)
    assert report.done == (three[0].pk, three[2].pk)
    assert report.refused == ((three[1].pk, "享受资格已经终止（到202105为止）"),)


def test_the_proposer_never_approves(tree, at, three):
    report = propose_changes(enrolments=three[:1], wanted=END, by=tree.clerk, at=at)
    change = EnrolmentChange.objects.unscoped("test").get(act=report.act)
    done = decide_changes(changes=[change], verdict="approved", reason="", by=tree.clerk, at=at)
    assert done.done == ()
    assert "拟办人不能" in done.refused[0][1]
    with pytest.raises(CannotDecideChange, match="理由"):
        decide_changes(changes=[change], verdict="refused", reason=" ", by=tree.checker, at=at)
    assert steps_of(three[0]) == ["taken_over"]


def test_refused_changes_do_nothing_and_leave_room(tree, at, three, both):
    report = propose_changes(enrolments=three[:1], wanted=END, by=tree.clerk, at=at)
    again = propose_changes(enrolments=three[:1], wanted=STOP, by=tree.clerk, at=at)
    assert again.refused == ((three[0].pk, "已有一项变动等待审定"),)
    change = EnrolmentChange.objects.unscoped("test").get(act=report.act)
    decide_changes(changes=[change], verdict="refused", reason="查无此事", by=tree.checker, at=at)
    assert steps_of(three[0]) == ["taken_over"]
    assert both(three[:1], STOP) == ()


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("vanished", 202103, "died", "x"),
        Wanted("ended", 202103, "worse", "x"),
        Wanted("ended", 202103, "died", " "),
        Wanted("changed", 202103, "worse", "x"),
        Wanted("reclaimed", 202103, "overpaid", "x"),
        Wanted("ended", 202113, "died", "x"),
        Wanted("suspended", 202103, "doubted", "x", last_period=202102),
    ],
)
def test_nonsense_is_refused_for_all(tree, at, three, wanted):
    with pytest.raises(CannotChangeEnrolment):
        propose_changes(enrolments=three, wanted=wanted, by=tree.clerk, at=at)


def test_the_database_refuses_raw_lives(tree, at, three, both):
    both(three[:1], STOP)
    last = EnrolmentStep.objects.unscoped("test").filter(enrolment=three[0]).latest("number")
    act = record_act("test", by=tree.clerk, at=at)
    base = {"enrolment": three[1], "number": 2, "from_period": 202103, "reason": "died",
            "made_by": tree.clerk, "step_by": tree.checker, "step_at": at, "act": act}  # fmt: skip
    for wrong in (
        {"step": "ended", "state": "ended"},
        {"step": "ended", "state": "ended", "change": last.change},
        {"step": "began", "state": "active", "number": 2},
        {"step": "reviewed", "state": "active", "result": "continue", "number": 3},
        {"step": "reviewed", "state": "active"},
        {"step": "reviewed", "state": "active", "result": "continue", "enrolment": three[0],
         "number": 3},
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            EnrolmentStep.objects.create(**{**base, **wrong})
    for raw in (
        lambda: Enrolment.objects.unscoped("t").update(
            end_period=202103, end_reason="x", end_act=act
        ),
        lambda: EnrolmentStep.objects.unscoped("t").update(from_period=202101),
        lambda: EnrolmentStep.objects.unscoped("t").delete(),
        lambda: EnrolmentChange.objects.unscoped("t").delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            raw()
    fine = {"step": "reviewed", "state": "active", "result": "continue"}
    EnrolmentStep.objects.create(**{**base, **fine})


def test_two_enrolments_never_share_a_month(three):
    twin = three[0]
    twin.pk = None
    for since, end in ((202012, None), (202101, 202102), (202012, 202101)):
        twin.since_period, twin.end_period = since, end
        twin.end_act, twin.end_reason = (twin.act, "x") if end else (None, "")
        with pytest.raises(DatabaseError), transaction.atomic():
            twin.save(force_insert=True)
