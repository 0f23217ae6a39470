"""Acts on a site's notes and upkeep, and the list of what is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.delivery.actions.upkeep import (
    Assigned,
    CannotAssignUpkeep,
    CannotCloseNote,
    CannotNote,
    CannotRecordVisit,
    Noted,
    assign_upkeep,
    close_note,
    record_note,
    record_upkeep,
)
from mingbai.delivery.forms import ClosingForm, NoteForm, UpkeepForm, UpkeepVisitForm
from mingbai.delivery.models import WorkSite
from mingbai.delivery.queries.sites import site_seen
from mingbai.delivery.queries.upkeep import note_seen
from mingbai.delivery.views.works import ground_of, works_day

_MAY_NOT: Final = "您的角色不能登记。质量安全和管护由镇或责任部门的经办人员登记。"
_MAY_NOT_CLOSE: Final = "您的角色不能销号。整改由复核人员核实后销号。"
_REFUSALS: Final = (CannotNote, CannotCloseNote, CannotAssignUpkeep, CannotRecordVisit)


def _site(request: HttpRequest, pk: int) -> WorkSite:
    found = site_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这个工地，或不在您的查看范围内。")
    return found


def _do(
    request: HttpRequest, pk: int, form: forms.Form, act: Callable[[dict[str, Any]], Any], said: str
) -> HttpResponse:
    """Do it and go back to the site; what is lacking is said there."""
    if not form.is_valid():
        lacking = "；".join(
            f"{form.fields[name].label}：{errors[0]}" for name, errors in form.errors.items()
        )
        messages.error(request, f"没有登记。{lacking}")
        return redirect("delivery:site", pk)
    try:
        act(form.cleaned_data)
    except _REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("delivery:site", pk)


@require_POST
def note_recorded(request: HttpRequest, pk: int) -> HttpResponse:
    """Record something wrong on a site."""
    must(request, "hand_in", _MAY_NOT)
    site = _site(request, pk)

    def act(given: dict[str, Any]) -> None:
        record_note(
            site=site, said=Noted(**given), book=ground_of(site.year, works_day()).book,
            by=user_of(request), at=timezone.now(),
        )  # fmt: skip

    return _do(request, pk, NoteForm(request.POST), act, "已登记，到期前会在“今日”提醒。")


@require_POST
def note_closed(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a note after another hand looked."""
    must(request, "approve", _MAY_NOT_CLOSE)
    note = note_seen(pk, to=asker_of(request))
    if note is None:
        raise Http404("没有这条记录，或不在您的查看范围内。")
    photo = request.FILES.get("photo")

    def act(given: dict[str, Any]) -> None:
        content = photo.read() if photo is not None and hasattr(photo, "read") else None
        close_note(note=note, photo=content, by=user_of(request), at=timezone.now(), **given)

    return _do(request, note.site_id, ClosingForm(request.POST), act, "已核实销号。")


@require_POST
def upkeep_assigned(request: HttpRequest, pk: int) -> HttpResponse:
    """Say who keeps a site up."""
    must(request, "hand_in", _MAY_NOT)
    site = _site(request, pk)

    def act(given: dict[str, Any]) -> None:
        assign_upkeep(
            site=site, said=Assigned(**given), book=ground_of(site.year, works_day()).book,
            by=user_of(request), at=timezone.now(),
        )  # fmt: skip

    return _do(request, pk, UpkeepForm(request.POST), act, "已落实管护单位，到期提醒巡查。")


@require_POST
def upkeep_visited(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a look at a finished site."""
    must(request, "hand_in", _MAY_NOT)
    site = _site(request, pk)

    def act(given: dict[str, Any]) -> None:
        record_upkeep(site=site, by=user_of(request), at=timezone.now(), **given)

    return _do(request, pk, UpkeepVisitForm(request.POST), act, "已登记巡查。")
