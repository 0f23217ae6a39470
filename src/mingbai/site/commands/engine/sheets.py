"""A sheet with Chinese headings becomes canonical rows with keys; what is wrong is kept beside."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.canon import canonical_table
from mingbai.engine.checks import COLUMNS
from mingbai.engine.generate import DEMO_REGION
from mingbai.engine.reading import KINDS, RawSheet
from mingbai.engine.reading.columns import show_number
from mingbai.intake.recognise import Handed, Recognised, Unrecognised, places_of, recognise_sheet
from mingbai.intake.recognise.context import find_month, find_sub_item
from mingbai.intake.recognise.header import SEARCH_DEPTH, Heading, Line, headings
from mingbai.intake.recognise.rows import find_skipped
from mingbai.intake.recognise.words import plain
from mingbai.rulebook import Book, Roster
from mingbai.site.commands.engine.faults import CannotRun
from mingbai.site.commands.engine.headings import (
    HEAD,
    HOUSEHOLD,
    add_told,
    all_columns,
    is_coded,
)

#: Clear column -> the key that checks compare by.
KEYS: Final[Mapping[str, str]] = {
    "id_number": "id_key",
    "account": "account_key",
    "phone": "phone_key",
    "name": "name_key",
}
#: Prefix of columns that hold a cell as it was written.
WRITTEN: Final = "written_"
_OPEN: Final = frozenset({"sub_item", "period", "town"})
_PEOPLE: Final = ("subsidy", "training")
_CODED: Final = "subsidy"


@dataclass(frozen=True)
class Clear:
    """One sheet made canonical. `role` is the table it belongs to; `rows` holds clear values, keys,
    `line` and `table`; `faults` are those of canon; `left` says how many lines are no rows.
    """

    role: str
    label: str
    rows: pa.Table
    faults: pa.Table
    left: int
    demonstration: bool


def read_sheet(
    raw: RawSheet,
    *,
    file: str,
    book: Book,
    secret: bytes,
    as_of: dt.date,
    role: str = "",
    written: bool = False,
) -> Clear | None:
    """Canonical rows of a sheet; None for an empty or hidden one.

    Headings may lack what only an office's submission must have: a rule that needs it will say so.
    With `written`, identifiers stand beside their canonical spelling as the cell has them.
    Raises CannotRun when no heading is found or no person can be told by it.
    """
    label = f"{file}「{raw.name}」" if raw.name else file
    handed = Handed(file_name=file, office="", town=None)
    strict = recognise_sheet(raw, book=book, handed=handed)
    if not isinstance(strict, Recognised | Unrecognised):
        return None
    coded = is_coded(cell for line in _top(raw) for cell in line.cells)
    found = strict if isinstance(strict, Recognised) and not coded else None
    if found is None:
        found = _lenient(raw, file, book, [book.roster(_CODED)] if coded else _general(book))
    if found is None:
        said = strict.message if isinstance(strict, Unrecognised) else "没有找到身份证号列。"
        raise CannotRun(f"{file}：{said}")
    found, columns = all_columns(raw, found, book)
    read = canonical_table(
        raw,
        columns=columns,
        first_line=found.header_lines[-1] + 1,
        skip_lines=found.skipped.lines,
        defaults=_defaults(found),
        as_of=as_of,
    )
    table = add_told(read.table)
    table = _with_written(table, raw, found) if written else table
    return Clear(
        role=role or _role(found),
        label=label,
        rows=_with_keys(_with_title(table, found), label, secret),
        faults=read.faults,
        left=len(found.skipped.lines),
        demonstration=is_demonstration(read.table),
    )


def _general(book: Book) -> list[Roster]:
    """The general rosters; where a list would fit as well, rows are people paid or taught."""
    general = (roster for roster in book.rosters if roster.sub_item is None)
    return sorted(general, key=lambda roster: roster.kind not in _PEOPLE)


def _lenient(raw: RawSheet, file: str, book: Book, rosters: Sequence[Roster]) -> Recognised | None:
    top = _top(raw)
    texts = [" ".join(filter(None, line.cells)) for line in top] + [raw.name, file]
    found = headings(top, book=book, rosters=rosters, given=_OPEN, title=plain(" ".join(texts)))
    best = next((each for each in found if _tells_rows(each, book)), None)
    if best is None:
        return None
    above = [" ".join(filter(None, line.cells)) for line in top if line.number < best.lines[0]]
    texts = [*above, raw.name, file.rsplit(".", 1)[0]]
    month = find_month(texts, default_year=book.year)
    roster = book.roster(best.roster)
    towns = (places_of(book).town_in(plain(text)) for text in texts)
    return Recognised(
        roster=roster,
        columns={
            match.column: (
                match.index,
                best.labels[match.index - 1],
                match.unit or roster.column(match.column).unit,
            )
            for match in best.matches
        },
        header_lines=best.lines,
        title=texts[0],
        sub_item=find_sub_item(texts, book=book, lead=None, with_roster=roster.kind in _PEOPLE),
        town=next((town for town in towns if town), None),
        year=month[0] if month else book.year,
        month=month[1] if month else None,
        series="",
        skipped=find_skipped(
            raw.cells, after=best.lines[-1], indexes=best.indexes, labels=best.labels
        ),
    )


def _tells_rows(heading: Heading, book: Book) -> bool:
    """People by their number; tables of progress by sub-item."""
    if book.roster(heading.roster).kind == "progress":
        return "sub_item" in heading.indexes and not heading.missing
    return "id_number" in heading.indexes


def _top(raw: RawSheet) -> list[Line]:
    head = raw.cells.slice(0, SEARCH_DEPTH).to_pylist()
    return [
        Line(row["line"], tuple((row[f"c{n}"] or "").strip() for n in range(1, raw.width + 1)))
        for row in head
    ]


def _role(found: Recognised) -> str:
    return "roster" if found.roster.kind in _PEOPLE else found.roster.code


def _said(found: Recognised) -> dict[str, str | int]:
    """What the title says of every row."""
    said: dict[str, str | int | None] = {
        "period": found.year * 100 + found.month if found.month else None,
        "sub_item": found.sub_item,
        "town": found.town,
    }
    return {name: value for name, value in said.items() if value is not None}


def _defaults(found: Recognised) -> dict[str, str | int]:
    own = {column.name for column in found.roster.columns} - set(found.columns)
    return {name: value for name, value in _said(found).items() if name in own}


def _with_title(table: pa.Table, found: Recognised) -> pa.Table:
    """Columns that the roster has not, because the title says them once."""
    nowhere = pa.array([0] * table.num_rows, pa.int32())
    for name, value in _said(found).items():
        if name not in table.column_names:
            table = table.append_column(name, pa.array([value], COLUMNS[name]).take(nowhere))
    return table


def _with_keys(table: pa.Table, label: str, secret: bytes) -> pa.Table:
    """Beside each identifier its key under a secret that this process alone ever knew."""
    for clear, key in KEYS.items():
        if clear in table.column_names:
            table = table.append_column(key, make_keys(table.column(clear), secret, clear))
    if HEAD in table.column_names:  # under the same key as everybody's own number
        heads = make_keys(table.column(HEAD), secret, "id_number")
        table = table.append_column("head_key", heads)
    if HOUSEHOLD in table.column_names:
        homes = make_keys(table.column(HOUSEHOLD), secret, HOUSEHOLD)
        table = table.append_column("household_key", homes)
    for name in COLUMNS.keys() & set(table.column_names):
        place = table.column_names.index(name)
        table = table.set_column(place, name, table.column(name).cast(COLUMNS[name]))
    labels = pa.array([label], pa.string()).take(pa.array([0] * table.num_rows, pa.int32()))
    return table.append_column("table", labels)


def _with_written(table: pa.Table, raw: RawSheet, found: Recognised) -> pa.Table:
    places = pc.index_in(table.column("line"), raw.cells.column("line").combine_chunks())
    for name in KEYS:
        if name in found.columns:
            cells = raw.cells.column(f"c{found.columns[name][0]}").take(places)
            table = table.append_column(WRITTEN + name, cells)
    return table


def make_keys(values: pa.ChunkedArray, secret: bytes, purpose: str) -> pa.ChunkedArray:
    """16 bytes of HMAC-SHA-256 for each value, a value at a time; null stays null."""
    own = hmac.digest(secret, purpose.encode(), "sha256")
    coded = values.combine_chunks().dictionary_encode()
    keys = [hmac.digest(own, v.encode(), "sha256")[:16] for v in coded.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(keys, pa.binary()).take(coded.indices)])


def is_demonstration(table: pa.Table) -> bool:
    """Whether some number lies in the region that nobody was ever registered in."""
    if "id_number" not in table.column_names or not table.num_rows:
        return False
    return bool(pc.any(pc.starts_with(table.column("id_number"), DEMO_REGION)).as_py())


def sheet_of(table: pa.Table, *, name: str, book: Book) -> RawSheet:
    """A Parquet table as a sheet: its column names are the heading, its rows are lines from 1.

    Columns under the engine's own names (`id_number`) count like those under Chinese ones.
    """
    labels = {column.name: column.label for roster in book.rosters for column in roster.columns}
    arrays: list[pa.Array] = [pa.array(range(table.num_rows + 1), pa.int32())]
    names = ["line"]
    for number, column in enumerate(table.column_names, start=1):
        text, kind = _cells(table.column(column).combine_chunks())
        heading = pa.array([labels.get(column, column)], pa.string())
        arrays.append(pa.concat_arrays([heading, text]))
        arrays.append(pa.concat_arrays([pa.array([KINDS["text"]], pa.int8()), kind]))
        names += [f"c{number}", f"k{number}"]
    return RawSheet(name, 1, False, pa.table(arrays, names=names))


def _cells(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    kind = values.type
    if pa.types.is_floating(kind):
        shown: Sequence[str | None] = [
            None if v is None else show_number(v) for v in values.to_pylist()
        ]
        text, told = pa.array(shown, pa.string()), "number"
    elif pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        text, told = values.cast(pa.string()), "number"
    elif pa.types.is_temporal(kind):
        text, told = values.cast(pa.string()), "date"
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind):
        text, told = values.cast(pa.string()), "text"
    else:  # keys, nested values: nothing that an office fills in
        text, told = pa.nulls(len(values), pa.string()), "empty"
    filled = pa.array([KINDS["empty"], KINDS[told]], pa.int8())
    return text, filled.take(pc.is_valid(text).cast(pa.int32()))
