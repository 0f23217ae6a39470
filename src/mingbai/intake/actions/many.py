"""Receive many files: children read ahead while this process judges and writes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from mingbai.base.files import open_file
from mingbai.base.models import Office, StoredFile, User
from mingbai.engine.reading import Reader
from mingbai.intake.actions.receiving import (
    Arrival,
    Books,
    is_known,
    judge_workbook,
    write_arrival,
)
from mingbai.intake.actions.writing import Blinder
from mingbai.intake.models import Receipt

READERS = 2

Progress = Callable[[int, int, str], None]


def receive_many(
    *,
    files: Iterable[tuple[str, bytes, Office]],
    by: User | None,
    at: datetime,
    progress: Progress | None = None,
    total: int = 0,
    readers: int = READERS,
) -> list[Receipt]:
    """Take in many files in the order given, each in its own transaction as `receive_file` does.

    `files` is read only a few ahead, so memory holds a handful of files whatever their number.
    `progress(done, total, name)` is called after each file. A kill in between leaves whole files.
    """
    books, blinder = Books(at), Blinder()
    arrivals: deque[Arrival] = deque()
    receipts: list[Receipt] = []

    def unknown() -> Iterator[tuple[str, bytes]]:
        for name, content, office in files:
            arrival = Arrival(content, name, office, by, at)
            arrivals.append(arrival)
            yield name, b"" if is_known(arrival) else content

    with Reader(children=readers) as reader:
        for _, workbook in reader.read_many(unknown()):
            arrival = arrivals.popleft()
            known = is_known(arrival)
            opinion = None
            if not known:
                opinion = judge_workbook(workbook, arrival, books=books, blinder=blinder)
            receipts.append(write_arrival(arrival, opinion))
            if progress is not None:
                progress(len(receipts), max(total, len(receipts)), receipts[-1].original_name)
    return receipts


def receive_stored(
    *,
    files: Sequence[Mapping[str, Any]],
    office: Office,
    by: User | None,
    at: datetime,
    progress: Progress | None = None,
) -> list[Receipt]:
    """Take in files whose bytes an upload has already stored: `file` (its number) and `name` each.

    Safe to run again after a kill: files already taken in end as repeated.
    """
    wanted = [int(entry["file"]) for entry in files]
    stored = StoredFile.objects.unscoped("named by the upload's own job").in_bulk(wanted)
    opened = (
        (str(entry["name"]), open_file(stored[int(entry["file"])]), office) for entry in files
    )
    return receive_many(files=opened, by=by, at=at, progress=progress, total=len(files))
