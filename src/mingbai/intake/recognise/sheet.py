"""Recognise one sheet: heading, roster, sub-item, town, month, unit and the rows below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mingbai.engine.reading import RawSheet
from mingbai.intake.recognise.context import (
    find_month,
    find_series,
    find_sub_item,
    find_year,
    places_of,
)
from mingbai.intake.recognise.header import SEARCH_DEPTH, Heading, Line, headings
from mingbai.intake.recognise.rows import Skipped, find_skipped
from mingbai.intake.recognise.words import column_letter, plain, unit_of_title
from mingbai.rulebook import Book, Roster

RETURN_NOTES = "退回说明"
"""The sheet that this system puts in front of a returned workbook; it comes back and is passed."""

NEEDS_SUB_ITEM = frozenset({"subsidy", "training"})
"""Kinds whose rows all belong to one sub-item, named above the table."""

SUB_ITEM_A_ROW = frozenset({"progress", "funds", "works", "class_plan"})
"""Kinds that name a sub-item in each row, or one above the table."""

OF_A_CLASS = frozenset({"attendance", "exam"})
"""Kinds that speak of single classes; one class has several such tables in a month."""

NEEDS_MONTH = frozenset({"subsidy", "progress", "funds", "works"})
"""Kinds whose month must be known: from a title, a name or a column."""


@dataclass(frozen=True)
class Handed:
    """How a workbook came: its name, the office's code and the office's own town if it is one."""

    file_name: str
    office: str
    town: str | None


@dataclass(frozen=True)
class Recognised:
    """A sheet understood: `columns` canonical name -> (index from 1, heading, unit)."""

    roster: Roster
    columns: dict[str, tuple[int, str, str | None]]
    header_lines: tuple[int, ...]
    title: str
    sub_item: str | None
    town: str | None
    year: int
    month: int | None
    series: str
    skipped: Skipped

    def letter(self, column: str) -> str:
        """Excel's letter of a canonical column; empty where the sheet has no such column."""
        place = self.columns.get(column)
        return column_letter(place[0]) if place else ""


@dataclass(frozen=True)
class Unrecognised:
    """A sheet not understood; `message` says what was looked for, found, missing and what to do."""

    message: str


@dataclass(frozen=True)
class Blank:
    """A sheet without any content, or one its office has hidden."""

    message: str


def year_of_sheet(raw: RawSheet, *, handed: Handed) -> int | None:
    """The year that a sheet's titles, its name or the file's name give; None if none does."""
    titles = [line for line in _top(raw)[:6] if line.filled <= 3]
    return find_year(_texts(raw, titles, len(titles), handed))


def recognise_sheet(
    raw: RawSheet, *, book: Book, handed: Handed
) -> Recognised | Unrecognised | Blank:
    """Say what a raw sheet is; never raises for what an office wrote in it."""
    if raw.name.startswith(RETURN_NOTES):
        return Blank("")
    if raw.hidden:
        return Blank(f"工作表「{raw.name}」是隐藏的，没有读取。如需上报，请取消隐藏后重新上传。")
    top = _top(raw)
    if not any(line.filled for line in top):
        return Blank(f"工作表「{raw.name}」是空的。")
    texts = _texts(raw, top, len(top), handed)
    named = find_sub_item(texts, book=book, lead=handed.office, with_roster=True)
    found = headings(
        top,
        book=book,
        rosters=_candidates(book, named),
        given=_given(texts, book, handed),
        title=plain(" ".join(texts)),
    )
    if not found:
        return Unrecognised(_no_heading(raw.name))
    best = found[0]
    if named and book.roster(best.roster).kind in NEEDS_SUB_ITEM:
        own = book.sub_item(named).roster
        best = next((heading for heading in found if heading.roster == own), best)
    if best.missing or not best.matches:
        return Unrecognised(_missing_columns(raw.name, best, book))
    return _understood(raw, top, best, book=book, handed=handed)


def _candidates(book: Book, named: str | None) -> list[Roster]:
    """The general rosters, and the named sub-item's own one."""
    own = book.sub_item(named).roster if named else None
    return [roster for roster in book.rosters if roster.sub_item is None or roster.code == own]


