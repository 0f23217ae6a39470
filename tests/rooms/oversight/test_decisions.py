"""Decisions are followed: reported by their owner, confirmed by another hand, never undone."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, InternalError, transaction

from mingbai.base.files import open_file
from mingbai.base.models import Act
from mingbai.oversight.actions import (
    CannotConfirmDecision,
    CannotExtendDecision,
    CannotReportDecision,
    CannotReturnDecision,
    confirm_decision,
    extend_decision,
    report_decision,
    return_decision,
)
from mingbai.oversight.models import Decision, DecisionStep
from mingbai.oversight.queries import (
    decision_seen,
    decision_standings,
    history_of,
    open_decisions,
)

REFUSED = (IntegrityError, InternalError)
PDF = b"%PDF-1.4 demonstration"
BEFORE, AFTER = date(2021, 6, 29), date(2021, 7, 3)


@pytest.fixture
def decision(meetings):
    """Due on 30 June, of town A."""
    return meetings.decision()


def state(tree, decision, day=BEFORE):
    """How it stands on a day, as the county sees it."""
    return decision_seen(decision.pk, to=tree.asker(tree.clerk), day=day).state


def report(tree, decision, at, text="资料已补齐并归档", **said):
    """Its owner says that it is done."""
    return report_decision(decision=decision, text=text, by=tree.user_a, at=at, **said)


def test_a_decision_is_reported_sent_back_reported_and_done(tree, decision, at):
    assert (state(tree, decision), state(tree, decision, AFTER)) == ("open", "overdue")
    report(tree, decision, at, content=PDF)
    assert state(tree, decision, AFTER) == "reported"
    return_decision(decision=decision, reason="还缺监理签字页", by=tree.checker, at=at)
    assert (state(tree, decision), state(tree, decision, AFTER)) == ("open", "overdue")
    report(tree, decision, at, text="监理签字页已补")
    confirm_decision(decision=decision, by=tree.checker, at=at, text="已到场核对")
    assert state(tree, decision, AFTER) == "done"
    history = history_of(decision, to=tree.asker(tree.user_a))
    assert [each.step for each in history] == ["reported", "sent_back", "reported", "done"]
    assert open_file(history[0].file) == PDF
    verbs = Act.objects.unscoped("t").order_by("seq").values_list("verb", flat=True)
    assert list(verbs)[4:] == [
        "report_decision", "return_decision", "report_decision", "confirm_decision",
    ]  # fmt: skip
    with pytest.raises(CannotReportDecision, match="已经确认办结"):
        report(tree, decision, at)


def test_only_the_owner_reports_and_only_another_hand_answers(tree, meetings, at):
    decision = meetings.decision(office=tree.office)
    with pytest.raises(CannotReportDecision, match="责任单位"):
        report(tree, decision, at)
    with pytest.raises(CannotConfirmDecision, match="还没有报办结"):
        confirm_decision(decision=decision, by=tree.checker, at=at)
    report_decision(decision=decision, text="已经办好", by=tree.clerk, at=at)
    with pytest.raises(CannotReportDecision, match="没有答复"):
        report_decision(decision=decision, text="再报一次", by=tree.clerk, at=at)
    with pytest.raises(CannotConfirmDecision, match="不能自己确认"):
        confirm_decision(decision=decision, by=tree.clerk, at=at)
    with pytest.raises(CannotReturnDecision, match="不能自己确认"):
        return_decision(decision=decision, reason="自己退回", by=tree.clerk, at=at)
    confirm_decision(decision=decision, by=tree.checker, at=at)
    assert state(tree, decision) == "done"


def test_nothing_is_done_before_the_minutes_are_out(tree, meetings, at):
    minutes = meetings.draft()
    decision = Decision.objects.unscoped("t").get(minutes=minutes)
    with pytest.raises(CannotReportDecision, match="还没有印发"):
        report(tree, decision, at)
    meetings.issue(minutes)
    report(tree, decision, at)  # the control arm


def test_time_is_added_only_later_and_with_a_reason(tree, decision, at):
    more = {"decision": decision, "by": tree.checker, "at": at}
    with pytest.raises(CannotExtendDecision, match="延期理由"):
        extend_decision(due_date=date(2021, 7, 10), reason="", **more)
    with pytest.raises(CannotExtendDecision, match="晚于"):
        extend_decision(due_date=date(2021, 6, 30), reason="汛期停工", **more)
    extend_decision(due_date=date(2021, 7, 10), reason="汛期停工", **more)
    found = decision_seen(decision.pk, to=tree.asker(tree.clerk), day=AFTER)
    assert (found.due_on, found.state, found.was_extended) == (date(2021, 7, 10), "open", True)
    with pytest.raises(CannotExtendDecision, match="晚于"):
        extend_decision(due_date=date(2021, 7, 5), reason="再议", **more)
    report(tree, decision, at)
    with pytest.raises(CannotExtendDecision, match="不用延期"):
        extend_decision(due_date=date(2021, 8, 1), reason="再宽限", **more)


def test_a_report_says_what_was_done_without_personal_numbers(tree, decision, at):
    with pytest.raises(CannotReportDecision, match="办理情况"):
        report(tree, decision, at, text=" ")
    with pytest.raises(CannotReportDecision, match="电话号码"):
        report(tree, decision, at, text="请联系13812345678")
    with pytest.raises(CannotReportDecision, match="PDF 或照片"):
        report(tree, decision, at, content=b"MZ not a paper")
    assert state(tree, decision) == "open"


def test_owner_and_lead_see_a_decision_and_nobody_else_below_the_county(tree, meetings):
    decision = meetings.decision(lead=tree.civil)
    for user, sees in ((tree.user_a, True), (tree.user_civil, True), (tree.user_b, False)):
        to = tree.asker(user)
        assert bool(decision_standings(to=to, day=BEFORE)) is sees
        assert (decision_seen(decision.pk, to=to, day=BEFORE) is not None) is sees


def test_open_decisions_are_what_reminders_go_out_for(tree, meetings, at):
    decision = meetings.decision(lead=tree.civil)
    to = tree.asker(tree.clerk)
    (found,) = open_decisions(to=to, day=BEFORE)
    assert (found.key, found.office, found.lead) == (
        f"decision:{decision.pk}", tree.office_a, tree.civil,
    )  # fmt: skip
    assert (found.text, found.due_on, found.is_overdue) == (
        "补齐工程验收资料", date(2021, 6, 30), False,
    )  # fmt: skip
    assert found.link == f"/oversight/decisions/{decision.pk}/"
    assert found.name == "2021年第1次调度会议定事项1"
    assert open_decisions(to=to, day=AFTER)[0].is_overdue
    report(tree, decision, at)
    assert open_decisions(to=to, day=AFTER) == (), (
        "what waits for the county asks its owner nothing"
    )
    return_decision(decision=decision, reason="没有附件", by=tree.checker, at=at)
    assert len(open_decisions(to=to, day=AFTER)) == 1
    assert open_decisions(to=tree.asker(tree.user_b), day=AFTER) == ()


def test_what_was_known_at_a_ledger_entry_is_told_again(tree, decision, at):
    seq = Act.objects.unscoped("t").count()
    extend_decision(
        decision=decision, due_date=date(2021, 7, 10), reason="汛期停工", by=tree.checker, at=at
    )
    report(tree, decision, at)
    to = tree.asker(tree.clerk)
    (now,) = decision_standings(to=to, day=AFTER)
    (then,) = decision_standings(to=to, day=AFTER, as_of=seq)
    assert (now.state, now.due_on) == ("reported", date(2021, 7, 10))
    assert (then.state, then.due_on) == ("overdue", date(2021, 6, 30))
    assert decision_standings(to=to, day=AFTER, as_of=seq - 1) == (), "its minutes were not out"


def _step(decision, number, step, by, at, **said):
    return DecisionStep(
        decision=decision, number=number, step=step, step_at=at, step_by=by, act=decision.act,
        **said,
    )  # fmt: skip


def test_the_database_holds_the_order_and_the_hands(tree, decision, at):
    def refused(why, *given, **said):
        with pytest.raises(REFUSED, match=why), transaction.atomic():
            _step(decision, *given, at, **said).save(force_insert=True)

    refused("only its owner", 1, "reported", tree.user_b, text="替人报")
    refused("does not fit", 2, "reported", tree.user_a, text="跳号")
    refused("does not fit", 1, "done", tree.checker, maker=tree.user_a)
    refused("time is only added", 1, "extended", tree.checker, text="提前", due_date=BEFORE)
    refused("what_it_needs", 1, "extended", tree.checker, due_date=AFTER)
    _step(decision, 1, "reported", tree.user_a, at, text="办好了").save(force_insert=True)
    refused("does not fit", 2, "reported", tree.user_a, text="再报")
    refused("does not fit", 2, "done", tree.checker, maker=tree.user_b)
    refused("another_hand", 2, "done", tree.user_a, maker=tree.user_a)
    _step(decision, 2, "done", tree.checker, at, maker=tree.user_a).save(force_insert=True)
    refused("does not fit", 3, "extended", tree.checker, text="再延", due_date=date(2021, 9, 1))
    with pytest.raises(REFUSED, match="frozen"), transaction.atomic():
        DecisionStep.objects.unscoped("t").filter(decision=decision).delete()


def test_the_database_lets_nothing_be_said_of_a_draft(tree, meetings, at):
    decision = Decision.objects.unscoped("t").get(minutes=meetings.draft())
    with pytest.raises(REFUSED, match="not out"), transaction.atomic():
        _step(decision, 1, "reported", tree.user_a, at, text="早报").save(force_insert=True)
