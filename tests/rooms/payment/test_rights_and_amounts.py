"""What is decided of a right reaches its amounts; a right that comes late; two records of one."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.rooms.payment.test_money import GRADES, graded, paid_months
from tests.rooms.payment.test_paying_once import draw, enrol, lines, pay
from tests.rooms.registry.rosters import DIBAO, hand_in, row, small_book

from mingbai.payment.actions import CannotDrawBatch, draw_arrears, find_doubts, settle_up
from mingbai.payment.queries import explain_difference
from mingbai.registry.actions import (
    Wanted,
    decide_changes,
    merge_people,
    propose_changes,
    propose_merge,
    undo_merge,
)
from mingbai.registry.models import Enrolment, EnrolmentChange, Person

pytestmark = pytest.mark.django_db
WHY = "同一人，证件号更正前后各登记一次"


def right():
    return Enrolment.objects.unscoped("t").order_by("id")[0]


def regrade(tree, at, grade, from_period, *, verdict="approved"):
    """Propose another grade for the first right and decide on it."""
    wanted = Wanted("changed", from_period, "worse", "入户核查表第3号", grade=grade)
    report = propose_changes(enrolments=[right()], wanted=wanted, by=tree.clerk, at=at)
    assert report.refused == ()
    change = EnrolmentChange.objects.unscoped("t").order_by("-id")[0]
    done = decide_changes(
        changes=[change], verdict=verdict, reason="已核对", by=tree.checker, at=at
    )  # fmt: skip
    assert done.refused == ()


def test_a_decided_grade_holds_from_its_month_whatever_the_roster_still_says(tree, at):
    book = graded((date(2021, 1, 1), GRADES))
    people = [row(1, grade="B"), row(2, grade="B")]
    enrol(tree, at, book, *(hand_in(tree, at, people, month=month) for month in (1, 2, 3)))
    regrade(tree, at, "A", 202102)
    paid = {
        month: [line.amount for line in lines(batch=draw(tree, at, book, period=month))]
        for month in (202101, 202102, 202103)
    }
    assert paid == {202101: [40_000] * 2, 202102: [60_000, 40_000], 202103: [60_000, 40_000]}
    newest = lines(batch__period=202102)[0].batch
    parts = explain_difference(newest, book.sub_item(DIBAO)).parts
    assert [(each.cause, each.amount) for each in parts] == [("grade", 20_000)]


def test_a_refused_or_waiting_grade_changes_nothing(tree, at):
    book = graded((date(2021, 1, 1), GRADES))
    enrol(tree, at, book, hand_in(tree, at, [row(1, grade="B")]))
    regrade(tree, at, "A", 202101, verdict="refused")
    wanted = Wanted("changed", 202101, "worse", "入户核查表第4号", grade="A")
    propose_changes(enrolments=[right()], wanted=wanted, by=tree.clerk, at=at)
    assert draw(tree, at, book).expected_amount == 40_000


def test_a_grade_decided_back_in_time_is_arrears_of_paid_months(tree, at):
    book = graded((date(2021, 1, 1), GRADES))
    _, (january, _) = paid_months(tree, at, book, 1, 2, people=[row(1, grade="B")])
    regrade(tree, at, "A", 202102)
    batch = draw_arrears(sub_item=DIBAO, period=202102, book=book, by=tree.clerk, at=at)
    assert [(line.period, line.amount) for line in lines(batch=batch)] == [(202102, 20_000)]
    pay(tree, at, batch)
    regrade(tree, at, "A", 202101)
    batch = draw_arrears(sub_item=DIBAO, period=202102, book=book, by=tree.clerk, at=at)
    line = lines(batch=batch).get()
    assert (line.period, line.amount, line.basis_line.batch_id) == (202101, 20_000, january.pk)


def test_a_lower_grade_back_in_time_is_overpaid_and_a_later_decision_stands(tree, at):
    book = graded((date(2021, 1, 1), GRADES))
    paid_months(tree, at, book, 1, 2, people=[row(1, grade="A")])
    regrade(tree, at, "B", 202102)
    over = settle_up(sub_item=DIBAO, period=202102, book=book).overpaid
    assert over.select("period", "over", "cause").rows() == [(202102, 20_000, "changed")]
    regrade(tree, at, "A", 202101)
    assert settle_up(sub_item=DIBAO, period=202102, book=book).overpaid.height == 0


def test_a_grade_decided_after_drawing_is_a_doubt(tree, at):
    book = graded((date(2021, 1, 1), GRADES))
    enrol(tree, at, book, hand_in(tree, at, [row(1, grade="B")]))
    batch = draw(tree, at, book)
    assert find_doubts(batch=batch, book=book) == ()
    regrade(tree, at, "A", 202101)
    (doubt,) = find_doubts(batch=batch, book=book)
    assert (doubt.cause, doubt.amount, doubt.due_amount) == ("changed", 40_000, 60_000)


def test_months_owed_to_a_late_right_are_told_apart_from_the_newly_entitled(tree, at):
    book = small_book()
    first = hand_in(tree, at, [row(1)], month=1)
    second = hand_in(tree, at, [row(n) for n in (1, 2, 3)], month=2)
    late = [hand_in(tree, at, [row(4)], month=m, town="340223101") for m in (2, 3)]
    enrol(tree, at, book, first, second)
    draw(tree, at, book, period=202101)
    draw(tree, at, book, period=202102)
    enrol(tree, at, book, hand_in(tree, at, [row(n) for n in (1, 2, 3)], month=3), *late)
    again = draw(tree, at, book, period=202102)
    parts = {each.cause: each for each in explain_difference(again, None).parts}
    assert {cause: (part.count, part.amount) for cause, part in parts.items()} == {
        "new": (2, 100_000), "late": (1, 50_000),
    }  # fmt: skip
    assert parts["late"].words == "资格迟办，补发应享月份"
    march = draw(tree, at, book, period=202103)
    assert explain_difference(march, None).parts == ()


@pytest.fixture
def two(tree, at):
    """Two records, each enrolled and on the roster of January and February."""
    book = small_book()
    sheets = [hand_in(tree, at, [row(1), row(2)], month=month) for month in (1, 2)]
    enrol(tree, at, book, *sheets)
    return list(Person.objects.unscoped("t").order_by("id"))


def merge(tree, at, kept, gone):
    propose_merge(kept=kept, merged=gone, reason=WHY, by=tree.clerk, at=at)
    return merge_people(kept=kept, merged=gone, reason="已核对户口簿", by=tree.checker, at=at)


def test_two_records_of_one_person_are_drawn_once(tree, at, two):
    kept, gone = two
    merge(tree, at, kept, gone)
    batch = draw(tree, at, small_book())
    assert [line.person_id for line in lines(batch=batch)] == [kept.pk]
    assert batch.left_out == {"repeated": 1}
    with pytest.raises(CannotDrawBatch, match="此前批次已列入 1 行"):
        draw(tree, at, small_book())


def test_a_month_paid_under_the_merged_record_is_not_paid_again(tree, at, two):
    kept, gone = two
    sheet = hand_in(tree, at, [row(2)], month=3)
    enrol(tree, at, small_book(), sheet)
    pay(tree, at, draw(tree, at, small_book(), period=202103))
    assert lines(batch__period=202103).get().person_id == gone.pk
    merge(tree, at, kept, gone)
    enrol(tree, at, small_book(), hand_in(tree, at, [row(1)], month=3, town="340223101"))
    with pytest.raises(CannotDrawBatch, match="此前批次已列入 1 行"):
        draw(tree, at, small_book(), period=202103)
    line = lines(batch__period=202103).get()
    again = lines(pk=line.pk).get()
    batch = type(line.batch).objects.unscoped("t").get(pk=line.batch_id)
    batch.pk, batch.number, batch.follows_id = None, 2, batch.pk
    batch.save(force_insert=True)
    for person in (kept, gone):
        again.pk, again.batch, again.person = None, batch, person
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save(force_insert=True)
    again.pk, again.period = None, 202104
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)  # still the merged record
    again.person = kept
    again.save(force_insert=True)  # control arm: another month, the record that stands


def test_undoing_leaves_each_record_its_own_month_once(tree, at, two):
    kept, gone = two
    found = merge(tree, at, kept, gone)
    book = small_book()
    pay(tree, at, draw(tree, at, book))
    undo_merge(merging=found, reason="核实为两人", by=tree.checker, at=at)
    second = draw(tree, at, book)
    assert [line.person_id for line in lines(batch=second)] == [gone.pk]
    with pytest.raises(CannotDrawBatch, match="此前批次已列入 2 行"):
        draw(tree, at, book)
    assert lines(batch__period=202101).count() == 2
    draw(tree, at, book, period=202102)
    assert sorted(lines(batch__period=202102).values_list("person_id", flat=True)) == sorted(
        (kept.pk, gone.pk)
    )


def test_what_both_records_were_paid_is_overpaid_once_they_are_one(tree, at, two):
    kept, gone = two
    book = small_book()
    pay(tree, at, draw(tree, at, book))
    assert settle_up(sub_item=DIBAO, period=202101, book=book).overpaid.height == 0
    found = merge(tree, at, kept, gone)
    over = settle_up(sub_item=DIBAO, period=202101, book=book).overpaid
    assert over.select("period", "over").rows() == [(202101, 50_000)]
    undo_merge(merging=found, reason="核实为两人", by=tree.checker, at=at)
    assert settle_up(sub_item=DIBAO, period=202101, book=book).overpaid.height == 0
