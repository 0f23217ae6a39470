"""Pages of meetings."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.oversight.forms.meetings import FilterMeetings
from mingbai.oversight.queries.meetings import meeting_years, meetings_seen, standing_of

PAGE: Final = 30


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The meetings of a year, the newest first."""
    to = asker_of(request)
    years = meeting_years(to=to)
    narrow = FilterMeetings(request.GET or None, years=years)
    chosen = narrow.cleaned_data if narrow.is_bound and narrow.is_valid() else {}
    found = meetings_seen(to=to, year=chosen.get("year"), kind=chosen.get("kind") or "")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"narrow": narrow, "page": page, "rows": [standing_of(each) for each in page]}
    return render(request, "oversight/meetings.html", context)
