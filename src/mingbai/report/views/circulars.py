"""Pages of circulars: the list, one as printed, the rows behind a count, a score broken down."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must_of_county, user_of
from mingbai.base.attachments import DOCX, attached
from mingbai.base.files import open_file
from mingbai.delivery.queries import latest_period
from mingbai.programme.queries import adopted_years
from mingbai.report.actions import (
    CannotCompileCircular,
    CannotIssueCircular,
    compile_circular,
    issue_circular,
)
from mingbai.report.forms import CircularForm
from mingbai.report.models import Circular, CircularLine
from mingbai.report.queries.circulars import (
    COUNTS,
    circular_blocks,
    circular_lines,
    circular_score,
    circulars,
    lines_of_office,
)
from mingbai.rulebook import load_book

PAGE = 30
_COLOURS = {
    "done": "done",
    "on_time": "green",
    "silent": "grey",
    "unchecked": "grey",
    "waiting": "grey",
}
_WORDS = {
    "done": "已完成",
    "on_time": "按序时",
    "silent": "未报",
    "unchecked": "待确认",
    "waiting": "不判断",
}


def _circular(request: HttpRequest, pk: int) -> Circular:
    found = circulars(to=asker_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这份通报，或尚未印发")
    return found


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The circulars, newest first, and the form to compile one."""
    to = asker_of(request)
    years = adopted_years(to=to)
    may_compile = to.sees_all and to.may("compile") and bool(years)
    form = None
    if may_compile:
        newest = latest_period(to=to, year=years[0]) or years[0] * 100 + 1
        form = CircularForm(years=years, initial={"year": newest // 100, "month": newest % 100})
    page = Paginator(circulars(to=to), PAGE).get_page(request.GET.get("page"))
    return render(request, "report/circulars.html", {"page": page, "form": form})


@require_POST
def compile_month(request: HttpRequest) -> HttpResponse:
    """Compile a new draft."""
    must_of_county(request, "compile", "进度通报由县民生办的经办人员编制。")
    form = CircularForm(request.POST, years=adopted_years(to=asker_of(request)))
    if not form.is_valid():
        messages.error(request, "请选择年度和月份")
        return redirect("report:circulars")
    year = form.cleaned_data["year"]
    try:
        made = compile_circular(
            year=year,
            period=year * 100 + form.cleaned_data["month"],
            book=load_book(year=year, county=settings.MINGBAI_COUNTY),
            by=user_of(request),
            at=timezone.now(),
            forms_folder=settings.MINGBAI_FORMS,
            demonstration=settings.MINGBAI_DEMO,
        )
    except CannotCompileCircular as error:
        messages.error(request, str(error))
        return redirect("report:circulars")
    messages.success(request, f"{made}已编制，带底色的数和得分都能点开")
    return redirect("report:circular", pk=made.pk)


@require_GET
def circular(request: HttpRequest, pk: int) -> HttpResponse:
    """The circular as it will be printed; counts lead to their rows, scores to their parts."""
    to, found = asker_of(request), _circular(request, pk)
    issued = getattr(found, "issue", None)
    later = circulars(to=to).filter(follows=found).first()
    context = {
        "circular": found,
        "blocks": circular_blocks(found),
        "issue": issued,
        "later": later,
        "signed_date": timezone.localdate(found.compiled_at),
        "month": found.period % 100,
        "may_write": not issued and later is None and to.sees_all and to.may("compile"),
        "is_maker": found.compiled_by_id == to.user_id,
        "may_issue": not issued
        and later is None
        and to.sees_all
        and to.may("issue")
        and found.compiled_by_id != to.user_id,
    }
    return render(request, "report/circular.html", context)


@require_GET
def circular_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The docx as it was written when the circular was compiled."""
    found = _circular(request, pk)
    return attached(open_file(found.file), f"{found}.docx", DOCX)


@require_POST
def issue_month(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a draft."""
    must_of_county(request, "issue", "进度通报由县民生办的复核人员或领导印发。")
    found = _circular(request, pk)
    try:
        issue_circular(circular=found, by=user_of(request), at=timezone.now())
    except CannotIssueCircular as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{found}已印发，从此不再改动")
    return redirect("report:circular", pk=pk)


@require_GET
def circular_rows(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The rows that a count of the text counts, each with the sheet line it is from."""
    found = _circular(request, pk)
    if key not in COUNTS:
        raise Http404("通报里没有这个数")
    lines = circular_lines(found, to=asker_of(request), key=key)
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    context = {
        "circular": found,
        "name": COUNTS[key][0],
        "page": page,
        "rows": [_row(line) for line in page],
    }
    return render(request, "report/circular_rows.html", context)


@require_GET
def score(request: HttpRequest, pk: int, office: int) -> HttpResponse:
    """One office's score: each indicator's points, deductions, and the rows it was made of."""
    to, found = asker_of(request), _circular(request, pk)
    scored = circular_score(found, office, to=to)
    if scored is None:
        raise Http404("这份通报没有给这个单位打分")
    lines = lines_of_office(scored, to=to)
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    context = {
        "circular": found,
        "score": scored,
        "page": page,
        "rows": [_row(line) for line in page],
    }
    return render(request, "report/circular_score.html", context)


def _row(line: CircularLine) -> dict[str, Any]:
    """A line with the ratios a page shows."""
    actual = None
    if line.done is not None and line.target:
        actual = Fraction(line.done) / Fraction(line.target)
    planned: Decimal | None = line.planned_ratio
    return {
        "line": line,
        "actual": actual,
        "gap": None if actual is None or planned is None else actual - Fraction(planned),
        "colour": line.severity or _COLOURS.get(line.state, "yellow"),
        "words": _WORDS.get(line.state, "滞后"),
    }
