"""A script with openpyxl and dictionaries: workbooks cell by cell, then loops over rows.

The loops are those of our plain machine, which are what such a script says, rule by rule; reading,
grouping and naming are the script's own. Lists of other offices are read before the clock runs.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pyarrow.parquet as pq

from contenders.county import Tables, hand_in, named, read_tables

FIRST_LINE = 4
KEYS = {
    "id_key": "id_number", "head_key": "id_number", "account_key": "account",
    "phone_key": "phone", "name_key": "name", "household_key": "household",
}  # fmt: skip
HEADINGS = {
    "姓名": "name_key", "身份证号": "id_key", "性别": "sex", "出生日期": "birth_date",
    "子项代码": "sub_item", "乡镇代码": "town", "村居代码": "village", "户号": "household_key",
    "户主身份证号": "head_key", "发放月份": "period", "档次": "grade", "金额（元）": "amount",
    "银行账号": "account_key", "联系电话": "phone_key", "班次": "course",
    "开始日期": "start_date", "结束日期": "end_date",
}  # fmt: skip

Row = dict[str, Any]


def main() -> None:
    given = read_tables()
    clear = _clear_values(given.county)
    tables: dict[str, list[Row]] = {}
    for name in given.needed:
        if name != "roster":
            tables[name] = _list(given, name, clear)
    started = time.perf_counter()
    tables["roster"] = list(_roster(given.county / "workbooks"))
    read = time.perf_counter() - started
    found = {}
    for spec in given.specs:
        for hit in spec.plain(tables):
            cause = hit.cause
            if cause == f"row {hit.row}":
                row = tables[hit.table][hit.row]
                cause = f"row {row['table']}:{row['line']}"
            found.setdefault((spec.rule, hit.code, hit.person, cause), []).append(hit)
    seconds = time.perf_counter() - started
    keys = _keys(given.county)
    findings = named(_told(found, keys))
    hand_in(given, seconds=seconds, findings=findings, note=f"({read:.0f} s of it reading) ")


def _roster(folder: Path) -> Iterator[Row]:
    place = 0
    for path in sorted(folder.glob("*.xlsx")):
        book = openpyxl.load_workbook(path, read_only=True)
        title, month = path.stem.rsplit("-", 1)
        for sheet in book:
            name = f"{title}-{sheet.title}-{month}"
            lines = sheet.iter_rows(min_row=FIRST_LINE - 1, values_only=True)
            columns = [HEADINGS[heading] for heading in next(lines)]
            for line, cells in enumerate(lines, start=FIRST_LINE):
                row = dict.fromkeys(HEADINGS.values())
                row.update(zip(columns, cells, strict=False))
                row.update(_typed(row), row=place, line=line, table=name)
                place += 1
                yield row
        book.close()


def _typed(row: Row) -> Row:
    typed: Row = {}
    for column, value in row.items():
        if value is None:
            continue
        if column in KEYS:
            typed[column] = str(value).encode()
        elif column.endswith("_date"):
            typed[column] = dt.date.fromisoformat(value)
    if row["amount"] is not None:
        typed["amount"] = round(row["amount"] * 100)
    if row["sex"] is not None:
        typed["sex"] = 1 if row["sex"] == "男" else 2
    return typed


def _clear_values(county: Path) -> dict[bytes, bytes]:
    people = pl.read_parquet(county / "people.parquet", columns=["id_key", "id_number"])
    return {key: number.encode() for key, number in people.iter_rows()}


def _list(given: Tables, name: str, clear: dict[bytes, bytes]) -> list[Row]:
    rows = pq.read_table(given.tables[name]).to_pylist()
    for place, row in enumerate(rows):
        row["row"], row["table"] = place, name
        if row.get("id_key") is not None:
            row["id_key"] = clear[row["id_key"]]
    return rows


def _keys(county: Path) -> dict[bytes, bytes]:
    """Keys of clear values; account, phone, household and ID numbers never look alike."""
    people = pl.read_parquet(county / "people.parquet")
    keys: dict[bytes, bytes] = {}
    for key, clear in KEYS.items():
        if key in ("id_key", "account_key", "phone_key", "household_key"):
            pairs = people.select(pl.col(clear).cast(pl.String), key).unique()
            keys.update({value.encode(): known for value, known in pairs.iter_rows()})
    return keys


def _told(
    found: dict[tuple[str, str, bytes | None, str], list], keys: dict[bytes, bytes]
) -> Iterator[tuple[str, str, bytes | None, str]]:
    for rule, code, person, cause in found:
        if person is not None:
            person = keys[person]
        with contextlib.suppress(ValueError, KeyError):
            cause = keys[bytes.fromhex(cause)].hex()
        yield rule, code, person, cause


if __name__ == "__main__":
    main()
