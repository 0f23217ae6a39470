"""What is compared: the year's live rosters, lists and progress as tables for the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
import pyarrow as pa

from mingbai.base.scope import Asker
from mingbai.registry.queries.periods import TABLE_SPANS, due_period
from mingbai.registry.queries.rows import ORIGIN, live_rows
from mingbai.rulebook import Absence, Book

#: What checks ask of a row of a roster, paid or trained.
COLUMNS: Final = (
    "id_key",
    "name_key",
    "account_key",
    "phone_key",
    "sub_item",
    "town",
    "period",
    "amount",
    "grade",
    "birth_date",
    "sex",
    "start_date",
    "end_date",
    "course",
)
PROGRESS: Final = "progress"
_LISTED: Final = ("id_key", "event_date", "roster")
_REPORTED: Final = ("sub_item", "period", "town", "measure", "total_done")
#: Kinds of sheet whose rows are people with an entitlement.
_ROSTERS: Final = ("subsidy", "training")


@dataclass(frozen=True)
class Gathered:
    """Rows that still know file, sheet and line: of rosters, of each list, of progress tables."""

    rows: pl.DataFrame
    lists: Mapping[str, pl.DataFrame]
    progress: pl.DataFrame


def gather(*, year: int, book: Book, to: Asker) -> Gathered:
    """Read everything the year's live sheets hold for comparison; rejected rows stay out."""
    parts = [live_rows(to=to, year=year, kind=kind, columns=COLUMNS) for kind in _ROSTERS]
    lists = live_rows(to=to, year=year, kind="list", columns=_LISTED)
    by_list = lists.filter(pl.col("id_key").is_not_null()).partition_by("roster", as_dict=True)
    reported = live_rows(to=to, year=year, kind="progress", columns=_REPORTED)
    return Gathered(
        pl.concat(parts).sort(ORIGIN, maintain_order=True),
        {str(key[0]): part for key, part in by_list.items()},
        _claims(reported, book),
    )


def engine_tables(gathered: Gathered, names: Iterable[str], book: Book) -> dict[str, pa.Table]:
    """The tables of these names: rosters by span, lists, progress, and who is entitled by rule.

    The spans of the roster share every column but the month.
    """
    wanted = set(names)
    tables = {name: _table(part) for name, part in gathered.lists.items() if name in wanted}
    if PROGRESS in wanted:
        tables[PROGRESS] = _table(gathered.progress)
    for absence in book.absences:
        if (name := entitled_table(absence)) in wanted:
            tables[name] = _table(entitled(gathered.rows, absence))
    spans = {name: span for name, span in TABLE_SPANS.items() if name in wanted}
    if spans:
        whole = _table(gathered.rows)
        place = whole.column_names.index("period")
        for name, span in spans.items():
            folded = _folded(gathered.rows["period"], span).to_arrow()
            tables[name] = whole.set_column(place, "period", folded)
    return tables


def entitled_table(absence: Absence) -> str:
    """The name of the table of those an absence rule finds entitled; it names the cause, too."""
    return f"entitled_{hashlib.sha256(absence.rule_id.encode()).hexdigest()[:12]}"


def entitled(rows: pl.DataFrame, absence: Absence) -> pl.DataFrame:
    """Who stands on all of the rule's rosters in the newest month of each, and on none it excepts.

    ``event_date`` is the first day of the month from which all rosters have the person; each row is
    the person's newest on the first of the rosters.
    """
    first, *others = (_standing(rows, code) for code in absence.on_all)
    for other in others:
        dates = other.select("id_key", pl.col("since").alias("later"))
        first = first.join(dates, on="id_key", how="inner", maintain_order="left")
        first = first.with_columns(pl.max_horizontal("since", "later").alias("since"))
        first = first.drop("later")
    excepted = rows.filter(pl.col("sub_item").is_in(list(absence.unless_on)))
    year, month = pl.col("since") // 100, pl.col("since") % 100
    return (
        first.join(excepted, on="id_key", how="anti")
        .select(*ORIGIN, "id_key", "town", pl.date(year, month, 1).alias("event_date"))
        .sort(ORIGIN)
    )


def _standing(rows: pl.DataFrame, code: str) -> pl.DataFrame:
    """Who stands on a roster in its newest month, since when, and on which row."""
    of_one = rows.filter(
        (pl.col("sub_item") == code)
        & pl.col("id_key").is_not_null()
        & pl.col("period").is_not_null()
    )
    newest = of_one["period"].max()
    return (
        of_one.group_by("id_key", maintain_order=True)
        .agg(
            pl.col("period").min().alias("since"),
            pl.col("period").max().alias("until"),
            *(pl.col(name).sort_by("period").last() for name in (*ORIGIN, "town")),
        )
        .filter(pl.col("until") == newest)
    )


def _claims(reported: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Progress lines with the code of their measure and whole numbers; no number is null."""
    codes = {
        (item.code, word): measure.code
        for item in book.sub_items
        for measure in item.measures
        for word in (measure.code, measure.name)
    }
    single = {
        item.code: item.measures[0].code for item in book.sub_items if len(item.measures) == 1
    }
    pairs = zip(reported["sub_item"].to_list(), reported["measure"].to_list(), strict=True)
    measures = [single.get(code) or codes.get((code, text)) for code, text in pairs]
    number = pl.col("total_done").cast(pl.Decimal(38, 9), strict=False)
    return reported.select(
        *ORIGIN,
        "sub_item",
        "period",
        "town",
        pl.Series("measure", measures, pl.String),
        pl.when(number == number.floor()).then(number).cast(pl.Int64).alias("claimed"),
    )


def _folded(periods: pl.Series, span: str) -> pl.Series:
    months = periods.drop_nulls().unique().to_list()
    folded = {month: due_period(month, span) for month in months}
    return periods.replace_strict(folded, default=None, return_dtype=pl.Int32)


def _table(rows: pl.DataFrame) -> pa.Table:
    """As the engine wants it: ``table`` names file and sheet, ``line`` the line."""
    sheet = pl.format("{}:{}", "origin_file_id", "origin_sheet").alias("table")
    kept = [name for name in rows.columns if name not in ORIGIN]
    frame = rows.select(*kept, sheet, pl.col("origin_line").alias("line"))
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())
