"""Headings that no office's roster needs but checks can use: households, heads, own codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.canon import CanonColumn
from mingbai.engine.reading import RawSheet
from mingbai.intake.judge.codes import canon_columns
from mingbai.intake.recognise import Recognised
from mingbai.intake.recognise.words import bare, plain
from mingbai.rulebook import Book

#: What a sheet says besides the ID number; the number is asked first.
TOLD: Final = "told_"
HEAD: Final = "head_id"
HOUSEHOLD: Final = "household"
_SEXES: Final = MappingProxyType({"男": "1", "女": "2", "1": "1", "2": "2"})
_CODE: Final = "子项代码"
_OWN: Final[Mapping[str, CanonColumn]] = {
    _CODE: CanonColumn("sub_item", "text"),
    "乡镇代码": CanonColumn("town", "text"),
    "村居代码": CanonColumn("village", "text"),
    "户号": CanonColumn(HOUSEHOLD, "text"),
    "户主身份证号": CanonColumn(HEAD, "id_number"),
    "班次": CanonColumn("course", "text"),
    "开始日期": CanonColumn("start_date", "date"),
    "结束日期": CanonColumn("end_date", "date"),
    "出生日期": CanonColumn(TOLD + "birth_date", "date"),
    "性别": CanonColumn(TOLD + "sex", "code", codes=_SEXES),
}


def is_coded(cells: Iterable[str]) -> bool:
    """Whether rows name their sub-item by a code of the rules, not by an office's roster."""
    return any(bare(plain(cell)) == _CODE for cell in cells)


def all_columns(
    raw: RawSheet, found: Recognised, book: Book
) -> tuple[Recognised, list[CanonColumn]]:
    """The roster's columns, and those of `_OWN` whose very heading the sheet has: these win."""
    cells = raw.cells.filter(pc.equal(raw.cells.column("line"), found.header_lines[-1])).to_pylist()
    own: dict[str, CanonColumn] = {}
    for number in range(1, raw.width + 1):
        column = _OWN.get(bare(plain(cells[0][f"c{number}"] or "")))
        if column is not None:
            own.setdefault(column.name, replace(column, source=number))
    taken = {column.source for column in own.values()}
    columns = {name: at for name, at in found.columns.items() if at[0] not in taken}
    found = replace(found, columns={n: at for n, at in columns.items() if n not in own})
    roster = [
        replace(column, required=column.required and column.source is not None)
        for column in canon_columns(found, book=book)
        if column.name not in own
    ]
    return found, [*roster, *own.values()]


def add_told(table: pa.Table) -> pa.Table:
    """Birth date and sex as the sheet tells them, where the number tells none."""
    for name in ("birth_date", "sex"):
        if TOLD + name not in table.column_names:
            continue
        told = table.column(TOLD + name)
        if name in table.column_names:
            kind = table.schema.field(name).type
            both = pc.coalesce(table.column(name), told.cast(kind))
            table = table.set_column(table.column_names.index(name), name, both)
    return table
