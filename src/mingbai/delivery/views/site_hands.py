"""Opening a site by hand; asking that one be given up, and deciding on it."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.delivery.actions.site_hands import (
    CannotOpenSite,
    CannotWithdrawSite,
    NewSite,
    decide_withdrawal,
    open_site,
    withdraw_site,
)
from mingbai.delivery.forms.site_hands import DecideForm, OpenSiteForm, WithdrawForm
from mingbai.delivery.queries.sites import site_seen
from mingbai.delivery.queries.withdrawals import withdrawal_seen
from mingbai.delivery.views.sites import may_confirm
from mingbai.programme.queries import adopted_years, sub_items
from mingbai.rulebook import load_book

_HELD: Final = "工地由牵头部门或县民生办的经办人员登记、撤销。"
_DECIDED: Final = "撤销由责任部门或县民生办的复核人员审定。"
_NOT_SEEN: Final = "没有这个工地，或不在您的查看范围内。"


@require_http_methods(["GET", "POST"])
def site_open(request: HttpRequest) -> HttpResponse:
    """Open one site that no ledger lists yet."""
    must(request, "hand_in", _HELD)
    to, user = asker_of(request), user_of(request)
    year = next(iter(adopted_years(to=to)), None)
    items = [
        (item.code, item.name)
        for item in (sub_items(to=to, year=year) if year else ())
        if item.kind == "works" and (to.sees_all or item.code in to.sub_items)
    ]
    book = load_book(year=year, county=settings.MINGBAI_COUNTY) if year else None
    towns = [(town.code, town.name) for town in book.towns] if book else []
    form = OpenSiteForm(request.POST or None, items=items, towns=towns)
    if year and request.method == "POST" and form.is_valid():
        try:
            made = open_site(
                year=year,
                said=NewSite(**form.cleaned_data),
                office=user.office,
                by=user,
                at=timezone.now(),
            )
        except CannotOpenSite as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已登记，以后的台账写同样的名称或编号就接着这个工地")
            return redirect("delivery:site", made.pk)
    context = {"form": form, "year": year, "items": items}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "delivery/site_open.html", context, status=status)


@require_POST
def site_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that a site be given up."""
    must(request, "hand_in", _HELD)
    to = asker_of(request)
    found = site_seen(pk, to=to)
    if found is None:
        raise Http404(_NOT_SEEN)
    if not (to.sees_all or found.sub_item in to.sub_items or found.office_id in to.office_ids):
        raise PermissionDenied(_HELD)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写撤销日期、依据文号和理由")
        return redirect("delivery:site", pk)
    try:
        withdraw_site(site=found, **form.cleaned_data, by=user_of(request), at=timezone.now())
    except CannotWithdrawSite as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已提出撤销，另一人审定以前仍照常计算")
    return redirect("delivery:site", pk)


@require_POST
def withdrawal_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to a withdrawal or refuse it."""
    must(request, "approve", _DECIDED)
    to = asker_of(request)
    found = withdrawal_seen(pk, to=to)
    if found is None:
        raise Http404(_NOT_SEEN)
    if not may_confirm(to, found.site.sub_item):
        raise PermissionDenied(_DECIDED)
    form = DecideForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请选择是否同意")
        return redirect("delivery:site", found.site_id)
    agreed = form.cleaned_data["decision"] == "agreed"
    try:
        decide_withdrawal(
            withdrawal=found,
            agreed=agreed,
            reason=form.cleaned_data["reason"],
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotWithdrawSite as error:
        messages.error(request, str(error))
        return redirect("delivery:site", found.site_id)
    messages.success(request, "已撤销，不再计入开工率、完工率" if agreed else "已记下不同意的理由")
    return redirect("delivery:works" if agreed else "delivery:waiting")
