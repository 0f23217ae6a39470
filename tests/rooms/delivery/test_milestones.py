"""Milestones: evidence asked for, two hands, corrections, photos with time and position."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.rooms.delivery.building import Builders, line, photo

from mingbai.base.files import open_file
from mingbai.delivery.actions import (
    MOST_PHOTOS,
    CannotConfirmMilestone,
    CannotReportMilestone,
    CannotReturnMilestone,
    confirm_milestones,
    return_milestone,
)
from mingbai.delivery.models import MilestonePhoto, MilestoneReport, MilestoneVerdict
from mingbai.paper.photos import strip_photo

pytestmark = pytest.mark.django_db
MAY = date(2021, 5, 20)


@pytest.fixture
def builders(county):
    made = Builders(county)
    made.ledger(line())
    return made


def test_a_photo_is_kept_as_sent_with_time_and_position(builders):
    sent = photo()
    report = builders.report("start", MAY, sent, sent)
    (kept,) = MilestonePhoto.objects.unscoped("t").filter(report=report)
    assert kept.taken_at == datetime(2021, 6, 20, 1, 30, tzinfo=UTC)
    assert (kept.latitude, kept.longitude) == (30_920_139, 118_335_000)
    assert open_file(kept.file) == sent
    assert b"2021:06:20" not in strip_photo(sent).content


def test_a_report_counts_when_somebody_else_confirmed_it(builders):
    report = builders.report("start", MAY, photo(), note="路基进场")
    assert builders.standing().done_date("start") is None
    with pytest.raises(CannotConfirmMilestone, match="本人"):
        confirm_milestones(reports=[report], by=builders.tree.user_a, at=builders.at)
    (verdict,) = confirm_milestones(reports=[report], by=builders.tree.checker, at=builders.at)
    assert verdict.maker_id == builders.tree.user_a.pk
    assert builders.standing().done_date("start") == MAY
    with pytest.raises(CannotConfirmMilestone, match="刚刚由他人处理"):
        confirm_milestones(reports=[report], by=builders.tree.checker, at=builders.at)
    with pytest.raises(CannotConfirmMilestone, match="没有选中"):
        confirm_milestones(reports=[], by=builders.tree.checker, at=builders.at)


def test_the_database_holds_the_two_hands(builders):
    report = builders.report("start", MAY, photo())
    with pytest.raises(IntegrityError), transaction.atomic():
        MilestoneVerdict.objects.create(
            report=report, verdict="confirmed", maker=report.reported_by,
            verdict_by=report.reported_by, verdict_at=builders.at, act=report.act,
        )  # fmt: skip


def test_what_is_returned_does_not_count_and_may_be_reported_again(builders):
    report = builders.report("start", MAY, photo())
    for why, by, says in (
        ("", builders.tree.checker, "理由"), ("照片不是本工地", builders.tree.user_a, "另一人"),
    ):  # fmt: skip
        with pytest.raises(CannotReturnMilestone, match=says):
            return_milestone(report=report, reason=why, by=by, at=builders.at)
    return_milestone(
        report=report, reason="照片不是本工地", by=builders.tree.checker, at=builders.at
    )
    with pytest.raises(CannotReturnMilestone, match="刚刚"):
        return_milestone(report=report, reason="又", by=builders.tree.checker, at=builders.at)
    assert builders.standing().facts == {}
    again = builders.report("start", MAY, photo(b"\x01"))
    assert again.number == 2
    builders.confirm_all()
    assert builders.standing().done_date("start") == MAY


def test_a_correction_follows_and_a_day_can_be_taken_back(builders):
    builders.report("start", MAY, photo())
    builders.confirm_all()
    with pytest.raises(CannotReportMilestone, match="原因"):
        builders.report("start", None)
    builders.report("start", None, note="只是清表，没有动工")
    assert builders.standing().done_date("start") == MAY, "until it is confirmed"
    builders.confirm_all()
    assert builders.standing().done_date("start") is None
    builders.report("start", date(2021, 6, 8), photo(b"\x02"))
    builders.confirm_all()
    assert builders.standing().done_date("start") == date(2021, 6, 8)
    with pytest.raises(CannotReportMilestone, match="不用撤回"):
        builders.report("structure", None, note="没有")


@pytest.mark.parametrize(
    ("step", "day", "photos", "more", "says"),
    [
        ("start", MAY, 0, {}, "至少要 1 张"),
        ("completion", MAY, 1, {}, "至少要 2 张"),
        ("tender", MAY, 0, {}, "编号"),
        ("painting", MAY, 0, {}, "没有这个节点"),
        ("start", date(2021, 7, 6), 1, {}, "不能晚于今天"),
        ("start", MAY, 1, {"what": "maybe"}, "已开始"),
        ("start", MAY, MOST_PHOTOS + 1, {}, "最多"),
    ],
)
def test_what_cannot_be_or_lacks_evidence_is_refused(builders, step, day, photos, more, says):
    pictures = [photo(bytes([n])) for n in range(photos)]
    with pytest.raises(CannotReportMilestone, match=says):
        builders.report(step, day, *pictures, **more)
    assert not MilestoneReport.objects.unscoped("t").exists()


def test_what_is_no_photo_is_refused_whole(builders):
    with pytest.raises(CannotReportMilestone, match="JPG、PNG"):
        builders.report("start", MAY, photo(), b"%PDF-1.4")
    assert not MilestonePhoto.objects.unscoped("t").exists()


def test_that_work_began_needs_no_photo(builders):
    builders.report("tender", MAY, what="begun")
    builders.confirm_all()
    assert ("tender", "begun") in builders.standing().facts


def test_nothing_written_changes(builders):
    builders.report("start", MAY, photo())
    builders.confirm_all()
    for model in (MilestoneReport, MilestonePhoto, MilestoneVerdict):
        found = model.objects.unscoped("t").get()
        for act in (found.save, found.delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()
