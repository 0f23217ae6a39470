"""Give an office its own workbook back, the wrong cells coloured and explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from mingbai.base.files import open_file
from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.engine.canon import REJECT
from mingbai.engine.reading import RawSheet, read_workbook
from mingbai.intake.messages import explain
from mingbai.intake.models import Receipt, Sheet, Verdict
from mingbai.intake.recognise import column_letter
from mingbai.paper.returned import CellMark, PlainSheet, colour_workbook

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_XLSX: Final = b"xl/workbook.xml"


class CannotReturnWorkbook(Exception):
    """There is nothing to colour: no sheet of the file was recognised."""


@dataclass(frozen=True)
class SaidOfRow:
    """What a room above says of a row beside the verdicts: where, in which column, why."""

    sheet_number: int
    line: int
    column: str
    message: str


def return_workbook(
    *, receipt: Receipt, by: User | None, at: datetime, said: Sequence[SaidOfRow] = ()
) -> bytes:
    """The handed-in workbook as xlsx bytes, each verdict as a coloured cell with a comment.

    ``said`` adds what a room above found wrong with rows that the gate let through.

    The office gets back what it wrote, so personal values stay as they are: the ledger notes who
    took the file out. Errors: `CannotReturnWorkbook` when no sheet of the file was recognised.
    """
    if receipt.outcome != Receipt.Outcome.ACCEPTED:
        raise CannotReturnWorkbook("这个文件没有认出任何一张表，没有可标注的内容。请看收件说明。")
    verdicts = (
        Verdict.objects.unscoped("the receipt's own verdicts; the caller may see the receipt")
        .filter(sheet__receipt=receipt)
        .order_by("sheet__number", "line", "id")
        .values_list("sheet__number", "line", "letter", "severity", "code", "params")
    )
    marks = [
        CellMark(number, line, letter, severity, explain(code, params))
        for number, line, letter, severity, code, params in verdicts.iterator(5000)
    ]
    marks += _said(receipt, said)
    content = open_file(receipt.file)
    coloured = colour_workbook(content, marks, _summary(receipt), plain=_plain(content, receipt))
    with transaction.atomic():
        record_act(
            "return_workbook",
            by=by,
            at=at,
            subject=f"receipt:{receipt.pk}",
            office=receipt.office,
            payload={"marks_count": len(marks)},
        )
    return bytes(coloured)


def _said(receipt: Receipt, said: Sequence[SaidOfRow]) -> list[CellMark]:
    """Rows refused above the gate, marked at the column named, or whole where it has none."""
    if not said:
        return []
    sheets = Sheet.objects.unscoped("the receipt's own sheets; the caller may see the receipt")
    headers = dict(sheets.filter(receipt=receipt).values_list("number", "header"))
    found = []
    for each in said:
        place = headers.get(each.sheet_number, {}).get("columns", {}).get(each.column)
        letter = column_letter(place["index"]) if place else ""
        found.append(CellMark(each.sheet_number, each.line, letter, REJECT, each.message))
    return found


def _summary(receipt: Receipt) -> list[tuple[str, str]]:
    """What stands at the head of the note in front of the workbook."""
    day = timezone.localtime(receipt.received_at)
    rows = (
        f"共 {receipt.row_count} 行，通过 {receipt.accepted_count} 行，"
        f"退回 {receipt.rejected_count} 行，另有 {receipt.warned_count} 行待核实"
    )
    return [
        ("文件", receipt.original_name),
        ("报送单位", receipt.office.name),
        ("收到", f"{day.year}年{day.month}月{day.day}日"),
        ("结果", rows),
        *([("说明", receipt.message)] if receipt.message else []),
    ]


def _plain(content: bytes, receipt: Receipt) -> list[PlainSheet]:
    """The cells as read, for kinds of workbook that cannot be coloured as they are (xls, ods)."""
    if not content.startswith((_ZIP, _OLE)) or _XLSX in content:
        return []
    workbook = read_workbook(content, receipt.original_name)
    return [PlainSheet(raw.name, _rows(raw)) for raw in workbook.sheets]


def _rows(raw: RawSheet) -> Iterator[list[str | None]]:
    """Every line from the first, the empty ones too: a mark points at its line's number."""
    reached = 0
    names = [f"c{index}" for index in range(1, raw.width + 1)]
    for batch in raw.cells.select(["line", *names]).to_batches():
        columns = [batch[name].to_pylist() for name in ("line", *names)]
        for line, *cells in zip(*columns, strict=True):
            yield from ([] for _ in range(line - reached - 1))
            yield list(cells)
            reached = line
