"""What a row of a plan of classes, of attendance or of scores says that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from mingbai.base.periods import hours_of
from mingbai.engine.canon import REJECT
from mingbai.intake.judge.flags import flag
from mingbai.intake.recognise import Recognised
from mingbai.rulebook import Book


def class_remarks(rows: pl.DataFrame, found: Recognised, book: Book) -> Iterator[pl.LazyFrame]:
    """Remarks by kind; each keeps its row out, since no class could be held, met or passed so."""
    if found.roster.kind == "class_plan":
        yield from _of_plans(rows.lazy(), book)
    elif found.roster.kind == "attendance":
        written = rows["hours"].drop_nulls().unique().to_list()
        unread = [text for text in written if hours_of(text) is None]
        yield flag(rows.lazy(), pl.col("hours").is_in(unread), "hours", "hours_unread", REJECT)
    else:
        yield from _of_scores(rows.lazy(), book)


def _of_plans(rows: pl.LazyFrame, book: Book) -> Iterator[pl.LazyFrame]:
    taught = [
        item.code
        for item in book.sub_items
        if item.roster is not None and book.roster(item.roster).kind == "training"
    ]
    other = pl.col("sub_item").is_not_null() & ~pl.col("sub_item").is_in(taught)
    yield flag(rows, other, "sub_item", "class_not_training", REJECT)
    seats = pl.col("seats").cast(pl.Int64, strict=False)
    yield flag(rows, seats < 1, "seats", "seats_none", REJECT)
    for column in ("start_date", "end_date"):
        outside = pl.col(column).dt.year() != book.year
        params = pl.lit(f'{{"year": {book.year}}}')
        yield flag(rows, outside, column, "date_outside_year", REJECT, params)


def _of_scores(rows: pl.LazyFrame, book: Book) -> Iterator[pl.LazyFrame]:
    rule = book.training_rule(date(book.year, 12, 31))
    if rule is None:
        return
    # Scores come as exact decimal text, small enough to be compared as floats.
    score = pl.col("score").cast(pl.Float64, strict=False)
    most = pl.lit(f'{{"full": "{rule.full_mark}"}}')
    beyond = (score < 0) | (score > float(rule.full_mark))
    yield flag(rows, beyond, "score", "score_out_of_range", REJECT, most)
