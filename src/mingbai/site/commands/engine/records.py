"""What ``engine match`` compares: people as they were written, a row each, and where they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mingbai.engine.canon.types.digits import fold_digits
from mingbai.intake.recognise import mask_long_numbers
from mingbai.rulebook import Book
from mingbai.site.commands.engine.faults import CannotRun
from mingbai.site.commands.engine.inputs import find_files, read_clear, read_schema, table_name
from mingbai.site.commands.engine.sheets import WRITTEN, Clear, is_demonstration

#: What says who somebody is. Birth date and sex out of an ID number are no second witness: the
#: matcher reads them off the number itself and counts them once.
_PERSON: Final = ("name", "id_number", "phone", "account", "village", "town")
_AMOUNT: Final = "amount"
_OWN: Final = (*_PERSON, "birth_date", "sex", _AMOUNT)


def read_records(
    given: Sequence[str],
    *,
    book: Book,
    secret: bytes,
    as_of: dt.date,
    columns: Sequence[str] = (),
) -> tuple[pa.Table, bool]:
    """Records of all files named, with `table` and `line`; and whether they are synthetic.

    Of Parquet only `columns` are taken, where some are named. A number that fails its check is
    kept as it was written: most slips can still be matched.
    Raises CannotRun where nobody's name or number is told.
    """
    parts: list[pa.Table] = []
    for _, path in find_files(given):
        if _has_names(path, columns):
            parts.append(_from_parquet(path, columns))
        else:
            sheets = read_clear(path, "", book, secret=secret, as_of=as_of, written=True)
            parts += [_from_sheet(sheet) for sheet in sheets]
    if not parts:
        raise CannotRun("没有找到可以读取的名册。支持 xlsx、xls、csv 和 Parquet 文件。")
    records = pa.concat_tables(parts, promote_options="permissive").combine_chunks()
    return records, is_demonstration(records)


def _has_names(path: Path, columns: Sequence[str]) -> bool:
    """Parquet under the engine's own column names, such as generated people, or under any."""
    if not path.is_dir() and path.suffix.lower() != ".parquet":
        return False
    there = set(read_schema(path).names)
    missing = [name for name in columns if name not in there]
    if missing:
        shown = mask_long_numbers(path.name)
        raise CannotRun(f"{shown} 没有“{missing[0]}”一列。有的是：{'、'.join(sorted(there))}。")
    return bool(columns) or bool({"name", "id_number"} & there)


def _from_parquet(path: Path, columns: Sequence[str]) -> pa.Table:
    there = read_schema(path).names
    wanted = [*(columns or [name for name in _OWN if name in there])]
    wanted += [name for name in ("table", "line", _AMOUNT) if name in there and name not in wanted]
    try:
        table = pq.read_table(path, columns=wanted)
    except (pa.ArrowException, OSError):
        problem = f"{mask_long_numbers(path.name)} 读取时出错，文件可能已损坏。请重新生成。"
        raise CannotRun(problem) from None
    if "table" not in there:
        label = pa.array([table_name(path)], pa.string())
        table = table.append_column("table", label.take(pa.array([0] * len(table), pa.int32())))
    if "line" not in there:
        table = table.append_column("line", pa.array(range(1, len(table) + 1), pa.int32()))
    return table


def _from_sheet(sheet: Clear) -> pa.Table:
    rows = sheet.rows
    names = [name for name in (*_PERSON, _AMOUNT) if name in rows.column_names]
    columns = [_as_written(rows, name) for name in names]
    if "id_number" in names:  # an empty column: the matcher fills it from the number
        names.append("birth_date")
        columns.append(pa.chunked_array([pa.nulls(len(rows), pa.date32())]))
    places = ["table", "line"]
    return pa.table([*columns, *(rows.column(each) for each in places)], names=[*names, *places])


def _as_written(rows: pa.Table, name: str) -> pa.ChunkedArray:
    """Canonical where it can be, else what stands in the cell."""
    values, written = rows.column(name), WRITTEN + name
    if written not in rows.column_names:
        return values
    left = rows.column(written).to_pylist()
    known = values.to_pylist()
    folded = [
        fold_digits(cell) if value is None and cell else value
        for value, cell in zip(known, left, strict=True)
    ]
    return pa.chunked_array([pa.array(folded, pa.string())])


def shared_columns(left: pa.Table, right: pa.Table | None) -> list[str]:
    """Columns both sides have and that hold something on each."""
    sides = [left] if right is None else [left, right]
    return [
        name
        for name in left.column_names
        if all(name in side.column_names for side in sides)
        and (name == "birth_date" or all(pc.count(side.column(name)).as_py() for side in sides))
    ]
