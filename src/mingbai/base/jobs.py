"""Background jobs: a row of our own for state and progress, django-q2 for the running."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q

from mingbai.base.models import Job, User

log = structlog.get_logger(__name__)

#: A running job whose worker was killed is taken up again after this long without an end.
STALE_AFTER = timedelta(minutes=15)

Handler = Callable[[Job, Callable[[int, int, str], None]], Mapping[str, Any]]


def enqueue(
    kind: str, args: Mapping[str, Any], *, by: User | None, at: datetime, runner: str
) -> Job:
    """Queue work in the caller's transaction: if that rolls back, the job never existed.

    ``runner`` is the dotted name of the function the worker calls with the job's number. ``args``
    is plain JSON without personal values.
    """
    from django_q.tasks import async_task

    with transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            args=dict(args),
            queued_at=at,
            queued_by=by,
            office=by.office if by else None,
        )
        async_task(runner, job.pk, task_name=f"{kind}-{job.pk}")
    return job


def repeat_daily(*, name: str, entry: str) -> None:
    """Have the worker call ``entry`` once a day from now on; a plan of this name stays as it is."""
    from django_q.models import Schedule

    Schedule.objects.get_or_create(
        name=name, defaults={"func": entry, "schedule_type": Schedule.DAILY, "repeats": -1}
    )


def repeat_often(*, name: str, entry: str, minutes: int) -> None:
    """Have the worker call ``entry`` every few minutes; a plan of this name stays as it is."""
    from django_q.models import Schedule

    Schedule.objects.get_or_create(
        name=name,
        defaults={
            "func": entry,
            "schedule_type": Schedule.MINUTES,
            "minutes": minutes,
            "repeats": -1,
        },
    )


def run_job(job_id: int, *, handlers: Mapping[str, Handler], clock: Callable[[], datetime]) -> None:
    """Run one queued job once at a time; safe to call again after a kill.

    A job is claimed by a conditional update, so two workers never run it together. Handlers must be
    idempotent: delivery is at least once. A failure is kept with its Chinese message.
    """
    now = clock()
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, started_at__lt=now - STALE_AFTER)
    all_jobs = Job.objects.unscoped("a worker serves every office")
    claimed = all_jobs.filter(free, pk=job_id).update(
        state=Job.State.RUNNING, started_at=now, tries_count=F("tries_count") + 1
    )
    if not claimed:
        return
    job = all_jobs.get(pk=job_id)

    def progress(done: int, total: int, message: str = "") -> None:
        all_jobs.filter(pk=job_id).update(done_count=done, total_count=total, message=message[:300])

    try:
        result = handlers[job.kind](job, progress)
    except Exception as error:
        log.error("job failed", job=job_id, kind=job.kind, error=type(error).__name__)
        all_jobs.filter(pk=job_id).update(
            state=Job.State.FAILED,
            ended_at=clock(),
            message="任务未完成，系统已记录原因；原文件已保存，可稍后重试。",
        )
        return
    all_jobs.filter(pk=job_id).update(state=Job.State.DONE, ended_at=clock(), result=dict(result))


def revive_jobs(*, runner: str) -> int:
    """Queue again, at start-up, every job that a stopped worker left unfinished."""
    from django_q.tasks import async_task

    left = Job.objects.unscoped("start-up takes up all unfinished jobs").filter(
        state__in=(Job.State.QUEUED, Job.State.RUNNING)
    )
    revived = 0
    with transaction.atomic():
        for job in left:
            Job.objects.unscoped("as above").filter(pk=job.pk).update(state=Job.State.QUEUED)
            async_task(runner, job.pk, task_name=f"{job.kind}-{job.pk}")
            revived += 1
    return revived
