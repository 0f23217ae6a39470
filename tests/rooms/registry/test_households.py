"""Households, moves and deaths: one head, dated, seen by whoever has to see them."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.rooms.registry.rosters import TEKUN, hand_in, id_number, row, small_book

from mingbai.registry.actions import (
    CannotChangeHousehold,
    CannotMovePeople,
    CannotRecordDeath,
    CannotWithdrawDeath,
    add_member,
    change_head,
    end_membership,
    enrol_sheets,
    form_households,
    found_household,
    move_people,
    record_death,
    record_listed_deaths,
    set_guardian,
    withdraw_death,
)
from mingbai.registry.models import (
    Death,
    Enrolment,
    EnrolmentChange,
    Household,
    HouseholdMember,
    Person,
)
from mingbai.registry.queries import (
    enrolments_of,
    events_of,
    find_people,
    household_of,
    members_of,
    person_seen,
)

pytestmark = pytest.mark.django_db
DAY = date(2021, 3, 1)
TOWN_B_VILLAGE = "340223101201"


def enrol(tree, at, *sheets):
    return enrol_sheets(sheets=sheets, book=small_book(), by=tree.clerk, at=at)


@pytest.fixture
def three(tree, at):
    """Three records of one village; the third is a child."""
    child = row(3, id_number=id_number(3, "20120501"), birth_date=date(2012, 5, 1))
    enrol(tree, at, hand_in(tree, at, [row(1), row(2), child]))
    return list(Person.objects.unscoped("test").order_by("id"))


@pytest.fixture
def family(tree, at, three):
    """A household of the three, the first its head."""
    one, two, child = three
    found = found_household(head=one, from_date=DAY, address="五里组 3 号", by=tree.clerk, at=at)
    add_member(household=found, person=two, relation="10", from_date=DAY, by=tree.clerk, at=at)
    add_member(household=found, person=child, relation="30", from_date=DAY, by=tree.clerk, at=at)
    return found


def living(family):
    return HouseholdMember.objects.unscoped("test").filter(household=family, ended_act=None)


def test_a_household_shows_its_members_with_the_head_first(tree, family):
    shown = members_of(family, to=tree.asker(tree.clerk), on=date(2021, 7, 5))
    assert [each.relation for each in shown] == ["户主", "配偶", "女"]
    assert [each.is_minor for each in shown] == [False, False, True]
    assert [each.is_minor for each in members_of(
        family, to=tree.asker(tree.clerk), on=date(2030, 5, 1))] == [False] * 3  # fmt: skip
    assert members_of(family, to=tree.asker(tree.user_b), on=DAY) == []


def test_one_head_and_one_household_at_a_time(tree, at, family, three):
    with pytest.raises(CannotChangeHousehold, match="已在一户"):
        add_member(household=family, person=three[1], relation="20", from_date=DAY,
                   by=tree.clerk, at=at)  # fmt: skip
    with pytest.raises(CannotChangeHousehold, match="另一户"):
        found_household(head=three[1], from_date=DAY, by=tree.clerk, at=at)
    with pytest.raises(CannotChangeHousehold, match="选择与户主"):
        add_member(household=family, person=three[1], relation="xx", from_date=DAY,
                   by=tree.clerk, at=at)  # fmt: skip
    enrol(tree, at, hand_in(tree, at, [row(8)]))
    more = Person.objects.unscoped("test").last()
    act = Household.objects.unscoped("test").get().act
    with (
        pytest.raises(IntegrityError, match=r"household_one_head|household_id"),
        transaction.atomic(),
    ):
        HouseholdMember.objects.create(household=family, person=more, relation="02", act=act)


def test_another_head_gives_everybody_another_relation(tree, at, family):
    one, two, child = living(family).order_by("id")
    asked = {"household": family, "from_date": date(2021, 6, 1), "reason": "户主更换",
             "by": tree.clerk, "at": at}  # fmt: skip
    for wrong in ({one.pk: "02", two.pk: "02", child.pk: "30"}, {one.pk: "10", two.pk: "02"}):
        with pytest.raises(CannotChangeHousehold):
            change_head(relations=wrong, **asked)
    change_head(relations={one.pk: "10", two.pk: "02", child.pk: "30"}, **asked)
    shown = members_of(family, to=tree.asker(tree.clerk), on=DAY)
    assert [(each.person.id, each.relation) for each in shown] == [
        (two.person_id, "户主"), (one.person_id, "配偶"), (child.person_id, "女"),
    ]  # fmt: skip
    assert HouseholdMember.objects.unscoped("test").filter(household=family).count() == 6


def test_a_child_has_a_guardian_other_than_itself(tree, at, family, three):
    member = living(family).get(person=three[2])
    with pytest.raises(CannotChangeHousehold, match="本人"):
        set_guardian(member=member, guardian=three[2], reason="父母外出", by=tree.clerk, at=at)
    set_guardian(member=member, guardian=three[0], reason="父母外出", by=tree.clerk, at=at)
    shown = members_of(family, to=tree.asker(tree.clerk), on=DAY)
    assert shown[2].guardian.id == three[0].pk


def test_leaving_is_dated_and_once(tree, at, family, three):
    member = living(family).get(person=three[1])
    left = {"member": member, "reason": "婚嫁迁出", "by": tree.clerk, "at": at}
    with pytest.raises(CannotChangeHousehold, match="早于"):
        end_membership(to_date=date(2020, 1, 1), **left)
    end_membership(to_date=date(2021, 5, 1), **left)
    with pytest.raises(CannotChangeHousehold, match="离户"):
        end_membership(to_date=date(2021, 5, 1), **left)
    assert household_of(three[1], to=tree.asker(tree.clerk)) is None


def test_who_moves_is_seen_by_the_new_town_and_still_by_the_old(tree, at, family, three):
    one = three[0]
    before, after = tree.asker(tree.user_a), tree.asker(tree.user_b)
    assert person_seen(one.pk, to=after) is None
    move_people(people=[one], village=TOWN_B_VILLAGE, moved_date=date(2021, 6, 1),
                reason="投靠子女", by=tree.clerk, at=at)  # fmt: skip
    one.refresh_from_db()
    assert (one.town, one.village) == ("340223101", TOWN_B_VILLAGE)
    for to in (before, after):
        assert len(find_people(to=to, text=row(1)["id_number"])) == 1
        assert len(enrolments_of(one, to=to)) == 1, "what is in force follows"
    assert household_of(one, to=tree.asker(tree.clerk)) is None, "the others stayed"
    assert len(find_people(to=after, text=row(1)["name"])) == 1, "the index of names moves too"
    told = [each.title for each in events_of(one, to=after)]
    assert "从籍山镇五里居委会迁到许镇镇黄墓村委会" in told


def test_a_new_towns_scope_ends_with_what_is_in_force(tree, at):
    """The control: history of the old town is not shown to the new one."""
    enrol(tree, at, hand_in(tree, at, [row(1)]))
    one = Person.objects.unscoped("test").get()
    right = Enrolment.objects.unscoped("test").get()
    move_people(people=[one], village=TOWN_B_VILLAGE, moved_date=date(2021, 6, 1),
                reason="投靠子女", by=tree.clerk, at=at)  # fmt: skip
    scope = Enrolment.scope.predicate(tree.asker(tree.user_b))
    assert Enrolment.objects.unscoped("test").filter(scope).count() == 1
    assert Enrolment.scope.of_row(tree.asker(tree.user_b)) is not None
    rows = Enrolment.objects.unscoped("test").filter(
        Enrolment.scope.of_row(tree.asker(tree.user_b))
    )
    assert rows.count() == 0
    assert right.town == "340223100"


def test_a_whole_household_moves_with_its_place(tree, at, family, three):
    move_people(people=three, village=TOWN_B_VILLAGE, moved_date=date(2021, 6, 1),
                reason="全户搬迁", by=tree.clerk, at=at)  # fmt: skip
    family.refresh_from_db()
    assert family.town == "340223101"
    assert living(family).count() == 3


@pytest.mark.parametrize(
    ("village", "day", "told"),
    [("340223100999", DAY, "没有这个村"), ("340223100001", DAY, "已经住在"),
     (TOWN_B_VILLAGE, date(2022, 1, 1), "晚于今天")],
)  # fmt: skip
def test_moves_that_cannot_be_are_refused(tree, at, three, village, day, told):
    with pytest.raises(CannotMovePeople, match=told):
        move_people(people=three[:1], village=village, moved_date=day, reason="迁移",
                    by=tree.clerk, at=at)  # fmt: skip


def test_a_death_proposes_to_end_what_the_dead_had(tree, at, family, three):
    one = three[0]
    enrol(tree, at, hand_in(tree, at, [row(1)], sub_item=TEKUN, month=6))
    report = record_death(person=one, death_date=date(2021, 4, 9), source="notice",
                          evidence="村委会证明", by=tree.clerk, at=at)  # fmt: skip
    assert report.ended_count == 1
    assert len(report.left) == 1, "what began after the death is for people to look at"
    change = EnrolmentChange.objects.unscoped("test").get()
    assert (change.step, change.from_period, change.reason) == ("ended", 202105, "died")
    assert not living(family).filter(person=one).exists()
    with pytest.raises(CannotRecordDeath, match="已经登记"):
        record_death(person=one, death_date=date(2021, 4, 9), source="notice",
                     evidence="村委会证明", by=tree.clerk, at=at)  # fmt: skip
    death = Death.objects.unscoped("test").get()
    withdraw_death(death=death, reason="同名误报", by=tree.clerk, at=at)
    with pytest.raises(CannotWithdrawDeath):
        withdraw_death(death=death, reason="同名误报", by=tree.clerk, at=at)
    again = record_death(person=one, death_date=date(2021, 5, 9), source="visit",
                         evidence="入户核实", by=tree.clerk, at=at)  # fmt: skip
    assert again.death.pk != death.pk


@pytest.mark.parametrize(
    ("day", "told"), [(date(2021, 12, 1), "晚于今天"), (date(1950, 1, 1), "早于出生")]
)
def test_deaths_that_cannot_be_are_refused(tree, at, three, day, told):
    with pytest.raises(CannotRecordDeath, match=told):
        record_death(person=three[0], death_date=day, source="notice", evidence="村委会证明",
                     by=tree.clerk, at=at)  # fmt: skip


def test_a_deaths_list_is_recorded_once_with_its_lines(tree, at, three):
    listed = [row(1, event_date=date(2021, 2, 3)), row(9, event_date=date(2021, 2, 3)),
              row(2, event_date=date(1900, 2, 3))]  # fmt: skip
    hand_in(tree, at, listed, sub_item=None, kind="list", roster="deaths", town="340223100")
    reports = record_listed_deaths(year=2021, by=tree.clerk, at=at)
    assert [each.death.person_id for each in reports] == [three[0].pk]
    assert (reports[0].death.origin_line, reports[0].ended_count) == (3, 1)
    assert record_listed_deaths(year=2021, by=tree.clerk, at=at) == []


def test_households_are_formed_from_rosters_once(tree, at, monkeypatch):
    rows = [
        row(1, head_name=row(1)["name"]),
        row(2, head_name=row(1)["name"], relation="妻子"),
        row(3, head_name=row(1)["name"], village="340223100002"),
        row(4, head_name="无此人"),
        row(5),
    ]
    sheet = hand_in(tree, at, rows)
    enrol(tree, at, sheet)
    done = form_households(year=2021, by=tree.clerk, at=at)
    assert (done.household_count, done.member_count) == (1, 2)
    assert done.left_out == {"no_head": 2}
    members = HouseholdMember.objects.unscoped("test").order_by("id")
    assert [(each.relation, each.origin_line) for each in members] == [("02", 3), ("12", 4)]
    again = form_households(year=2021, by=tree.clerk, at=at)
    assert (again.household_count, again.member_count) == (0, 0)
    enrol(tree, at, hand_in(tree, at, [row(6, head_name=row(1)["name"])], month=2))
    later = form_households(year=2021, by=tree.clerk, at=at)
    assert (later.household_count, later.member_count) == (0, 1)


def test_two_heads_of_one_name_in_a_village_are_left_to_people(tree, at):
    name = row(1)["name"]
    rows = [row(1, head_name=name), row(2, name=name, head_name=name), row(3, head_name=name)]
    enrol(tree, at, hand_in(tree, at, rows))
    assert form_households(year=2021, by=tree.clerk, at=at).left_out == {"two_heads": 1}
