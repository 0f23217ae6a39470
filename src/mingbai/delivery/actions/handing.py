"""A month's report typed into the page: written as a workbook, taken in like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from mingbai.base.models import Office, User
from mingbai.base.periods import month_end
from mingbai.delivery.actions.progress import ProgressEntry, enter_progress
from mingbai.intake.actions import receive_file
from mingbai.intake.models import Receipt, Sheet
from mingbai.paper.tables import ExportColumn, write_export
from mingbai.programme.models import Measure
from mingbai.rulebook.model import Book

_COLUMNS = (
    ExportColumn("项目名称", width=34),
    ExportColumn("指标", width=16),
    ExportColumn("计量单位", width=10),
    ExportColumn("年度目标", "number"),
    ExportColumn("本月完成", "number"),
    ExportColumn("累计完成", "number"),
    ExportColumn("备注", width=30),
)


class CannotHandInReport(Exception):
    """The month's report was not taken in; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One measure as an office reports it; ``target`` is the county's or the town's own."""

    measure: Measure
    target: Decimal | None
    month_done: Decimal | None
    total_done: Decimal
    remark: str = ""


def hand_in_report(
    *,
    office: Office,
    period: int,
    lines: Sequence[ReportLine],
    book: Book,
    by: User,
    at: datetime,
    demonstration: bool = False,
) -> ProgressEntry:
    """Hand in a month's report typed line by line; each figure can be walked back to its line.

    The workbook is received and entered by the doors every file goes through, so a report typed
    follows one handed in as a file, and the other way round. Should entering fail, the sheet
    stands received and is entered with the next. Errors: ``CannotHandInReport`` for no line, a
    month that has not begun, or the same figures again.
    """
    if not lines:
        raise CannotHandInReport("没有填写任何指标，请至少填一行累计完成数")
    year, month = divmod(period, 100)
    today = timezone.localdate(at)
    if not demonstration and period > today.year * 100 + today.month:
        raise CannotHandInReport(f"{year}年{month}月还没有到，不能报送")
    title = f"{book.county_name}{office.short_name}{year}年{month}月民生工程进度表"
    content = write_export(
        title=title,
        columns=_COLUMNS,
        rows=[
            (
                each.measure.sub_item.name,
                each.measure.name,
                each.measure.unit,
                each.target,
                each.month_done,
                each.total_done,
                each.remark,
            )
            for each in lines
        ],
        demonstration=demonstration,
        made_date=month_end(period),
    )
    receipt = receive_file(content=content, name=f"{title}.xlsx", office=office, by=by, at=at)
    if receipt.outcome == Receipt.Outcome.REPEATED:
        raise CannotHandInReport(f"这些数与已报的{year}年{month}月进度表完全相同，没有重复入库")
    if receipt.outcome != Receipt.Outcome.ACCEPTED:
        raise CannotHandInReport(receipt.message)
    sheets = Sheet.objects.unscoped("the report just typed").filter(receipt=receipt)
    return enter_progress(sheets=sheets, book=book, by=by, at=at)
