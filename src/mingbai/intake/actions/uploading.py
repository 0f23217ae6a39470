"""Take uploaded files off the page: bytes stored first, then a job that reads and judges them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from mingbai.base.files import store_file
from mingbai.base.jobs import enqueue
from mingbai.base.models import Job, Office, User
from mingbai.intake.actions.receiving import FILE_KIND
from mingbai.intake.recognise import mask_long_numbers

JOB_KIND = "receive"


class CannotUpload(Exception):
    """Nothing was chosen."""


def upload_files(
    *, files: Sequence[tuple[str, bytes]], office: Office, by: User, at: datetime, runner: str
) -> Job:
    """Store the bytes and queue their reading in one transaction; returns the job to watch.

    `office` is the one handed in for.
    Errors: `CannotUpload` when there is no file. `runner` is the worker's entry (see base.jobs).
    """
    if not files:
        raise CannotUpload("没有选择文件。请选择或拖入至少一个表格文件，再点「上传」。")
    with transaction.atomic():
        entries = [
            {
                "file": store_file(content, kind=FILE_KIND, by=by, at=at).pk,
                "name": mask_long_numbers(name)[-255:],
            }
            for name, content in files
        ]
        args = {"files": entries, "office": office.pk}
        return enqueue(JOB_KIND, args, by=by, at=at, runner=runner)
