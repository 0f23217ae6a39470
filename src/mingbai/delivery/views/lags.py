"""The lags of a month, one lag with its rules and plan, and what offices and county say to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, must_of_county, user_of
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.actions import (
    CannotDecidePlan,
    CannotEnterMean,
    CannotPlanCatchUp,
    PlanWords,
    confirm_plan,
    enter_upper_mean,
    plan_catch_up,
    return_plan,
)
from mingbai.delivery.forms.lags import FilterLags, MeanForm, PlanForm, ReturnForm
from mingbai.delivery.models import CatchUpPlan
from mingbai.delivery.queries.judging import upper_means
from mingbai.delivery.queries.lags import LagRow, count_states, lag_row, lag_rows
from mingbai.delivery.queries.plans import plan_seen
from mingbai.delivery.views.choosing import choose_month
from mingbai.programme.queries import adopted_years, planned_curves, sub_items
from mingbai.rulebook import load_book
from mingbai.rulebook.model import Book

PAGE = 40


def _book(year: int) -> Book:
    return load_book(year=year, county=settings.MINGBAI_COUNTY)


@require_GET
def lags(request: HttpRequest) -> HttpResponse:
    """Who lags or is silent at the end of a month, by rule, with the plan to catch up."""
    to = asker_of(request)
    choice, year, period = choose_month(request, to)
    if year is None:
        return render(request, "delivery/lags.html", {"form": choice})
    book = _book(year)
    everything = lag_rows(to=to, year=year, period=period, lagging=book.lagging)
    narrow = FilterLags(request.GET or None, offices=_offices(everything), towns=_towns(everything))
    chosen = narrow.cleaned_data if narrow.is_bound and narrow.is_valid() else {}
    only_own = not any(row.judged.town is None for row in everything)
    town = chosen.get("town") or ("all" if only_own else "")
    rows = _narrowed(everything, {**chosen, "town": town})
    may_enter = to.sees_all and to.may("compile")
    context = {
        "form": choice,
        "narrow": narrow,
        "year": year,
        "period": period,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "whole": count_states([row for row in everything if row.judged.town is None]),
        "parts": count_states([row for row in everything if row.judged.town is not None]),
        "owing_count": sum(_owes(row, to) for row in everything),
        "waiting_count": sum(row.plan is not None and row.plan.state == "submitted"
                             for row in everything),
        "rules": book.lagging.rules_on(month_end(period)),
        "means": _means(to, year, period) if may_enter else (),
        "mean_form": MeanForm(sub_items=_item_choices(to, year)) if may_enter else None,
    }  # fmt: skip
    return render(request, "delivery/lags.html", context)


def _owes(row: LagRow, to: Asker) -> bool:
    return row.owes_answer and (to.sees_all or row.judged.office.pk in to.office_ids)


def _narrowed(rows: tuple[LagRow, ...], chosen: dict[str, Any]) -> tuple[LagRow, ...]:
    state, office, town = (chosen.get(key, "") for key in ("state", "office", "town"))
    wanted = {"": ("lagging", "silent", "unchecked"), "all": None}.get(state, (state,))
    return tuple(
        row
        for row in rows
        if (wanted is None or row.state in wanted)
        and (not office or str(row.judged.office.pk) == office)
        and (town == "all" or (row.judged.town or "") == town)
    )


def _offices(rows: tuple[LagRow, ...]) -> list[tuple[str, str]]:
    found = {str(row.judged.office.pk): row.judged.office.short_name for row in rows}
    return sorted(found.items(), key=lambda pair: pair[1])


def _towns(rows: tuple[LagRow, ...]) -> list[tuple[str, str]]:
    found = {row.judged.town: row.judged.town_name for row in rows if row.judged.town}
    return sorted(found.items())


def _item_choices(to: Asker, year: int) -> list[tuple[str, str]]:
    return [(item.code, item.name) for item in sub_items(to=to, year=year)]


def _means(to: Asker, year: int, period: int) -> list[tuple[str, Any]]:
    names = dict(_item_choices(to, year))
    found = upper_means(to=to, year=year, period=period)
    return [(names.get(code, code), mean) for code, mean in found.items()]


def _row(request: HttpRequest, year: int, month: int, item: str, town: str | None) -> LagRow:
    to = asker_of(request)
    if year not in adopted_years(to=to) or not 1 <= month <= 12:
        raise Http404
    found = lag_row(
        to=to,
        year=year,
        period=year * 100 + month,
        sub_item=item,
        town=town,
        lagging=_book(year).lagging,
    )
    if found is None:
        raise Http404("这个月没有它的判定，或不在本单位的范围内")
    return found


@require_GET
def lag(
    request: HttpRequest, year: int, month: int, item: str, town: str | None = None
) -> HttpResponse:
    """One sub-item or town's part: numbers, rules, cause, plan and how the plan goes."""
    found = _row(request, year, month, item, town)
    return _show(request, found, year, month, _plan_form(request, found, year, month))


