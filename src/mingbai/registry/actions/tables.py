"""What is compared: the year's live rosters, lists and progress as tables for the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.engine.checks import COLUMNS as COLUMN_TYPES
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets
from mingbai.registry.actions.memory import Memory, Places
from mingbai.registry.queries.periods import TABLE_SPANS, due_period
from mingbai.registry.queries.rows import ORIGIN, roster_rows
from mingbai.registry.queries.specs import COMPARED, PROGRESS, entitled_table
from mingbai.rulebook import Absence, Book

#: What a row has from its sheet where it says nothing itself.
_TOLD_BY_SHEET: Final = ("roster", "sub_item", "town_id", "year", "month")
#: What is kept of each kind of sheet: which sheets, and which columns of them.
_KINDS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "roster": (("subsidy", "training"), COMPARED),
    "list": (("list",), ("id_key", "event_date", "roster")),
    "progress": (("progress",), ("sub_item", "period", "town", "measure", "total_done")),
}


@dataclass(frozen=True)
class Gathered:
    """Rows of rosters, lists and progress tables as the engine wants them, each with its sheet.

    ``arrived`` and ``withdrawn`` are the rows that came and went since the memory, by kind;
    ``places`` what is live.
    """

    tables: Mapping[str, pa.Table]
    places: Mapping[str, Places]
    arrived: Mapping[str, pa.Table]
    withdrawn: Mapping[str, pa.Table]

    @property
    def rows(self) -> pa.Table:
        """Rows of people with an entitlement, paid or trained."""
        return self.tables["roster"]


def gather(*, year: int, to: Asker, memory: Memory) -> Gathered:
    """What the year's live sheets hold for comparison; only sheets not remembered are opened.

    Rejected rows stay out. Rows stand in the order of receipt.
    """
    live = live_sheets(to=to, year=year)
    tables, places, arrived, withdrawn = {}, {}, {}, {}
    for kind, (sheets, columns) in _KINDS.items():
        places[kind], numbers = _places(live.filter(kind__in=sheets))
        before = memory.places.get(kind, {})
        stale = [place for place, of in before.items() if places[kind].get(place) != of]
        fresh = [place for place, of in places[kind].items() if before.get(place) != of]
        opened = live.filter(pk__in=[number for place in fresh for number in numbers[place]])
        arrived[kind] = _table(roster_rows(sheets=opened, to=to, columns=columns))
        known = memory.tables.get(kind)
        if known is None:
            tables[kind] = arrived[kind]
            continue
        gone = pc.is_in(known["table"], value_set=pa.array(stale, pa.string()))
        withdrawn[kind] = known.filter(gone)
        kept = known.filter(pc.invert(gone)) if stale else known
        tables[kind] = _in_order(kept, arrived[kind])
    return Gathered(tables, places, arrived, withdrawn)


def _places(
    sheets: ScopedQuerySet[Sheet],
) -> tuple[dict[str, tuple[str, ...]], dict[str, list[int]]]:
    """Place -> what its sheets are, and place -> their numbers.

    The same bytes handed in by two offices are one place with two sheets.
    """
    known: dict[str, list[str]] = {}
    numbers: dict[str, list[int]] = {}
    told = ("pk", "file_id", "number", "table__sha256", *_TOLD_BY_SHEET)
    for pk, file, number, *told_by in sheets.values_list(*told):
        known.setdefault(f"{file}:{number}", []).append("|".join(map(str, (pk, *told_by))))
        numbers.setdefault(f"{file}:{number}", []).append(pk)
    return {place: tuple(each) for place, each in known.items()}, numbers


def _in_order(kept: pa.Table, arrived: pa.Table) -> pa.Table:
    """Both in the order of receipt: file, sheet, line; nothing is copied, only slices are moved."""
    pieces = [
        (_numbers(place), rows.slice(first, last - first))
        for rows in (kept, arrived)
        for place, (first, last) in spans_of(rows).items()
    ]
    pieces.sort(key=lambda piece: piece[0])
    return pa.concat_tables([kept.slice(0, 0), *(part for _, part in pieces)])


def spans_of(rows: pa.Table) -> dict[str, tuple[int, int]]:
    """Place -> first and one past the last of its rows, in a table in the order of receipt."""
    runs = pc.run_end_encode(rows["table"].combine_chunks())
    ends = runs.run_ends.to_pylist()
    return {
        place: (first, last)
        for place, first, last in zip(runs.values.to_pylist(), [0, *ends], ends, strict=False)
    }


def _numbers(place: str) -> tuple[int, int]:
    file, _, sheet = place.partition(":")
    return int(file), int(sheet)


def engine_tables(
    tables: Mapping[str, pa.Table], names: Iterable[str], book: Book
) -> dict[str, pa.Table]:
    """The tables of these names: rosters by span, lists, progress, and who is entitled by rule.

    The spans of the roster share every column but the month. What is not there is left out.
    """
    wanted = set(names)
    made = {}
    for roster, part in lists_of(tables["list"]).items():
        if roster in wanted:
            made[roster] = part
    if PROGRESS in wanted:
        made[PROGRESS] = _claims(tables["progress"], book)
    for absence in book.absences:
        if (name := entitled_table(absence)) in wanted:
            made[name] = entitled(tables["roster"], absence)
    whole = tables["roster"]
    place = whole.column_names.index("period")
    for name, span in TABLE_SPANS.items():
        if name in wanted:
            made[name] = whole.set_column(place, "period", _folded(whole["period"], span))
    return made


def lists_of(listed: pa.Table) -> dict[str, pa.Table]:
    """Presence lists by roster; a row without a number is compared with nobody."""
    valid = listed.filter(pc.is_valid(listed["id_key"]))
    return {
        roster: valid.filter(pc.equal(valid["roster"], roster)).drop_columns(["roster"])
        for roster in valid["roster"].unique().to_pylist()
    }


def entitled(rows: pa.Table, absence: Absence) -> pa.Table:
    """Who stands on all of the rule's rosters in the newest month of each, and on none it excepts.

    ``event_date`` is the first day of the month from which all rosters have the person; each row is
    the person's newest on the first of the rosters.
    """
    codes = pa.array([*absence.on_all, *absence.unless_on])
    read = rows.select(["id_key", "sub_item", "period", "town", "table", "line"])
    people = pl.DataFrame(read.filter(pc.is_in(read["sub_item"], value_set=codes)))
    first, *others = (_standing(people, code) for code in absence.on_all)
    for other in others:
        dates = other.select("id_key", pl.col("since").alias("later"))
        first = first.join(dates, on="id_key", how="inner", maintain_order="left")
        first = first.with_columns(pl.max_horizontal("since", "later").alias("since"))
    excepted = people.filter(pl.col("sub_item").is_in(list(absence.unless_on)))
    year, month = pl.col("since") // 100, pl.col("since") % 100
    found = first.join(excepted, on="id_key", how="anti", maintain_order="left").select(
        "id_key",
        "town",
        "table",
        "line",
        pl.date(year, month, 1).alias("event_date"),
        pl.lit(absence.sub_item).alias("sub_item"),
    )
    return found.to_arrow(compat_level=pl.CompatLevel.oldest())


def _standing(rows: pl.DataFrame, code: str) -> pl.DataFrame:
    """Who stands on a roster in its newest month, since when, and on which row."""
    of_one = rows.filter(
        (pl.col("sub_item") == code)
        & pl.col("id_key").is_not_null()
        & pl.col("period").is_not_null()
    )
    return (
        of_one.group_by("id_key", maintain_order=True)
        .agg(
            pl.col("period").min().alias("since"),
            pl.col("period").max().alias("until"),
            *(pl.col(name).sort_by("period").last() for name in ("table", "line", "town")),
        )
        .filter(pl.col("until") == pl.col("until").max())
    )


def _claims(reported: pa.Table, book: Book) -> pa.Table:
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
    lines = pl.DataFrame(reported)
    pairs = zip(lines["sub_item"].to_list(), lines["measure"].to_list(), strict=True)
    measures = [single.get(code) or codes.get((code, text)) for code, text in pairs]
    number = pl.col("total_done").cast(pl.Decimal(38, 9), strict=False)
    claims = lines.with_columns(
        pl.Series("measure", measures, pl.String),
        pl.when(number == number.floor()).then(number).cast(pl.Int64).alias("claimed"),
    )
    return claims.drop("total_done").to_arrow(compat_level=pl.CompatLevel.oldest())


def _folded(periods: pa.ChunkedArray, span: str) -> pa.Array:
    if span == "month":
        return periods
    months = pl.Series(periods)
    folded = {month: due_period(month, span) for month in months.drop_nulls().unique()}
    return months.replace_strict(folded, default=None, return_dtype=pl.Int32).to_arrow()


def _table(rows: pl.DataFrame) -> pa.Table:
    """As the engine wants it: ``table`` names file and sheet, ``line`` the line."""
    sheet = pl.format("{}:{}", "origin_file_id", "origin_sheet").alias("table")
    kept = [name for name in rows.columns if name not in ORIGIN]
    frame = rows.select(*kept, sheet, pl.col("origin_line").alias("line"))
    return _as_asked(frame.to_arrow(compat_level=pl.CompatLevel.oldest()))


def _as_asked(table: pa.Table) -> pa.Table:
    """Columns in the engine's own types, so that it need not copy them each time."""
    types = {name: COLUMN_TYPES.get(name, pa.string()) for name in table.column_names}
    types["line"] = pa.int32()
    return table.cast(pa.schema(list(types.items())))
