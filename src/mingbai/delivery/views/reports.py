"""Reports in: who owes a month's report, one report with its questions, and a sheet to type it."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.asking import asker_of, must, must_of_county, user_of
from mingbai.base.models import Office
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.actions import (
    CannotAnswerReport,
    CannotConfirmReport,
    CannotHandInReport,
    CannotReturnReport,
    CannotWaiveChecking,
    answer_questions,
    confirm_reports,
    hand_in_report,
    return_report,
    title_of,
    waive_checking,
)
from mingbai.delivery.forms import ReasonForm, blank_report, read_answers, read_report
from mingbai.delivery.models import EnteredSheet
from mingbai.delivery.queries.desk import (
    ReportCard,
    cards_of,
    due_lines,
    is_waived,
    lines_of,
    office_reports,
    owing_offices,
    report_seen,
    reports_numbered,
    unconfirmed_sheets,
)
from mingbai.delivery.queries.questions import Question
from mingbai.delivery.views.choosing import choose_month
from mingbai.rulebook import Book, load_book

#: More reports than a county has in a month are not confirmed by one press.
_MOST: Final = 300
_MUST_TYPE: Final = "进度由报送单位的经办人员填报。"


def _book(year: int) -> Book:
    return load_book(year=year, county=settings.MINGBAI_COUNTY)


@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """Every office that owes the month's report: missing, to be answered, to be confirmed, done."""
    to = asker_of(request)
    form, year, period = choose_month(request, to)
    if year is None:
        return render(request, "delivery/reports.html", {"form": form, "rows": ()})
    book = _book(year)
    rows = office_reports(to=to, book=book, period=period)
    rule = book.report_rule(month_end(period))
    left = unconfirmed_sheets(to=to, year=year, through=month_end(period))
    counts = {state: sum(row.state == state for row in rows) for state in ("missing", "confirmed")}
    context = {
        "form": form,
        "year": year,
        "period": period,
        "rows": rows,
        "counts": counts,
        "open_count": sum(row.state in ("returned", "asked") for row in rows),
        "waiting_count": sum(row.state == "waiting" for row in rows),
        "due": rule.due_date(period, book.calendar) if rule else None,
        "check_by": rule.check_date(period, book.calendar) if rule and rule.confirm else None,
        "may_confirm": to.may("approve"),
        "may_type": to.may("hand_in"),
        "left": left if to.sees_all and to.may("issue") else (),
        "waived": is_waived(left, year=year) if to.sees_all and left else False,
        "reason_form": ReasonForm(),
    }
    return render(request, "delivery/reports.html", context)


@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: last month beside this one, each difference, and what was said to it."""
    return _show(request, _found(request, pk))


@require_POST
def report_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the office's words on its differences."""
    must(request, "hand_in", "报表的问题由报送单位的经办人员说明。")
    found = _found(request, pk)
    book = _book(found.sheet.year)
    (card,) = cards_of([found], book=book)
    shown = [_as_shown(request, each) for each in card.questions]
    answers = read_answers(request.POST, shown)
    try:
        answer_questions(
            reports=[found], answers=answers, book=book, by=user_of(request), at=timezone.now()
        )
    except CannotAnswerReport as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已保存 {len(answers)} 处说明")
    return redirect("delivery:report", pk)


def _as_shown(request: HttpRequest, question: Question) -> Question:
    """The question with the figures the page had shown, so that moved ones are noticed."""
    seen = request.POST.get(f"s|{question.key}")
    same = seen is None or seen == f"{question.said}/{question.held}"
    return question if same else Question(question.entered_id, "moved", "", "", question.line)


@require_POST
def report_confirm(request: HttpRequest) -> HttpResponse:
    """Let the ticked reports count."""
    must(request, "approve", "进度报表由报送单位的复核人核。")
    to = asker_of(request)
    picked = [int(each) for each in request.POST.getlist("pick") if each.isdecimal()]
    found = reports_numbered(picked[:_MOST], to=to)
    back = _back(request)
    try:
        years = {each.sheet.year for each in found}
        if len(years) != 1:
            raise CannotConfirmReport("请勾选同一年度要核的报表")
        book = _book(years.pop())
        steps = confirm_reports(reports=found, book=book, by=user_of(request), at=timezone.now())
    except CannotConfirmReport as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已核 {len(steps)} 份报表，从现在起计入完成数")
    return redirect(back)


def _back(request: HttpRequest) -> str:
    """Where a checker came from: the report, or the month's list."""
    pk = request.POST.get("from", "")
    return reverse("delivery:report", args=[int(pk)]) if pk.isdecimal() else _list_of(request)


def _list_of(request: HttpRequest) -> str:
    year, month = request.POST.get("year", ""), request.POST.get("month", "")
    known = year.isdecimal() and month.isdecimal()
    return reverse("delivery:reports") + (f"?year={year}&month={month}" if known else "")


