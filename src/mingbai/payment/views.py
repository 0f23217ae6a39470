"""Pages of payment: batches, one batch with its lines and steps, what one person was paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.models import User
from mingbai.base.scope import Asker
from mingbai.payment.actions import (
    CAUSES,
    CannotApproveBatch,
    CannotConfirmBatch,
    CannotDrawBatch,
    CannotVoidBatch,
    Declared,
    approve_batch,
    confirm_batch,
    draw_batch,
    void_batch,
)
from mingbai.payment.forms import ConfirmBatch, DrawBatch, FilterBatches, VoidBatch
from mingbai.payment.models import BatchStep, PaymentBatch
from mingbai.payment.queries import (
    batch_seen,
    batches_seen,
    difference_from_last_month,
    lines_of_person,
    lines_seen,
    months_drawn,
    payable_names,
    shares_seen,
    steps_of,
    totals_of_person,
)
from mingbai.registry.queries import (
    masked_names,
    newest_year,
    people_by_id,
    person_seen,
    show_person,
    sub_item_names,
    town_names,
)
from mingbai.rulebook import RuleWords, describe_rules, load_book

PAGE = 50
_STATES = dict(BatchStep.Step.choices)
_BADGES = {"drawn": "warn", "approved": "note", "paid": "ok", "voided": "mute"}


def _asker(request: HttpRequest) -> Asker:
    return request.asker  # type: ignore[attr-defined, no-any-return]


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _require(request: HttpRequest, permission: str, message: str) -> None:
    if not _asker(request).may(permission):
        raise PermissionDenied(message)


def _whole(to: Asker, batch: PaymentBatch) -> bool:
    """Whether a batch is this office's business as a whole: a town sees only its part of it."""
    return to.sees_all or batch.sub_item in to.sub_items


def _batch_to_act_on(
    request: HttpRequest, pk: int, permissions: tuple[str, ...], message: str
) -> PaymentBatch:
    to, found = _asker(request), _batch_or_404(request, pk)
    if not any(map(to.may, permissions)) or not _whole(to, found):
        raise PermissionDenied(message)
    return found


@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    """The batches of the year, newest month first."""
    to, year = _asker(request), newest_year()
    if year is None:
        return render(request, "payment/batches.html", {"page": None})
    names = payable_names(year=year)
    own = _own(to, names)
    months = months_drawn(to=to, year=year)
    form = FilterBatches(request.GET, months=months, names=names)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = batches_seen(to=to, year=year, **{k: v for k, v in chosen.items() if v})
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shares = shares_seen(to=to, batches=list(page))
    context = {
        "page": page,
        "cards": [_card(each, names, shares.get(each.pk)) for each in page],
        "form": form,
        "draw_form": DrawBatch(names=own) if to.may("draw") and own else None,
    }
    return render(request, "payment/batches.html", context)


@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw one batch from what the maker declared."""
    _require(request, "draw", "您的角色不能制表。制表由牵头部门或县民生办的经办人员办理。")
    to, year = _asker(request), newest_year()
    if year is None:
        raise Http404("还没有年度清单。")
    form = DrawBatch(request.POST, names=_own(to, payable_names(year=year)))
    if not form.is_valid():
        messages.error(request, "子项或月份没有选对，未制表。请重新选择。")
        return redirect("payment:batches")
    asked = form.cleaned_data
    declared = None
    if asked["count"] is not None and asked["amount"] is not None:
        declared = Declared(asked["count"], int(asked["amount"] * 100))
    try:
        done = draw_batch(
            sub_item=asked["sub_item"],
            period=year * 100 + asked["month"],
            book=load_book(year=year, county=settings.MINGBAI_COUNTY),
            by=_user(request),
            at=timezone.now(),
            declared=declared,
        )
    except CannotDrawBatch as error:
        messages.error(request, str(error))
        return redirect("payment:batches")
    messages.success(request, "已制表，等待复核。")
    return redirect("payment:batch", done.pk)


@require_GET
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: totals, steps, what was left out, difference from last month, lines."""
    to = _asker(request)
    found = _batch_or_404(request, pk)
    names, towns = sub_item_names(year=found.year), town_names()
    page = Paginator(lines_seen(to=to, batch=found), PAGE).get_page(request.GET.get("page"))
    people = masked_names(people_by_id([line.person_id for line in page], to=to))
    steps = steps_of(found)
    whole = _whole(to, found)
    book = load_book(year=found.year, county=settings.MINGBAI_COUNTY)
    rules = describe_rules(book)
    context = {
        "card": _card(found, names, shares_seen(to=to, batches=[found]).get(found.pk)),
        "steps": steps,
        "page": page,
        "lines": [
            {
                "line": line,
                "rule": rules.get(line.rule),
                "name": people.get(line.person_id, "—"),
                "town": towns.get(line.town, line.town),
            }
            for line in page
        ],
        "left_out": [(CAUSES.get(k, k), n) for k, n in found.left_out.items()] if whole else [],
        "difference": difference_from_last_month(found) if whole else None,
        "rules": [(each, rules.get(each)) for each in sorted({line.rule for line in page})],
        "same_book": book.digest == found.rulebook_digest,
        **_offers(to, found, steps),
    }
    return render(request, "payment/batch.html", context)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a batch drawn by somebody else."""
    found = _batch_to_act_on(
        request, pk, ("approve",), "这个批次不能由您复核。复核由牵头部门或县民生办的复核人员办理。"
    )
    try:
        approve_batch(batch=found, by=_user(request), at=timezone.now())
    except CannotApproveBatch as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已复核，等待确认发放。")
    return redirect("payment:batch", pk)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that an approved batch was paid."""
    found = _batch_to_act_on(
        request,
        pk,
        ("confirm",),
        "这个批次不能由您确认发放。确认由牵头部门或县民生办的支付人员办理。",
    )
    form = ConfirmBatch(request.POST)
    if not form.is_valid():
        messages.error(request, "没有填写发放日期，未确认。请填写银行实际发放的日期。")
        return redirect("payment:batch", pk)
    try:
        confirm_batch(
            batch=found,
            paid_date=form.cleaned_data["paid_date"],
            by=_user(request),
            at=timezone.now(),
        )
    except CannotConfirmBatch as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已确认发放。")
    return redirect("payment:batch", pk)


