"""The same rosters as offices keep them: workbooks with Chinese headings and clear values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import polars as pl
import xlsxwriter

from mingbai.engine.generate.rosters import FIRST_LINE

#: Heading, column of the roster, and the column of `people.parquet` that a key stands for.
_HEADINGS: Final = (
    ("姓名", "name_key", "name"),
    ("身份证号", "id_key", "id_number"),
    ("性别", "sex", ""),
    ("出生日期", "birth_date", ""),
    ("子项代码", "sub_item", ""),
    ("乡镇代码", "town", ""),
    ("村居代码", "village", ""),
    ("户号", "household_key", "household"),
    ("户主身份证号", "head_key", "id_number"),
    ("发放月份", "period", ""),
    ("档次", "grade", ""),
    ("金额（元）", "amount", ""),
    ("银行账号", "account_key", "account"),
    ("联系电话", "phone_key", "phone"),
    ("班次", "course", ""),
    ("开始日期", "start_date", ""),
    ("结束日期", "end_date", ""),
)
HEADINGS: Final = tuple(heading for heading, _, _ in _HEADINGS)
_NOTE: Final = "演示数据：人员均为虚构，身份证号地区代码 340299 从未启用。"


def write_workbooks(
    county: Path, folder: Path, *, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Write the roster of a county (see `make_county`) to `folder`: a workbook for each sub-item
    and month, a sheet for each town, its rows on the lines that the roster says; the rows written.

    For small counties: a million rows take about two minutes. Memory: the people's table and a
    workbook.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = {key: _known(county, key, clear) for _, key, clear in _HEADINGS if clear}
    done = 0
    for name, rows in _books(county):
        frame = _clear(rows, known)
        with xlsxwriter.Workbook(folder / f"{name}.xlsx", {"strings_to_formulas": False}) as book:
            for sheet in frame.partition_by("table", maintain_order=True):
                _write_sheet(book, sheet)
        done += len(frame)
        progress(done)
    return done


def _books(county: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    """Rows of each workbook; a sheet's name is title, town and month. Parts may cut a workbook."""
    waiting: list[pl.DataFrame] = []
    name = ""
    for path in sorted((county / "roster").glob("part-*.parquet")):
        part = pl.read_parquet(path).with_columns(
            book=pl.col("table").str.replace(r"-\d+-", "-", literal=False)
        )
        for rows in part.partition_by("book", maintain_order=True):
            if waiting and rows["book"][0] != name:
                yield name, pl.concat(waiting)
                waiting = []
            name = rows["book"][0]
            waiting.append(rows)
    yield name, pl.concat(waiting)


def _known(county: Path, key: str, clear: str) -> pl.DataFrame:
    """What each key stands for."""
    read = "id_key" if key == "head_key" else key
    people = pl.read_parquet(county / "people.parquet", columns=[read, clear])
    return people.unique(read).select(
        pl.col(read).alias(key), pl.col(clear).cast(pl.String).alias(f"clear_{key}")
    )


def _clear(rows: pl.DataFrame, known: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows with clear values under their headings."""
    for key, table in known.items():
        rows = rows.join(table, on=key, how="left", maintain_order="left")
    sex = pl.col("sex").replace_strict({1: "男", 2: "女"}, return_dtype=pl.String, default=None)
    columns = {
        "sex": sex,
        "birth_date": pl.col("birth_date").dt.strftime("%Y-%m-%d"),
        "start_date": pl.col("start_date").dt.strftime("%Y-%m-%d"),
        "end_date": pl.col("end_date").dt.strftime("%Y-%m-%d"),
        "amount": pl.col("amount") / 100,
    }
    return rows.select(
        "table",
        *(
            (pl.col(f"clear_{column}") if clear else columns.get(column, pl.col(column))).alias(
                heading
            )
            for heading, column, clear in _HEADINGS
        ),
    )


def _write_sheet(book: xlsxwriter.Workbook, rows: pl.DataFrame) -> None:
    title = rows["table"][0]
    sheet = book.add_worksheet(title.split("-")[1])
    sheet.write_string(0, 0, f"{title}花名册")
    sheet.write_string(1, 0, _NOTE)
    sheet.write_row(FIRST_LINE - 2, 0, HEADINGS)
    cells = rows.drop("table")
    for line, row in enumerate(cells.iter_rows(), start=FIRST_LINE - 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, column, value)
            elif value is not None:
                sheet.write_number(line, column, value)
