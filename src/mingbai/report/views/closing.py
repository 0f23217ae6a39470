"""The page to write what a month's circular asks at its end."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from mingbai.base.asking import asker_of, must_of_county, user_of
from mingbai.paper.form import load_form
from mingbai.programme.queries import adopted_years
from mingbai.report.actions.closing import CannotWriteClosing, write_closing
from mingbai.report.forms import ClosingForm
from mingbai.report.queries.circulars import CIRCULAR, COUNTS
from mingbai.report.queries.closings import closing_chapter, closings_of


@require_http_methods(["GET", "POST"])
def closing(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Write the closing chapter; the next draft of the month takes it."""
    must_of_county(request, "compile", "通报要求由县民生办的经办人员编写。")
    to = asker_of(request)
    chapter = closing_chapter(load_form(CIRCULAR, county_folder=settings.MINGBAI_FORMS))
    if year not in adopted_years(to=to) or not 1 <= month <= 12 or chapter is None:
        raise Http404("没有这个月的通报，或通报格式里没有可以编写的一章")
    period = year * 100 + month
    versions = closings_of(to=to, period=period)
    newest = versions[0] if versions else None
    start = {
        "text": newest.text if newest else chapter.default_text,
        "follows_version": newest.version if newest else 0,
    }
    form = ClosingForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = write_closing(
                period=period,
                text=form.cleaned_data["text"],
                follows_version=form.cleaned_data["follows_version"],
                by=user_of(request),
                at=timezone.now(),
                forms_folder=settings.MINGBAI_FORMS,
            )
        except CannotWriteClosing as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, f"已保存第{made.version}版，编制（或重新编制）后写进通报")
            return redirect("report:circulars")
    context = {
        "form": form,
        "year": year,
        "month": month,
        "heading": chapter.heading,
        "newest": newest,
        "history": versions[1:],
        "counts": [(key, name) for key, (name, _) in COUNTS.items()],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "report/closing.html", context, status=status)
