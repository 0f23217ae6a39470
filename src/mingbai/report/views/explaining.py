"""「这个数从哪里来」: of a figure as a summary states it, and of one as it stands now."""

from __future__ import annotations

from collections.abc import Sequence
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
from mingbai.report.queries.boards import narrowed
from mingbai.report.views.boarding import narrowing


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
    office, town = narrowing(request, to)
    to = narrowed(to, year=year, office=office, town=town)
    when = Moment(year, month_end(year * 100 + month), last_seq())
    try:
        shown = shown_now(key, when=when, to=to)
    except KeyError as error:
        raise Http404("没有这个指标，或不在您的查看范围内") from error
    address = reverse("report:why_now", args=[year, month, key])
    whose = office.short_name if office else town.name if town else ""
    more = {"year": year, "month": month, "whose": whose}
    part = [(key, request.GET[key]) for key in ("office", "town") if key in request.GET]
    return _explained(request, to, shown, address, more, part)


def _explained(
    request: HttpRequest,
    to: Asker,
    shown: Shown,
    address: str,
    more: dict[str, Any],
    part: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    try:
        explained = explain_shown(shown, tuple(request.GET.getlist("p")), to)
    except CannotExplain as error:
        raise Http404(str(error)) from error
    context = {
        "shown": shown,
        "explained": explained,
        "top": _address(address, (), part),
        "papers": _papers(to, shown, explained),
        "rounding": rounding_text(explained.card),
        "record_name": _record_name(shown),
        "steps": [(step.label, _address(address, step.path, part)) for step in explained.steps],
        "rows": [
            (each, _address(address, each.path, part) if each.path else each.address)
            for each in explained.parts
        ],
        **_pages(address, explained, part),
        **more,
    }
    return render(request, "report/why.html", context)


def _papers(to: Asker, shown: Shown, explained: Explanation) -> tuple[YearDocument, ...]:
    """The issued papers of the programmes that the figure, or the step taken, is about."""
    told = {shown.card.key.rpartition("completion.")[2]}
    told |= {step.path[0] for step in explained.steps[:1]}
    codes = {each.partition(".")[0] for each in told}
    return documents_for(to=to, year=shown.when.year, programmes=codes)


def _address(top: str, path: tuple[str, ...], part: Sequence[tuple[str, str]] = ()) -> str:
    query = urlencode([*part, *(("p", key) for key in path)])
    return top + (f"?{query}" if query else "")


def _pages(top: str, explained: Explanation, part: Sequence[tuple[str, str]]) -> dict[str, str]:
    before, after = explained.before, explained.after
    return {
        "before": "" if before is None else _address(top, before, part),
        "after": "" if after is None else _address(top, after, part),
    }


def _record_name(shown: Shown) -> str:
    """The Chinese name of the kind of record behind a figure."""
    try:
        return str(apps.get_model(shown.evidence.record)._meta.verbose_name)
    except (LookupError, ValueError):
        return shown.evidence.record
