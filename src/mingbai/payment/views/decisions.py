"""Named decisions to pay beyond the funds: registered, countersigned, listed with what is left."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.payment.actions import CannotDecideFunding, approve_funding, register_funding
from mingbai.payment.forms import RegisterFunding
from mingbai.payment.models import FundingDecision
from mingbai.payment.queries import find_room, fundings_seen, payable_names
from mingbai.payment.views.cards import own_names
from mingbai.registry.queries import newest_year


@require_GET
def funding(request: HttpRequest) -> HttpResponse:
    """The year's decisions, newest first, each with the room of its sub-item today."""
    to, year = asker_of(request), newest_year()
    if year is None:
        return render(request, "payment/funding.html", {"rows": [], "form": None})
    names, today = payable_names(year=year), timezone.localdate()
    found = list(fundings_seen(to=to, year=year))
    rooms = {
        code: find_room(sub_item=code, year=year, on=today)
        for code in sorted({each.sub_item for each in found})
    }
    own = own_names(to, names)
    context = {
        "form": RegisterFunding(names=own) if to.may("draw") and own else None,
        "rows": [
            {
                "decision": each,
                "sub_item": names.get(each.sub_item, each.sub_item),
                "room": rooms[each.sub_item],
                "signed": each.signed_by,
                "over": each.until_date < today,
                "may_sign": not each.signed_by
                and to.may("approve")
                and to.user_id != each.made_by_id
                and (to.sees_all or each.sub_item in to.sub_items),
            }
            for each in found
        ],
    }
    return render(request, "payment/funding.html", context)


@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """Register a decision; it waits for a second hand."""
    must(request, "draw", "您的角色不能登记资金决定。由牵头部门或县民生办的经办人员办理。")
    to, year = asker_of(request), newest_year()
    if year is None:
        raise Http404("还没有年度清单。")
    form = RegisterFunding(request.POST, names=own_names(to, payable_names(year=year)))
    if not form.is_valid():
        messages.error(request, "资金决定没有填全，未登记。请核对文号、日期和金额。")
        return redirect("payment:funding")
    asked = form.cleaned_data
    try:
        register_funding(
            sub_item=asked["sub_item"],
            year=year,
            document_number=asked["document_number"],
            document_date=asked["document_date"],
            amount=int(asked["amount"] * 100),
            until_date=asked["until_date"],
            reason=asked["reason"],
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotDecideFunding as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已登记，等待另一人核准后生效。")
    return redirect("payment:funding")


@require_POST
def countersign(request: HttpRequest, pk: int) -> HttpResponse:
    """Countersign a decision that somebody else registered."""
    must(request, "approve", "您的角色不能核准资金决定。由牵头部门或县民生办的复核人员办理。")
    found = FundingDecision.objects.seen_by(asker_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这个资金决定，或不在您的查看范围内。")
    try:
        approve_funding(decision=found, by=user_of(request), at=timezone.now())
    except CannotDecideFunding as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已核准，自今日起生效。")
    return redirect("payment:funding")
