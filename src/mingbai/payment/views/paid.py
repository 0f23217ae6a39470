"""What one person was drawn for and paid."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.payment.queries import (
    lines_of_person,
    totals_of_person,
)
from mingbai.payment.views.cards import (
    BADGES,
    PAGE,
    STATES,
    rules_of,
)
from mingbai.registry.queries import (
    newest_year,
    person_seen,
    show_person,
    sub_item_names,
)


@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """What one person was drawn for and paid, month by month."""
    to = asker_of(request)
    found = person_seen(pk, to=to)
    if found is None:
        raise Http404("没有这个人，或不在您的查看范围内。")
    year = newest_year()
    names = sub_item_names(year=year) if year else {}
    page = Paginator(lines_of_person(to=to, person_id=pk), PAGE).get_page(request.GET.get("page"))
    years = {line.batch.year for line in page}
    rules = {each: words for year in years for each, words in rules_of(year).items()}
    context = {
        "person": show_person(found),
        "page": page,
        "total": totals_of_person(to=to, person_id=pk),
        "rows": [
            {
                "line": line,
                "rule": rules.get(line.rule),
                "sub_item": names.get(line.sub_item, line.sub_item),
                "state": STATES.get(line.state, ""),
                "badge": BADGES.get(line.state, "mute"),
            }
            for line in page
        ],
    }
    return render(request, "payment/person.html", context)
