"""What paid months owe by today's rosters and rules, and what was overpaid: one sub-item a page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.payment.actions import (
    CAUSES,
    DOUBTS,
    CannotDrawBatch,
    CannotRecover,
    draw_arrears,
    propose_recovery,
    settle_up,
)
from mingbai.payment.forms import ChooseOwing, ProposeRecovery
from mingbai.payment.models import PaymentLine
from mingbai.payment.queries import payable_names
from mingbai.payment.views.cards import book_of, own_names
from mingbai.registry.queries import masked_names, newest_year, people_by_id, town_names

#: Lines shown of each list; the rest are counted and paid or claimed all the same.
SHOWN = 100


@require_GET
def owing(request: HttpRequest) -> HttpResponse:
    """Choose a sub-item and a month; see what would be paid in arrears and what was overpaid."""
    must(request, "draw", "您的角色不能核算补发和追回。由牵头部门或县民生办的经办人员办理。")
    to, year = asker_of(request), newest_year()
    if year is None:
        raise Http404("还没有年度清单。")
    form = ChooseOwing(request.GET or None, names=own_names(to, payable_names(year=year)))
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        try:
            owed = settle_up(
                sub_item=asked["sub_item"],
                period=year * 100 + asked["month"],
                book=book_of(year),
            )
        except CannotDrawBatch as error:
            messages.error(request, str(error))
        else:
            context |= _shown(owed.arrears.lines, owed.overpaid, to)
            context |= {
                "settled": True,
                "asked": asked,
                "claim_form": ProposeRecovery(),
                "arrears_count": owed.arrears.lines.height,
                "arrears_amount": owed.arrears.amount,
                "waiting": [(CAUSES[k], n) for k, n in owed.arrears.left_out.items()],
            }
    return render(request, "payment/owing.html", context)


def _shown(lines: Any, overpaid: Any, to: Any) -> dict[str, Any]:
    head = list(lines.head(SHOWN).iter_rows(named=True)) if lines.height else []
    over = list(overpaid.head(SHOWN).iter_rows(named=True)) if overpaid.height else []
    ids = [row["person_id"] for row in (*head, *over)]
    people, towns = masked_names(people_by_id(ids, to=to)), town_names()
    return {
        "lines": [
            {**row, "name": people.get(row["person_id"], "—"), "town_name": towns.get(row["town"])}
            for row in head
        ],
        "overpaid": [
            {
                **row,
                "name": people.get(row["person_id"], "—"),
                "town_name": towns.get(row["town"]),
                "why": DOUBTS.get(row["cause"], row["cause"]),
                "over_yuan": Decimal(row["over"]) / 100,
            }
            for row in over
        ],
        "overpaid_count": overpaid.height,
        "overpaid_amount": int(overpaid["over"].sum()) if overpaid.height else 0,
    }


@require_POST
def arrears(request: HttpRequest) -> HttpResponse:
    """Draw the arrears of a sub-item up to a month."""
    must(request, "draw", "您的角色不能制表。制表由牵头部门或县民生办的经办人员办理。")
    to, year = asker_of(request), newest_year()
    if year is None:
        raise Http404("还没有年度清单。")
    form = ChooseOwing(request.POST, names=own_names(to, payable_names(year=year)))
    if not form.is_valid():
        messages.error(request, "子项或月份没有选对，未制表。请重新选择。")
        return redirect("payment:owing")
    asked = form.cleaned_data
    try:
        done = draw_arrears(
            sub_item=asked["sub_item"],
            period=year * 100 + asked["month"],
            book=book_of(year),
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotDrawBatch as error:
        messages.error(request, str(error))
        return redirect("payment:owing")
    messages.success(request, "补发批次已制表，等待复核。")
    return redirect("payment:batch", done.pk)


@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to claim back part of a paid line, or all of it."""
    must(request, "draw", "您的角色不能提出追回。由牵头部门或县民生办的经办人员办理。")
    line = PaymentLine.objects.seen_by(asker_of(request)).filter(pk=pk).first()
    if line is None:
        raise Http404("没有这笔发放，或不在您的查看范围内。")
    form = ProposeRecovery(request.POST)
    if not form.is_valid():
        messages.error(request, "金额、原因或依据没有填对，未提出追回。")
        return redirect("payment:recoveries")
    asked = form.cleaned_data
    try:
        made = propose_recovery(
            line=line,
            amount=int(asked["amount"] * 100),
            cause=asked["cause"],
            basis=asked["basis"],
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotRecover as error:
        messages.error(request, str(error))
        return redirect("payment:recoveries")
    messages.success(request, "已提出追回，等待另一人决定。")
    return redirect("payment:recovery", made.pk)
