"""Acts on a drawn batch: approve, confirm as paid, void."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from mingbai.base.asking import user_of
from mingbai.payment.actions import (
    CannotApproveBatch,
    CannotConfirmBatch,
    CannotVoidBatch,
    approve_batch,
    confirm_batch,
    void_batch,
)
from mingbai.payment.forms import ConfirmBatch, VoidBatch
from mingbai.payment.models import BatchStep
from mingbai.payment.views.cards import batch_to_act_on, book_of


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a batch drawn by somebody else."""
    found = batch_to_act_on(
        request, pk, ("approve",), "这个批次不能由您复核。复核由牵头部门或县民生办的复核人员办理。"
    )
    try:
        step = approve_batch(
            batch=found, by=user_of(request), at=timezone.now(), book=book_of(found.year)
        )
    except CannotApproveBatch as error:
        messages.error(request, str(error))
    else:
        left = step.step == BatchStep.Step.CHECKED
        words = "已复核，还须另一人复核。" if left else "已复核，等待确认发放。"
        messages.success(request, words)
    return redirect("payment:batch", pk)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that an approved batch was paid."""
    found = batch_to_act_on(
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
            by=user_of(request),
            at=timezone.now(),
            book=book_of(found.year),
        )
    except CannotConfirmBatch as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已确认发放。")
    return redirect("payment:batch", pk)


@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Void a batch that has not been paid."""
    found = batch_to_act_on(
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
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotVoidBatch as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已作废，其中的人可以重新制表。")
    return redirect("payment:batch", pk)
