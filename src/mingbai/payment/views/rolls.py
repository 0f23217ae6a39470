"""The list of a batch on paper: by village for the board, by household for the door, as xlsx."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must
from mingbai.base.attachments import XLSX, attached
from mingbai.paper.tables import ExportColumn, write_export
from mingbai.payment.queries.rolls import (
    RollEntry,
    VillagePart,
    columns_shown,
    roll_entries,
    village_parts,
)
from mingbai.payment.views.cards import batch_or_404, book_of, rules_of
from mingbai.registry.queries import sub_item_names, town_names, village_names
from mingbai.rulebook import Book
from mingbai.rulebook.model.channels import PostedColumn

#: The board where a village reads who is paid what; its columns and masks are the book's.
CHANNEL: Final = "village_board"


@require_GET
def roll(request: HttpRequest, pk: int) -> HttpResponse:
    """The villages of a batch with their totals, and the list of the village asked for."""
    to, batch = asker_of(request), batch_or_404(request, pk)
    parts = village_parts(to=to, batch=batch)
    names, towns = village_names(each.village for each in parts), town_names()
    shown, channel = _columns(book_of(batch.year), batch)
    asked = request.GET.get("village")
    chosen = next((each for each in parts if each.village == asked), None)
    if asked is not None and chosen is None:
        raise Http404("这一批没有这个村的人，或不在您的查看范围内。")
    entries: list[RollEntry] = []
    if chosen is not None and shown:
        found = roll_entries(
            to=to, batch=batch, columns=shown, villages=names, village=chosen.village
        )
        entries = list(found)
    context = {
        "batch": batch,
        "sub_item": sub_item_names(year=batch.year).get(batch.sub_item, batch.sub_item),
        "parts": [(each, towns.get(each.town, ""), _village(names, each)) for each in parts],
        "columns": shown,
        "channel": channel,
        "chosen": chosen,
        "place": towns.get(chosen.town, "") + _village(names, chosen) if chosen else "",
        "entries": entries,
        "rows": [
            (number, list(zip(shown, each.cells, strict=True)), each)
            for number, each in enumerate(entries, start=1)
        ],
        "by_household": any(each.members for each in entries),
        "as_households": request.GET.get("form") == "household",
        "rules": rules_of(batch.year),
        "today": timezone.localdate(),
        "is_demonstration": settings.MINGBAI_DEMO,
        "may_download": to.may("reveal"),
    }
    return render(request, "payment/roll.html", context)


@require_POST
def roll_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of all villages the asker may see, as a workbook."""
    must(request, "reveal", "您的角色不能下载花名册。请由经办人员下载。")
    to, batch = asker_of(request), batch_or_404(request, pk)
    shown, channel = _columns(book_of(batch.year), batch)
    if not shown:
        raise PermissionDenied("这一类补助按规定不公示、不发名单，没有花名册可下载。")
    parts = village_parts(to=to, batch=batch)
    names, towns = village_names(each.village for each in parts), town_names()
    name = sub_item_names(year=batch.year).get(batch.sub_item, batch.sub_item)
    title = f"{name}{batch.period // 100}年{batch.period % 100}月发放花名册"
    listed = roll_entries(to=to, batch=batch, columns=shown, villages=names)
    content = write_export(
        title=title,
        columns=[
            ExportColumn("序号", "number", 6),
            ExportColumn("镇", width=12),
            ExportColumn("村（居）", width=16),
            *(_export_column(each) for each in shown if each.name != "village"),
            ExportColumn("计入本户人数", "number", 12),
            ExportColumn("计入成员", width=30),
        ],
        rows=(
            _export_row(number, each, towns, shown) for number, each in enumerate(listed, start=1)
        ),
        notes=(f"栏目和遮盖按“{channel}”的规定；共 {sum(p.line_count for p in parts)} 笔。",),
        demonstration=settings.MINGBAI_DEMO,
        made_date=timezone.localdate(),
    )
    return attached(content, f"{title}.xlsx", XLSX)


def _columns(book: Book, batch: Any) -> tuple[tuple[PostedColumn, ...], str]:
    """What the board shows of the sub-item, and the board's name; nothing where it may not."""
    day = date(batch.period // 100, batch.period % 100, 1)
    try:
        columns = book.posting.columns(CHANNEL, batch.sub_item, day)
        return columns_shown(columns), book.posting.channel(CHANNEL, day).name
    except KeyError:
        return (), ""


def _village(names: dict[str, str], part: VillagePart) -> str:
    return names.get(part.village, "") or "未分村"


def _export_column(column: PostedColumn) -> ExportColumn:
    if column.name == "amount":
        return ExportColumn(column.label, "money", 14)
    return ExportColumn(column.label, width=16)


def _export_row(
    number: int, entry: RollEntry, towns: dict[str, str], columns: tuple[PostedColumn, ...]
) -> list[Any]:
    cells = [
        entry.amount if column.name == "amount" else cell
        for column, cell in zip(columns, entry.cells, strict=True)
        if column.name != "village"
    ]
    counted = len(entry.members) or None
    place = entry.village or "未分村"
    town = towns.get(entry.line.town, "")
    return [number, town, place, *cells, counted, "、".join(entry.members)]
