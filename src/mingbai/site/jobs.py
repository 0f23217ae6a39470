"""What the background worker can do: one handler a kind of job."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from mingbai.base.jobs import Handler, run_job

RUNNER: Final = "mingbai.site.jobs.run"

HANDLERS: dict[str, Handler] = {}


def run(job_id: int) -> None:
    """Entry of the worker."""
    run_job(job_id, handlers=HANDLERS, clock=timezone.now)
