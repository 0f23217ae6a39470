"""Households paid as one: who counts, what is due, nobody in two of them, and why it moved."""

from __future__ import annotations

from datetime import date
from itertools import product

import polars as pl
import pytest
from django.db import IntegrityError, connection, transaction
from tests.rooms.payment.test_paying_once import draw, enrol, lines, pay
from tests.rooms.registry.rosters import (
    DIBAO,
    TEKUN,
    amount_rule,
    hand_in,
    row,
    small_book,
    sub_item,
)

from mingbai.base.secrets import blind
from mingbai.payment.actions import (
    CannotDrawBatch,
    draw_arrears,
    find_doubts,
    settle_up,
    void_batch,
)
from mingbai.payment.actions.amounts import decide_amounts
from mingbai.payment.models import LineMember
from mingbai.payment.queries import batch_digest, explain_difference
from mingbai.registry.actions import (
    add_member,
    end_membership,
    found_household,
    merge_people,
    propose_merge,
    record_death,
)
from mingbai.registry.models import HouseholdMember, Person

pytestmark = pytest.mark.django_db
START = date(2020, 1, 1)
CHILD = "20"


def household_book(*more, **rule):
    """A book of one sub-item that pays households; 300 元 a counted member unless told."""
    told = {"kind": "household", "base": "per_member", "amount_fen": 30_000, **rule}
    return small_book(sub_item(DIBAO, amount_rule(DIBAO, **told)), *more)


def person(n):
    return Person.objects.unscoped("t").get(id_key=blind("id_number", row(n)["id_number"]))


def home(tree, at, *members):
    """A household of these people, the first its head."""
    found = found_household(head=person(members[0]), from_date=START, by=tree.clerk, at=at)
    for n in members[1:]:
        join(tree, at, found, n)
    return found


def join(tree, at, household, n, from_date=START):
    return add_member(
        household=household, person=person(n), relation=CHILD, from_date=from_date,
        by=tree.clerk, at=at,
    )  # fmt: skip


def leave(tree, at, n, day):
    member = HouseholdMember.objects.unscoped("t").get(person=person(n), ended_act=None)
    return end_membership(member=member, to_date=day, reason="分户另过", by=tree.clerk, at=at)


def counted(batch):
    """Payee -> who counts in their line."""
    found: dict[int, list[int]] = {}
    for line in lines(batch=batch).order_by("id"):
        members = LineMember.objects.unscoped("t").filter(line=line, voided=False)
        found[line.person_id] = sorted(members.values_list("person_id", flat=True))
    return found


@pytest.fixture
def people(tree, at):
    """Eight people known through another roster; the first and the fifth are enrolled here."""
    other = hand_in(tree, at, [row(n) for n in range(1, 9)], sub_item=TEKUN)
    enrol(tree, at, small_book(sub_item(TEKUN, amount_rule(TEKUN))), other)
    book = household_book()
    for month in (1, 2, 3):
        enrol(tree, at, book, hand_in(tree, at, [row(1), row(5)], month=month))
    return book


@pytest.fixture
def homes(tree, at, people):
    """Two households: 1 to 4, headed by 1, and 5 to 6, headed by 5."""
    home(tree, at, 1, 2, 3, 4)
    home(tree, at, 5, 6)
    return people


def test_a_household_is_paid_once_for_all_who_count(tree, at, homes):
    batch = draw(tree, at, homes)
    assert (batch.expected_count, batch.expected_amount, batch.person_count) == (2, 180_000, 6)
    assert counted(batch) == {
        person(1).pk: sorted(person(n).pk for n in (1, 2, 3, 4)),
        person(5).pk: sorted(person(n).pk for n in (5, 6)),
    }
    assert batch_digest(batch.pk) == batch.lines_digest
    pay(tree, at, batch)
    with pytest.raises(CannotDrawBatch, match="此前批次已列入 2 行"):
        draw(tree, at, homes)


def test_the_digest_covers_who_counts(tree, at, homes):
    batch = draw(tree, at, homes)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER " + _on("payment_linemember_no_update"))
        cursor.execute(
            "UPDATE payment_linemember SET person_id = %s WHERE person_id = %s",
            [person(8).pk, person(6).pk],
        )
    assert batch_digest(batch.pk) != batch.lines_digest


def _on(name):
    table = "payment_linemember"
    return f'"{name}"' if connection.vendor == "sqlite" else f'"{name}" ON "{table}"'


def test_a_member_on_the_roster_beside_the_head_is_not_paid_alone(tree, at, homes):
    enrol(tree, at, homes, hand_in(tree, at, [row(2), row(1)], month=4))
    batch = draw(tree, at, homes, period=202104)
    assert list(counted(batch)) == [person(1).pk], "the head's row, wherever it stands"
    assert batch.left_out == {"in_household": 1}


def test_who_has_no_household_yet_is_left_out_by_name_of_the_cause(tree, at, people):
    home(tree, at, 1, 2)
    batch = draw(tree, at, people)
    assert (batch.expected_count, batch.left_out) == (1, {"no_household": 1})


