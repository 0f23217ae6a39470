"""Sites from ledgers of works: what counts, what follows, what does not fit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from tests.rooms.delivery.building import ALL, YUAN, Builders, line
from tests.rooms.programme.books import A, B

from mingbai.base.ledger import last_seq
from mingbai.delivery.actions import CannotEnterWorks
from mingbai.delivery.models import (
    EnteredWorks,
    MilestoneReport,
    SiteDetails,
    SiteProgress,
    WorkSite,
)
from mingbai.delivery.queries.sites import quantities_done, site_standings

pytestmark = pytest.mark.django_db


@pytest.fixture
def builders(county):
    return Builders(county)


def codes(entry):
    return [(each.line, each.code) for found in entry.problems.values() for each in found]


def test_a_line_becomes_a_site_with_details_money_and_reports(builders):
    entry, sheet = builders.ledger(
        line(
            site_number="LD-01", place="上街口至老桥", quantity="3.2", done_quantity="1.1",
            contractor="安徽某路桥有限公司", contractor_code="91340223MA2N000000",
            contract_number="HT-2021-07", contract_amount=90_000_000,
            invested_amount=30_000_000, planned_finish_date=date(2021, 10, 31),
            approval_date=date(2021, 3, 12), start_date=date(2021, 5, 6),
        )
    )  # fmt: skip
    assert (entry.sheets_count, entry.sites_count, entry.reports_count) == (1, 1, 2)
    found = builders.standing()
    assert (found.site.number, found.details.quantity) == ("LD-01", Decimal("3.2"))
    assert found.details.contract_amount == 90_000_000
    assert (found.invested_amount, found.invested_ratio) == (30_000_000, 0.3)
    assert found.facts == {}, "nothing counts before somebody else has looked"
    assert found.waiting_count == 2
    builders.confirm_all()
    found = builders.standing()
    assert found.done_date("start") == date(2021, 5, 6)
    fact = found.facts["start", "done"]
    assert (fact.origin_file_id, fact.origin_line) == (sheet.file_id, 4)
    assert builders.standing(cutoff=date(2021, 5, 5)).done_date("start") is None
    assert builders.standing(cutoff=date(2021, 5, 31)).progress is None, "June's line is June's"


def test_a_sheet_is_entered_once_and_the_same_line_adds_no_turn(builders):
    _, sheet = builders.ledger(line(start_date=date(2021, 5, 6)), month=5)
    assert builders.enter(sheet).sheets_count == 0
    builders.ledger(line(start_date=date(2021, 5, 6), invested_amount=500), month=6)
    assert SiteDetails.objects.unscoped("t").count() == 1
    assert MilestoneReport.objects.unscoped("t").count() == 1
    assert builders.standing().invested_amount == 500


def test_what_changes_follows_and_the_past_stays(builders):
    builders.ledger(line(contractor="甲公司", start_date=date(2021, 5, 6)), month=5)
    builders.confirm_all()
    before = last_seq()
    builders.ledger(line(contractor="乙公司", start_date=date(2021, 5, 8)), month=6)
    now = builders.standing()
    assert (now.details.turn, now.details.contractor) == (2, "乙公司")
    assert now.done_date("start") == date(2021, 5, 6), "the newer day waits"
    builders.confirm_all()
    assert builders.standing().done_date("start") == date(2021, 5, 8)
    then = builders.standing(as_of=before)
    assert (then.details.contractor, then.done_date("start")) == ("甲公司", date(2021, 5, 6))


def test_an_empty_cell_leaves_what_is_known(builders):
    builders.ledger(line(contractor="甲公司", contract_amount=700), month=5)
    builders.ledger(line(planned_amount=None), month=6)
    details = builders.standing().details
    assert (details.contractor, details.contract_amount) == ("甲公司", 700)
    assert (details.planned_amount, details.turn) == (1_000_000 * YUAN, 1)


def test_the_same_place_is_one_site_and_numbers_tell_namesakes_apart(builders):
    builders.ledger(line("上街路 改造"), line("中心小学", town=B), month=4)
    builders.ledger(line("上街路（改造）"), line("中心小学"), month=5)
    assert WorkSite.objects.unscoped("t").count() == 3, "marks and spaces make no other place"
    entry, _ = builders.ledger(
        line("标志牌", site_number="1"), line("标志牌", site_number="2"), line("标志牌"), month=6
    )
    assert codes(entry)[:1] == [(6, "listed_twice")]
    assert WorkSite.objects.unscoped("t").count() == 5
    builders.ledger(line("标志牌北段", site_number="2"), month=7)
    assert builders.standing("标志牌北段", cutoff=date(2021, 7, 31)).site.number == "2"


def test_a_corrected_ledger_takes_its_site_away_again(builders):
    _, first = builders.ledger(line(), line("写错的工地"))
    assert builders.standing("写错的工地")
    seq = last_seq()
    builders.ledger(line(), follows=first)
    assert builders.standing("写错的工地") is None
    assert builders.standing("写错的工地", as_of=seq)
    assert builders.standing()


def test_what_does_not_fit_is_told_by_line(builders):
    builders.ledger(line(invested_amount=400 * YUAN), line("旧桥"), month=5)
    entry, sheet = builders.ledger(
        line(invested_amount=300 * YUAN),
        line("学校", sub_item="school.teachers"),
        line("新桥", invested_amount=1_200_000 * YUAN),
        line("涵洞", completion_date=date(2021, 7, 1), start_date=date(2021, 6, 2)),
        line("护栏", completion_date=date(2021, 5, 2), structure_date=date(2021, 5, 20)),
        line("慢桥", planned_finish_date=date(2021, 12, 15)),
        line(
            "倒桥", planned_start_date=date(2021, 9, 1), planned_finish_date=date(2021, 8, 1)
        ),
    )  # fmt: skip
    assert codes(entry) == [
        (4, "fell"), (5, "not_works"), (6, "over_plan"), (7, "after_month"), (8, "out_of_order"),
        (9, "plan_too_late"), (10, "out_of_order"), (0, "no_longer_listed"),
    ]  # fmt: skip
    kept = EnteredWorks.objects.unscoped("t").get(sheet=sheet).problems
    assert [each["code"] for each in kept] == [code for _, code in codes(entry)]
    texts = [each.message for found in entry.problems.values() for each in found]
    assert "0.03万元，比上次的 0.04万元 少" in texts[0]
    assert texts[-1].startswith("“旧桥”上次在台账上")
    assert builders.standing("涵洞").waiting_count == 1, "the day to come is no day"
    assert builders.standing("倒桥").details.planned_finish_date is None


def test_rejected_rows_are_left_out(builders):
    entry, _ = builders.ledger({**line(), "verdict": 3}, line("好桥"))
    assert entry.sites_count == 1
    assert builders.standing() is None


def test_quantities_add_up_by_sub_item_and_town(builders):
    builders.ledger(
        line(done_quantity="1.5"), line("二桥", done_quantity="2"), line("三桥"),
        line("四桥", town=B, done_quantity="0.25"),
    )  # fmt: skip
    found = site_standings(to=ALL, year=2021, cutoff=date(2021, 6, 30))
    assert quantities_done(found) == {
        ("roads.build", A): Decimal("3.5"), ("roads.build", B): Decimal("0.25"),
    }  # fmt: skip


def test_an_office_sees_its_own(builders):
    builders.ledger(line(), line("许镇桥", town=B))
    tree = builders.tree
    names = {
        user: {each.name for each in site_standings(
            to=tree.asker(user), year=2021, cutoff=date(2021, 6, 30))}
        for user in (tree.user_a, tree.user_b, tree.user_civil, tree.clerk)
    }  # fmt: skip
    assert names[tree.user_a] == {"上街路改造"}
    assert names[tree.user_b] == {"许镇桥"}
    assert names[tree.user_civil] == names[tree.clerk] == {"上街路改造", "许镇桥"}


def test_sheets_of_another_kind_are_refused(builders, county):
    other = county.hand_in("progress", [])
    with pytest.raises(CannotEnterWorks):
        builders.enter(other)
    builders.book = county.book
    with pytest.raises(CannotEnterWorks, match="没有写明工程怎么建"):
        builders.ledger(line())
    assert not EnteredWorks.objects.unscoped("t").exists()


@pytest.mark.parametrize("model", [WorkSite, SiteDetails, SiteProgress, MilestoneReport])
def test_the_database_changes_nothing_that_was_written(builders, model):
    builders.ledger(line(start_date=date(2021, 5, 6)))
    found = model.objects.unscoped("t").get()
    for act in (found.save, found.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
