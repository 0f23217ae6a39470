"""Pages of batches: the list, drawing one, one batch with its lines and steps."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.base.scope import Asker
from mingbai.payment.actions import (
    CAUSES,
    CannotDrawBatch,
    Declared,
    draw_batch,
)
from mingbai.payment.forms import ConfirmBatch, DrawBatch, FilterBatches, VoidBatch
from mingbai.payment.models import BatchStep
from mingbai.payment.queries import (
    batches_seen,
    difference_from_last_month,
    lines_seen,
    months_drawn,
    payable_names,
    shares_seen,
    steps_of,
)
from mingbai.payment.views.cards import (
    PAGE,
    batch_or_404,
    card,
    own_names,
    sees_whole,
)
from mingbai.registry.queries import (
    masked_names,
    newest_year,
    people_by_id,
    sub_item_names,
    town_names,
)
from mingbai.rulebook import describe_rules, load_book


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


@require_GET
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: totals, steps, what was left out, difference from last month, lines."""
    to = asker_of(request)
    found = batch_or_404(request, pk)
    names, towns = sub_item_names(year=found.year), town_names()
    page = Paginator(lines_seen(to=to, batch=found), PAGE).get_page(request.GET.get("page"))
    people = masked_names(people_by_id([line.person_id for line in page], to=to))
    steps = steps_of(found)
    whole = sees_whole(to, found)
    book = load_book(year=found.year, county=settings.MINGBAI_COUNTY)
    rules = describe_rules(book)
    context = {
        "card": card(found, names, shares_seen(to=to, batches=[found]).get(found.pk)),
        "steps": steps,
        "page": page,
        "lines": [
            {
                "line": line,
                "rule": rules.get(line.rule),
                "name": people.get(line.person_id, "—"),
                "town": towns.get(line.town, line.town),
            }
            for line in page
        ],
        "left_out": [(CAUSES.get(k, k), n) for k, n in found.left_out.items()] if whole else [],
        "difference": difference_from_last_month(found) if whole else None,
        "rules": [(each, rules.get(each)) for each in sorted({line.rule for line in page})],
        "same_book": book.digest == found.rulebook_digest,
        **_offers(to, found, steps),
    }
    return render(request, "payment/batch.html", context)


def _offers(to: Asker, found: Any, steps: list[BatchStep]) -> dict[str, Any]:
    """Which buttons this person gets: never their own work to check."""
    whole = sees_whole(to, found)
    maker = to.user_id == found.drawn_by_id
    checker = any(s.step == "approved" and s.step_by_id == to.user_id for s in steps)
    open_states = (BatchStep.Step.DRAWN, BatchStep.Step.APPROVED)
    return {
        "may_approve": whole and to.may("approve") and found.state == "drawn" and not maker,
        "is_maker": maker and found.state == "drawn",
        "may_confirm": whole
        and to.may("confirm")
        and found.state == "approved"
        and not (maker or checker),
        "may_void": whole and found.state in open_states and (to.may("draw") or to.may("approve")),
        "confirm_form": ConfirmBatch(),
        "void_form": VoidBatch(),
    }