@pytest.mark.parametrize(("change", "paid"), [("next_month", [4, 3]), ("same_month", [3, 3])])
def test_a_member_who_leaves_counts_no_more_from_the_month_the_rule_says(
    tree, at, homes, change, paid
):
    book = household_book(member_change=change)
    leave(tree, at, 3, date(2021, 1, 20))
    found = [
        len(counted(draw(tree, at, book, period=period))[person(1).pk])
        for period in (202101, 202102)
    ]
    assert found == paid


@pytest.mark.parametrize(("change", "paid"), [("next_month", [4, 5]), ("same_month", [5, 5])])
def test_a_member_who_joins_counts_from_the_month_the_rule_says(tree, at, homes, change, paid):
    book = household_book(member_change=change)
    household = HouseholdMember.objects.unscoped("t").get(person=person(1)).household
    join(tree, at, household, 7, date(2021, 1, 20))
    found = [
        len(counted(draw(tree, at, book, period=period))[person(1).pk])
        for period in (202101, 202102)
    ]
    assert found == paid


def test_who_is_provided_for_elsewhere_does_not_count(tree, at, homes):
    book = household_book(not_counted=(TEKUN,))
    with pytest.raises(CannotDrawBatch, match="没有可计入的成员 2 行"):
        draw(tree, at, book)
    book = household_book(not_counted=("hardship-relief.orphans",))
    assert draw(tree, at, book).person_count == 6  # control arm


def test_the_difference_names_why_the_household_shrank_or_grew(tree, at, homes):
    draw(tree, at, homes)
    record_death(person=person(4), death_date=date(2021, 1, 15), source="notice",
                 evidence="死亡证明", by=tree.clerk, at=at)  # fmt: skip
    leave(tree, at, 3, date(2021, 1, 20))
    household = HouseholdMember.objects.unscoped("t").get(person=person(5)).household
    join(tree, at, household, 7, date(2021, 1, 20))
    batch = draw(tree, at, homes, period=202102)
    found = explain_difference(batch, homes.sub_item(DIBAO))
    assert {part.cause: (part.count, part.amount) for part in found.parts} == {
        "member_died": (0, -30_000), "member_left": (0, -30_000), "member_joined": (0, 30_000),
    }  # fmt: skip
    assert sum(part.amount for part in found.parts) == found.now_amount - found.before_amount


