"""Recoveries: the list, one recovery with its steps, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.payment.actions import (
    CannotRecover,
    Terms,
    decide_recovery,
    record_repayment,
    waive_recovery,
)
from mingbai.payment.forms import DecideRecovery, FilterRecoveries, SettleRecovery
from mingbai.payment.models import RecoveryStep
from mingbai.payment.queries import (
    payable_names,
    recoveries_seen,
    recovery_seen,
    recovery_steps,
)
from mingbai.payment.queries.accounts import ACCOUNTS, CAUSES, entries_of_recovery
from mingbai.payment.views.cards import PAGE
from mingbai.registry.queries import (
    masked_names,
    newest_year,
    people_by_id,
    sub_item_names,
    town_names,
)

_STATES = dict(RecoveryStep.Step.choices)
_DECIDED = ("decided", "repaid", "waived", "lapsed")
_BADGES = {"proposed": "warn", "refused": "mute", "decided": "note"}


@require_GET
def recoveries(request: HttpRequest) -> HttpResponse:
    """The year's recoveries, newest first, with how far each has come."""
    to, year = asker_of(request), newest_year()
    if year is None:
        return render(request, "payment/recoveries.html", {"page": None})
    names = payable_names(year=year)
    form = FilterRecoveries(request.GET, names=names)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = recoveries_seen(to=to, year=year, **{k: v for k, v in chosen.items() if v})
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    people = masked_names(people_by_id([each.person_id for each in page], to=to))
    towns = town_names()
    context = {
        "page": page,
        "form": form,
        "rows": [_row(each, names, people, towns) for each in page],
    }
    return render(request, "payment/recoveries.html", context)


def _row(
    found: Any, names: dict[str, str], people: dict[int, str], towns: dict[str, str]
) -> dict[str, Any]:
    settled = found.state in _DECIDED and not found.left_amount
    return {
        "recovery": found,
        "sub_item": names.get(found.sub_item, found.sub_item),
        "name": people.get(found.person_id, "—"),
        "town": towns.get(found.town, found.town),
        "state": "已了结" if settled else _STATES.get(found.state, ""),
        "badge": "ok" if settled else _BADGES.get(found.state, "note"),
    }


def _recovery_or_404(request: HttpRequest, pk: int) -> Any:
    found = recovery_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这笔追回，或不在您的查看范围内。")
    return found


@require_GET
def recovery(request: HttpRequest, pk: int) -> HttpResponse:
    """One recovery: what, why, from which line, each step, what is still open."""
    to, found = asker_of(request), _recovery_or_404(request, pk)
    people = masked_names(people_by_id([found.person_id], to=to))
    own = to.user_id == found.made_by_id
    open_ = found.state in _DECIDED and found.left_amount > 0
    context = {
        "row": _row(found, sub_item_names(year=found.year), people, town_names()),
        "steps": recovery_steps(found),
        "moved": [
            {
                "entry": each,
                "cause": CAUSES[each.cause],
                "from": ACCOUNTS[each.from_account],
                "to": ACCOUNTS[each.to_account],
            }
            for each in entries_of_recovery(to=to, recovery=found)
        ],
        "may_decide": found.state == "proposed" and to.may("approve") and not own,
        "may_repay": open_ and to.may("draw"),
        "may_waive": open_ and to.may("approve") and not own,
        "decide_form": DecideRecovery(),
        "settle_form": SettleRecovery(),
    }
    return render(request, "payment/recovery.html", context)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide a proposal: repaid, set off, or refused."""
    must(request, "approve", "您的角色不能决定追回。由牵头部门或县民生办的复核人员办理。")
    found = _recovery_or_404(request, pk)
    form = DecideRecovery(request.POST)
    if not form.is_valid():
        messages.error(request, "没有选对处理方式，未作决定。")
        return redirect("payment:recovery", pk)
    asked, terms = form.cleaned_data, None
    if asked["decision"] != "refuse":
        monthly = asked["monthly"] if asked["decision"] == "set_off" else None
        limit = None if monthly is None else int(monthly * 100)
        terms = Terms(RecoveryStep.Method(asked["decision"]), limit)
    return _done(
        request,
        pk,
        lambda: decide_recovery(
            recovery=found,
            terms=terms,
            basis=asked["basis"],
            by=user_of(request),
            at=timezone.now(),
        ),
        "已作决定。",
    )


@require_POST
def repay(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that money came back."""
    must(request, "draw", "您的角色不能登记退回。由牵头部门或县民生办的经办人员办理。")
    return _settle(request, pk, record_repayment, "已登记退回。")


@require_POST
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up what cannot come back."""
    must(request, "approve", "您的角色不能核销追回。由牵头部门或县民生办的复核人员办理。")
    return _settle(request, pk, waive_recovery, "已核销。")


def _settle(request: HttpRequest, pk: int, act: Callable[..., object], words: str) -> HttpResponse:
    found = _recovery_or_404(request, pk)
    form = SettleRecovery(request.POST)
    if not form.is_valid():
        messages.error(request, "金额或凭据没有填对，未登记。")
        return redirect("payment:recovery", pk)
    asked = form.cleaned_data
    return _done(
        request,
        pk,
        lambda: act(
            recovery=found,
            amount=int(asked["amount"] * 100),
            document=asked["document"],
            by=user_of(request),
            at=timezone.now(),
        ),
        words,
    )


def _done(request: HttpRequest, pk: int, act: Callable[[], object], words: str) -> HttpResponse:
    try:
        act()
    except CannotRecover as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    return redirect("payment:recovery", pk)
