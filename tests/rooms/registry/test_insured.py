"""The insured entered as people: once a year each, and what ended or held that."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from tests.rooms.registry import test_coverage as base
from tests.rooms.registry.test_coverage import ALL, FORGETFUL, ITEM, hand_in

from mingbai.base.ledger import last_seq
from mingbai.base.models import Act
from mingbai.base.permissions import asker_for
from mingbai.registry.actions import (
    CannotEnrolInsured,
    count_coverage,
    enrol_insured,
    has_rolls,
    record_death,
    withdraw_death,
)
from mingbai.registry.models import (
    CoverageCount,
    Participation,
    ParticipationStep,
    Person,
    RecordChange,
)
from mingbai.registry.queries import insured_by_town, participations_of, stops_seen, taking_part

pytestmark = pytest.mark.django_db
made, book, county = base.made, base.book, base.county


def enter(book, at):
    (entry,) = enrol_insured(year=2021, book=book, by=None, at=at)
    return entry


def stopped(step):
    return stops_seen(to=ALL, year=2021, sub_item=ITEM, step=step)


def test_everybody_on_the_rolls_takes_part_once(made, book, county, at):
    hand_in(made, book, at)
    truth = made.totals["insured"]
    entry = enter(book, at)
    assert entry.entered_count == truth["insured"] == Participation.objects.unscoped("t").count()
    assert entry.person_count == Person.objects.unscoped("t").count() == truth["insured"]
    assert not RecordChange.objects.unscoped("t").exists()
    towns = insured_by_town(to=ALL, year=2021, sub_item=ITEM)
    assert sum(each.entered for each in towns) == truth["insured"]
    # Every person has the row that told so, and the village it names.
    assert not Participation.objects.unscoped("t").filter(origin_line=None).exists()
    assert not Participation.objects.unscoped("t").filter(village="").exists()


def test_the_lists_end_and_hold_what_they_speak_of(made, book, county, at):
    hand_in(made, book, at)
    truth = made.totals["insured"]
    enter(book, at)
    causes = set(stopped("held").values_list("cause", flat=True))
    assert causes == {"insured", "employee_insured"}
    assert stopped("held").filter(cause="employee_insured").count() == truth["elsewhere"]
    before = stopped("ended").filter(event_date__lt=date(2021, 1, 1))
    assert before.count() == truth["gone"]
    # Whoever moved away before the year and stands on two rolls is ended, not held.
    both = truth["twice"] - stopped("held").filter(cause="insured").count()
    assert 0 <= both <= truth["gone"] + truth["elsewhere"] + stopped("ended").count()
    newest = last_seq()
    standing = taking_part(to=ALL, year=2021, cutoff=date(2021, 12, 31), as_of=newest)
    assert standing.count() == truth["insured"] - stopped("ended").count()


def test_entering_again_writes_nothing(made, book, county, at):
    hand_in(made, book, at)
    first = enter(book, at)
    acts = Act.objects.unscoped("t").count()
    assert enter(book, at) == first
    assert Act.objects.unscoped("t").count() == acts


def test_a_corrected_roll_adds_its_village_and_ends_nobody_else(made, book, county, at):
    hand_in(made, book, at, but=("2-更正",))
    before = enter(book, at)
    hand_in(made, book, at)
    after = enter(book, at)
    truth = made.totals["insured"]
    assert before.entered_count < truth["insured"]
    assert before.entered_count + after.entered_count == truth["insured"]
    assert after.entered_count == after.person_count > 0
    assert not stopped("ended").filter(cause="unlisted").exists()
    towns = {each.name: each for each in insured_by_town(to=ALL, year=2021, sub_item=ITEM)}
    assert towns[FORGETFUL].entered > 0


def test_a_death_ends_and_its_withdrawal_lets_stand_again(made, book, county, at):
    hand_in(made, book, at)
    enter(book, at)
    held = ParticipationStep.objects.unscoped("t").values("participation")
    alive = Participation.objects.unscoped("t").exclude(pk__in=held).select_related("person")
    someone = alive.first()
    told = record_death(
        person=someone.person, death_date=date(2021, 3, 3), source="notice",
        evidence="死亡证明", by=county["clerk"], at=at,
    )  # fmt: skip
    assert enter(book, at).step_count == 1
    (shown,) = participations_of(someone.person, to=ALL)
    assert (shown.newest.step, shown.newest.cause) == ("ended", "death")
    withdraw_death(death=told.death, reason="同名", by=county["clerk"], at=at)
    assert enter(book, at).step_count == 1
    (shown,) = participations_of(someone.person, to=ALL)
    assert shown.newest.step == "resumed"


@pytest.mark.parametrize(("late", "again"), [("死亡", False), ("迁出", True)])
def test_deaths_of_the_year_make_no_new_counting(made, book, county, at, late, again):
    hand_in(made, book, at, but=(late,))
    (first,) = count_coverage(year=2021, book=book, by=None, at=at)
    hand_in(made, book, at)
    (second,) = count_coverage(year=2021, book=book, by=None, at=at)
    assert (second.pk != first.pk) is again, "only who left before the year changes what is due"
    assert CoverageCount.objects.unscoped("t").count() == 1 + again


def test_the_database_holds_once_a_year_and_never_lets_go(made, book, county, at):
    hand_in(made, book, at)
    enter(book, at)
    one = Participation.objects.unscoped("t").first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Participation.objects.create(
            person=one.person, sub_item=ITEM, year=2021, town=one.town, village="", act=one.act
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Participation.objects.unscoped("t").filter(pk=one.pk).update(town="340223101")


def test_without_a_roll_it_says_what_is_missing(book, county, at):
    assert not has_rolls(year=2021, book=book)
    with pytest.raises(CannotEnrolInsured, match="参保缴费花名册"):
        enter(book, at)


def test_pages_tell_a_town_only_its_own(made, book, county, at, django_assert_max_num_queries):
    hand_in(made, book, at)
    client = Client()
    client.force_login(county["clerk"])
    answer = client.post(reverse("registry:recount"), follow=True)
    assert "新登记" in answer.content.decode()
    with django_assert_max_num_queries(30):
        page = client.get(reverse("registry:insured_stops")).content.decode()
    assert "职工医保" in page or "参保" in page
    town = Client()
    town.force_login(county["town"])
    to = asker_for(county["town"], at=at)
    (mine,) = insured_by_town(to=to, year=2021, sub_item=ITEM)
    page = town.get(reverse("registry:insured_stops")).content.decode()
    assert f"{mine.ended + mine.held} 人" in page
    stop = stops_seen(to=to, year=2021, sub_item=ITEM).first()
    shown = town.get(reverse("registry:person", args=[stop.participation.person_id]))
    assert "参保" in shown.content.decode()
