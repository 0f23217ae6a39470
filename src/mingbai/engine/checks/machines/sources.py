"""What checks read: Arrow tables in memory, or Parquet files that need not fit in it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine.checks.shapes import COLUMNS, CannotCheck

#: What a finding tells of a row, whether a spec asked for it or not.
PLACE: Final[Mapping[str, pa.DataType]] = {
    "table": pa.string(),
    "line": pa.int32(),
    "amount": pa.int64(),
    "sub_item": pa.string(),
}

#: How DuckDB calls the types of COLUMNS and PLACE.
TYPES: Final[Mapping[pa.DataType, str]] = {
    pa.binary(): "BLOB",
    pa.string(): "VARCHAR",
    pa.int8(): "TINYINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.date32(): "DATE",
}


@dataclass(frozen=True)
class Source:
    """One table under the name by which specs ask for it.

    Either `arrow` is given, or `files`, in the order in which their rows count; `counts` are the
    rows of each.
    """

    name: str
    columns: frozenset[str]
    counts: tuple[int, ...]
    arrow: pa.Table | None = None
    files: tuple[Path, ...] = ()

    @property
    def row_count(self) -> int:
        """Rows in all."""
        return sum(self.counts)

    def read(self, columns: Set[str]) -> pa.Table:
        """`row`, `columns` and what a finding tells, in the types that all machines agree on."""
        given = self._given(columns)
        row = pl.int_range(self.row_count, eager=True, dtype=pl.Int64).to_arrow()
        arrays: list[pa.Array | pa.ChunkedArray] = [row]
        names = ["row", *self.told(columns)]
        for name in names[1:]:
            kind = COLUMNS.get(name) or PLACE[name]
            if name in given.column_names:
                arrays.append(given.column(name).cast(kind))
            elif name == "table":
                arrays.append(pa.repeat(pa.scalar(self.name), self.row_count))
            else:
                arrays.append(pa.nulls(self.row_count, kind))
        return pa.table(arrays, names=names)

    def settle(self, columns: Set[str]) -> Source:
        """The same source, of which Arrow has its types already."""
        return self if self.arrow is None else replace(self, arrow=self.read(columns))

    def told(self, columns: Set[str]) -> list[str]:
        """`columns` and those of PLACE, in a settled order."""
        return sorted({*columns, *PLACE})

    def _given(self, columns: Set[str]) -> pa.Table:
        wanted = [name for name in self.told(columns) if name in self.columns]
        if self.arrow is not None:
            return self.arrow.select(wanted)
        return pa.concat_tables([pq.read_table(file, columns=wanted) for file in self.files])


def open_source(name: str, given: pa.Table | Path) -> Source:
    """A table, a Parquet file, or a folder of them (in the order of their names).

    Raises CannotCheck where there is no Parquet file, or where rows have no `line`.
    """
    if isinstance(given, pa.Table):
        source = Source(name, frozenset(given.column_names), (given.num_rows,), arrow=given)
    else:
        files = tuple(sorted(given.rglob("*.parquet"))) if given.is_dir() else (given,)
        if not files or not files[0].is_file():
            raise CannotCheck(f"table {name!r}: no Parquet file where one was said to be")
        heads = [pq.ParquetFile(file) for file in files]
        shared = frozenset.intersection(*(frozenset(head.schema_arrow.names) for head in heads))
        counts = tuple(head.metadata.num_rows for head in heads)
        source = Source(name, shared, counts, files=files)
    if "line" not in source.columns:
        raise CannotCheck(f"table {name!r} lacks line")
    return source
