"""Information by office, and an office's pieces with the sites that adopted them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.forms import ChooseMonth
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.outreach.queries import Piece, office_counts, pieces, years_with_pieces

_PAGE_ROWS = 50


def _asker(request: HttpRequest) -> Asker:
    asker: Asker = request.asker  # type: ignore[attr-defined]
    return asker


def _chosen(request: HttpRequest) -> tuple[ChooseMonth, int | None, int | None, tuple[Piece, ...]]:
    """The form, year and month chosen (the newest year by default) and the pieces up to then."""
    to = asker_of(request)
    years = years_with_pieces(to=to)
    form = ChooseMonth(request.GET or None, years=years)
    chosen: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    year, month = chosen.get("year") or (years[0] if years else None), chosen.get("month")
    if year is None:
        return form, None, None, ()
    through = month_end(year * 100 + month) if month else None
    return form, year, month, pieces(to=to, year=year, through=through)


@require_GET
def offices(request: HttpRequest) -> HttpResponse:
    """What each office sent and what was adopted of it."""
    form, year, month, found = _chosen(request)
    rows = office_counts(found)
    context = {
        "form": form,
        "year": year,
        "month": month,
        "rows": rows,
        "sent": len(found),
        "city": sum(row.city for row in rows),
        "province": sum(row.province for row in rows),
        "city_ratio": Fraction(sum(row.city for row in rows), len(found)) if found else None,
    }
    return render(request, "outreach/offices.html", context)


@require_GET
def office_pieces(request: HttpRequest, office: int) -> HttpResponse:
    """The pieces of one office, newest first, each leading to its workbook line."""
    form, year, month, found = _chosen(request)
    own = [piece for piece in reversed(found) if piece.office_id == office]
    if not own:
        raise Http404
    context = {
        "form": form,
        "year": year,
        "month": month,
        "count": office_counts(tuple(own))[0],
        "page": Paginator(own, _PAGE_ROWS).get_page(request.GET.get("page")),
    }
    return render(request, "outreach/office.html", context)
