"""Two records of one person: proposed, merged by another hand, read as one, and undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.rooms.registry.rosters import TEKUN, hand_in, row, small_book

from mingbai.base.models import Act
from mingbai.registry.actions import (
    CannotMergePeople,
    CannotUndoMerge,
    enrol_sheets,
    merge_people,
    propose_merge,
    refuse_merge,
    undo_merge,
)
from mingbai.registry.models import MergeProposal, Person, PersonMerge
from mingbai.registry.queries import person_roots, root_of

pytestmark = pytest.mark.django_db
WHY = "同一人，证件号更正前后各登记一次"


@pytest.fixture
def three(tree, at):
    """Three records."""
    sheets = [hand_in(tree, at, [row(1), row(2), row(3)])]
    enrol_sheets(sheets=sheets, book=small_book(), by=tree.clerk, at=at)
    return list(Person.objects.unscoped("test").order_by("id"))


def merged(tree, at, kept, gone):
    propose_merge(kept=kept, merged=gone, reason=WHY, by=tree.clerk, at=at)
    return merge_people(kept=kept, merged=gone, reason="已核对户口簿", by=tree.checker, at=at)


def roots():
    return dict(person_roots().iter_rows())


def test_merging_takes_two_hands(tree, at, three):
    one, two, _ = three
    asked = {"kept": one, "merged": two, "reason": WHY, "at": at}
    with pytest.raises(CannotMergePeople, match="先由一人提出"):
        merge_people(by=tree.checker, **asked)
    propose_merge(by=tree.clerk, **asked)
    with pytest.raises(CannotMergePeople, match="不能是同一人"):
        merge_people(by=tree.clerk, **asked)
    with pytest.raises(CannotMergePeople, match="已经提出"):
        propose_merge(by=tree.checker, kept=two, merged=one, reason=WHY, at=at)
    assert roots() == {}
    merge_people(by=tree.checker, **asked)
    assert roots() == {two.pk: one.pk}
    assert (root_of(two.pk), root_of(one.pk)) == (one.pk, one.pk)


def test_the_database_wants_two_hands_and_one_merging(tree, at, three):
    one, two, three_ = three
    done = merged(tree, at, one, two)
    base = {"reason": "理由", "merged_at": at, "act": done.act, "merged": two, "kept": three_}
    proposal = propose_merge(kept=one, merged=three_, reason=WHY, by=tree.clerk, at=at)
    hands = {"maker": tree.clerk, "merged_by": tree.checker}
    with pytest.raises(IntegrityError, match=r"merged_id|person_merge_once"), transaction.atomic():
        PersonMerge.objects.create(proposal=proposal, **base, **hands)
    with pytest.raises(IntegrityError, match="person_merge_two_hands"), transaction.atomic():
        PersonMerge.objects.create(
            proposal=proposal, **{**base, "merged": three_, "kept": one},
            maker=tree.clerk, merged_by=tree.clerk,
        )  # fmt: skip
    for change in (
        lambda: PersonMerge.objects.unscoped("test").update(kept=three_),
        lambda: PersonMerge.objects.unscoped("test").delete(),
        lambda: MergeProposal.objects.unscoped("test").update(reason="改写"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_chain_leads_to_its_last_record_and_undoing_takes_one_link(tree, at, three):
    one, two, last = three
    first = merged(tree, at, two, one)
    merged(tree, at, last, two)
    assert roots() == {one.pk: last.pk, two.pk: last.pk}
    with pytest.raises(CannotMergePeople, match="已经合并到"):
        propose_merge(kept=one, merged=last, reason=WHY, by=tree.clerk, at=at)
    undo_merge(merging=first, reason="经核实是两个人", by=tree.checker, at=at)
    assert roots() == {two.pk: last.pk}
    with pytest.raises(CannotUndoMerge, match="已经撤销"):
        undo_merge(merging=first, reason="经核实是两个人", by=tree.checker, at=at)


def test_what_was_undone_may_be_merged_again(tree, at, three):
    one, two, _ = three
    undo_merge(merging=merged(tree, at, one, two), reason="撤销核对", by=tree.checker, at=at)
    merged(tree, at + timedelta(days=1), two, one)
    assert roots() == {one.pk: two.pk}
    assert PersonMerge.objects.unscoped("test").count() == 2


def test_a_refused_proposal_merges_nothing(tree, at, three):
    one, two, _ = three
    proposal = propose_merge(kept=one, merged=two, reason=WHY, by=tree.clerk, at=at)
    refuse_merge(proposal=proposal, reason="名字不同", by=tree.checker, at=at)
    with pytest.raises(CannotMergePeople, match="有了结论"):
        refuse_merge(proposal=proposal, reason="名字不同", by=tree.checker, at=at)
    with pytest.raises(CannotMergePeople, match="先由一人提出"):
        merge_people(kept=one, merged=two, reason=WHY, by=tree.checker, at=at)
    assert roots() == {}


@pytest.mark.parametrize("reason", ["", " 同 ", f"证件号是 {row(1)['id_number']}"])
def test_a_reason_is_needed_and_holds_no_number(tree, at, three, reason):
    one, two, _ = three
    with pytest.raises(CannotMergePeople):
        propose_merge(kept=one, merged=two, reason=reason, by=tree.clerk, at=at)
    assert not Act.objects.unscoped("test").filter(verb="propose_merge").exists()


def test_nobody_merges_with_themselves(tree, at, three):
    with pytest.raises(CannotMergePeople, match="与自己合并"):
        propose_merge(kept=three[0], merged=three[0], reason=WHY, by=tree.clerk, at=at)


def test_a_town_sees_the_pairs_it_has_a_part_in(tree, at, three):
    sheet = hand_in(tree, at, [row(9)], sub_item=TEKUN, town="340223101")
    enrol_sheets(sheets=[sheet], book=small_book(), by=tree.clerk, at=at)
    merged(tree, at, three[0], three[1])
    seen = PersonMerge.objects.seen_by
    assert seen(tree.asker(tree.user_a)).count() == 1
    assert seen(tree.asker(tree.user_b)).count() == 0
