"""The parent's side of reading: children kept alive, watched, and replaced when one dies."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Final, cast

import pyarrow as pa

from mingbai.engine.reading.child import read_frame, write_frame
from mingbai.engine.reading.faults import Fault
from mingbai.engine.reading.shapes import RawSheet, ReadLimits, Workbook

#: Address space of a child: room for a million rows, not for a bomb.
CHILD_MEMORY: Final = 1536 * 2**20


class _Child:
    """One long-lived process that reads a file at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, content: bytes, filename: str, limits: ReadLimits) -> Workbook:
        """Read one file; a dead or late child becomes a Fault and is replaced at the next file."""
        process = self._alive()
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(limits.wall_seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            found = _exchange(process, content, filename, limits)
        except (OSError, pa.ArrowInvalid, ValueError, KeyError):
            found = None
        finally:
            timer.cancel()
            timer.join()
        if late.is_set():
            self.close()
        if found is not None:
            return found
        self.close()
        return Workbook((), Fault("file_timeout" if late.is_set() or self._cpu_ran_out(process)
                                  else "file_crashed"))  # fmt: skip

    @staticmethod
    def _cpu_ran_out(process: subprocess.Popen[bytes]) -> bool:
        return process.returncode == -24  # SIGXCPU

    def _alive(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = _start_child()
        return self._process

    def close(self) -> None:
        """End the process and reap it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            _close_quietly(cast("IO[bytes]", stream))


def _close_quietly(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except OSError:
        return  # unsent bytes for a process that is gone


def _start_child() -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parents[3])
    environment = {
        # Settings and secrets of the parent are none of the child's business.
        key: os.environ[key]
        for key in ("PATH", "SYSTEMROOT", "LANG", "LD_LIBRARY_PATH", "HOME", "VIRTUAL_ENV")
        if key in os.environ
    } | {
        "PYTHONPATH": root,
        "PYTHONDONTWRITEBYTECODE": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # others reserve address space in advance
        "OMP_NUM_THREADS": "1",
        "RUST_BACKTRACE": "0",
        "MALLOC_ARENA_MAX": "2",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "mingbai.engine.reading.child", str(CHILD_MEMORY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # an aborting reader may print cell values
        env=environment,
        bufsize=1 << 20,
        close_fds=True,
    )


def _exchange(
    process: subprocess.Popen[bytes], content: bytes, filename: str, limits: ReadLimits
) -> Workbook | None:
    sink, source = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    request = json.dumps({"filename": filename, "limits": asdict(limits)}).encode()
    write_frame(cast("object", sink), request)  # type: ignore[arg-type]
    write_frame(cast("object", sink), content)  # type: ignore[arg-type]
    sink.flush()
    head = read_frame(source)  # type: ignore[arg-type]
    if head is None:
        return None
    header = json.loads(head)
    if header["fault"] is not None:
        params = tuple((str(key), str(value)) for key, value in header["fault"]["params"])
        return Workbook((), Fault(header["fault"]["code"], params))
    sheets: list[RawSheet] = []
    for listed in header["sheets"]:
        body = read_frame(source)  # type: ignore[arg-type]
        if body is None:
            return None
        sheets.append(
            RawSheet(
                name=listed["name"],
                number=listed["number"],
                hidden=listed["hidden"],
                cells=pa.ipc.open_stream(pa.py_buffer(body)).read_all(),
                merged=tuple(tuple(place) for place in listed["merged"]),
            )
        )
    return Workbook(tuple(sheets))


class Reader:
    """A pool of reading children: `with Reader(children=2) as reader: reader.read_many(...)`."""

    def __init__(self, *, children: int = 1, limits: ReadLimits | None = None) -> None:
        if children < 1:
            raise ValueError("a reader needs at least one child")
        self._limits = limits or ReadLimits()
        self._all = [_Child() for _ in range(children)]
        self._idle: SimpleQueue[_Child] = SimpleQueue()
        for child in self._all:
            self._idle.put(child)

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def close(self) -> None:
        """End all children."""
        for child in self._all:
            child.close()

    def read(self, content: bytes, filename: str, limits: ReadLimits | None = None) -> Workbook:
        """Read one file in an idle child; waits for one. Safe to call from several threads."""
        limits = limits or self._limits
        early = judge_size(content, limits)
        if early is not None:
            return Workbook((), early)
        child = self._idle.get()
        try:
            return child.read(content, filename, limits)
        finally:
            self._idle.put(child)

    def read_many(self, files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, Workbook]]:
        """Read (name, bytes) pairs side by side; results in the order given.

        Takes from `files` only as fast as results are taken, so memory stays bounded.
        """
        ahead = len(self._all) + 1
        waiting: deque[tuple[str, Future[Workbook]]] = deque()
        with ThreadPoolExecutor(len(self._all), thread_name_prefix="reading") as pool:
            try:
                for name, content in files:
                    waiting.append((name, pool.submit(self.read, content, name)))
                    if len(waiting) >= ahead:
                        done, future = waiting.popleft()
                        yield done, future.result()
                while waiting:
                    done, future = waiting.popleft()
                    yield done, future.result()
            finally:
                for _, future in waiting:
                    future.cancel()


def judge_size(content: bytes, limits: ReadLimits) -> Fault | None:
    """What can be said before a child sees the file."""
    if not content:
        return Fault("file_empty")
    if len(content) > limits.file_bytes:
        megabytes, limit = -(-len(content) // 2**20), limits.file_bytes // 2**20
        return Fault("file_too_large", (("megabytes", str(megabytes)), ("limit", str(limit))))
    return None


_shared: Reader | None = None
_shared_lock = threading.Lock()


def read_workbook(content: bytes, filename: str, limits: ReadLimits | None = None) -> Workbook:
    """Read one file with a child that this process keeps for the purpose."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Reader(children=1)
            atexit.register(_shared.close)
        reader = _shared
    return reader.read(content, filename, limits)
