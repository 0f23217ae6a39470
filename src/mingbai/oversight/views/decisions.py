"""Pages of decisions: the list with its filters, one with its history."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.oversight.forms.decisions import FilterDecisions
from mingbai.oversight.queries.decisions import (
    decision_seen,
    decisions_seen,
    history_of,
    narrow,
    stand,
)
from mingbai.oversight.views.asking import today

PAGE: Final = 30


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The decisions that bind, those due first on top."""
    to, day = asker_of(request), today()
    form = FilterDecisions(request.GET or None)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = narrow(decisions_seen(to=to), day=day, state=chosen.get("state") or "")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": [stand(each, day) for each in page]}
    return render(request, "oversight/decisions.html", context)


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision: what, who, by when, and what was said since."""
    to = asker_of(request)
    found = decision_seen(pk, to=to, day=today())
    if found is None:
        raise Http404("没有这件议定事项，或不在本单位的范围内")
    context = {
        "standing": found,
        "decision": found.decision,
        "history": history_of(found.decision, to=to),
    }
    return render(request, "oversight/decision.html", context)
