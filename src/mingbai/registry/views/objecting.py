"""Objections: the list, one objection, recording, answering, deciding."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.registry.actions import (
    CannotAnswerObjection,
    CannotDecideObjection,
    CannotRecordObjection,
    answer_objection,
    decide_objection,
    record_objection,
    withdraw_objection,
)
from mingbai.registry.forms import AnswerObjection, RecordObjection
from mingbai.registry.queries import (
    OBJECTION_STATES,
    newest_year,
    objection_seen,
    objections_seen,
    rows_seen,
    show_objection,
)
from mingbai.registry.queries.objections import state_of
from mingbai.registry.views.acting import act_on
from mingbai.registry.views.posted import posting_or_404, with_cells
from mingbai.registry.views.words import Words, day_shown
from mingbai.rulebook import load_book

PAGE = 50
_MAY_NOT = "您的角色不能登记、答复异议。由镇、牵头部门或县民生办的经办人员办理。"


def _objection_or_404(request: HttpRequest, pk: int) -> Any:
    found = objection_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这条异议，或不在您的查看范围内。")
    return found


_do = partial(act_on, find=_objection_or_404, page="registry:objection")


@require_GET
def objections(request: HttpRequest) -> HttpResponse:
    """Objections, those due first on top; open ones unless all are asked for."""
    to, year = asker_of(request), newest_year()
    every = request.GET.get("all") == "1"
    found = objections_seen(to=to, year=year, waiting=not every)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    words, on = Words.of(year), day_shown()
    context = {"page": page, "cards": [_card(each, words, on) for each in page], "all": every}
    return render(request, "registry/objections.html", context)


@require_GET
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection: what was said, about which row, what was found, who decided."""
    to = asker_of(request)
    found = _objection_or_404(request, pk)
    shown = show_objection(found, to=to)
    maker = next((step.step_by_id for step, _ in reversed(shown.answers)), None)
    row = with_cells([found.row])[0] if found.row else None
    context = {
        "card": _card(found, Words.of(found.posting.year), day_shown()),
        "shown": shown,
        "row": row,
        "may_answer": to.may("settle") and found.state in ("open", "returned"),
        "may_decide": to.may("approve") and found.state == "answered" and maker != to.user_id,
        "may_withdraw": to.may("settle") and found.state in ("open", "returned", "answered"),
        "form": AnswerObjection(),
    }
    return render(request, "registry/objection.html", context)


@require_POST
def posting_objected(request: HttpRequest, pk: int) -> HttpResponse:
    """Record an objection to a posting."""
    must(request, "settle", _MAY_NOT)
    found = posting_or_404(request, pk)
    form = RecordObjection(request.POST)
    if not form.is_valid():
        messages.error(request, "没有写明反映的情况，未登记。")
        return redirect("registry:posting", pk)
    chosen = dict(form.cleaned_data)
    number = chosen.pop("row")
    row = rows_seen(found, to=asker_of(request)).filter(number=number).first() if number else None
    if number and row is None:
        messages.error(request, f"这份公示没有第{number}行，未登记。请核对序号。")
        return redirect("registry:posting", pk)
    book = load_book(year=found.year, county=settings.MINGBAI_COUNTY)
    try:
        made = record_objection(
            posting=found, row=row, book=book, by=user_of(request), at=timezone.now(), **chosen
        )
    except CannotRecordObjection as error:
        messages.error(request, str(error))
        return redirect("registry:posting", pk)
    stopped = "，答复之前暂停发放" if row else ""
    messages.success(request, f"已登记，应在{made.due_date:%Y年%-m月%-d日}前答复{stopped}。")
    return redirect("registry:objection", made.pk)


@require_POST
def objection_answered(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what was found, and propose a verdict."""
    must(request, "settle", _MAY_NOT)
    form = AnswerObjection(request.POST)

    def act(found: Any) -> None:
        if not form.is_valid():
            raise CannotAnswerObjection("请写明调查情况，并选择异议成立或不成立。")
        answer_objection(
            objection=found, on=timezone.localdate(), by=user_of(request), at=timezone.now(),
            **form.cleaned_data,
        )  # fmt: skip

    return _do(request, pk, act, CannotAnswerObjection, "已记录调查情况，等复核人员审定。")


@require_POST
def objection_decided(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the verdict stand, or send it back."""
    must(request, "approve", "您的角色不能审定异议。审定由复核人员办理。")
    agrees = request.POST.get("agrees") == "1"

    def act(found: Any) -> None:
        decide_objection(
            objection=found, agrees=agrees, on=timezone.localdate(), by=user_of(request),
            at=timezone.now(),
        )  # fmt: skip

    done = "已审定，请答复反映人。" if agrees else "已退回重查。"
    return _do(request, pk, act, CannotDecideObjection, done)


@require_POST
def objection_withdrawn(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the objector took it back."""
    must(request, "settle", _MAY_NOT)

    def act(found: Any) -> None:
        withdraw_objection(
            objection=found, on=timezone.localdate(), by=user_of(request), at=timezone.now()
        )

    return _do(request, pk, act, CannotAnswerObjection, "已登记撤回。")


def _card(found: Any, words: Words, on: Any) -> dict[str, Any]:
    name, tone = OBJECTION_STATES[state_of(found)]
    late = found.state in ("open", "returned", "answered") and found.due_date < on
    return {
        "objection": found,
        "posting": found.posting,
        "sub_item": words.sub_items.get(found.posting.sub_item, found.posting.sub_item),
        "town": words.towns.get(found.posting.town, found.posting.town),
        "state": f"{name}，已逾期" if late else name,
        "tone": "bad" if late else tone,
    }
