"""Documents, names and changes of people: one person, whatever number a row names."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.rooms.registry.rosters import hand_in, id_number, row, small_book

from mingbai.base.models import Act
from mingbai.registry.actions import (
    CannotDecideRecords,
    CannotRegisterDocument,
    CannotRevokeDocument,
    accept_records,
    enrol_sheets,
    merge_people,
    propose_merge,
    refuse_records,
    register_document,
    revoke_document,
    undo_merge,
)
from mingbai.registry.models import Enrolment, Person, PersonDocument, PersonName, RecordChange
from mingbai.registry.queries import find_people, known_keys, person_ids, show_person
from mingbai.registry.queries.accounts import accepted_accounts

pytestmark = pytest.mark.django_db
RIGHT = id_number(77, "19600203")
BAD = RIGHT[:-1] + ("1" if RIGHT[-1] != "1" else "2")
BORN_LATER = id_number(1, "20600203")


def enrol(tree, at, *sheets):
    return enrol_sheets(sheets=sheets, book=small_book(), by=tree.clerk, at=at)


def people():
    return Person.objects.unscoped("test").order_by("id")


def changes(**kw):
    return RecordChange.objects.unscoped("test").filter(**kw)


def register(tree, at, person, number, cause="corrected", kind="id_number"):
    return register_document(
        person=person, kind=kind, number=number, cause=cause, evidence="核对户口簿",
        by=tree.clerk, at=at,
    )  # fmt: skip


def test_the_database_writes_the_first_document_itself(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1), row(2)]))
    documents = PersonDocument.objects.unscoped("test").order_by("id")
    assert [bytes(each.number_key) for each in documents] == [bytes(p.id_key) for p in people()]
    twin = people()[0]
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    for change in (
        lambda: documents.update(number_key=b"x" * 16),
        lambda: documents.filter(pk__gt=0).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_corrected_number_finds_the_same_person_by_both(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1)]))
    register(tree, at, people().get(), RIGHT)
    to = tree.asker(tree.clerk)
    for number in (RIGHT, row(1)["id_number"]):
        (found,) = find_people(to=to, text=number)
        assert found.id == people().get().pk
    assert show_person(people().get()).id_number.endswith(RIGHT[-3:])
    assert (people().get().birth_date.month, people().get().birth_date.day) == (2, 3)
    report = enrol(tree, at, hand_in(tree, at, [row(1, id_number=RIGHT)], month=2))
    assert (report.person_count, report.enrolment_count) == (0, 0)
    assert known_keys().height == 1


def test_rows_of_a_known_person_are_not_enrolled_without_the_document(tree, at):
    """The control: without it the corrected number is somebody new."""
    enrol(tree, at, hand_in(tree, at, [row(1)]))
    report = enrol(tree, at, hand_in(tree, at, [row(1, id_number=RIGHT)], month=2))
    assert (report.person_count, report.enrolment_count) == (1, 1)


def test_a_number_of_another_record_is_refused_and_named(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1), row(2)]))
    one, two = people()
    with pytest.raises(CannotRegisterDocument, match="另一份档案") as caught:
        register(tree, at, one, row(2)["id_number"])
    assert caught.value.other_id == two.pk
    with pytest.raises(CannotRegisterDocument, match="不用再登记"):
        register(tree, at, one, row(1)["id_number"])


@pytest.mark.parametrize("number", ["", BAD, RIGHT[:-1], BORN_LATER])
def test_a_number_that_cannot_be_is_refused(tree, at, number):
    enrol(tree, at, hand_in(tree, at, [row(1)]))
    with pytest.raises(CannotRegisterDocument) as caught:
        register(tree, at, people().get(), number)
    assert not number or number not in str(caught.value)


def test_a_passport_is_a_further_document_and_changes_nothing_else(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1)]))
    register(tree, at, people().get(), "E12345678", cause="further", kind="passport")
    assert len(find_people(to=tree.asker(tree.clerk), text="e12345678")) == 1
    assert show_person(people().get()).id_number.endswith(row(1)["id_number"][-3:])
    assert PersonDocument.objects.unscoped("test").filter(to_date=None).count() == 2


def test_a_number_that_was_somebody_elses_goes_to_them_once_revoked(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1)]))
    one = people().get()
    wrong = PersonDocument.objects.unscoped("test").get()
    with pytest.raises(CannotRevokeDocument, match="唯一"):
        revoke_document(document=wrong, reason="抄错行", by=tree.clerk, at=at)
    register(tree, at, one, RIGHT)
    revoke_document(document=wrong, reason="抄错行", by=tree.clerk, at=at)
    with pytest.raises(CannotRevokeDocument, match="已经作废"):
        revoke_document(document=wrong, reason="抄错行", by=tree.clerk, at=at)
    key = bytes(wrong.number_key)
    assert person_ids([key]) == {}
    sheet = hand_in(tree, at, [row(1, name="演示"), row(1, id_number=RIGHT)], month=2)
    assert enrol(tree, at, sheet).person_count == 1
    other = people().last()
    assert person_ids([key]) == {key: other.pk}
    rights = Enrolment.objects.unscoped("test")
    assert {each.person_id for each in rights} == {one.pk, other.pk}


def test_a_merged_record_brings_its_number_and_undoing_takes_it_back(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1), row(2)]))
    one, two = people()
    propose_merge(kept=one, merged=two, reason="同一人", by=tree.clerk, at=at)
    done = merge_people(kept=one, merged=two, reason="核对属实", by=tree.checker, at=at)
    assert known_keys().rows() == [(bytes(two.id_key), bytes(one.id_key))]
    found = find_people(to=tree.asker(tree.clerk), text=row(2)["id_number"])
    assert [each.id for each in found] == [one.pk, two.pk]
    assert enrol(tree, at, hand_in(tree, at, [row(2)], month=2)).enrolment_count == 0
    undo_merge(merging=done, reason="是两个人", by=tree.checker, at=at)
    assert known_keys().height == 0


def test_a_new_phone_is_followed_with_its_row(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1)]))
    old, new = row(1)["phone"], "13900000000"
    sheet = hand_in(tree, at, [row(1, phone=new)], month=2)
    assert enrol(tree, at, sheet).change_count == 1
    to = tree.asker(tree.clerk)
    assert len(find_people(to=to, text=new)) == 1
    assert find_people(to=to, text=old) == []
    change = changes().get()
    assert (change.decision, change.from_period, change.origin_line) == ("followed", 202102, 3)
    assert enrol(tree, at, sheet).change_count == 0
    back = hand_in(tree, at, [row(1)], month=1, town="340223101")
    assert enrol(tree, at, back).change_count == 0, "an older month tells nothing new"
    assert len(find_people(to=to, text=new)) == 1
    again = hand_in(tree, at, [row(1)], month=5)
    assert enrol(tree, at, again).change_count == 1, "a later month brings the first phone back"
    assert enrol(tree, at, sheet, again).change_count == 0


def test_another_account_waits_for_a_clerk(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1)]))
    sheets = [
        hand_in(tree, at, [row(1, account="6217000099999999")], month=month) for month in (2, 3)
    ]
    assert enrol(tree, at, *sheets).change_count == 1
    change = changes(kind="account").get()
    assert (change.decision, change.from_period) == ("", 202102)
    refuse_records(changes=[change], reason="户主未同意", by=tree.clerk, at=at)
    with pytest.raises(CannotDecideRecords, match="他人处理"):
        accept_records(changes=[change], reason="已电话核实", by=tree.clerk, at=at)
    assert enrol(tree, at, *sheets).change_count == 0
    back = hand_in(tree, at, [row(1)], month=4)
    assert enrol(tree, at, back).change_count == 1, "back to the first account is a change too"


def test_the_first_account_of_a_right_is_followed_and_only_the_first(tree, at):
    bare = {**row(1), "account": None}
    enrol(tree, at, hand_in(tree, at, [bare]))
    assert enrol(tree, at, hand_in(tree, at, [row(1)], month=2)).change_count == 1
    first = changes(kind="account").get()
    assert (first.decision, first.from_period) == ("followed", 202102)
    right = Enrolment.objects.unscoped("test").get()
    assert right.account_key is None, "what the right began with stays as it was"
    found = {month: accepted_accounts(sub_item=right.sub_item, period=month)
             for month in (202101, 202102)}  # fmt: skip
    assert not found[202101]
    assert found[202102][right.pk].account_key == bytes(first.value_key)
    later = hand_in(tree, at, [row(1, account="6217000099999999")], month=3)
    assert enrol(tree, at, later).change_count == 1
    second = changes(kind="account", decision="").get()
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordChange.objects.create(
            person=second.person, enrolment=right, kind="account", value_sealed=b"x",
            value_key=b"y" * 16, from_period=202104, decision="followed", decided_at=at,
            decision_act=second.act, act=second.act,
        )  # fmt: skip


def test_another_name_waits_and_is_kept_with_the_old_one(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1)]))
    enrol(tree, at, hand_in(tree, at, [row(1, name="演新名")], month=3))
    change = changes(kind="name").get()
    to = tree.asker(tree.clerk)
    assert find_people(to=to, text="演新名") == []
    accept_records(changes=[change], reason="户口簿已变更", by=tree.clerk, at=at)
    for name in ("演新名", row(1)["name"]):
        assert len(find_people(to=to, text=name)) == 1
    before = PersonName.objects.unscoped("test").get()
    assert before.to_date.isoformat() == "2021-02-28"


def test_acts_about_documents_hold_no_number(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1)]))
    register(tree, at, people().get(), RIGHT)
    payloads = " ".join(Act.objects.unscoped("test").values_list("payload", flat=True))
    assert RIGHT not in payloads
    assert row(1)["id_number"] not in payloads


def test_a_number_is_looked_up_by_its_index(tree, at):
    """Whatever the size of the county: one step in a unique index, not a walk over the people."""
    enrol(tree, at, hand_in(tree, at, [row(1)]))
    asked = PersonDocument.objects.unscoped("test").filter(
        number_key__in=[bytes(people().get().id_key)], revoked_act__isnull=True
    )
    plan = asked.explain()
    assert "person_document_once" in plan or "Seq Scan" in plan, "a table of one row is just read"
    assert "SCAN registry_persondocument" not in plan
