"""Two token files meet: which lines of one's own rosters are on the other side's as well."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from mingbai.engine.tokens.faults import CannotCompare
from mingbai.engine.tokens.shapes import LINE_SCHEMA, Label, RowMap, TokenFile


@dataclass(frozen=True)
class Meeting:
    """`rows`: table string, line int32 of one's own rosters, in their order; how many people
    they are; and how many tokens either side handed over.
    """

    rows: pa.Table
    people: int
    mine: int
    theirs: int


def intersect(mine: TokenFile, theirs: TokenFile, row_map: RowMap) -> Meeting:
    """Lines of `row_map` whose token the other side has too.

    Raises CannotCompare when purposes, identifiers or secrets differ, or when the map belongs to
    other tokens: none of these may look like "nobody was found".
    """
    _check_same(mine.label, theirs.label)
    own = _frame(row_map.table)
    if row_map.label != mine.label or own.join(_frame(mine.table), on="token", how="anti").height:
        raise CannotCompare("行号对照文件与本方令牌文件不是同一次生成的。请用同一次的两个文件。")
    met = own.join(_frame(theirs.table), on="token", how="semi")
    rows = met.select("table", "line").unique().sort("table", "line")
    return Meeting(
        rows=rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(LINE_SCHEMA),
        people=met["token"].n_unique(),
        mine=mine.table.num_rows,
        theirs=theirs.table.num_rows,
    )


def _check_same(mine: Label, theirs: Label) -> None:
    if mine.purpose != theirs.purpose:
        raise CannotCompare(
            f"两个文件的用途不同：本方“{mine.purpose}”，对方“{theirs.purpose}”。"
            "请双方用同一用途重新生成。"
        )
    if mine.by != theirs.by:
        raise CannotCompare(
            f"两个文件比的不是同一种号码：本方 {mine.by}，对方 {theirs.by}。请统一后重新生成。"
        )
    if mine.key_check != theirs.key_check:
        raise CannotCompare(
            "双方用的不是同一个密钥，比不出结果（不是“没有重合”）。请核对密钥文件后重新生成。"
        )


def _frame(table: pa.Table) -> pl.DataFrame:
    token = table.column("token").cast(pa.binary())
    frame = pl.from_arrow(table.set_column(0, "token", token))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - narrows the type, a table is a frame
    return frame
