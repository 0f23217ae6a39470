"""Reads project networks in PSPLIB's .sm format (Kolisch and Sprecher 1996), resources aside."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mingbai.engine.schedule.calendars import CannotSchedule
from mingbai.engine.schedule.network import Activity, Link


@dataclass(frozen=True, slots=True)
class PublishedNetwork:
    """Activities of one file and its ``MPM-Time``: the length when resources are ignored."""

    activities: tuple[Activity, ...]
    mpm_time: int


def read_psplib(text: str) -> PublishedNetwork:
    """Read one file; any number of jobs, successors over any number of lines.

    Where a job has several modes, the shortest counts. Raises CannotSchedule for text that lacks
    a part, or whose parts differ in their jobs.
    """
    successors = _successors(_section(text, "PRECEDENCE RELATIONS:"))
    days: dict[int, int] = {}
    job = 0
    for numbers in _section(text, "REQUESTS/DURATIONS:"):
        # A further mode of the same job leaves its number out: one column less.
        job, took = (numbers[0], numbers[2]) if numbers[0] == job + 1 else (job, numbers[1])
        days[job] = min(took, days.get(job, took))
    if set(days) != set(successors):
        raise CannotSchedule("PSPLIB 文件的紧前关系与工期所列任务不一致，请核对文件。")
    after: dict[int, list[Link]] = {job: [] for job in days}
    for job, later in successors.items():
        for other in later:
            if other not in after:
                raise CannotSchedule(f"PSPLIB 文件中任务 {job} 的后续任务 {other} 不存在。")
            after[other].append(Link(str(job)))
    made = tuple(Activity(str(job), days=days[job], after=tuple(after[job])) for job in days)
    return PublishedNetwork(made, _section(text, "PROJECT INFORMATION:")[0][5])


def _successors(lines: list[list[int]]) -> dict[int, list[int]]:
    """Job -> its successors: (job, modes, how many, the successors), on one line or more."""
    found: dict[int, list[int]] = {}
    numbers = [number for line in lines for number in line]
    at = 0
    while at < len(numbers):
        if at + 3 > len(numbers) or at + 3 + numbers[at + 2] > len(numbers):
            raise CannotSchedule("PSPLIB 文件的紧前关系不完整，请核对文件。")
        job, count = numbers[at], numbers[at + 2]
        found[job] = numbers[at + 3 : at + 3 + count]
        at += 3 + count
    return found


def _section(text: str, title: str) -> list[list[int]]:
    """The lines of whole numbers between a title and the next line of stars."""
    _, found, rest = text.partition(title)
    body = re.split(r"^\*+", rest, maxsplit=1, flags=re.MULTILINE)[0]
    rows = [line.split() for line in body.splitlines()]
    numbers = [[int(word) for word in row] for row in rows if row and all(w.isdigit() for w in row)]
    if not found or not numbers:
        raise CannotSchedule(f"PSPLIB 文件缺少“{title}”一节，请核对文件。")
    return numbers
