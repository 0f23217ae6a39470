"""The bank's side of a batch: its file written, handed over, cancelled; what was answered."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, user_of
from mingbai.base.attachments import attached
from mingbai.base.scope import Asker
from mingbai.paper.bank import BankFormat, CannotLoadFormat, load_bank_format
from mingbai.payment.actions.bank import (
    CannotCancelBankFile,
    CannotHandOverBankFile,
    CannotWriteBankFile,
    cancel_bank_file,
    hand_over_bank_file,
    write_bank_file,
)
from mingbai.payment.forms import CancelBankFile, ReadBankReturn, WriteBankFile
from mingbai.payment.models import BankFile, PaymentLine
from mingbai.payment.queries import shares_seen, steps_of
from mingbai.payment.queries.bank import (
    file_lines,
    file_position,
    file_seen,
    files_seen,
    returned_outcomes,
    returns_of,
    steps_of_file,
)
from mingbai.payment.views.cards import batch_or_404, batch_to_act_on, card, sees_whole
from mingbai.registry.queries import masked_names, people_by_id, sub_item_names, town_names
from mingbai.rulebook import Book, load_book

_TYPES = {"txt": "text/plain", "csv": "text/csv", "xml": "application/xml"}
#: So many open or returned lines are listed on the page; all of them stand in the file.
_SHOWN = 100


@require_GET
def bank(request: HttpRequest, pk: int) -> HttpResponse:
    """A batch's bank files with every answer, and where each 分 of the sent stands."""
    return _page(request, batch_or_404(request, pk))


@require_POST
def write_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the file of an approved batch; what does not fit is listed line by line."""
    found = batch_to_act_on(
        request, pk, ("confirm",), "银行文件由牵头部门或县民生办的支付人员生成。"
    )
    book = load_book(year=found.year, county=settings.MINGBAI_COUNTY)
    form = WriteBankFile(request.POST, formats=_formats(book))
    if not form.is_valid():
        messages.error(request, "格式或日期没有填对，没有生成文件。请重新填写。")
        return redirect("payment:bank", pk)
    asked = form.cleaned_data
    try:
        write_bank_file(
            batch=found,
            layout=layout_of(asked["format"]),
            pay_date=asked["pay_date"],
            cash_reason=asked["cash_reason"],
            book=book,
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotWriteBankFile as error:
        messages.error(request, str(error))
        return _page(request, found, refused=error.lines)
    messages.success(request, "银行文件已生成。请下载后送开户行。")
    return redirect("payment:bank", pk)


@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the bytes of a file; every download is an act of its own."""
    found = file_to_act_on(request, pk, "银行文件由支付人员下载。")
    try:
        content = hand_over_bank_file(file=found, by=user_of(request), at=timezone.now())
    except CannotHandOverBankFile as error:
        messages.error(request, str(error))
        return redirect("payment:bank", found.batch_id)
    extension = layout_of(found.format_code).extension
    return attached(content, f"{found.reference}.{extension}", _TYPES[extension])


@require_POST
def cancel_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a file that the bank has not answered."""
    found = file_to_act_on(request, pk, "银行文件由支付人员作废。")
    form = CancelBankFile(request.POST)
    if not form.is_valid():
        messages.error(request, "没有写明理由，未作废。")
        return redirect("payment:bank", found.batch_id)
    try:
        cancel_bank_file(
            file=found,
            reason=form.cleaned_data["reason"],
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotCancelBankFile as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "银行文件已作废，可以重新生成。请确认银行没有执行原文件。")
    return redirect("payment:bank", found.batch_id)


def file_to_act_on(request: HttpRequest, pk: int, message: str) -> BankFile:
    """The bank file asked for; 404 out of scope, refused unless it is this payer's business."""
    to = asker_of(request)
    found = file_seen(pk, to=to)
    if found is None:
        raise Http404("没有这份银行文件，或不在您的查看范围内。")
    if not to.may("confirm") or not sees_whole(to, found.batch):
        raise PermissionDenied(message)
    return found


def layout_of(code: str) -> BankFormat:
    """A format by its code, the county's own first; 404 where it is gone."""
    try:
        return load_bank_format(code, county_folder=settings.MINGBAI_FORMS)
    except CannotLoadFormat as error:
        raise Http404(str(error)) from error


def _formats(book: Book) -> list[tuple[str, str]]:
    """Formats agreed with the bank today, as a choice; none where no account is registered."""
    try:
        payer = book.bank.payer(timezone.localdate())
    except KeyError:
        return []
    return [(code, layout_of(code).name) for code in payer.formats]


def _page(
    request: HttpRequest, found: Any, refused: tuple[tuple[int, str], ...] = ()
) -> HttpResponse:
    to = asker_of(request)
    book = load_book(year=found.year, county=settings.MINGBAI_COUNTY)
    whole = sees_whole(to, found)
    files = files_seen(to=to, batch=found) if whole else []
    live = next((each for each in files if not each.cancelled), None)  # type: ignore[attr-defined]
    payer = whole and to.may("confirm") and to.user_id not in _hands(found)
    names = sub_item_names(year=found.year)
    ready = returned_outcomes(to=to, state="accepted", batch=found).count()
    context = {
        "card": card(found, names, shares_seen(to=to, batches=[found]).get(found.pk)),
        "files": [_shown(each) for each in files],
        "whole": whole,
        "live": live,
        "open_lines": _lines(to, live, "open") if live else [],
        "returned_lines": _lines(to, live, "returned") if live else [],
        "may_write": payer and found.state == "approved" and live is None,
        "may_act": payer,
        "may_follow": whole and to.may("draw") and ready,
        "ready_count": ready,
        "write_form": WriteBankFile(
            formats=_formats(book), initial={"pay_date": timezone.localdate()}
        ),
        "cancel_form": CancelBankFile(),
        "return_form": ReadBankReturn(),
        "refused": _refused(to, refused),
    }
    return render(request, "payment/bank.html", context)


def _hands(batch: Any) -> set[int]:
    return {s.step_by_id for s in steps_of(batch) if s.step in ("drawn", "checked", "approved")}


def _shown(file: BankFile) -> dict[str, Any]:
    """One file as the page shows it: where it stands, who had it, what the bank said."""
    return {
        "file": file,
        "position": file_position(file),
        "steps": steps_of_file(file),
        "returns": returns_of(file),
        "format": layout_of(file.format_code).name,
    }


def _lines(to: Asker, file: BankFile, said: str) -> list[dict[str, Any]]:
    rows = list(file_lines(to=to, file=file, said=said)[:_SHOWN])
    names = masked_names(people_by_id([row.line.person_id for row in rows], to=to))
    towns, layout = town_names(), layout_of(file.format_code)
    return [
        {
            "row": row,
            "line": row.line,
            "name": names.get(row.line.person_id, "—"),
            "town": towns.get(row.town, row.town),
            "reason": layout.returned.reason(row.reason).words if row.reason else "",
        }
        for row in rows
    ]


def _refused(to: Asker, lines: tuple[tuple[int, str], ...]) -> list[dict[str, Any]]:
    """Lines a file could not be written for, led to their person and their sheet."""
    why = dict(lines[:_SHOWN])
    found = list(PaymentLine.objects.seen_by(to).filter(pk__in=why))
    names = masked_names(people_by_id([line.person_id for line in found], to=to))
    towns = town_names()
    return [
        {
            "line": line,
            "name": names.get(line.person_id, "—"),
            "town": towns.get(line.town, line.town),
            "why": why[line.pk],
        }
        for line in found
    ]
