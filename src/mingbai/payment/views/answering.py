"""The bank's answers: reading one, and what each of its lines was taken for."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, user_of
from mingbai.payment.actions.answers import MESSAGES
from mingbai.payment.actions.returns import CannotReadBankReturn, read_bank_return
from mingbai.payment.forms import ReadBankReturn
from mingbai.payment.models import BankReturn, ReturnLine
from mingbai.payment.queries.bank import kinds_of, return_lines, return_seen
from mingbai.payment.views.cards import PAGE
from mingbai.payment.views.sending import file_to_act_on, layout_of
from mingbai.registry.queries import masked_names, people_by_id, sub_item_names

_BADGES = {
    "paid": "ok", "returned": "warn", "bounced": "warn", "pending": "note", "duplicate": "mute",
    "withheld": "mute",
}  # fmt: skip


@require_POST
def read_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Read an answer of the bank to one file."""
    found = file_to_act_on(request, pk, "银行回盘由支付人员读入。")
    form = ReadBankReturn(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "没有选择回盘文件。请选择银行发来的文件后再上传。")
        return redirect("payment:bank", found.batch_id)
    try:
        answer = read_bank_return(
            file=found,
            content=form.cleaned_data["file"].read(),
            layout=layout_of(found.format_code),
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotReadBankReturn as error:
        messages.error(request, str(error))
        return redirect("payment:bank", found.batch_id)
    if answer.outcome == BankReturn.Outcome.READ:
        messages.success(request, "回盘已读入，逐行结果见下。")
    else:
        messages.warning(request, f"{answer.get_outcome_display()}：{answer.message}")
    return redirect("payment:bank_return", answer.pk)


@require_GET
def bank_return(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer: counts by kind, then line by line with what to do."""
    to = asker_of(request)
    found = return_seen(pk, to=to)
    if found is None:
        raise Http404("没有这份回盘，或不在您的查看范围内。")
    chosen = request.GET.get("kind", "")
    kind = chosen if chosen in ReturnLine.Kind.values else ""
    layout = layout_of(found.bank_file.format_code)
    page = Paginator(return_lines(found, kind=kind), PAGE).get_page(request.GET.get("page"))
    known = [row.bank_line.line.person_id for row in page if row.bank_line]
    names = masked_names(people_by_id(known, to=to))
    sub_items = sub_item_names(year=found.bank_file.batch.year)
    counts = kinds_of(found)
    context = {
        "answer": found,
        "batch": found.bank_file.batch,
        "sub_item": sub_items.get(found.bank_file.batch.sub_item, ""),
        "tally": found.tally,
        "kind": kind,
        "counts": [
            {
                "kind": value,
                "name": label,
                "badge": _BADGES.get(value, "bad"),
                "words": MESSAGES[value],
                **counts[value],
            }
            for value, label in ReturnLine.Kind.choices
            if value in counts
        ],
        "page": page,
        "lines": [
            {
                "row": row,
                "badge": _BADGES.get(row.kind, "bad"),
                "line": row.bank_line.line if row.bank_line else None,
                "name": names.get(row.bank_line.line.person_id, "—") if row.bank_line else "",
                "words": row.note or MESSAGES[row.kind],
                "reason": layout.returned.reason(row.reason).words if row.reason else "",
            }
            for row in page
        ],
    }
    return render(request, "payment/bank_return.html", context)
