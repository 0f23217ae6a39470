"""Doubts about training classes: the year's list, and the word said to one."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.delivery.actions.doubting import CannotAnswerDoubt, answer_doubt
from mingbai.delivery.forms.classes import DoubtForm
from mingbai.delivery.queries.class_doubts import STATES, doubts_seen, with_classes
from mingbai.delivery.queries.classes import class_of, doubt_seen
from mingbai.programme.queries import adopted_years

PAGE: Final = 50


@require_GET
def class_doubts(request: HttpRequest) -> HttpResponse:
    """The year's doubts by state, each with the lines of the roll and a place for the decision."""
    to = asker_of(request)
    years = adopted_years(to=to)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else next(iter(years), None)
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    if year is None:
        return render(request, "delivery/class_doubts.html", {"states": (), "rows": ()})
    page = Paginator(doubts_seen(to=to, year=year, state=state), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "year": year,
        "state": state,
        "states": STATES.items(),
        "page": page,
        "rows": with_classes(list(page)),
        "may_answer": to.may("settle") or to.may("approve"),
    }
    return render(request, "delivery/class_doubts.html", context)


@require_POST
def doubt_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what was found out about a doubt."""
    doubt = doubt_seen(pk, to=asker_of(request))
    if not (asker_of(request).may("settle") or asker_of(request).may("approve")):
        must(request, "settle", "疑点由办班单位或县民生办的经办、复核人员核实。")
    if doubt is None:
        raise Http404
    form = DoubtForm(request.POST)
    one = class_of(doubt.entered_sheet)
    if form.is_valid():
        try:
            answer_doubt(
                doubt=doubt,
                is_true=form.cleaned_data["decision"] == "confirmed",
                words=form.cleaned_data["words"],
                by=user_of(request),
                at=timezone.now(),
            )
        except CannotAnswerDoubt as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "已记下核实情况")
    else:
        messages.error(request, "请选结论并写明核实情况")
    if request.POST.get("from") == "list" or one is None:
        return redirect("delivery:class_doubts")
    return redirect("delivery:training_class", one.pk)
