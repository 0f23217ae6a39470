"""Columnar copies of a sheet as bytes: Arrow IPC, zstd, in batches that can be read alone."""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence

import pyarrow as pa
import pyarrow.compute as pc

BATCH_ROWS = 20_000

_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


def pack(table: pa.Table) -> bytes:
    """Bytes of a table, ready to be sealed."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema, options=_OPTIONS) as writer:
        writer.write_table(table, max_chunksize=BATCH_ROWS)
    return bytes(sink.getvalue().to_pybytes())


def unpack(content: bytes | memoryview, columns: Collection[str] | None = None) -> pa.Table:
    """The table that `pack` made bytes of, or only those of its columns that are named."""
    source = pa.BufferReader(pa.py_buffer(content))
    with pa.ipc.open_file(source) as reader:
        if columns is None:
            return reader.read_all()
        fields = [at for at, name in enumerate(reader.schema.names) if name in columns]
    # What is not asked for is not even decompressed.
    with pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=fields)) as reader:
        return reader.read_all()


def bundle(parts: Sequence[bytes]) -> bytes:
    """Several packed tables as one run of bytes: number of parts, their lengths, the parts."""
    head = struct.pack(f"<{len(parts) + 1}Q", len(parts), *map(len, parts))
    return b"".join((head, *parts))


def unbundle(content: bytes, place: int) -> memoryview:
    """The part at `place` (from 0) of what `bundle` put together, without copying it."""
    (count,) = struct.unpack_from("<Q", content)
    lengths = struct.unpack_from(f"<{count}Q", content, 8)
    start = 8 * (count + 1) + sum(lengths[:place])
    return memoryview(content)[start : start + lengths[place]]


def unpack_lines(content: bytes | memoryview, first: int, last: int) -> pa.Table:
    """Rows whose `line` lies between `first` and `last`; other batches are not unpacked to rows."""
    with pa.ipc.open_file(pa.BufferReader(pa.py_buffer(content))) as reader:
        found = []
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            if not batch.num_rows or batch["line"][-1].as_py() < first:
                continue
            if batch["line"][0].as_py() > last:
                break
            inside = pc.and_(
                pc.greater_equal(batch["line"], first), pc.less_equal(batch["line"], last)
            )
            found.append(batch.filter(inside))
        return pa.Table.from_batches(found, schema=reader.schema)