def test_nobody_counts_in_two_households_in_one_month(tree, at, homes):
    first = draw(tree, at, homes)
    assert person(3).pk in counted(first)[person(1).pk]
    leave(tree, at, 3, date(2020, 12, 20))
    household = HouseholdMember.objects.unscoped("t").get(person=person(5)).household
    join(tree, at, household, 3, date(2020, 12, 21))
    enrol(tree, at, homes, hand_in(tree, at, [row(6)], town="340223101"))
    assert find_doubts(batch=first, book=homes)[0].cause == "changed"
    pay(tree, at, first)
    owed = settle_up(sub_item=DIBAO, period=202101, book=homes)
    assert owed.overpaid.select("person_id", "over").rows() == [(person(1).pk, 30_000)]
    assert owed.arrears.lines.height == 0, "counted in the line that was paid, whoever has them now"
    members = LineMember.objects.unscoped("t")
    line = lines(batch=first).get(person=person(5))
    fresh = type(first).objects.unscoped("t").get(pk=first.pk)
    fresh.pk, fresh.number, fresh.follows_id, fresh.kind = None, 2, first.pk, "arrears"
    fresh.save(force_insert=True)
    line.basis_line_id, line.nature, line.person_times = line.pk, "arrears", 0
    line.pk, line.batch = None, fresh
    line.save(force_insert=True)
    given = {"line": line, "sub_item": DIBAO, "period": 202101, "item": line.item, "act": first.act}
    with pytest.raises(IntegrityError), transaction.atomic():
        members.create(person=person(3), **given)
    for wrong in ({"period": 202102}, {"item": "other"}, {"sub_item": TEKUN}, {"voided": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            members.create(person=person(8), **{**given, **wrong})
    members.create(person=person(8), **given)  # control arm


def test_a_new_member_of_a_paid_month_is_arrears_and_counts_there(tree, at, homes):
    pay(tree, at, draw(tree, at, homes))
    household = HouseholdMember.objects.unscoped("t").get(person=person(5)).household
    join(tree, at, household, 7, date(2020, 12, 1))
    batch = draw_arrears(sub_item=DIBAO, period=202101, book=homes, by=tree.clerk, at=at)
    assert lines(batch=batch).get().amount == 30_000
    assert counted(batch) == {person(5).pk: [person(7).pk]}
    assert batch_digest(batch.pk) == batch.lines_digest
    pay(tree, at, batch)


def test_a_voided_batch_frees_its_members(tree, at, homes):
    batch = draw(tree, at, homes)
    void_batch(batch=batch, reason="重算", by=tree.checker, at=at)
    assert set(LineMember.objects.unscoped("t").values_list("voided", flat=True)) == {True}
    again = draw(tree, at, homes)
    assert again.person_count == 6
    with pytest.raises(IntegrityError), transaction.atomic():
        LineMember.objects.unscoped("t").filter(line__batch=again).update(voided=True)


def test_two_records_of_one_member_count_once(tree, at, homes):
    household = HouseholdMember.objects.unscoped("t").get(person=person(5)).household
    join(tree, at, household, 8)
    propose_merge(kept=person(2), merged=person(8), reason="同一人两次登记", by=tree.clerk, at=at)
    merge_people(kept=person(2), merged=person(8), reason="已核对", by=tree.checker, at=at)
    batch = draw(tree, at, homes)
    found = counted(batch)
    assert person(2).pk in found[person(1).pk]
    assert person(8).pk not in found[person(5).pk]
    assert batch.person_count == 6


def test_a_line_that_counts_more_people_than_it_names_is_not_drawn(tree, at, homes):
    batch = draw(tree, at, homes)
    line = lines(batch=batch).get(person=person(1))
    step = batch.steps.unscoped("t").get()
    said = batch.declaration
    said.pk, said.line_count, said.amount = None, 1, 30_000
    said.save(force_insert=True)
    batch.pk, batch.number, batch.follows_id, batch.declaration = None, 2, batch.pk, said
    batch.expected_count, batch.expected_amount, batch.person_count = 1, 30_000, 4
    batch.save(force_insert=True)
    line.pk, line.batch, line.period, line.amount = None, batch, 202107, 30_000
    line.save(force_insert=True)
    step.pk, step.batch = None, batch
    with pytest.raises(IntegrityError), transaction.atomic():
        step.save(force_insert=True)
    for n in (1, 2, 3, 4):
        LineMember.objects.create(
            line=line, person=person(n), sub_item=DIBAO, period=202107, item=line.item,
            act=batch.act,
        )  # fmt: skip
    step.save(force_insert=True)  # control arm


@pytest.mark.parametrize("base", ["fixed", "per_member", "graded", "top_up"])
@pytest.mark.parametrize("cap", [None, 100_000])
def test_amounts_of_households_equal_the_book_s_own_arithmetic(base, cap):
    rule = amount_rule(
        DIBAO, kind="household", base=base, amount_fen=66_700, cap_fen=cap,
        grades={"a": 90_000, "b": 120_000},
    )  # fmt: skip
    facts = list(product(range(1, 6), ("a", "b", "z"), (0, 30_000, 66_699, 66_700, 90_000, None)))
    rows = pl.DataFrame(
        [
            (place, members, grade, income, 1, 1, place)
            for place, (members, grade, income) in enumerate(facts)
        ],
        schema={"place": pl.Int64, "counted": pl.Int64, "grade": pl.String, "income": pl.Int64,
                "origin_file_id": pl.Int64, "origin_sheet": pl.Int32, "origin_line": pl.Int32},
        orient="row",
    ).with_columns(start_date=pl.lit(None, pl.Date), end_date=pl.lit(None, pl.Date))  # fmt: skip
    found, _ = decide_amounts(rows, sub_item(DIBAO, rule), 202101)
    due = dict(found.select("place", "decided_amount").iter_rows())
    for place, (members, grade, income) in enumerate(facts):
        if base == "top_up" and income is None:
            assert place not in due
            continue
        said = rule.household_fen(members=members, grade=grade, income_fen=income or 0)
        assert due.get(place) == (said or None)


def test_pages_show_the_household_and_count_its_money_once(tree, at, homes, client, monkeypatch):
    for page in ("registry.views.persons", "payment.views.paid", "payment.views.handcard"):
        monkeypatch.setattr(f"mingbai.{page}.newest_year", lambda: 2021)
    for page in ("cards", "one_batch"):
        monkeypatch.setattr(f"mingbai.payment.views.{page}.load_book", lambda **_: homes)
    batch = draw(tree, at, homes)
    pay(tree, at, batch)
    client.force_login(tree.clerk)
    text = client.get(f"/payment/batches/{batch.pk}/").content.decode()
    assert text.count("按户计发，计 4 人") == text.count("按户计发，计 2 人") == 1
    assert row(3)["name"] not in text
    head, child = person(1).pk, person(3).pk
    shown = client.get(f"/payment/people/{child}/").content.decode()
    assert "按户计发，计入本户" in shown
    assert f'<a href="/payment/people/{head}/">户内领款人</a>' in shown
    assert "已发放 0 笔，合计 0.00 元" in shown, "the money stands with whom it was paid to"
    assert (
        "已发放 1 笔，合计 1,200.00 元" in client.get(f"/payment/people/{head}/").content.decode()
    )
    card = client.get(f"/payment/people/{child}/card/").content.decode()
    assert card.count("（按户，计 4 人）") == 1
    assert card.count("1,200.00") == 3, "its standard, its sum, and the household's sum"
