"""Pages of the intake room: inbox, upload, receipt, sheet."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.asking import asker_of
from mingbai.base.attachments import XLSX, attached
from mingbai.intake import queries
from mingbai.intake.actions import (
    CannotReturnWorkbook,
    CannotUpload,
    return_workbook,
    upload_files,
)
from mingbai.intake.forms import InboxFilter, UploadForm

PAGE_ROWS = 30
LINES_AROUND = 12
LINES_A_PAGE = 40
RUNNER = "mingbai.site.jobs.run"


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Files handed in, newest first, by office, month and outcome."""
    to = asker_of(request)
    form = InboxFilter(request.GET or None, to=to)
    wanted: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = queries.receipts(
        to=to,
        office=wanted.get("office"),
        outcome=wanted.get("outcome") or "",
        period=wanted.get("month"),
    )
    page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "cards": queries.cards_of(page.object_list, to=to),
        "counts": queries.counts_by_outcome(to=to),
        "may_hand_in": to.may("hand_in"),
    }
    return render(request, "intake/inbox.html", context)


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose or drop many files; the job that reads them has its own page."""
    to = asker_of(request)
    if not to.may("hand_in"):
        raise PermissionDenied("您的角色不能交报表。报表由各镇、各部门的经办人员上传。")
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, to=to)
    if form.is_valid():
        files = [(file.name or "", file.read()) for file in form.cleaned_data["workbooks"]]
        try:
            job = upload_files(
                files=files,
                office=form.cleaned_data.get("office") or request.user.office,  # type: ignore[union-attr]
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
                runner=RUNNER,
            )
        except CannotUpload as refusal:
            form.add_error("workbooks", str(refusal))
        else:
            return redirect("intake:progress", job=job.pk)
    return render(request, "intake/upload.html", {"form": form})


@require_GET
def upload_progress(request: HttpRequest, job: int) -> HttpResponse:
    """How far an upload is; polled by the page itself while it runs."""
    found = queries.upload_job(job, to=asker_of(request))
    if found is None:
        raise Http404
    template = "intake/_progress.html" if request.htmx else "intake/progress.html"  # type: ignore[attr-defined]
    return render(request, template, {"upload": found})


@require_GET
def receipt_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: its sheets, and for each the reasons, worst first, with the lines."""
    to = asker_of(request)
    receipt = queries.find_receipt(pk, to=to)
    if receipt is None:
        raise Http404
    context = {"receipt": receipt, "sheets": queries.sheets_with_reasons(receipt, to=to)}
    return render(request, "intake/receipt.html", context)


@require_POST
def returned(request: HttpRequest, pk: int) -> HttpResponse:
    """The office's own workbook, coloured; a ledger entry says who took it out."""
    receipt = queries.find_receipt(pk, to=asker_of(request))
    if receipt is None:
        raise Http404
    try:
        content = return_workbook(
            receipt=receipt,
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        )
    except CannotReturnWorkbook as refusal:
        return render(
            request, "intake/refused.html", {"receipt": receipt, "why": str(refusal)}, status=409
        )
    stem = receipt.original_name.rsplit(".", 1)[0]
    return attached(content, f"{stem}（标注）.xlsx", XLSX)


@require_GET
def sheet_page(request: HttpRequest, file: int, number: int) -> HttpResponse:
    """A sheet as its office wrote it, around one line; personal cells masked."""
    to = asker_of(request)
    line = _number(request.GET.get("line"))
    try:
        sheet = queries.find_sheet(file=file, number=number, to=to)
    except queries.CannotSeeSheet as refusal:
        raise Http404 from refusal
    first = max(1, line - LINES_AROUND) if line else _number(request.GET.get("from")) or 1
    last = line + LINES_AROUND if line else first + LINES_A_PAGE - 1
    lines = queries.sheet_lines(sheet, first=first, last=last, to=to)
    here = next((shown for shown in lines if shown.line == line), None)
    back = reverse("intake:sheet", kwargs={"file": file, "number": number})
    context = {
        "sheet": sheet,
        "about": queries.about_sheet(sheet),
        "receipt": queries.find_receipt(sheet.receipt_id, to=to),
        "line": line,
        "here": here,
        "lines": lines,
        "heading": queries.heading_of(sheet),
        "address": back,
        "before": max(1, first - LINES_A_PAGE) if first > 1 else None,
        "after": last + 1,
    }
    status = 404 if line and here is None else 200
    return render(request, "intake/sheet.html", context, status=status)


def _number(text: str | None) -> int:
    """A line number out of an address; 0 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0
