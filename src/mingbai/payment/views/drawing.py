"""The list of batches, and drawing one from what its maker declares."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.payment.actions import (
    CannotDrawBatch,
    Declared,
    draw_batch,
)
from mingbai.payment.forms import DrawBatch, FilterBatches
from mingbai.payment.queries import (
    batches_seen,
    months_drawn,
    payable_names,
    shares_seen,
)
from mingbai.payment.views.cards import PAGE, card, own_names
from mingbai.registry.queries import newest_year
from mingbai.rulebook import load_book


@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    """The batches of the year, newest month first."""
    to, year = asker_of(request), newest_year()
    if year is None:
        return render(request, "payment/batches.html", {"page": None})
    names = payable_names(year=year)
    own = own_names(to, names)
    months = months_drawn(to=to, year=year)
    form = FilterBatches(request.GET, months=months, names=names)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = batches_seen(to=to, year=year, **{k: v for k, v in chosen.items() if v})
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shares = shares_seen(to=to, batches=list(page))
    context = {
        "page": page,
        "cards": [card(each, names, shares.get(each.pk)) for each in page],
        "form": form,
        "draw_form": DrawBatch(names=own) if to.may("draw") and own else None,
    }
    return render(request, "payment/batches.html", context)


@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw one batch from what the maker declared."""
    must(request, "draw", "您的角色不能制表。制表由牵头部门或县民生办的经办人员办理。")
    to, year = asker_of(request), newest_year()
    if year is None:
        raise Http404("还没有年度清单。")
    form = DrawBatch(request.POST, names=own_names(to, payable_names(year=year)))
    if not form.is_valid():
        messages.error(request, "子项或月份没有选对，未制表。请重新选择。")
        return redirect("payment:batches")
    asked = form.cleaned_data
    declared = None
    if asked["count"] is not None and asked["amount"] is not None:
        declared = Declared(asked["count"], int(asked["amount"] * 100))
    try:
        done = draw_batch(
            sub_item=asked["sub_item"],
            period=year * 100 + asked["month"],
            book=load_book(year=year, county=settings.MINGBAI_COUNTY),
            by=user_of(request),
            at=timezone.now(),
            declared=declared,
        )
    except CannotDrawBatch as error:
        messages.error(request, str(error))
        return redirect("payment:batches")
    messages.success(request, "已制表，等待复核。")
    return redirect("payment:batch", done.pk)
