"""What others give: targets of the level above beside our own, and the towns' populations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.asking import asker_of, user_of
from mingbai.programme.actions import CannotEnterFigures, enter_populations, enter_upper_figures
from mingbai.programme.forms import PeopleForm, UpperForm
from mingbai.programme.queries import (
    check_targets,
    given_words,
    names_of,
    populations,
    towns_of,
)
from mingbai.programme.views.asking import may_edit, must_edit, year_of, year_or_404

_BADGES = {"equal": "ok", "below": "bad", "above": "warn", "missing": "mute", "untaken": "bad"}


@require_GET
def check(request: HttpRequest) -> HttpResponse:
    """Each target beside what the level above gave, with the document."""
    year = year_of(request)
    form = UpperForm(names={}) if may_edit(asker_of(request)) else None
    return _show_check(request, year, form)


@require_POST
def enter_upper(request: HttpRequest) -> HttpResponse:
    """Enter a document of the level above."""
    must_edit(request, "上级下达数的登记")
    to, year = asker_of(request), year_or_404(request)
    form = UpperForm(request.POST, names=names_of(to=to, year=year))
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = enter_upper_figures(
                year=year,
                document_number=given["document_number"],
                document_date=given["document_date"],
                issuer=given["issuer"],
                figures=given["lines"],
                by=user_of(request),
                at=timezone.now(),
            )
        except CannotEnterFigures as error:
            form.add_error("lines", list(error.faults))
        else:
            messages.success(request, f"已登记 {len(made)} 项上级下达数，下表已重新核对")
            return redirect("programme:check")
    return _show_check(request, year, form, status=422)


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Enter the towns' populations."""
    must_edit(request, "人口数的登记")
    to, year = asker_of(request), year_of(request)
    if year is None:
        return render(request, "programme/people.html", {"year": None})
    towns, held = towns_of(to=to, year=year), populations(to=to, year=year)
    initial: dict[str, Any] = {code: each.people_count for code, each in held.items()}
    initial["source"] = next((each.source for each in held.values()), "")
    form = PeopleForm(request.POST or None, towns=towns, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            enter_populations(
                year=year,
                people=form.people(),
                source=form.cleaned_data["source"],
                by=user_of(request),
                at=timezone.now(),
            )
        except CannotEnterFigures as error:
            form.add_error(None, list(error.faults))
        else:
            messages.success(request, "已登记各镇人口，可以按人口分解目标了")
            return redirect("programme:matrix")
    status = 422 if form.errors else 200
    return render(request, "programme/people.html", {"year": year, "form": form}, status=status)


def _show_check(
    request: HttpRequest, year: int | None, form: UpperForm | None, status: int = 200
) -> HttpResponse:
    found = check_targets(to=asker_of(request), year=year) if year else ()
    rows = [
        {
            "checked": each,
            "name": each.sub_item.name
            if each.measure.position == 1
            else f"{each.sub_item.name}·{each.measure.name}",
            "given": given_words(each.upper) if each.upper else "",
            "badge": _BADGES[each.agreement],
        }
        for each in found
    ]
    counts = {kind: sum(each.agreement == kind for each in found) for kind in _BADGES}
    context = {"year": year, "rows": rows, "counts": counts, "form": form}
    return render(request, "programme/check.html", context, status=status)
