"""Pages of rights in force: one right's life, proposals to decide, and reviews that are due."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.base.periods import period_of
from mingbai.registry.actions import (
    CHANGE_REASONS,
    CannotChangeEnrolment,
    CannotDecideChange,
    RowsReport,
    decide_changes,
    propose_changes,
    review_enrolments,
)
from mingbai.registry.forms import ProposeChange, ReviewForm
from mingbai.registry.models import Enrolment, EnrolmentChange, LifeReason
from mingbai.registry.queries import masked_names, newest_year
from mingbai.registry.queries.enrolments import (
    changes_seen,
    enrolment_seen,
    open_change,
    refused_changes,
    reviews_due,
    steps_of_enrolment,
    suspended_too_long,
)
from mingbai.registry.views.words import Words, day_shown
from mingbai.rulebook import Book, grade_words, load_book

PAGE: Final = 200


@require_GET
def enrolment(request: HttpRequest, pk: int) -> HttpResponse:
    """One right: its steps, what is proposed, and what may be done."""
    found = _found(request, pk)
    return _page(request, found, ProposeChange(grades=_grades(found)))


@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a change of one right."""
    must(request, "settle", "您的角色不能拟办变动。变动由经办人员提出，由复核人员审定。")
    found = _found(request, pk)
    form = ProposeChange(request.POST, grades=_grades(found))
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        report = propose_changes(
            enrolments=[found], wanted=form.wanted(), by=user_of(request), at=timezone.now()
        )
    except CannotChangeEnrolment as error:
        form.add_error(None, str(error))
        return _page(request, found, form, status=422)
    if report.refused:
        form.add_error(None, f"{report.refused[0][1]}。")
        return _page(request, found, form, status=422)
    messages.success(request, "已拟办，等另一位同事审定。审定之前照旧发放。")
    return redirect("registry:enrolment", pk)


@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """Proposals that wait for somebody else's verdict."""
    to = asker_of(request)
    words = Words.of(newest_year())
    page = Paginator(changes_seen(to=to), PAGE).get_page(request.GET.get("page"))
    names = masked_names(each.enrolment.person for each in page)
    cards = [
        {
            "change": each,
            "name": names[each.enrolment.person_id],
            "sub_item": words.sub_items.get(each.enrolment.sub_item, each.enrolment.sub_item),
            "town": words.towns.get(each.enrolment.town, each.enrolment.town),
            "own": each.made_by_id == to.user_id,
        }
        for each in page
    ]
    context = {
        "page": page,
        "cards": cards,
        "may_decide": to.may("approve"),
        "report": request.session.pop("registry_changes", None),
    }
    return render(request, "registry/proposals.html", context)


@require_POST
def decide_proposals(request: HttpRequest) -> HttpResponse:
    """Approve or refuse proposals, row by row."""
    must(request, "approve", "您的角色不能审定变动。变动由复核人员审定。")
    ids = [int(each) for each in request.POST.getlist("ids") if each.isdigit()][:1000]
    rows = list(changes_seen(to=asker_of(request)).filter(pk__in=ids))
    if not rows:
        raise Http404("没有勾选变动，或不在您的查看范围内。")
    try:
        report = decide_changes(
            changes=rows, verdict=request.POST.get("verdict", ""),
            reason=request.POST.get("reason", ""), by=user_of(request), at=timezone.now(),
        )  # fmt: skip
    except CannotDecideChange as error:
        messages.error(request, str(error))
        return redirect("registry:proposals")
    _told(request, report, {each.pk: each.enrolment for each in rows}, "已审定")
    return redirect("registry:proposals")


