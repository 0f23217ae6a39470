"""Background jobs: queued with their transaction, run once at a time, taken up after a kill."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django_q.models import OrmQ

from mingbai.base.jobs import STALE_AFTER, enqueue, revive_jobs, run_job
from mingbai.base.models import Job

RUNNER = "mingbai.site.jobs.run"


def job_of(pk: int) -> Job:
    """The job as the database has it now."""
    return Job.objects.unscoped("t").get(pk=pk)


def test_a_job_is_queued_only_with_its_transaction(tree, at):
    def undone() -> None:
        with transaction.atomic():
            enqueue("receive", {"files": []}, by=tree.clerk, at=at, runner=RUNNER)
            raise KeyError

    with pytest.raises(KeyError):
        undone()
    assert Job.objects.unscoped("t").count() == 0
    assert OrmQ.objects.count() == 0
    job = enqueue("receive", {"files": []}, by=tree.clerk, at=at, runner=RUNNER)
    assert (job.state, job.office) == ("queued", tree.office)
    assert OrmQ.objects.count() == 1


def test_a_job_runs_once_with_progress_and_keeps_its_result(tree, at):
    job = enqueue("work", {"n": 3}, by=tree.clerk, at=at, runner=RUNNER)
    ran = []

    def work(job, progress):
        ran.append(job.args["n"])
        progress(2, 3, "第二个")
        assert (job_of(job.pk).done_count, job_of(job.pk).message) == (2, "第二个")
        return {"made": 3}

    for _ in range(2):
        run_job(job.pk, handlers={"work": work}, clock=lambda: at)
    assert ran == [3]
    done = job_of(job.pk)
    assert (done.state, done.result, done.tries_count) == ("done", {"made": 3}, 1)


def test_a_failure_is_kept_and_says_nothing_personal(tree, at, caplog):
    job = enqueue("work", {}, by=tree.clerk, at=at, runner=RUNNER)

    def fail(job, progress):
        raise ValueError("340299199001010018")

    run_job(job.pk, handlers={"work": fail}, clock=lambda: at)
    failed = job_of(job.pk)
    assert failed.state == "failed"
    assert "稍后重试" in failed.message
    assert "340299" not in failed.message + caplog.text


def test_a_job_whose_worker_died_is_taken_up_later_and_not_before(tree, at):
    job = enqueue("work", {}, by=tree.clerk, at=at, runner=RUNNER)
    running = Job.objects.unscoped("t").filter(pk=job.pk)
    running.update(state=Job.State.RUNNING, started_at=at, tries_count=1)
    ran = []

    def work(job, progress):
        ran.append(job.pk)
        return {}

    soon, late = at + STALE_AFTER - timedelta(seconds=1), at + STALE_AFTER + timedelta(seconds=1)
    run_job(job.pk, handlers={"work": work}, clock=lambda: soon)
    assert ran == []
    run_job(job.pk, handlers={"work": work}, clock=lambda: late)
    assert ran == [job.pk]
    assert job_of(job.pk).tries_count == 2


def test_start_up_takes_up_everything_left(tree, at):
    left = [enqueue("work", {}, by=tree.clerk, at=at, runner=RUNNER) for _ in range(3)]
    OrmQ.objects.all().delete()
    Job.objects.unscoped("t").filter(pk=left[0].pk).update(state="running", started_at=at)
    Job.objects.unscoped("t").filter(pk=left[1].pk).update(state="done")
    assert revive_jobs(runner=RUNNER) == 2
    assert OrmQ.objects.count() == 2
    assert job_of(left[0].pk).state == "queued"


def test_an_office_sees_its_own_jobs(tree, at):
    enqueue("work", {}, by=tree.user_a, at=at, runner=RUNNER)
    count = {u: Job.objects.seen_by(tree.asker(getattr(tree, u))).count() for u in
             ("user_a", "user_b", "clerk")}  # fmt: skip
    assert count == {"user_a": 1, "user_b": 0, "clerk": 1}
