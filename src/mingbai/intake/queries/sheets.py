"""Sheets: which count, what their rows are, what was said of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice

import pyarrow as pa
from django.db.models import Exists, OuterRef

from mingbai.base.files import open_file
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.intake.models import Sheet, Verdict
from mingbai.intake.packing import unbundle, unpack

_NOT_SEEN = "没有这张表，或不在您的查看范围内。"
_AT_ONCE = 500

#: File and sheet number of a record's origin; a record without a workbook has neither.
Place = tuple[int | None, int | None]


class CannotSeeSheet(Exception):
    """The sheet does not exist or belongs to somebody else's scope; the two are not told apart."""


def live_sheets(
    *, to: Asker, year: int, kind: str | None = None, as_of: int | None = None
) -> ScopedQuerySet[Sheet]:
    """Sheets that count: of each slot only the newest turn, as known at ledger number `as_of`."""
    found = Sheet.objects.seen_by(to).filter(year=year)
    if kind is not None:
        found = found.filter(kind=kind)
    if as_of is not None:
        found = found.filter(act_id__lte=as_of)
    return found.filter(~Exists(_later(as_of))).order_by("id")


def superseded_sheets(as_of: int | None = None) -> frozenset[int]:
    """Numbers of all sheets that a correction had followed at ledger number `as_of`."""
    found = Sheet.objects.unscoped("only numbers, for records made from sheets")
    if as_of is not None:
        found = found.filter(act_id__lte=as_of)
    return frozenset(found.filter(Exists(_later(as_of))).values_list("pk", flat=True))


def _later(as_of: int | None) -> ScopedQuerySet[Sheet]:
    later = Sheet.objects.unscoped("a newer turn of the same slot").filter(
        slot=OuterRef("slot"), turn__gt=OuterRef("turn")
    )
    return later if as_of is None else later.filter(act_id__lte=as_of)


def find_sheet(*, file: int, number: int, to: Asker) -> Sheet:
    """The newest sheet of a stored file and sheet number; raises `CannotSeeSheet`."""
    found = (
        Sheet.objects.seen_by(to)
        .select_related("office", "town", "receipt", "cells", "table")
        .filter(file_id=file, number=number)
        .order_by("-id")
        .first()
    )
    if found is None:
        raise CannotSeeSheet(f"没有第 {file} 号文件的第 {number} 张工作表，或不在您的查看范围内。")
    return found


def sheets_at(places: Collection[Place], *, to: Asker) -> dict[Place, Sheet]:
    """(file, sheet number) -> the newest sheet there, for those this asker may see; one query."""
    found = (
        Sheet.objects.seen_by(to)
        .select_related("office", "receipt")
        .filter(file_id__in={file for file, _ in places})
        .order_by("id")
    )
    return {
        (sheet.file_id, sheet.number): sheet
        for sheet in found
        if (sheet.file_id, sheet.number) in places
    }


def sheet_table(sheet: Sheet, *, to: Asker) -> pa.Table:
    """Canonical rows with `line`, `verdict` and blind keys; personal values in clear."""
    seen = seen_sheet(sheet, to=to)
    return unpack(unbundle(open_file(seen.table), seen.header["place"]))


def sheet_tables(
    sheets: Iterable[Sheet], *, to: Asker, columns: Collection[str] | None = None
) -> Iterator[tuple[Sheet, pa.Table]]:
    """Each sheet with its rows as `sheet_table` gives them, in the order given, one at a time.

    Only the named columns are unpacked. One query for hundreds of sheets, and neighbours out of one
    workbook open their stored file once. Raises `CannotSeeSheet` at the first that is not seen.
    """
    source = iter(sheets)
    opened, content = -1, b""
    while part := list(islice(source, _AT_ONCE)):
        seen = Sheet.objects.seen_by(to).select_related("table").in_bulk([s.pk for s in part])
        for sheet in part:
            if sheet.pk not in seen:
                raise CannotSeeSheet(_NOT_SEEN)
            found = seen[sheet.pk]
            if found.table_id != opened:
                opened, content = found.table_id, open_file(found.table)
            yield sheet, unpack(unbundle(content, found.header["place"]), columns)


def seen_sheet(sheet: Sheet, *, to: Asker) -> Sheet:
    """The same sheet if the asker may see it; raises `CannotSeeSheet`."""
    found = Sheet.objects.seen_by(to).select_related("table", "cells").filter(pk=sheet.pk).first()
    if found is None:
        raise CannotSeeSheet(_NOT_SEEN)
    return found


def verdicts_of(sheet: Sheet, *, to: Asker) -> ScopedQuerySet[Verdict]:
    """Verdicts of one sheet in the order of its lines."""
    return Verdict.objects.seen_by(to).filter(sheet=sheet).order_by("line", "id")
