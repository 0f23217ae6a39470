"""The reading child: takes files on standard input, gives tables on standard output, or dies.

Frames both ways: 8-byte big-endian length, then that many bytes. Request: JSON limits and name,
then the file. Answer: JSON header, then one Arrow IPC stream a sheet. Nothing touches the disk.
"""

from __future__ import annotations

import gc
import json
import os
import struct
import sys
from dataclasses import asdict
from typing import BinaryIO

from mingbai.engine.reading.faults import CannotReadFile, Fault
from mingbai.engine.reading.shapes import ReadLimits

try:
    import resource
except ImportError:  # Windows has no limits of this kind; the wall clock still guards
    resource = None  # type: ignore[assignment]


def write_frame(stream: BinaryIO, payload: bytes | memoryview) -> None:
    """Send one frame."""
    stream.write(struct.pack(">Q", len(payload)))
    stream.write(payload)


def read_frame(stream: BinaryIO) -> bytes | None:
    """Receive one frame; None when the other side has gone."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    (length,) = struct.unpack(">Q", head)
    body = stream.read(length)
    return body if len(body) == length else None


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer requests until the parent closes its end."""
    while (head := read_frame(source)) is not None:
        content = read_frame(source)
        if content is None:
            return
        request = json.loads(head)
        limits = ReadLimits(**request["limits"])
        _limit_cpu(limits.cpu_seconds)
        header, tables = answer(content, request["filename"], limits)
        write_frame(sink, json.dumps(header).encode())
        for table in tables:
            write_frame(sink, table)
        sink.flush()
        del content, tables


def answer(
    content: bytes, filename: str, limits: ReadLimits
) -> tuple[dict[str, object], list[memoryview]]:
    """Header and Arrow streams for one file."""
    import pyarrow as pa

    from mingbai.engine.reading.parse import parse_file

    tables: list[memoryview] = []
    listed: list[dict[str, object]] = []
    try:
        for sheet in parse_file(content, filename, limits):
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, sheet.cells.schema) as writer:
                writer.write_table(sheet.cells)
            tables.append(memoryview(sink.getvalue()))
            listed.append(
                {"name": sheet.name, "number": sheet.number, "hidden": sheet.hidden,
                 "merged": sheet.merged}
            )  # fmt: skip
    except CannotReadFile as error:
        return {"fault": asdict(error.fault), "sheets": []}, []
    except MemoryError:
        return {"fault": asdict(Fault("file_crashed")), "sheets": []}, []
    return {"fault": None, "sheets": listed}, tables


def _limit_cpu(seconds: int) -> None:
    """The limit counts a process's whole life, so it moves on with every file."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _limit_memory(size: int) -> None:
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Entry of `python -m mingbai.engine.reading.child MEMORY_BYTES`."""
    _limit_memory(int(sys.argv[1]))
    gc.disable()  # parsing makes millions of values and no cycles
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb", buffering=1 << 20)
    os.dup2(2, 1)  # a stray print must not corrupt the frames
    serve(source, sink)


if __name__ == "__main__":
    main()
