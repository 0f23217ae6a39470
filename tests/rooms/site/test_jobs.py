"""An upload's job: files taken in, entered, compared and enrolled; a second run changes nothing."""

from __future__ import annotations

import pytest
from tests.rooms.intake.workbooks import dibao_rows, progress, xlsx

from mingbai.base.models import Job
from mingbai.delivery.models import ProgressReport
from mingbai.funds.models import FundEntry
from mingbai.intake.actions import upload_files
from mingbai.intake.models import Receipt, Sheet, Verdict
from mingbai.outreach.models import InformationPiece
from mingbai.registry.models import Enrolment, Finding, Person
from mingbai.site.jobs import HANDLERS, RUNNER, receive_uploaded, run

KEPT = (Sheet, Verdict, FundEntry, ProgressReport, InformationPiece, Person, Enrolment, Finding)

#: Person 2 stands on the roll twice; everybody else once.
ROLL = [*dibao_rows(4), *dibao_rows(1, start=2)]
FILES = [
    ("3月农村低保发放花名册.xlsx", xlsx(ROLL)),
    ("3月进度表.xlsx", progress([[1, "农村低保", "", "人", 10, 3000, ""]])),
    (
        "3月资金表.xlsx",
        xlsx(
            [[1, "农村低保", "县级", "12.5", "10.25"]],
            title=("2021年3月民生工程资金表",),
            heading=(["序号", "项目名称", "资金来源", "本月到位（万元）", "本月拨付（万元）"],),
        ),
    ),
    (
        "信息台账.xlsx",
        xlsx(
            [[1, "低保提标到位", "2021-03-05", "2021-03-09"]],
            title=("2021年3月信息报送台账",),
            heading=(["序号", "信息标题", "报送日期", "市民生网采用日期"],),
        ),
    ),
    ("说明.xlsx", b"not a workbook"),
]


def _kept() -> dict[str, int]:
    return {model.__name__: model.objects.unscoped("test").count() for model in KEPT}


def _said(*_: object) -> None:
    """Progress goes nowhere."""


@pytest.fixture
def job(installed) -> Job:
    """An upload by the county clerk for the department of civil affairs."""
    return upload_files(
        files=FILES,
        office=installed.office("civil-affairs"),
        by=installed.clerk,
        at=installed.at,
        runner=RUNNER,
    )


def test_one_upload_goes_all_the_way(job: Job) -> None:
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.tries_count) == (Job.State.DONE, 1), job.message
    assert (job.done_count, job.total_count) == (len(FILES), len(FILES))
    receipts = Receipt.objects.unscoped("test").order_by("id")
    assert [each.pk for each in receipts] == job.result["receipts"]
    outcomes = {each.original_name: each.outcome for each in receipts}
    assert outcomes.pop("说明.xlsx") == "unrecognised"
    assert set(outcomes.values()) == {"accepted"}
    assert {each.office.code for each in receipts} == {"civil-affairs"}
    entries = FundEntry.objects.unscoped("test").filter(origin_file__isnull=False)
    assert {(each.kind, each.amount) for each in entries} == {
        ("arrival", 12_500_000),
        ("release", 10_250_000),
    }
    assert ProgressReport.objects.unscoped("test").get().total_done == 3000
    assert InformationPiece.objects.unscoped("test").get().title == "低保提标到位"
    assert Finding.objects.unscoped("test").filter(code="repeated_person").count() == 1
    assert Enrolment.objects.unscoped("test").count() == 4


def test_a_second_run_changes_nothing(job: Job) -> None:
    receive_uploaded(job, _said)
    before = _kept()
    assert min(before.values()) > 0
    again = receive_uploaded(job, _said)
    assert _kept() == before
    second = Receipt.objects.unscoped("test").filter(pk__in=again["receipts"])
    assert {each.outcome for each in second} == {"repeated", "unrecognised"}


def test_a_finished_job_is_not_run_again(job: Job) -> None:
    run(job.pk)
    before = Receipt.objects.unscoped("test").count()
    run(job.pk)
    assert Receipt.objects.unscoped("test").count() == before


def test_a_failure_is_kept_in_words_and_without_values(job: Job, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError(str(ROLL[0]))

    monkeypatch.setitem(HANDLERS, "receive", fail)
    run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "原文件已保存" in job.message
    assert ROLL[0][2] not in job.message