@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Void a batch that has not been paid."""
    found = _batch_to_act_on(
        request,
        pk,
        ("draw", "approve"),
        "这个批次不能由您作废。作废由牵头部门或县民生办的经办、复核人员办理。",
    )
    form = VoidBatch(request.POST)
    if not form.is_valid():
        messages.error(request, "没有写明理由，未作废。")
        return redirect("payment:batch", pk)
    try:
        void_batch(
            batch=found,
            reason=form.cleaned_data["reason"],
            by=_user(request),
            at=timezone.now(),
        )
    except CannotVoidBatch as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已作废，其中的人可以重新制表。")
    return redirect("payment:batch", pk)


@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """What one person was drawn for and paid, month by month."""
    to = _asker(request)
    found = person_seen(pk, to=to)
    if found is None:
        raise Http404("没有这个人，或不在您的查看范围内。")
    year = newest_year()
    names = sub_item_names(year=year) if year else {}
    page = Paginator(lines_of_person(to=to, person_id=pk), PAGE).get_page(request.GET.get("page"))
    years = {line.batch.year for line in page}
    rules = {each: words for year in years for each, words in _rules_of(year).items()}
    context = {
        "person": show_person(found),
        "page": page,
        "total": totals_of_person(to=to, person_id=pk),
        "rows": [
            {
                "line": line,
                "rule": rules.get(line.rule),
                "sub_item": names.get(line.sub_item, line.sub_item),
                "state": _STATES.get(line.state, ""),
                "badge": _BADGES.get(line.state, "mute"),
            }
            for line in page
        ],
    }
    return render(request, "payment/person.html", context)


def _own(to: Asker, names: dict[str, str]) -> dict[str, str]:
    return {code: name for code, name in names.items() if to.sees_all or code in to.sub_items}


def _batch_or_404(request: HttpRequest, pk: int) -> PaymentBatch:
    found: PaymentBatch | None = batch_seen(pk, to=_asker(request))
    if found is None:
        raise Http404("没有这个批次，或不在您的查看范围内。")
    return found


def _card(found: Any, names: dict[str, str], share: dict[str, int] | None) -> dict[str, Any]:
    return {
        "batch": found,
        "sub_item": names.get(found.sub_item, found.sub_item),
        "state": _STATES.get(found.state, ""),
        "badge": _BADGES.get(found.state, "mute"),
        **(share or {"line_count": 0, "person_count": 0, "amount": 0}),
    }


def _rules_of(year: int) -> Mapping[str, RuleWords]:
    """Rule id -> its name and source in the book of a year."""
    return describe_rules(load_book(year=year, county=settings.MINGBAI_COUNTY))


def _offers(to: Asker, found: Any, steps: list[BatchStep]) -> dict[str, Any]:
    """Which buttons this person gets: never their own work to check."""
    whole = _whole(to, found)
    maker = to.user_id == found.drawn_by_id
    checker = any(s.step == "approved" and s.step_by_id == to.user_id for s in steps)
    open_states = (BatchStep.Step.DRAWN, BatchStep.Step.APPROVED)
    return {
        "may_approve": whole and to.may("approve") and found.state == "drawn" and not maker,
        "is_maker": maker and found.state == "drawn",
        "may_confirm": whole
        and to.may("confirm")
        and found.state == "approved"
        and not (maker or checker),
        "may_void": whole and found.state in open_states and (to.may("draw") or to.may("approve")),
        "confirm_form": ConfirmBatch(),
        "void_form": VoidBatch(),
    }
