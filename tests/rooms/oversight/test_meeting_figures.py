"""Counts of meetings and decisions walk back to the meetings and decisions they count."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from mingbai.base.figures import Branch, Leaf
from mingbai.base.models import Act
from mingbai.base.scope import Asker
from mingbai.oversight.actions import confirm_decision, report_decision
from mingbai.oversight.figures import CARDS, make_figure, walk_figure
from mingbai.oversight.models import Meeting
from mingbai.oversight.queries import decisions_seen

ALL = Asker.system("tests see everything")
JUNE = date(2021, 6, 30)


def value(key, *, cutoff=JUNE, as_of=None):
    """A figure's value."""
    return make_figure(f"oversight.{key}", year=2021, cutoff=cutoff, as_of=as_of, to=ALL).value


def walk(key, *path, cutoff=JUNE, as_of=None):
    """One level of a figure's way down."""
    return walk_figure(f"oversight.{key}", path, year=2021, cutoff=cutoff, as_of=as_of, to=ALL)


@pytest.fixture
def half(meetings, tree, at):
    """Three meetings held, one to come; of three decisions one is done on 5 July."""
    meetings.hold(meetings.plan(kind="launch", period=None), day=date(2021, 2, 26))
    meetings.hold(meetings.plan(kind="liaison", period=None), day=date(2021, 3, 12))
    decided = [meetings.decided(), meetings.decided(tree.civil), meetings.decided(tree.office_b)]
    meetings.issue(meetings.draft(decided=decided))
    meetings.plan()
    decision = decisions_seen(to=ALL).get(office=tree.office_a)
    report_decision(decision=decision, text="已经办好", by=tree.user_a, at=at)
    confirm_decision(decision=decision, by=tree.checker, at=at)
    return meetings


def test_meetings_are_counted_by_kind_and_walk_to_each(half):
    assert value("meetings") == 3
    assert [value(f"meetings.{kind}") for kind in Meeting.Kind.values] == [1, 0, 1, 1, 0]
    assert value("meetings", cutoff=date(2021, 3, 1)) == 1
    assert walk("meetings") == [
        Branch("launch", "布置会", 1, 1),
        Branch("liaison", "联络员会议", 1, 1),
        Branch("dispatch", "调度会", 1, 1),
    ]
    (leaf,) = walk("meetings", "dispatch")
    assert leaf == Leaf(
        "2021年第1次调度会（2021-06-10，县政府三楼会议室）", 1, note="纪要 南民办纪〔2021〕1号"
    )
    assert [each.note for each in walk("meetings.launch")] == ["纪要未印发"]
    with pytest.raises(KeyError):
        walk("meetings", "push")
    with pytest.raises(KeyError):
        walk("meetings.launch", "further")


def test_decisions_are_counted_done_by_the_day_they_were_confirmed(half):
    july = date(2021, 7, 31)
    assert (value("decisions"), value("decisions_done")) == (3, 0)
    assert (value("decisions_done", cutoff=july), value("decisions", cutoff=july)) == (1, 3)
    assert value("decisions_done_ratio", cutoff=july) == Fraction(1, 3)
    assert value("decisions", cutoff=date(2021, 6, 11)) == 0, "its minutes went out on the 12th"
    assert value("decisions_done_ratio", cutoff=date(2021, 6, 11)) is None
    (branch,) = walk("decisions_done_ratio", cutoff=july)
    assert (branch.label, branch.value, branch.count) == ("2021年第1次调度会", 1, 3)
    leaves = walk("decisions_done_ratio", branch.key, cutoff=july)
    assert [each.value for each in leaves] == [1, 0, 0]
    assert leaves[0].label == "籍山镇：补齐工程验收资料（2021-07-05 确认办结）"
    assert leaves[0].note == "南民办纪〔2021〕1号 第1件"
    assert len(walk("decisions_done", branch.key, cutoff=july)) == 1


def test_what_was_known_at_a_ledger_entry_is_counted_again(half, tree, at):
    seq = Act.objects.unscoped("t").count()
    half.hold()
    assert (value("meetings"), value("meetings", as_of=seq)) == (4, 3)
    assert value("decisions_done", cutoff=date(2021, 7, 31), as_of=seq - 1) == 0


def test_evidence_changes_with_what_stands_behind(half, tree, at):
    def digest(key):
        return make_figure(key, year=2021, cutoff=JUNE, as_of=None, to=ALL).evidence.digest

    before = {key: digest(key) for key in CARDS}
    half.hold(half.plan(kind="launch", period=None), day=date(2021, 4, 2))
    changed = {key for key in CARDS if digest(key) != before[key]}
    assert changed == {"oversight.meetings", "oversight.meetings.launch"}
