"""Pages of summaries: the list, the preview, what changed, and the outlines."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.asking import asker_of, must_of_county, user_of
from mingbai.base.attachments import DOCX, attached
from mingbai.base.files import open_file
from mingbai.programme.queries import adopted_years
from mingbai.report.actions import (
    CannotCompileSummary,
    CannotIssueSummary,
    CannotTypeFigure,
    CannotWriteOutline,
    compile_summary,
    issue_summary,
    write_outline,
)
from mingbai.report.forms import CompileForm, OutlineForm
from mingbai.report.models import Half, Summary
from mingbai.report.queries import (
    list_changes,
    open_outline,
    outline_chapters,
    page_blocks,
    paper_file,
    statements_of,
    summaries,
)

PAGE = 20


def _summary(request: HttpRequest, pk: int) -> Summary:
    found = summaries(to=asker_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这份小结，或尚未印发")
    return found


def _settings() -> dict[str, Any]:
    """What the installation decides for its papers."""
    return {
        "forms_folder": settings.MINGBAI_FORMS,
        "demonstration": settings.MINGBAI_DEMO,
    }


@require_GET
def papers(request: HttpRequest) -> HttpResponse:
    """The list of summaries, the form to compile one, the chapters the office writes."""
    to = asker_of(request)
    years = adopted_years(to=to)
    page = Paginator(summaries(to=to), PAGE).get_page(request.GET.get("page"))
    may_compile = to.sees_all and to.may("compile") and bool(years)
    initial = {"year": years[0] if years else None, "half": Half.FIRST}
    context = {
        "page": page,
        "may_compile": may_compile,
        "form": CompileForm(years=years, initial=initial) if may_compile else None,
        "no_year": not years,
    }
    return render(request, "report/papers.html", context)


@require_POST
def compile_paper(request: HttpRequest) -> HttpResponse:
    """Compile a new draft."""
    must_of_county(request, "compile", "小结由县民生办的经办人员编制。")
    form = CompileForm(request.POST, years=adopted_years(to=asker_of(request)))
    if not form.is_valid():
        messages.error(request, "请选择年度和时段")
        return redirect("report:papers")
    try:
        made = compile_summary(
            **form.cleaned_data, by=user_of(request), at=timezone.now(), **_settings()
        )
    except CannotCompileSummary as error:
        messages.error(request, str(error))
        return redirect("report:papers")
    messages.success(request, f"{made}已编制，点任何一个数都能查到它的来处")
    return redirect("report:paper", pk=made.pk)


@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The summary as it will be printed, each figure a link to where it comes from."""
    to, found = asker_of(request), _summary(request, pk)
    statements = statements_of(found, to=to)
    issued = getattr(found, "issue", None)
    later = summaries(to=to).filter(follows=found).first()
    context = {
        "summary": found,
        "blocks": page_blocks(found, statements),
        "statements": statements,
        "issue": issued,
        "later": later,
        "signed_date": timezone.localdate(found.compiled_at),
        "may_issue": not issued
        and later is None
        and to.sees_all
        and to.may("issue")
        and found.compiled_by_id != to.user_id,
        "is_maker": found.compiled_by_id == to.user_id,
        "may_write": to.sees_all and to.may("compile"),
        "chapters": outline_chapters(found.form_kind, forms_folder=_settings()["forms_folder"]),
    }
    return render(request, "report/paper.html", context)


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The docx as it was written when the summary was compiled."""
    found = _summary(request, pk)
    stored = paper_file(found, to=asker_of(request))
    if stored is None:
        raise Http404("这份小结没有文件")
    return attached(open_file(stored), f"{found}.docx", DOCX)


@require_POST
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a draft."""
    must_of_county(request, "issue", "小结由县民生办的复核人员或领导印发。")
    found = _summary(request, pk)
    try:
        issue_summary(summary=found, by=user_of(request), at=timezone.now())
    except CannotIssueSummary as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{found}已印发，从此不再改动")
    return redirect("report:paper", pk=pk)


@require_GET
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What this draft states otherwise than the one before, and why."""
    found = _summary(request, pk)
    listed = list_changes(found, to=asker_of(request))
    return render(request, "report/changes.html", {"summary": found, "changes": listed})


@require_http_methods(["GET", "POST"])
def outline(request: HttpRequest, year: int, half: int, chapter: str) -> HttpResponse:
    """Write a chapter with figures bound in."""
    must_of_county(request, "compile", "提纲由县民生办的经办人员编写。")
    to, folder = asker_of(request), _settings()["forms_folder"]
    opened = open_outline(to=to, year=year, half=half, chapter=chapter, forms_folder=folder)
    if opened is None or year not in adopted_years(to=to):
        raise Http404("没有这一章可以编写")
    initial = {"text": opened.text, "follows_version": opened.version}
    form = OutlineForm(request.POST or None, initial=initial, bound=opened.bound)
    if request.method == "POST" and form.is_valid():
        try:
            saved = write_outline(
                year=year,
                half=half,
                chapter=chapter,
                by=user_of(request),
                at=timezone.now(),
                forms_folder=folder,
                **form.cleaned_data,
            )
        except (CannotTypeFigure, CannotWriteOutline) as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, f"已保存第{saved.version}版，下次编制小结时用上")
            return redirect("report:outline", year=year, half=half, chapter=chapter)
    context = {"form": form, "opened": opened, "year": year, "half": Half(half)}
    status = 422 if form.errors else 200
    return render(request, "report/outline.html", context, status=status)