def _understood(
    raw: RawSheet, top: Sequence[Line], heading: Heading, *, book: Book, handed: Handed
) -> Recognised | Unrecognised:
    """All that a sheet with a complete heading says, or what its title leaves open."""
    roster = book.roster(heading.roster)
    above = sum(1 for line in top if line.number < heading.lines[0])
    texts = _texts(raw, top, above, handed)
    of_people = roster.kind in NEEDS_SUB_ITEM
    sub_item = roster.sub_item or find_sub_item(
        texts, book=book, lead=handed.office, with_roster=of_people
    )
    needed = roster.kind in NEEDS_SUB_ITEM | SUB_ITEM_A_ROW
    if needed and sub_item is None and "sub_item" not in heading.indexes:
        return Unrecognised(_no_sub_item(raw.name, roster))
    month = find_month(texts, default_year=book.year)
    if roster.kind in NEEDS_MONTH and month is None and "period" not in heading.indexes:
        return Unrecognised(_no_month(raw.name, roster))
    skipped = find_skipped(
        raw.cells, after=heading.lines[-1], indexes=heading.indexes, labels=heading.labels
    )
    towns = (places_of(book).town_in(plain(text)) for text in texts)
    return Recognised(
        roster=roster,
        columns=_columns(roster, heading, texts[:above]),
        header_lines=heading.lines,
        title=texts[0] if above else "",
        sub_item=sub_item if of_people or "sub_item" not in heading.indexes else None,
        town=next((town for town in towns if town), handed.town),
        year=month[0] if month else book.year,
        month=month[1] if month else None,
        series=find_series(texts, of_class=roster.kind in OF_A_CLASS),
        skipped=skipped,
    )


def _columns(
    roster: Roster, heading: Heading, above: Sequence[str]
) -> dict[str, tuple[int, str, str | None]]:
    """Canonical name -> place, heading and unit: the column's own, the table's or the roster's."""
    of_table = next((unit for unit in map(unit_of_title, map(plain, above)) if unit), None)
    found: dict[str, tuple[int, str, str | None]] = {}
    for match in heading.matches:
        column = roster.column(match.column)
        unit = None
        if column.type == "money":
            unit = match.unit or of_table or column.unit or "元"
        found[match.column] = (match.index, heading.labels[match.index - 1], unit)
    return found


def _top(raw: RawSheet) -> list[Line]:
    """The first lines of a sheet as text."""
    head = raw.cells.slice(0, SEARCH_DEPTH).to_pydict()
    columns = [head[f"c{index}"] for index in range(1, raw.width + 1)]
    return [
        Line(number, tuple((text or "").strip() for text in row))
        for number, *row in zip(head["line"], *columns, strict=True)
    ]


def _texts(raw: RawSheet, top: Sequence[Line], above: int, handed: Handed) -> list[str]:
    """What may speak of the whole table: lines above the heading, sheet name, file name."""
    lines = [" ".join(cell for cell in line.cells if cell) for line in top[:above]]
    stem = handed.file_name.rsplit(".", 1)[0]
    return [*lines, raw.name, stem]


def _given(texts: Sequence[str], book: Book, handed: Handed) -> frozenset[str]:
    """Columns that title, names or office already answer."""
    given = {"sub_item"}
    if find_month(texts, default_year=book.year):
        given.add("period")
    if handed.town or any(places_of(book).town_in(plain(text)) for text in texts):
        given.add("town")
    return frozenset(given)


def _no_heading(name: str) -> str:
    return (
        f"工作表「{name}」前{SEARCH_DEPTH}行里没有找到表头：没有一行含有「姓名」「身份证号」"
        "「子项」「标题」这类列名。请对照下发的模板补上表头行，再重新上传。"
    )


def _missing_columns(name: str, heading: Heading, book: Book) -> str:
    roster = book.roster(heading.roster)
    found = (
        "、".join(f"「{roster.column(match.column).label}」" for match in heading.matches) or "无"
    )
    missing = "、".join(f"「{roster.column(column).label}」" for column in heading.missing)
    return (
        f"工作表「{name}」最像《{roster.name}》（表头在第{heading.lines[0]}行），"
        f"已认出：{found}；缺少：{missing}。请补上缺少的列，或把列名改成模板里的写法，再重新上传。"
    )


def _labels(roster: Roster, columns: Sequence[str]) -> str:
    return "、".join(f"「{roster.column(column).label}」" for column in columns) or "无"


def _no_sub_item(name: str, roster: Roster) -> str:
    return (
        f"工作表「{name}」是《{roster.name}》，但标题、工作表名和文件名里都没有写明是哪个项目的，"
        "或同时写了几个。请在标题里写上项目名称（如「农村低保」），再重新上传。"
    )


def _no_month(name: str, roster: Roster) -> str:
    return (
        f"工作表「{name}」是《{roster.name}》，但标题、工作表名和文件名里都没有写明月份。"
        "请在标题里写上所属月份（如「2021年3月」），再重新上传。"
    )
