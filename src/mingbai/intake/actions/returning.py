"""Give an office its own workbook back, the wrong cells coloured and explained."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mingbai.base.files import open_file
from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.intake.messages import explain
from mingbai.intake.models import Receipt, Verdict
from mingbai.paper.returned import CellMark, colour_workbook


class CannotReturnWorkbook(Exception):
    """There is nothing to colour: no sheet of the file was recognised."""


def return_workbook(*, receipt: Receipt, by: User | None, at: datetime) -> bytes:
    """The handed-in workbook as xlsx bytes, each verdict as a coloured cell with a comment.

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
    coloured = colour_workbook(open_file(receipt.file), marks)
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
