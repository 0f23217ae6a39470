"""What the background worker can do: one handler a kind of job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from mingbai.base.jobs import Handler, run_job
from mingbai.base.models import Job, Office
from mingbai.intake.actions import receive_stored
from mingbai.intake.models import Sheet
from mingbai.registry.actions import find_same_people
from mingbai.rulebook import load_book
from mingbai.site.line import compare_year, enrol_year, enter_received

RUNNER: Final = "mingbai.site.jobs.run"

Progress = Callable[[int, int, str], None]


def receive_uploaded(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Take in the files of one upload, then enter, compare and enrol what passed.

    Safe to run again after a kill: files taken in end as repeated, entries are made once.
    """
    at = timezone.now()
    files = job.args["files"]
    office = Office.objects.unscoped("the office named at upload").get(pk=job.args["office"])
    receipts = receive_stored(
        files=files, office=office, by=job.queued_by, at=at, progress=progress
    )
    numbers = [receipt.pk for receipt in receipts]
    sheets = Sheet.objects.unscoped("the job's own sheets").filter(receipt__in=numbers)
    years = sorted(set(sheets.values_list("year", flat=True)))
    for year in years:
        progress(len(files), len(files), "正在登记和比对")
        book = load_book(year=year, county=settings.MINGBAI_COUNTY)
        enter_received(year=year, book=book, by=job.queued_by, at=at)
    return {"receipts": numbers}


def compare_everything(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Compare a year's live sheets, enrol what is free now, and let correction forms follow.

    Safe to run again: only what is new is written.
    """
    year, at = job.args["year"], timezone.now()
    book = load_book(year=year, county=settings.MINGBAI_COUNTY)
    progress(0, 1, "正在比对")
    report, closed = compare_year(year=year, book=book, by=job.queued_by, at=at)
    enrol_year(year=year, book=book, by=job.queued_by, at=at)
    progress(1, 1, "比对完成")
    return {
        "rows": report.row_count,
        "findings": report.finding_count,
        "new": report.new_count,
        "gone": report.superseded_count,
        "items": closed,
    }


def look_for_same_people(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Compare every record of a person with every other; pairs found before stay as they are."""
    progress(0, 1, "正在查找疑似同一人")
    return {"found": find_same_people(by=job.queued_by, at=timezone.now())}


HANDLERS: dict[str, Handler] = {
    "same_people": look_for_same_people,
    "receive": receive_uploaded,
    "compare": compare_everything,
}


def run(job_id: int) -> None:
    """Entry of the worker."""
    run_job(job_id, handlers=HANDLERS, clock=timezone.now)