@require_POST
def plan(
    request: HttpRequest, year: int, month: int, item: str, town: str | None = None
) -> HttpResponse:
    """Keep the office's answer."""
    must(request, "hand_in", "滞后原因和赶超计划由责任单位的报送人员填写。")
    found = _row(request, year, month, item, town)
    form = _plan_form(request, found, year, month, request.POST)
    if form is not None and form.is_valid():
        given = form.cleaned_data
        names = ("cause", "cause_words", "steps_planned", "responsible")
        try:
            plan_catch_up(
                year=year,
                period=year * 100 + month,
                sub_item=item,
                town=town,
                words=PlanWords(*(given[name] for name in names)),
                points=form.points(),
                book=_book(year),
                by=user_of(request),
                at=timezone.now(),
            )
        except CannotPlanCatchUp as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已报县民生办确认；确认后按月对照，做到没做到都会显示")
            return redirect(request.path.removesuffix("plan/"))
    return _show(request, found, year, month, form, status=422)


def _plan_form(
    request: HttpRequest, row: LagRow, year: int, month: int, data: Any = None
) -> PlanForm | None:
    """The form for those who must answer; nobody else is asked."""
    to, judged = asker_of(request), row.judged
    part = judged.deciding
    own = judged.office.pk in to.office_ids and to.may("hand_in")
    if not own or row.state != "lagging" or part is None or part.target is None or month == 12:
        return None
    curve = dict(planned_curves(to=to, year=year).get(judged.sub_item.code, ()))
    months = [year * 100 + each for each in range(month + 1, 13)]
    return PlanForm(
        data,
        causes=_book(year).lagging.causes_on(month_end(year * 100 + month)),
        months=months,
        unit=part.measure.unit,
        due={each: curve[each] * part.target for each in months if each in curve},
    )


def _show(
    request: HttpRequest,
    row: LagRow,
    year: int,
    month: int,
    form: PlanForm | None,
    status: int = 200,
) -> HttpResponse:
    to, book = asker_of(request), _book(year)
    newest = row.plan
    context = {
        "row": row,
        "judged": row.judged,
        "year": year,
        "month": month,
        "period": year * 100 + month,
        "form": form,
        "plans": [(each, book.lagging.cause_name(each.plan.cause)) for each in row.plans],
        "may_decide": newest is not None
        and newest.state == "submitted"
        and to.sees_all
        and to.may("approve")
        and newest.plan.made_by_id != to.user_id,
        "return_form": ReturnForm(),
    }
    return render(request, "delivery/lag.html", context, status=status)


def _plan(request: HttpRequest, pk: int) -> CatchUpPlan:
    must_of_county(request, "approve", "赶超计划由县民生办的复核人员确认。")
    found = plan_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404
    return found


def _to_lag(found: CatchUpPlan) -> HttpResponse:
    where = [found.year, found.period % 100, found.sub_item]
    if found.town_id:
        return redirect("delivery:town_lag", *where, found.town_id)
    return redirect("delivery:lag", *where)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold the office to its plan."""
    found = _plan(request, pk)
    try:
        confirm_plan(plan=found, by=user_of(request), at=timezone.now())
    except CannotDecidePlan as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已确认，从下月起按这份计划对照")
    return _to_lag(found)


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the plan back with a reason."""
    found = _plan(request, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        messages.error(request, "退回要写明理由，填报单位才知道怎么改")
        return _to_lag(found)
    try:
        return_plan(
            plan=found, reason=form.cleaned_data["reason"], by=user_of(request), at=timezone.now()
        )
    except CannotDecidePlan as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已退回，填报单位会在今日页看到")
    return _to_lag(found)


@require_POST
def enter_mean(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Keep a mean of the level above."""
    must_of_county(request, "compile", "上级平均进度由县民生办的经办人员录入。")
    form = MeanForm(request.POST, sub_items=_item_choices(asker_of(request), year))
    if form.is_valid():
        given = form.cleaned_data
        try:
            enter_upper_mean(
                year=year,
                period=year * 100 + month,
                sub_item=given["sub_item"],
                ratio=given["percent"] / Decimal(100),
                issuer=given["issuer"],
                document_number=given["document_number"],
                by=user_of(request),
                at=timezone.now(),
            )
        except CannotEnterMean as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "已录入，低于上级平均的子项会重新判定")
    else:
        messages.error(request, "平均进度没有保存，请填全子项、百分数、公布单位和文号")
    return redirect(f"/programmes/lags/?year={year}&month={month}")
