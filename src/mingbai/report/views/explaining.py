"""「这个数从哪里来」: of a figure as a summary states it, and of one as it stands now."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.ledger import last_seq
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.programme.models import YearDocument
from mingbai.programme.queries import adopted_years, documents_for
from mingbai.report.queries import (
    CannotExplain,
    Explanation,
    Moment,
    Shown,
    explain_shown,
    rounding_text,
    shown_in,
    shown_now,
    statement,
)


@require_GET
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a stated figure comes from: its definition, its parts, at last the line of a sheet."""
    to = asker_of(request)
    found = statement(pk, to=to)
    if found is None:
        raise Http404("没有这个数，或它所在的小结尚未印发")
    address = reverse("report:why", args=[pk])
    return _explained(request, to, shown_in(found), address, {"statement": found})


@require_GET
def why_now(request: HttpRequest, year: int, month: int, key: str) -> HttpResponse:
    """Where a figure comes from as it stands, for the months up to one; for what one may see."""
    to = asker_of(request)
    if year not in adopted_years(to=to) or not 1 <= month <= 12:
        raise Http404("没有这一年或这个月的数")
    when = Moment(year, month_end(year * 100 + month), last_seq())
    try:
        shown = shown_now(key, when=when, to=to)
    except KeyError as error:
        raise Http404("没有这个指标，或不在您的查看范围内") from error
    address = reverse("report:why_now", args=[year, month, key])
    return _explained(request, to, shown, address, {"year": year, "month": month})


def _explained(
    request: HttpRequest, to: Asker, shown: Shown, address: str, more: dict[str, Any]
) -> HttpResponse:
    try:
        explained = explain_shown(shown, tuple(request.GET.getlist("p")), to)
    except CannotExplain as error:
        raise Http404(str(error)) from error
    context = {
        "shown": shown,
        "explained": explained,
        "top": address,
        "papers": _papers(to, shown, explained),
        "rounding": rounding_text(explained.card),
        "record_name": _record_name(shown),
        "steps": [(step.label, _address(address, step.path)) for step in explained.steps],
        "rows": [(part, _next(address, part.path, part.address)) for part in explained.parts],
        **_pages(address, explained),
        **more,
    }
    return render(request, "report/why.html", context)


def _papers(to: Asker, shown: Shown, explained: Explanation) -> tuple[YearDocument, ...]:
    """The issued papers of the programmes that the figure, or the step taken, is about."""
    told = {shown.card.key.rpartition("completion.")[2]}
    told |= {step.path[0] for step in explained.steps[:1]}
    codes = {each.partition(".")[0] for each in told}
    return documents_for(to=to, year=shown.when.year, programmes=codes)


def _address(top: str, path: tuple[str, ...]) -> str:
    query = urlencode([("p", key) for key in path])
    return top + (f"?{query}" if query else "")


def _next(top: str, path: tuple[str, ...], address: str) -> str:
    return _address(top, path) if path else address


def _pages(top: str, explained: Explanation) -> dict[str, str]:
    before, after = explained.before, explained.after
    return {
        "before": "" if before is None else _address(top, before),
        "after": "" if after is None else _address(top, after),
    }


def _record_name(shown: Shown) -> str:
    """The Chinese name of the kind of record behind a figure."""
    try:
        return str(apps.get_model(shown.evidence.record)._meta.verbose_name)
    except (LookupError, ValueError):
        return shown.evidence.record
