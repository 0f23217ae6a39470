"""Changing targets: drafts, two people, by document; figures before keep what they had."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.rooms.programme.books import A, B, book, measure, programme, small_book, sub_item
from tests.rooms.programme.conftest import ALL, PAPER, edit

from mingbai.base.ledger import last_seq
from mingbai.base.models import Act
from mingbai.programme.actions import (
    CannotAdoptYear,
    CannotEnterFigures,
    CannotSaveRevision,
    CannotSettleRevision,
    GivenFigure,
    Grounds,
    adopt_year,
    approve_revision,
    drop_revision,
    enter_populations,
    enter_upper_figures,
    return_revision,
    submit_revision,
)
from mingbai.programme.models import ProgrammeYear, RevisionStep, TargetRevision
from mingbai.programme.queries import (
    check_targets,
    effects_of,
    faults_of,
    history_of,
    open_draft,
    planned_curves,
    populations,
    programmes,
    revision_seen,
    revisions,
    told_of,
    unbalanced_shares,
)

pytestmark = pytest.mark.django_db
TOILETS = "roads.toilets"


def _upper(
    desk, quantity, unit="户", sub_item=TOILETS, measure="count", number="皖〔2021〕5号", day=1
):
    return enter_upper_figures(
        year=2021, document_number=number, document_date=date(2021, 3, day), issuer="省民生办",
        figures=[GivenFigure(sub_item, measure, Decimal(quantity), unit)],
        by=desk.tree.clerk, at=desk.at,
    )  # fmt: skip


def test_an_approved_change_is_in_force_and_the_past_keeps_its_figures(desk):
    before = last_seq()
    desk.enforce(edit(TOILETS, "330", "220", "110"), grounds=PAPER)
    assert desk.target(TOILETS) == 330
    assert desk.parts(TOILETS) == {A: 220, B: 110}
    assert desk.target(TOILETS, as_of=before) == 300
    assert desk.parts(TOILETS, as_of=before) == {A: 200, B: 100}
    assert desk.target(TOILETS, as_of=last_seq() - 1) == 300, "submitted is not yet in force"
    assert desk.target("roads.build", "km") == Decimal("12.5"), "the rest is as it was"
    assert desk.parts("roads.build") == {A: Decimal("7.5"), B: Decimal(5)}
    assert len(planned_curves(to=ALL, year=2021)["roads.build"]) == 12
    assert unbalanced_shares(to=ALL, year=2021) == ()
    assert len(programmes(to=ALL, year=2021, every=True)) == 3


def test_the_history_says_document_difference_and_hands(desk):
    revision = desk.enforce(edit(TOILETS, "330", "230", "100"), grounds=PAPER)
    (found,) = revisions(to=ALL, year=2021)
    assert found.pk == revision.pk
    assert [step.step for step in found.steps.all()] == ["submitted", "approved"]
    (effect,) = effects_of(found, to=ALL)
    assert (effect.target.before_target, effect.target.target) == (300, 330)
    assert [(m.name, m.before, m.after, m.gap) for m in effect.towns] == [("籍山镇", 200, 230, 30)]
    verbs = list(Act.objects.unscoped("t").order_by("seq").values_list("verb", flat=True))
    assert verbs[-3:] == ["save_revision", "submit_revision", "approve_revision"]


def test_a_redistribution_needs_no_document_but_a_moved_target_does(desk):
    desk.enforce(edit(TOILETS, "300", "150", "150"))
    assert desk.parts(TOILETS) == {A: 150, B: 150}
    revision = desk.save(edit(TOILETS, "310", "160", "150"))
    with pytest.raises(CannotSettleRevision, match="文号、日期和理由"):
        submit_revision(revision=revision, by=desk.tree.clerk, at=desk.at)
    assert desk.target(TOILETS) == 300


def test_rows_that_do_not_add_up_are_kept_but_not_submitted(desk):
    revision = desk.save(edit(TOILETS, "300", "150", "149"))
    assert open_draft(to=ALL, year=2021).pk == revision.pk
    with pytest.raises(CannotSettleRevision, match="各镇合计 299户，与目标 300户不等"):
        submit_revision(revision=revision, by=desk.tree.clerk, at=desk.at)
    better = desk.save(edit(TOILETS, "300", "150", "150"))
    assert (better.number, faults_of(better)) == (2, ())


def test_who_saved_any_part_of_it_does_not_approve_it(desk):
    tree = desk.tree
    desk.save(edit(TOILETS, "300", "150", "150"), by=tree.checker)
    revision = desk.save(edit("roads.build", "12.5", "7", "5.5", measure="km"))
    submit_revision(revision=revision, by=tree.clerk, at=desk.at)
    for hand in (tree.clerk, tree.checker):
        with pytest.raises(CannotSettleRevision, match="没有经手的人"):
            approve_revision(revision=revision, by=hand, at=desk.at)
    approve_revision(revision=revision, by=tree.payer, at=desk.at)
    assert desk.parts(TOILETS) == {A: 150, B: 150}
    # After a decision the count of hands begins anew.
    second = desk.save(edit(TOILETS, "300", "160", "140"))
    submit_revision(revision=second, by=tree.clerk, at=desk.at)
    approve_revision(revision=second, by=tree.checker, at=desk.at)


def test_the_database_holds_hands_sums_and_documents_by_itself(desk):
    """Raw rows past every action: each guard refuses alone; a sound one passes as control."""
    tree = desk.tree

    def step(revision, step, number, by, version=None):
        with transaction.atomic():
            RevisionStep.objects.create(
                revision=revision, number=number, step=step, maker=revision.made_by,
                step_at=desk.at, step_by=by, act=revision.act, version=version,
            )  # fmt: skip

    crooked = desk.save(edit(TOILETS, "300", "150", "149"))
    with pytest.raises(IntegrityError, match="does not add up"):
        step(crooked, "submitted", 1, tree.clerk)
    bare = desk.save(edit(TOILETS, "310", "160", "150"))
    with pytest.raises(IntegrityError, match="names no document"):
        step(bare, "submitted", 1, tree.clerk)
    old = desk.save(edit(TOILETS, "300", "160", "140"), by=tree.checker)
    sound = desk.save(edit(TOILETS, "300", "170", "130"))
    with pytest.raises(IntegrityError, match="does not fit its draft"):
        step(old, "submitted", 1, tree.checker)
    version = ProgrammeYear.objects.unscoped("t").first()
    with pytest.raises(IntegrityError, match="does not fit its draft"):
        step(sound, "approved", 2, tree.payer, version)
    step(sound, "submitted", 1, tree.clerk)
    with pytest.raises(IntegrityError, match="who saved a draft"):
        step(sound, "approved", 2, tree.checker, version)
    with pytest.raises(IntegrityError, match="who saved a draft"):
        step(sound, "approved", 2, tree.clerk, version)
    step(sound, "approved", 2, tree.payer, version)
    with pytest.raises(IntegrityError, match="does not fit its draft"):
        step(sound, "dropped", 3, tree.clerk)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE programme_targetrevision SET reason = 'x'",
        "DELETE FROM programme_revisedshare",
        "UPDATE programme_revisedtarget SET target = 1",
        "DELETE FROM programme_revisionstep",
        "UPDATE programme_upperfigure SET value = 1",
        "DELETE FROM programme_townpopulation",
    ],
)
def test_the_database_keeps_what_was_written(desk, statement):
    desk.enforce(edit(TOILETS, "300", "150", "150"))
    _upper(desk, "300")
    enter_populations(year=2021, people={A: 5}, source="公报", by=desk.tree.clerk, at=desk.at)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        connection.cursor().execute(statement)


def test_a_returned_draft_goes_on_and_a_dropped_one_is_forgotten(desk):
    tree = desk.tree
    revision = desk.save(edit(TOILETS, "300", "150", "150"))
    submit_revision(revision=revision, by=tree.clerk, at=desk.at)
    with pytest.raises(CannotSettleRevision, match="理由"):
        return_revision(revision=revision, reason=" ", by=tree.checker, at=desk.at)
    return_revision(revision=revision, reason="许镇镇已有基础", by=tree.checker, at=desk.at)
    with pytest.raises(CannotSettleRevision, match="已退回"):
        approve_revision(revision=revision, by=tree.checker, at=desk.at)
    second = desk.save(edit(TOILETS, "300", "180", "120"))
    submit_revision(revision=second, by=tree.clerk, at=desk.at)
    drop_revision(revision=second, reason="不改了", by=tree.clerk, at=desk.at)
    assert open_draft(to=ALL, year=2021) is None
    assert desk.parts(TOILETS) == {A: 200, B: 100}
    third = desk.save(edit(TOILETS, "300", "190", "110"))
    assert third.number == 3
    submit_revision(revision=third, by=tree.clerk, at=desk.at)
    return_revision(revision=third, reason="再议", by=tree.checker, at=desk.at)
    drop_revision(revision=third, reason="", by=tree.clerk, at=desk.at)
    assert open_draft(to=ALL, year=2021) is None


def test_the_second_of_two_savers_is_told_and_nothing_is_lost(desk):
    seen = desk.seen()
    desk.save(edit(TOILETS, "300", "150", "150"), by=desk.tree.checker, **seen)
    with pytest.raises(CannotSaveRevision, match="刚保存了第1稿") as caught:
        desk.save(
            edit(TOILETS, "300", "160", "100"),
            edit("roads.build", "12.5", "7", "5.5", measure="km"), **seen,
        )  # fmt: skip
    conflict = caught.value.conflict
    assert conflict.number == 1
    merged = conflict.words[TOILETS, "count"]
    assert merged.shares == {A: Decimal(160), B: Decimal(150)}, "mine where I typed, theirs else"
    assert [(c.key, c.town, c.mine, c.theirs) for c in conflict.clashes] == [
        ((TOILETS, "count"), A, 160, 150)
    ]
    assert conflict.words["roads.build", "km"].shares == {A: Decimal(7), B: Decimal("5.5")}
    assert TargetRevision.objects.unscoped("t").count() == 1
    again = desk.save(
        edit(TOILETS, "300", "160", "140"), seen_version=conflict.version,
        seen_number=conflict.number,
    )  # fmt: skip
    assert again.number == 2


def test_saving_on_a_list_that_changed_meanwhile_is_told_too(desk):
    seen = desk.seen()
    desk.enforce(edit(TOILETS, "330", "230", "100"), grounds=PAPER)
    with pytest.raises(CannotSaveRevision, match="清单刚有更新") as caught:
        desk.save(edit(TOILETS, "300", "200", "100"), edit("roads.build", "12.5", "7", "5.5",
                  measure="km"), **seen)  # fmt: skip
    words = caught.value.conflict.words
    assert words[TOILETS, "count"].target == 330, "I had not touched it: the new target stands"
    assert words["roads.build", "km"].shares[A] == 7


def test_rows_not_on_the_page_keep_what_the_draft_says(desk):
    desk.save(edit(TOILETS, "300", "150", "150"))
    revision = desk.save(edit("roads.build", "12.5", "7", "5.5", measure="km"))
    rows = {(t.sub_item, t.measure) for t in revision.targets.unscoped("t")}
    assert rows == {(TOILETS, "count"), ("roads.build", "km")}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (edit(TOILETS, "300", "150.5", "149.5"), "太细"),
        (edit(TOILETS, "300", "-1", "301"), "负数"),
        (edit("nobody.knows", "300"), "清单里没有"),
        (edit(TOILETS, None, state="set"), "大于零"),
        (edit(TOILETS, "5", state="awaiting"), "没有目标就不能有目标数"),
        (replace(edit(TOILETS, "300"), shares={"340223999": Decimal(300)}), "没有登记的镇"),
        (edit(TOILETS, "300", "200", "100"), "没有改动"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(desk, row, said):
    seq = last_seq()
    with pytest.raises(CannotSaveRevision, match=said):
        desk.save(row)
    assert last_seq() == seq


def test_a_target_that_waited_is_taken_over_and_one_may_become_open_ended(desk):
    aid = "school.aid"
    assert desk.target(aid) is None
    desk.enforce(edit(aid, "500", "300", "200"), grounds=PAPER)
    assert (desk.target(aid), desk.parts(aid)) == (500, {A: 300, B: 200})
    desk.enforce(edit(aid, None, state="multi_year"), edit(TOILETS, None, state="awaiting"),
                 grounds=PAPER)  # fmt: skip
    assert (desk.target(aid), desk.parts(aid)) == (None, {})
    assert desk.target(TOILETS) is None


def test_a_figure_below_the_level_above_is_refused_with_both_numbers(desk):
    _upper(desk, "300")
    revision = desk.save(edit(TOILETS, "280", "180", "100"), grounds=PAPER)
    with pytest.raises(CannotSettleRevision, match="填的是 280户，上级下达 300户") as caught:
        submit_revision(revision=revision, by=desk.tree.clerk, at=desk.at)
    assert "皖〔2021〕5号" in str(caught.value)
    # The level above lowers it by a later document: now it goes.
    _upper(desk, "280", number="皖〔2021〕19号", day=9)
    submit_revision(revision=revision, by=desk.tree.clerk, at=desk.at)


def test_a_figure_above_the_level_above_is_told(desk):
    _upper(desk, "300")
    revision = desk.save(edit(TOILETS, "320", "220", "100"), grounds=PAPER)
    (told,) = told_of(revision)
    assert "320户" in told
    assert "300户" in told
    submit_revision(revision=revision, by=desk.tree.clerk, at=desk.at)


def test_checking_converts_declared_units_and_says_every_state(desk):
    _upper(desk, "12500", "米", "roads.build", "km")
    _upper(desk, "0.04", "万户")
    _upper(desk, "20", "人", "school.aid")
    found = {(c.sub_item.code, c.measure.code): c for c in check_targets(to=ALL, year=2021)}
    assert found["roads.build", "km"].agreement == "equal"
    assert found["roads.build", "km"].converted
    assert found[TOILETS, "count"].agreement == "below"
    assert found[TOILETS, "count"].gap == -100
    assert found["school.aid", "count"].agreement == "untaken"
    assert found["roads.build", "signs"].agreement == "missing"
    with pytest.raises(CannotEnterFigures, match="不能折算"):
        _upper(desk, "3", "公里")
    with pytest.raises(CannotEnterFigures, match="清单里没有"):
        _upper(desk, "3", sub_item="x.y")


def test_a_new_book_short_of_the_level_above_is_refused(desk):
    _upper(desk, "400")
    with pytest.raises(CannotAdoptYear, match="填的是 300户，上级下达 400户"):
        adopt_year(book=small_book(mark="new"), by=desk.tree.clerk, at=desk.at)


def test_a_new_book_keeps_what_was_revised_unless_it_says_something_new(desk):
    desk.enforce(edit(TOILETS, "330", "230", "100"),
                 edit("roads.build", "12.5", "7", "5.5", measure="km"), grounds=PAPER)  # fmt: skip
    seq = last_seq()
    adopt_year(book=small_book(mark="a rule changed"), by=desk.tree.clerk, at=desk.at)
    assert desk.target(TOILETS) == 330
    assert desk.parts("roads.build") == {A: 7, B: Decimal("5.5")}
    same = small_book()
    roads = sub_item(
        "roads.toilets", measures=(measure(unit="户", target="350", shares={A: "250", B: "100"}),)
    )
    first = programme("roads", 1, (same.programmes[0].sub_items[0], roads))
    changed = book((first, *same.programmes[1:]), mark="b")
    adopt_year(book=changed, by=desk.tree.clerk, at=desk.at)
    assert desk.target(TOILETS) == 350, "the book speaks of this one anew"
    assert desk.parts("roads.build") == {A: 7, B: Decimal("5.5")}, "and not of that one"
    assert desk.target(TOILETS, as_of=seq) == 330
    # And again: what was carried is carried on.
    adopt_year(book=small_book(mark="c"), by=desk.tree.clerk, at=desk.at)
    assert desk.target(TOILETS) == 300
    assert desk.parts("roads.build") == {A: 7, B: Decimal("5.5")}


def test_a_draft_on_an_older_list_is_not_submitted(desk):
    revision = desk.save(edit(TOILETS, "300", "150", "150"))
    adopt_year(book=small_book(mark="new"), by=desk.tree.clerk, at=desk.at)
    with pytest.raises(CannotSettleRevision, match="年度清单又有更新"):
        submit_revision(revision=revision, by=desk.tree.clerk, at=desk.at)
    again = desk.save(edit(TOILETS, "300", "151", "149"))
    submit_revision(revision=again, by=desk.tree.clerk, at=desk.at)


def test_towns_read_what_is_in_force_and_only_their_own_parts(desk):
    desk.enforce(edit(TOILETS, "300", "150", "150"))
    draft = desk.save(edit(TOILETS, "300", "160", "140"))
    town = desk.tree.asker(desk.tree.user_a)
    assert [r.number for r in revisions(to=town, year=2021)] == [1]
    assert revision_seen(draft.pk, to=town) is None
    assert open_draft(to=town, year=2021) is None
    (effect,) = effects_of(revisions(to=town, year=2021)[0], to=town)
    assert [m.name for m in effect.towns] == ["籍山镇"]
    assert Grounds().document_number == ""


def test_the_newest_population_counts(desk):
    enter = {"by": desk.tree.clerk, "at": desk.at}
    enter_populations(year=2020, people={A: 10, B: 30}, source="公报", **enter)
    enter_populations(year=2021, people={A: 20}, source="统计年鉴", **enter)
    found = populations(to=ALL, year=2021)
    assert {town: each.people_count for town, each in found.items()} == {A: 20, B: 30}
    for people, source in (
        ({"nowhere": 5}, "公报"),
        ({A: 1}, " "),
        ({}, "公报"),
        ({A: -1}, "公报"),
    ):
        with pytest.raises(CannotEnterFigures):
            enter_populations(year=2021, people=people, source=source, **enter)


def test_a_targets_history_tells_each_turn_once(desk):
    desk.enforce(edit("roads.build", "12.5", "7", "5.5", measure="km"))
    desk.enforce(edit(TOILETS, "330", "230", "100"), grounds=PAPER)
    desk.enforce(edit(TOILETS, "330", "200", "130"))
    found = history_of(to=ALL, year=2021, sub_item=TOILETS, measure="count")
    assert [(t.measure.target, t.gap) for t in found.turns] == [(300, None), (330, 30), (330, 0)]
    assert [t.approval and t.approval.revision.number for t in found.turns] == [None, 2, 3]
    assert found.turns[1].approval.revision.document_number == "南政〔2021〕30号"
    assert found.turns[1].measure.source == "南政〔2021〕30号"
    moved = [[(m.name, m.before, m.after) for m in t.towns] for t in found.turns]
    assert moved[1] == [("籍山镇", 200, 230)]
    assert moved[2] == [("籍山镇", 230, 200), ("许镇镇", 100, 130)]
    town = desk.tree.asker(desk.tree.user_b)
    seen = history_of(to=town, year=2021, sub_item=TOILETS, measure="count")
    assert {m.name for t in seen.turns for m in t.towns} == {"许镇镇"}
    assert history_of(to=ALL, year=2021, sub_item=TOILETS, measure="x") is None