@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """Rights whose review is due this month or was before."""
    to, book = asker_of(request), _book()
    if book is None:
        return render(request, "registry/reviews.html", {"page": None})
    period = min(period_of(day_shown()), book.year * 100 + 12)
    words = Words.of(book.year)
    stopped = request.GET.get("about") == "suspended"
    query = suspended_too_long if stopped else reviews_due
    rows = query(to=to, book=book, period=period)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = masked_names(each.person for each in page)
    cards = [
        {
            "row": each,
            "name": names[each.person_id],
            "sub_item": words.sub_items.get(each.sub_item, each.sub_item),
            "town": words.towns.get(each.town, each.town),
        }
        for each in page
    ]
    context = {
        "page": page, "cards": cards, "period": period, "form": ReviewForm(),
        "may_review": to.may("settle") and not stopped,
        "stopped": stopped,
        "report": request.session.pop("registry_changes", None),
    }  # fmt: skip
    return render(request, "registry/reviews.html", context)


@require_POST
def enter_reviews(request: HttpRequest) -> HttpResponse:
    """Write down reviews, row by row; anything but continuing waits for another person."""
    must(request, "settle", "您的角色不能登记复核。复核由经办人员办理。")
    ids = [int(each) for each in request.POST.getlist("ids") if each.isdigit()][:1000]
    to = asker_of(request)
    rows = list(Enrolment.objects.seen_by(to).select_related("person").filter(pk__in=ids))
    if not rows:
        raise Http404("没有勾选对象，或不在您的查看范围内。")
    form = ReviewForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明复核依据，并选择结果和原因。")
        return redirect("registry:reviews")
    try:
        report = review_enrolments(
            enrolments=rows, **form.said(), by=user_of(request), at=timezone.now()
        )
    except CannotChangeEnrolment as error:
        messages.error(request, str(error))
        return redirect("registry:reviews")
    _told(request, report, {each.pk: each for each in rows}, "已复核")
    return redirect("registry:reviews")


def _page(
    request: HttpRequest, found: Enrolment, form: ProposeChange, status: int = 200
) -> HttpResponse:
    to = asker_of(request)
    words = Words.of(newest_year())
    change = open_change(found, to=to)
    context = {
        "enrolment": found,
        "name": masked_names([found.person])[found.person_id],
        "sub_item": words.sub_items.get(found.sub_item, found.sub_item),
        "town": words.towns.get(found.town, found.town),
        "steps": list(steps_of_enrolment(found, to=to)),
        "change": change,
        "refused": list(refused_changes(found, to=to)),
        "form": form,
        "may_propose": to.may("settle") and change is None,
        "may_decide": to.may("approve") and change is not None
        and change.made_by_id != to.user_id,
        "reasons": _reasons(),
    }  # fmt: skip
    return render(request, "registry/enrolment.html", context, status=status)


def _grades(found: Enrolment) -> dict[str, str]:
    """Grade -> its word, of the sub-item the right is for; none where it knows no grades."""
    book = _book()
    try:
        return grade_words(book, book.sub_item(found.sub_item)) if book else {}
    except KeyError:
        return {}


def _reasons() -> list[tuple[str, list[tuple[str, str]]]]:
    """Change -> its reasons, as groups of a select."""
    labels, steps = dict(LifeReason.choices), dict(EnrolmentChange.Step.choices)
    return [
        (str(steps[step]), [(code, str(labels[code])) for code in codes])
        for step, codes in CHANGE_REASONS.items()
    ]


def _told(request: HttpRequest, report: RowsReport, rows: dict[int, Enrolment], word: str) -> None:
    if report.done:
        messages.success(request, f"{word} {len(report.done)} 件。")
    if report.refused:
        messages.error(request, f"没有办成 {len(report.refused)} 件，逐件原因见下。")
        names = masked_names(each.person for each in rows.values())
        request.session["registry_changes"] = [
            {"pk": rows[pk].pk, "why": why, "name": names[rows[pk].person_id]}
            for pk, why in report.refused
        ]


def _found(request: HttpRequest, pk: int) -> Any:
    found = enrolment_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这项享受资格，或不在您的查看范围内。")
    return found


def _book() -> Book | None:
    year = newest_year()
    return load_book(year=year, county=settings.MINGBAI_COUNTY) if year else None