@require_POST
def report_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a report back to its office."""
    must(request, "approve", "进度报表由复核人退回。")
    found = _found(request, pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        return_report(entered=found, reason=reason, by=user_of(request), at=timezone.now())
    except CannotReturnReport as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{title_of(found)}已退回，等报送单位更正重报")
    return redirect("delivery:report", pk)


@require_POST
def waive(request: HttpRequest) -> HttpResponse:
    """A leader lets papers be compiled without the reports still unconfirmed."""
    must_of_county(request, "issue", "不等报表核完就编制，须由县领导同意。")
    form = ReasonForm(request.POST)
    year, month = request.POST.get("year", ""), request.POST.get("month", "")
    if not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):
        raise Http404
    try:
        waive_checking(
            period=int(year) * 100 + int(month),
            seen=[int(each) for each in request.POST.getlist("seen") if each.isdecimal()],
            reason=form.cleaned_data["reason"] if form.is_valid() else "",
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotWaiveChecking as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已记下。未核的报表仍不计入完成数，编制的材料会缺这些数")
    return redirect(_list_of(request))


@require_http_methods(["GET", "POST"])
def report_sheet(request: HttpRequest) -> HttpResponse:
    """Type a month's report: a row a measure, last month beside it."""
    must(request, "hand_in", _MUST_TYPE)
    to = asker_of(request)
    form, year, period = choose_month(request, to)
    if year is None:
        return render(request, "delivery/report_sheet.html", {"form": form})
    offices = _offices(to, year, period)
    wanted = request.POST.get("office") or request.GET.get("office")
    office = next((each for each in offices if each.code == wanted), None)
    if office is None and offices:
        office = next((each for each in offices if each.pk == to.office_id), offices[0])
    lines = due_lines(office=office, year=year, period=period) if office else ()
    typed = blank_report(lines)
    status = 200
    if request.method == "POST" and office is not None:
        typed = read_report(request.POST, lines)
        if not typed.faults:
            try:
                hand_in_report(
                    office=office,
                    period=period,
                    lines=typed.given,
                    book=_book(year),
                    by=user_of(request),
                    at=timezone.now(),
                    demonstration=settings.MINGBAI_DEMO,
                )
            except CannotHandInReport as error:
                messages.error(request, str(error))
            else:
                messages.success(
                    request, f"{office.name}{period % 100}月进度已报送，请看有没有要说明的"
                )
                return redirect(f"{reverse('delivery:reports')}?year={year}&month={period % 100}")
        status = 422
    context = {
        "form": form,
        "year": year,
        "period": period,
        "office": office,
        "offices": offices,
        "typed": typed,
    }
    return render(request, "delivery/report_sheet.html", context, status=status)


def _offices(to: Asker, year: int, period: int) -> list[Office]:
    """Offices this person may type for: the own one; the county office, anybody's."""
    owing = owing_offices(year=year, period=period)
    return [each for each in owing if to.sees_all or each.pk in to.office_ids]


def _found(request: HttpRequest, pk: int) -> EnteredSheet:
    found = report_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这张报表，或不在您的查看范围内。")
    return found


def _show(request: HttpRequest, found: EnteredSheet) -> HttpResponse:
    to, book, sheet = asker_of(request), _book(found.sheet.year), found.sheet
    (card,) = cards_of([found], book=book)
    period = sheet.period or sheet.year * 100 + 12
    rule = book.report_rule(month_end(period))
    by_line: dict[int, list[Question]] = {}
    for question in card.questions:
        by_line.setdefault(question.line, []).append(question)
    earlier = {
        (due.measure.sub_item.code, due.measure.code): due
        for due in due_lines(office=sheet.office, year=sheet.year, period=period)
    }
    rows = [
        {
            "line": line,
            "measure": measure,
            "due": earlier.get((line.sub_item, line.measure)),
            "questions": by_line.get(line.origin_line or 0, []),
        }
        for line, measure in lines_of(found)
    ]
    own = to.office_id == sheet.office_id or to.sees_all
    is_waiting = card.state in ("asked", "waiting")
    context: dict[str, Any] = {
        "card": card,
        "entered": found,
        "sheet": sheet,
        "period": period,
        "title": title_of(found),
        "rows": rows,
        "questions": [_told(each, card) for each in card.questions],
        "reasons": rule.reasons if rule else (),
        "may_answer": own and is_waiting and to.may("hand_in"),
        "may_confirm": own and is_waiting and to.may("approve"),
        "reason_form": ReasonForm(),
    }
    return render(request, "delivery/report.html", context)


def _told(question: Question, card: ReportCard) -> dict[str, Any]:
    """A question with the address where the other figure stands."""
    programme = question.sub_item.partition(".")[0]
    sheet = card.entered.sheet
    address = ""
    if question.code == "money_differs":
        address = reverse("funds:programme", args=[programme]) + f"?year={sheet.year}"
    elif question.code in ("towns_differ", "roster_differs", "people_differ") and programme:
        address = reverse("delivery:programme", args=[programme]) + f"?year={sheet.year}"
        address += f"&month={sheet.month}"
    elif question.code in ("target_differs", "far_above") and question.measure:
        address = reverse("programme:history", args=[question.sub_item, question.measure])
    return {"question": question, "address": address}
