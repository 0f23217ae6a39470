"""The year's money by programme, and the single entries of one programme."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.forms import ChooseMonth
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.funds.queries import FundTotal, add_up, standing_entries, totals
from mingbai.programme.queries import adopted_years, programmes, sub_items

_PAGE_ROWS = 100


def _asker(request: HttpRequest) -> Asker:
    asker: Asker = request.asker  # type: ignore[attr-defined]
    return asker


def _choice(request: HttpRequest) -> tuple[ChooseMonth, int | None, int | None, date | None]:
    """The form, the year (the newest by default), the month if one was chosen, and its last day."""
    years = adopted_years(to=asker_of(request))
    form = ChooseMonth(request.GET or None, years=years)
    chosen: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    year, month = chosen.get("year") or (years[0] if years else None), chosen.get("month")
    if year is None or month is None:
        return form, year, None, None
    return form, year, month, month_end(year * 100 + month)


@require_GET
def fund_table(request: HttpRequest) -> HttpResponse:
    """Budget, arrived, released and spent by programme, with three ratios side by side."""
    to = asker_of(request)
    form, year, month, through = _choice(request)
    context: dict[str, Any] = {"form": form, "year": year, "month": month, "rows": ()}
    if year is not None:
        parts: dict[str, list[FundTotal]] = defaultdict(list)
        for part in totals(to=to, year=year, through=through):
            parts[part.sub_item.partition(".")[0]].append(part)
        rows = [
            (programme, add_up(tuple(parts[programme.code])))
            for programme in programmes(to=to, year=year)
            if parts[programme.code]
        ]
        context |= {"rows": rows, "total": add_up(tuple(total for _, total in rows))}
    return render(request, "funds/table.html", context)


@require_GET
def programme_entries(request: HttpRequest, code: str) -> HttpResponse:
    """The standing entries of one programme, each leading to its workbook line or its note."""
    to = asker_of(request)
    form, year, month, through = _choice(request)
    found = programmes(to=to, year=year) if year else ()
    programme = next((each for each in found if each.code == code), None)
    if programme is None or year is None:
        raise Http404
    names = {item.code: item.name for item in sub_items(to=to, year=year, programme=code)}
    entries = (
        standing_entries(to=to, year=year, through=through)
        .filter(sub_item__in=names)
        .order_by("sub_item", "period", "kind", "tier", "id")
    )
    page = Paginator(entries, _PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "year": year,
        "month": month,
        "programme": programme,
        "page": page,
        "rows": [(names[entry.sub_item], entry) for entry in page],
    }
    return render(request, "funds/entries.html", context)
