"""Pages of the survey: who may qualify, typing one in on a phone, what the visit found."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.registry.actions import CannotRecordVisit, CannotSurvey, enter_survey, record_visit
from mingbai.registry.forms import RecordVisit
from mingbai.registry.forms.surveys import SurveyForm
from mingbai.registry.models import Visit
from mingbai.registry.queries import newest_year, village_names
from mingbai.registry.queries.surveys import (
    SETTLED,
    entry_seen,
    show_entries,
    survey_counts,
    survey_seen,
)
from mingbai.registry.views.survey_rolls import rolls_of
from mingbai.registry.views.words import Words, day_shown
from mingbai.rulebook import load_book

PAGE: Final = 60
_STATES: Final = {"open": "待入户", "done": "有结果", "": "全部"}
_OUTCOMES: Final = dict(Visit.Outcome.choices)
_MAY_NOT: Final = "您的角色不能登记摸底。请由镇或部门的经办人员登记。"


@require_GET
def survey(request: HttpRequest) -> HttpResponse:
    """The list by town and village: who is to be visited, by whom, and what was found."""
    year = newest_year()
    if year is None:
        return render(request, "registry/survey.html", {"page": None})
    to, words = asker_of(request), Words.of(year)
    town, state = request.GET.get("town", ""), request.GET.get("state", "open")
    town, state = (town if town in words.towns else "", state if state in _STATES else "open")
    page = Paginator(survey_seen(to=to, year=year, town=town, state=state), PAGE).get_page(
        request.GET.get("page")
    )
    villages = village_names({each.village for each in page})
    context = {
        "page": page,
        "cards": [
            {
                "shown": each,
                "town": words.towns.get(each.entry.town, ""),
                "village": villages.get(each.entry.village, ""),
                "sub_item": words.sub_items.get(each.entry.sub_item, each.entry.sub_item),
                "outcome": _OUTCOMES.get(each.entry.outcome, "未入户"),
                "waits": each.entry.outcome not in SETTLED,
            }
            for each in show_entries(page)
        ],
        "counts": [
            {"count": each, "town": words.towns.get(each.town, each.town)}
            for each in survey_counts(to=to, year=year)
        ],
        "town": town,
        "state": state,
        "states": _STATES,
        "outcomes": Visit.Outcome.choices,
        "today": day_shown(),
        "may_record": to.may("hand_in"),
        "rolls": rolls_of(to, year) if to.may("hand_in") else [],
    }
    return render(request, "registry/survey.html", context)


@require_http_methods(["GET", "POST"])
def survey_add(request: HttpRequest) -> HttpResponse:
    """Type in somebody who may qualify; one column, large targets, for phones at the door."""
    must(request, "hand_in", _MAY_NOT)
    year = newest_year()
    if year is None:
        raise Http404("还没有年度清单，不能登记摸底。请先启用年度清单。")
    book = load_book(year=year, county=settings.MINGBAI_COUNTY)
    form = SurveyForm(request.POST or None, book=book, to=asker_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            enter_survey(
                surveyed=form.surveyed(), book=book, by=user_of(request), at=timezone.now()
            )
        except CannotSurvey as error:
            for field, text in (error.faults or {"": str(error)}).items():
                form.add_error(field if field in form.fields else None, text)
        else:
            messages.success(request, "已登记，请按期入户。")
            return redirect("registry:survey")
    return render(request, "registry/survey_add.html", {"form": form})


@require_POST
def survey_visited(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what a visit found; who applies is led to the application with what is known."""
    must(request, "hand_in", _MAY_NOT)
    to = asker_of(request)
    found: Any = entry_seen(pk, to=to)
    if found is None:
        raise Http404("没有这个人，或不在您的查看范围内。")
    if not to.sees_all and found.town not in to.towns:
        raise PermissionDenied("入户由所在镇登记。您了解情况的，请与镇里联系。")
    form = RecordVisit(request.POST)
    if not form.is_valid():
        messages.error(request, "没有保存：请选结果，写明入户日期和入户人员。")
        return redirect("registry:survey")
    try:
        visit = record_visit(
            entry=found, **form.cleaned_data, by=user_of(request), at=timezone.now()
        )
    except CannotRecordVisit as error:
        messages.error(request, str(error))
        return redirect("registry:survey")
    messages.success(request, f"已登记：{visit.get_outcome_display()}。")
    if visit.outcome == Visit.Outcome.APPLIED:
        return redirect(f"{reverse('registry:apply')}?entry={found.pk}")
    return redirect("registry:survey")
