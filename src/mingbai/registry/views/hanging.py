"""Acts on postings: draw up, approve, put up, prove by photo, take down, give up."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.registry.actions import (
    CannotApprovePosting,
    CannotDraftPosting,
    CannotDropPosting,
    CannotKeepPhoto,
    CannotPutUpPosting,
    CannotTakeDownPosting,
    approve_posting,
    draft_posting,
    drop_posting,
    keep_board_photo,
    put_up_posting,
    take_down_posting,
)
from mingbai.registry.forms import DraftPosting, PhotoForm, PutUpForm, ReasonForm
from mingbai.registry.queries import newest_year
from mingbai.registry.views.acting import act_on
from mingbai.registry.views.posted import posting_or_404
from mingbai.registry.views.words import Words, day_shown
from mingbai.rulebook import load_book

_MAY_NOT = "您的角色不能制作公示。公示由镇、牵头部门或县民生办的经办人员制作。"
_do = partial(act_on, find=posting_or_404, page="registry:posting")


@require_http_methods(["GET", "POST"])
def new_posting(request: HttpRequest) -> HttpResponse:
    """Draw up a posting of one roll for one channel."""
    must(request, "settle", _MAY_NOT)
    to, year = asker_of(request), newest_year()
    words = Words.of(year)
    asked = request.POST if request.method == "POST" else None
    first = {"start_date": day_shown(), "stage": "payment", **request.GET.dict()}
    book = load_book(year=year, county=settings.MINGBAI_COUNTY) if year else None
    towns = {
        code: name
        for code, name in words.towns.items()
        if to.sees_all or to.sub_items or code in to.towns
    }
    form = DraftPosting(asked, initial=first, words=words, towns=towns, book=book)
    if book is not None and form.is_bound and form.is_valid():
        chosen = form.cleaned_data
        seen = to.sees_all or chosen["town"] in to.towns or chosen["sub_item"] in to.sub_items
        try:
            if not seen:
                raise CannotDraftPosting("这个镇的这份名单不在您的范围内。")
            made = draft_posting(
                **chosen, book=book, by=user_of(request), at=timezone.now(),
                demonstration=settings.MINGBAI_DEMO,
            )  # fmt: skip
        except CannotDraftPosting as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已制作，共 {made.row_count} 人，等复核人员审核。")
            return redirect("registry:posting", made.pk)
    return render(request, "registry/new_posting.html", {"form": form, "year": year})


@require_POST
def posting_approved(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a posting drawn up by somebody else."""
    must(request, "approve", "您的角色不能审核公示。审核由复核人员办理。")

    def act(found: Any) -> None:
        day = timezone.localdate()
        approve_posting(posting=found, on=day, by=user_of(request), at=timezone.now())

    return _do(request, pk, act, CannotApprovePosting, "已审核，可以打印张贴。")


@require_POST
def posting_put_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Record since when it hangs."""
    must(request, "settle", _MAY_NOT)
    form = PutUpForm(request.POST)

    def act(found: Any) -> None:
        if not form.is_valid():
            raise CannotPutUpPosting("没有填写张贴日期，未登记。")
        day = form.cleaned_data["posted_date"]
        put_up_posting(posting=found, posted_date=day, by=user_of(request), at=timezone.now())

    return _do(request, pk, act, CannotPutUpPosting, "已登记张贴，请上传公开栏照片。")


@require_POST
def posting_taken_down(request: HttpRequest, pk: int) -> HttpResponse:
    """Record when it was taken down."""
    must(request, "settle", _MAY_NOT)
    form = PutUpForm(request.POST)

    def act(found: Any) -> None:
        if not form.is_valid():
            raise CannotTakeDownPosting("没有填写撤下日期，未登记。")
        chosen = form.cleaned_data
        take_down_posting(
            posting=found, taken_date=chosen["posted_date"], reason=chosen["reason"],
            by=user_of(request), at=timezone.now(),
        )  # fmt: skip

    return _do(request, pk, act, CannotTakeDownPosting, "已撤下，公示原件留存备查。")


@require_POST
def posting_dropped(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up a posting that never hung."""
    must(request, "settle", _MAY_NOT)
    form = ReasonForm(request.POST)

    def act(found: Any) -> None:
        why = form.cleaned_data["reason"] if form.is_valid() else ""
        drop_posting(
            posting=found, reason=why, on=timezone.localdate(), by=user_of(request),
            at=timezone.now(),
        )  # fmt: skip

    return _do(request, pk, act, CannotDropPosting, "已作废，可以重新制作。")


@require_POST
def posting_proven(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a photo of a board."""
    must(request, "settle", _MAY_NOT)
    form = PhotoForm(request.POST, request.FILES)

    def act(found: Any) -> None:
        if not form.is_valid():
            raise CannotKeepPhoto("没有选择照片，未保存。")
        keep_board_photo(
            posting=found, village=form.cleaned_data["village"],
            content=form.cleaned_data["photo"].read(), by=user_of(request), at=timezone.now(),
        )  # fmt: skip

    return _do(request, pk, act, CannotKeepPhoto, "照片已存档，拍摄地点、时间和机型已去除。")
