"""A child process timed and watched: wall seconds, peak resident memory of its tree, temp files."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Watched:
    """What a child took. `peak_mb` counts the child and all it started, shared pages once each."""

    code: int
    wall: float
    peak_mb: float
    temp_mb: float
    said: str


def watch(command: list[str], *, env: dict[str, str], temp: Path) -> Watched:
    """Run a command to its end; `temp` is where it may spill."""
    peaks = {"memory": 0.0, "temp": 0.0}
    started = time.perf_counter()
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as child:
        done = threading.Event()
        sampler = threading.Thread(target=_sample, args=(child.pid, temp, peaks, done))
        sampler.start()
        said = child.communicate()[0]
        done.set()
        sampler.join()
    wall = time.perf_counter() - started
    return Watched(child.returncode, wall, peaks["memory"], peaks["temp"], said)


def _sample(root: int, temp: Path, peaks: dict[str, float], done: threading.Event) -> None:
    turn = 0
    while not done.wait(0.05):
        peaks["memory"] = max(peaks["memory"], _tree_mb(root))
        if turn % 10 == 0:
            peaks["temp"] = max(peaks["temp"], _folder_mb(temp))
        turn += 1


def _tree_mb(root: int) -> float:
    """Resident memory of a process and its descendants, proportional where pages are shared."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    family, grown = {root}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        family |= more
        grown = bool(more)
    return sum(_own_mb(pid, alone=len(family) == 1) for pid in family)


def _own_mb(pid: int, *, alone: bool) -> float:
    try:
        if alone:
            return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 2**20
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def _folder_mb(folder: Path) -> float:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).stat().st_size
            except OSError:
                continue
    return total / 2**20
