"""What waits about tables handed in: rejected rows, files that could not be read."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Count, Sum
from django.urls import reverse

from mingbai.intake.models import Receipt
from mingbai.intake.queries import live_sheets, receipts
from mingbai.site.today.asked import Asked, Task

_OFFICES: Final = 6
#: Files that could not be read stay on the page for a month; after that only the inbox has them.
_FRESH: Final = timedelta(days=31)


def about_sheets(asked: Asked) -> list[Task]:
    """Files that could not be read and sheets with rows to be corrected."""
    return [*_unread(asked), *_rejected(asked)]


def _rejected(asked: Asked) -> list[Task]:
    """Sheets that count and still hold rejected rows: by office, or by sheet for one's own."""
    to = asked.to
    wrong = live_sheets(to=to, year=asked.year).filter(rejected_count__gt=0).order_by()
    if not to.sees_all and not to.sub_items:
        own = wrong.filter(office__in=to.office_ids).order_by("-rejected_count", "id")[:_OFFICES]
        return [
            Task(
                text=f"改正{sheet.title or sheet.roster_name}",
                detail=f"{sheet.year}年{sheet.month or 12}月，工作表“{sheet.name}”",
                address=reverse("intake:receipt", args=[sheet.receipt_id]),
                tag=f"退回 {sheet.rejected_count} 行",
                tone="bad",
            )
            for sheet in own
        ]
    groups = wrong.values("office_id", "office__short_name").annotate(
        sheets=Count("id"), rows=Sum("rejected_count")
    )
    return [
        Task(
            text=f"催{group['office__short_name']}改正退回的行",
            detail=f"在 {group['sheets']} 张表里，改好之前不计入",
            address=f"/intake/?office={group['office_id']}",
            tag=f"退回 {group['rows']} 行",
            tone="bad",
        )
        for group in groups.order_by("-rows", "office_id")[:_OFFICES]
    ]


def _unread(asked: Asked) -> list[Task]:
    """Files that could not be opened or recognised lately."""
    found = []
    for outcome, text, detail in (
        (Receipt.Outcome.UNREADABLE, "有文件打不开", "请报送单位另存为 xlsx 后重交"),
        (Receipt.Outcome.UNRECOGNISED, "有表格没认出来", "多半是缺少表头或改了表种，请核对后重交"),
    ):
        lately = receipts(to=asked.to, outcome=outcome)
        lately = lately.filter(received_at__gte=asked.at - _FRESH)
        if count := lately.count():
            address = f"/intake/?outcome={outcome}"
            found.append(Task(text, detail, address, f"{count} 个文件"))
    return found
