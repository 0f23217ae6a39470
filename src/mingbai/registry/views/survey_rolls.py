"""Pages' buttons for whole survey lists: take a workbook in, give it back, take over left-out."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.base.attachments import XLSX, attached
from mingbai.base.scope import Asker
from mingbai.intake.actions import CannotReturnWorkbook, SaidOfRow, return_workbook
from mingbai.intake.models import Sheet
from mingbai.intake.queries import find_receipt, live_sheets
from mingbai.registry.actions import explain_surveys, receive_surveys, take_over_left_out
from mingbai.registry.forms.surveys import TakeOverForm
from mingbai.registry.queries import left_out, newest_year
from mingbai.registry.queries.surveys import listed_by_sheet
from mingbai.rulebook import Book, load_book

_MAY_NOT: Final = "您的角色不能登记摸底。请由镇或部门的经办人员登记。"
#: So many rows that were not listed are told at once; the workbook tells all.
FEW: Final = 10
#: So many people are taken over at once; pressing again takes the next.
MOST: Final = 2_000


def rolls_of(to: Asker, year: int) -> list[dict[str, Any]]:
    """The survey lists the asker's office may see, newest first, each with how much is listed."""
    sheets = list(
        live_sheets(to=to, year=year, kind="survey")
        .select_related("office", "receipt")
        .order_by("-id")[:20]
    )
    listed = listed_by_sheet({sheet.file_id for sheet in sheets})
    return [
        {"sheet": sheet, "listed": n, "rest": max(sheet.row_count - n, 0)}
        for sheet, n in ((s, listed.get((s.file_id, s.number), 0)) for s in sheets)
    ]


def _book() -> Book:
    year = newest_year()
    if year is None:
        raise Http404("还没有年度清单，不能登记摸底。请先启用年度清单。")
    return load_book(year=year, county=settings.MINGBAI_COUNTY)


def _sheets(to: Asker, book: Book) -> list[Sheet]:
    found = live_sheets(to=to, year=book.year, kind="survey")
    return list(found.select_related("file", "table", "follows"))


@require_POST
def survey_received(request: HttpRequest) -> HttpResponse:
    """List what the survey workbooks name; people listed before stay as they are."""
    must(request, "hand_in", _MAY_NOT)
    book, to = _book(), asker_of(request)
    report = receive_surveys(
        sheets=_sheets(to, book), book=book, by=user_of(request), at=timezone.now()
    )
    known = f"，{report.known_count} 行此前已在名单里" if report.known_count else ""
    messages.success(request, f"从摸底名册列入 {len(report.done)} 人{known}。")
    if report.refused:
        told = "；".join(f"第 {place[2]} 行：{why}" for place, why in report.refused[:FEW])
        rest = f"；另有 {len(report.refused) - FEW} 行" if len(report.refused) > FEW else ""
        messages.error(
            request,
            f"没有列入 {len(report.refused)} 行。{told}{rest}。"
            "可下载标注工作簿，照着改正后重新上传。",
        )
    return redirect("registry:survey")


@require_POST
def survey_returned(request: HttpRequest, pk: int) -> HttpResponse:
    """The office's own survey list, coloured: what the gate refused, and what the list refused."""
    must(request, "hand_in", _MAY_NOT)
    book, to = _book(), asker_of(request)
    receipt = find_receipt(pk, to=to)
    if receipt is None:
        raise Http404("没有这个文件，或不归您的单位看。")
    sheets = [sheet for sheet in _sheets(to, book) if sheet.receipt_id == receipt.pk]
    refused = explain_surveys(sheets, book, timezone.now())
    said = [SaidOfRow(place[1], place[2], "name", why) for place, why in refused]
    try:
        content = return_workbook(
            receipt=receipt, by=user_of(request), at=timezone.now(), said=said
        )
    except CannotReturnWorkbook as error:
        messages.error(request, str(error))
        return redirect("registry:survey")
    stem = receipt.original_name.rsplit(".", 1)[0]
    return attached(content, f"{stem}（标注）.xlsx", XLSX)


@require_POST
def taken_over(request: HttpRequest) -> HttpResponse:
    """Put everybody left out, of one town or of all, on the survey list in one step."""
    must(request, "hand_in", _MAY_NOT)
    book, to = _book(), asker_of(request)
    form = TakeOverForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有转入：请写明由谁入户；入户期限要填日期。")
        return redirect("registry:visits")
    town = form.cleaned_data["town"]
    if not to.sees_all and (not to.towns or (town and town not in to.towns)):
        raise PermissionDenied("摸底名单由所在镇和县民生办登记。您了解情况的，请与镇里联系。")
    found = left_out(to=to, year=book.year, town=town).filter(entry_id=None)
    if not to.sees_all:
        found = found.filter(town__in=to.towns)
    report = take_over_left_out(
        findings=list(found[:MOST]), assignee=form.cleaned_data["assignee"],
        due_date=form.cleaned_data["due_date"], book=book, by=user_of(request), at=timezone.now(),
    )  # fmt: skip
    if report.done:
        messages.success(request, f"已转入摸底名单 {len(report.done)} 人，请按期入户。")
    if report.refused:
        told = "；".join(dict.fromkeys(why for _, why in report.refused))
        messages.error(request, f"没有转入 {len(report.refused)} 人：{told}")
    if not report.done and not report.refused:
        messages.info(request, "没有可转入的人：都已转入，或已有结果。")
    return redirect(f"{reverse('registry:survey')}?town={town}&state=open")
