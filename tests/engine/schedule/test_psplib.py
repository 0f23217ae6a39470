"""Critical-path lengths against published ones, and the reader of their files."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from random import Random

import pytest

from mingbai.engine.schedule import CannotSchedule, every_day, make_schedule, read_psplib

FIRST = dt.date(2021, 1, 1)
DAYS = every_day(FIRST, dt.date(2024, 12, 31))
#: Where the published sets lie: folders of .sm files, more of them by environment variable.
FOLDERS = [
    *(Path(each) for each in os.environ.get("PSPLIB_FOLDERS", "").split(os.pathsep) if each),
    Path(__file__).parents[4] / "shared" / "data" / "psplib-j30",
]
FILES = [path for folder in FOLDERS for path in sorted(folder.glob("*.sm"))]

#: Made for this test: six jobs, one with successors over two lines; length 3 + 4 + 6 = 13.
OWN = """\
************************************************************************
projects                      :  1
jobs (incl. supersource/sink ):  8
************************************************************************
PROJECT INFORMATION:
pronr.  #jobs rel.date duedate tardcost  MPM-Time
    1      6      0       20        1       13
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          3           2   3
                                   4
   2        1          2           5   6
   3        1          1           7
   4        1          1           7
   5        1          1           8
   6        1          1           8
   7        1          1           8
   8        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     3       4    0
  3      1     4      10    0
  4      1     7       0    3
  5      1     9       3    0
  6      1    10       0    8
  7      1     5       0    8
  8      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  R 2
   12   13
************************************************************************
"""


def length(activities):
    plan = make_schedule(activities, DAYS, start_date=FIRST)
    days = (plan.finish_date - FIRST).days + 1
    chain = {each.id: each for each in activities}
    for path in plan.critical_chains():
        assert sum(chain[name].days for name in path) == days, "a chain is as long as the whole"
    back = make_schedule(activities, DAYS, finish_date=dt.date(2023, 11, 30))
    assert (dt.date(2023, 11, 30) - back.start_date).days + 1 == days
    return days


def test_a_network_of_our_own():
    read = read_psplib(OWN)
    assert len(read.activities) == 8
    assert {link.before for link in read.activities[6].after} == {"3", "4"}
    assert length(read.activities) == read.mpm_time == 13
    assert (
        length(read_psplib(OWN.replace("   10       0    8", "   11       0    8")).activities)
        == 14
    )


def test_further_modes_of_a_job_count_by_the_shortest():
    two = OWN.replace(
        "  6      1    10       0    8",
        "  6      1    10       0    8\n         2     2       0    9",
    )
    assert length(read_psplib(two).activities) == 12


@pytest.mark.skipif(not FILES, reason="the published sets are not beside the repository")
@pytest.mark.parametrize("path", FILES or [None], ids=lambda path: path.stem if path else "none")
def test_published_lengths(path):
    read = read_psplib(path.read_text("ascii"))
    assert length(read.activities) == read.mpm_time


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda text: text.replace("PRECEDENCE", "NOTHING"), "PRECEDENCE RELATIONS"),
        (lambda text: text[: text.index("REQUESTS")], "REQUESTS/DURATIONS"),
        (lambda text: text.replace("   8        1          0\n", ""), "不一致"),
        (lambda text: text.replace("           8\n", "           9\n"), "9 不存在"),
        (lambda text: text.replace("   8        1          0\n", "   8        1          2\n"),
         "不完整"),
        (lambda text: text.replace("   8        1          0\n", "   8        1\n"), "不完整"),
    ],
)  # fmt: skip
def test_files_that_lack_something_are_refused(edit, said):
    with pytest.raises(CannotSchedule, match=said):
        read_psplib(edit(OWN))


def written(days, successors, length, a_line):
    """A network in the format, at most so many successors a line."""
    rows = ["jobnr.    #modes  #successors   successors"]
    for job, later in successors.items():
        parts = [later[n : n + a_line] for n in range(0, len(later), a_line)] or [[]]
        first = "".join(f"{each:4d}" for each in parts[0])
        rows.append(f"{job:4d}        1  {len(later):9d}        {first}")
        rows += [" " * 34 + "".join(f"{each:4d}" for each in part) for part in parts[1:]]
    took = [f"{job:3d}      1    {each:2d}       0    0    0    0" for job, each in days.items()]
    stars = "*" * 72
    return "\n".join(
        [stars, "PROJECT INFORMATION:", "pronr.  #jobs rel.date duedate tardcost  MPM-Time",
         f"    1  {len(days) - 2:5d}      0       99       26  {length:7d}", stars,
         "PRECEDENCE RELATIONS:", *rows, stars, "REQUESTS/DURATIONS:",
         "jobnr. mode duration  R 1  R 2  R 3  R 4", "-" * 72, *took, stars]
    )  # fmt: skip


@pytest.mark.parametrize("size", [32, 62, 92, 122])
@pytest.mark.parametrize("a_line", [2, 10])
def test_larger_sets_with_successors_over_several_lines(size, a_line):
    """Networks as large as those of the other sets, their length by the obvious recursion."""
    random = Random(size)
    days = {job: random.randint(1, 10) for job in range(1, size + 1)} | {1: 0, size: 0}
    successors = {
        job: sorted(random.sample(range(job + 1, size + 1), min(size - job, random.randint(1, 7))))
        for job in range(1, size + 1)
    }
    longest = {}
    for job in range(size, 0, -1):
        longest[job] = days[job] + max((longest[each] for each in successors[job]), default=0)
    whole = max(longest.values())
    read = read_psplib(written(days, successors, whole, a_line))
    assert [each.id for each in read.activities] == [str(job) for job in days]
    assert {
        int(each.id): sorted(int(link.before) for link in each.after) for each in read.activities
    } == {job: [b for b, later in successors.items() if job in later] for job in days}
    assert length(read.activities) == read.mpm_time == whole
