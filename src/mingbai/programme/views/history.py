"""Changes of the targets: the list of them, one in full, and the steps it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, user_of
from mingbai.programme.actions import (
    CannotSettleRevision,
    approve_revision,
    drop_revision,
    return_revision,
    submit_revision,
)
from mingbai.programme.forms import ReasonForm
from mingbai.programme.models import RevisionStep, TargetRevision
from mingbai.programme.queries import (
    effects_of,
    faults_of,
    given_words,
    history_of,
    revision_seen,
    revisions,
    state_of,
    told_of,
)
from mingbai.programme.views.asking import may_check, may_edit, must_check, must_edit, year_of

PAGE = 20
_STATES = {"draft": "草稿", **dict(RevisionStep.Step.choices)}
_BADGES = {"draft": "note", "submitted": "warn", "approved": "ok", "returned": "bad"}


def _card(revision: TargetRevision) -> dict[str, Any]:
    state = state_of(revision)
    return {
        "revision": revision,
        "state": _STATES[state],
        "badge": _BADGES.get(state, "mute"),
        "steps": list(revision.steps.all()),
    }


@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """The changes of the year's targets, newest first."""
    to, year = asker_of(request), year_of(request)
    page = None
    if year is not None:
        page = Paginator(revisions(to=to, year=year), PAGE).get_page(request.GET.get("page"))
    context = {"year": year, "page": page, "cards": [_card(each) for each in page or ()]}
    return render(request, "programme/changes.html", context)


@require_GET
def revision(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: its document, its steps, and each figure before and after."""
    to, found = asker_of(request), _found(request, pk)
    state = state_of(found)
    waiting = state in ("draft", "submitted", "returned") and to.sees_all
    context = {
        "card": _card(found),
        "effects": effects_of(found, to=to),
        "faults": faults_of(found) if waiting else (),
        "told": told_of(found) if waiting else (),
        "may_submit": may_edit(to) and state == "draft",
        "may_drop": may_edit(to) and waiting,
        "may_check": may_check(to) and state == "submitted",
        "is_maker": found.made_by_id == to.user_id and state == "submitted",
        "reason_form": ReasonForm(),
        "year": found.year,
    }
    return render(request, "programme/revision.html", context)


@require_GET
def history(request: HttpRequest, code: str, measure: str) -> HttpResponse:
    """How one target came to be what it is."""
    to, year = asker_of(request), year_of(request)
    found = history_of(to=to, year=year, sub_item=code, measure=measure) if year else None
    if found is None:
        raise Http404("清单里没有这个指标。")
    context = {
        "year": year,
        "history": found,
        "item": found.measure.sub_item,
        "given": given_words(found.upper) if found.upper else "",
    }
    return render(request, "programme/history.html", context)


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a draft over for approval."""
    must_edit(request, "提交目标变更")
    return _settle(request, pk, submit_revision, "已提交，等待复核")


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a submitted draft in force."""
    must_check(request, "目标变更的复核")
    return _settle(
        request, pk, approve_revision, "已生效。有变化的责任书已标为“需重签”，请到“责任书”重新拟定"
    )


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a submitted draft back."""
    must_check(request, "目标变更的复核")
    return _settle(request, pk, return_revision, "已退回经办人", reason=_reason(request))


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up."""
    must_edit(request, "放弃草稿")
    return _settle(request, pk, drop_revision, "已放弃，恢复为现行数", reason=_reason(request))


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    return str(form.cleaned_data["reason"]) if form.is_valid() else ""


def _settle(
    request: HttpRequest, pk: int, action: Callable[..., RevisionStep], said: str, **given: Any
) -> HttpResponse:
    found = _found(request, pk)
    try:
        action(revision=found, by=user_of(request), at=timezone.now(), **given)
    except CannotSettleRevision as error:
        for fault in error.faults:
            messages.error(request, fault)
    else:
        messages.success(request, said)
    return redirect("programme:revision", pk)


def _found(request: HttpRequest, pk: int) -> TargetRevision:
    found = revision_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这次变更，或不在您的查看范围内。")
    return found
