"""Back-scheduling of sites: what evidence does to a plan, lights, duties of the week."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.rooms.delivery.building import Builders, line

from mingbai.delivery.queries.site_plans import (
    Ground,
    colour_counts,
    duties_of_week,
    plan_site,
    plan_sites,
    week_of,
)
from mingbai.engine.schedule import make_schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def builders(county):
    return Builders(county)


def ground(builders, today):
    return Ground.of(builders.book, today)


def plan(builders, today, name="上街路改造"):
    return plan_site(builders.standing(name, cutoff=today), ground=ground(builders, today))


def test_a_site_is_laid_back_from_the_day_its_sub_item_ends(builders):
    builders.ledger(line(), month=3)
    found = plan(builders, date(2021, 3, 31))
    assert found.due_date == date(2021, 11, 30)
    assert found.rows[-1].latest_date == date(2021, 11, 30)
    assert found.colour == "green"
    assert found.chain == ("立项", "招标", "开工", "主体", "竣工", "验收", "移交")
    slack = {row.step.total_float for row in found.rows}
    assert slack == {found.schedule.spare_days}, "one chain has one float"


def test_waiting_past_the_latest_start_moves_the_finish_by_just_that(builders):
    builders.ledger(line(), month=3)
    latest = plan(builders, date(2021, 3, 31)).rows[0].step.latest_start_date
    on_time = plan(builders, latest)
    assert (on_time.schedule.spare_days, on_time.colour) == (0, "yellow")
    day = latest + timedelta(days=1)
    while not builders.book.calendar.works_on(day):
        day += timedelta(days=1)
    late = plan(builders, day)
    assert (late.schedule.spare_days, late.colour) == (-1, "red")
    assert "晚 1 个工作日" in late.words


def test_a_site_s_own_earlier_day_holds_its_completion(builders):
    builders.ledger(line(planned_finish_date=date(2021, 9, 30)), month=3)
    found = plan(builders, date(2021, 3, 31))
    completion = next(row for row in found.rows if row.rule.code == "completion")
    assert completion.latest_date == date(2021, 9, 30)
    assert found.due_date == date(2021, 9, 30)
    builders.ledger(line("晚桥", planned_finish_date=date(2021, 12, 20)), month=4)
    assert plan(builders, date(2021, 4, 30), "晚桥").due_date == date(2021, 11, 30)


def test_confirmed_days_are_evidence_and_work_goes_on_between(builders):
    builders.ledger(
        line(
            approval_date=date(2021, 3, 10), tender_date=date(2021, 4, 8),
            start_date=date(2021, 4, 15),
        ), month=4,
    )  # fmt: skip
    before = plan(builders, date(2021, 4, 30))
    assert not before.is_begun
    builders.confirm_all()
    found = plan(builders, date(2021, 4, 30))
    assert found.is_begun
    assert not found.is_finished
    states = {row.rule.code: row.step.state for row in found.rows}
    assert states["start"] == "done"
    assert states["structure"] == "running", "work goes on after 开工"
    assert states["completion"] == states["acceptance"] == "waiting"
    structure = next(row for row in found.rows if row.rule.code == "structure")
    assert structure.step.start_date == date(2021, 4, 16)


def test_what_is_finished_is_done_and_names_what_is_left(builders):
    builders.ledger(
        line(completion_date=date(2021, 6, 1)), line("旧桥", handover_date=date(2021, 6, 9))
    )
    builders.confirm_all()
    today = date(2021, 6, 30)
    found = plan(builders, today)
    assert (found.colour, found.words) == ("done", "已完工，待移交")
    assert (found.is_begun, found.is_finished, found.is_handed_over) == (True, True, False)
    assert [each.later for each in found.contradictions] == ["completion"], (
        "主体 was never reported"
    )
    old = plan(builders, today, "旧桥")
    assert old.words == "已移交"
    assert old.is_finished
    assert colour_counts([found, old])["done"] == 2


def test_a_finish_after_the_day_says_so(builders):
    builders.ledger(line(planned_finish_date=date(2021, 5, 20), completion_date=date(2021, 6, 1)))
    builders.confirm_all()
    assert plan(builders, date(2021, 6, 30)).words == "已完工（逾期），待移交"


def test_the_week_names_what_is_due_and_of_the_late_the_first(builders):
    builders.ledger(line("甲"), line("乙", approval_date=date(2021, 3, 10)), month=3)
    builders.confirm_all()
    free = plan(builders, date(2021, 3, 31), "甲")
    latest = free.rows[0].step.latest_start_date
    first, last = week_of(latest)
    assert first.weekday() == 0
    assert last - first == timedelta(days=6)
    laid = ground(builders, latest)
    standings = [builders.standing(name, cutoff=latest) for name in ("甲", "乙")]
    found = duties_of_week(plan_sites(standings, ground=laid), today=latest)
    assert {each.plan.standing.name for each in found} == {"甲"}
    assert (found[0].duty.by_date, found[0].duty.what, found[0].is_late) == (latest, "start", False)
    later = latest + timedelta(days=60)
    laid = ground(builders, later)
    standings = [builders.standing(name, cutoff=later) for name in ("甲", "乙")]
    found = [each for each in duties_of_week(plan_sites(standings, ground=laid), today=later)
             if each.is_late]  # fmt: skip
    assert [each.plan.standing.name for each in found] == ["甲", "乙"]
    assert found[0].duty.late_days > found[1].duty.late_days
    assert found[0].duty.step.id == "approval"


def test_the_plan_is_the_engine_s_own(builders):
    builders.ledger(line(), month=3)
    today = date(2021, 3, 31)
    found, laid = plan(builders, today), ground(builders, today)
    network = builders.book.works.network_of("roads.build", today)
    bare = make_schedule(
        [row.step.activity for row in found.rows], builders.book.calendar, start_date=today,
        finish_date=date(2021, 11, 30), today=today, calendars=laid.calendars,
    )  # fmt: skip
    assert [step.finish_date for step in bare.steps] == [row.planned_date for row in found.rows]
    assert [row.rule for row in found.rows] == list(network.steps)


def test_a_site_that_cannot_be_laid_out_says_why(builders):
    builders.ledger(line(), month=3)
    standing = builders.standing()
    beyond = plan_site(standing, ground=ground(builders, date(2027, 12, 1)))
    assert (beyond.colour, beyond.words) == ("grey", "无法排期")
    assert "工作日历" in beyond.fault
    before = plan_site(standing, ground=ground(builders, date(2019, 6, 1)))
    assert before.words == "没有施工节点"
    assert duties_of_week([beyond, before], today=date(2027, 12, 1)) == ()
