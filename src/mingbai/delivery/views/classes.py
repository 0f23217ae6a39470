"""Training: classes with their doubts, one class, attendance on a phone, the sheet to sign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.base.attachments import XLSX, attached
from mingbai.base.models import Office
from mingbai.base.scope import Asker
from mingbai.delivery.actions.attending import (
    CannotIssueCertificates,
    CannotListAllowance,
    CannotOpenSession,
    CannotTakeAttendance,
    Hours,
    issue_certificates,
    list_allowance,
    open_session,
    take_attendance,
)
from mingbai.delivery.actions.class_lines import problem_of
from mingbai.delivery.actions.classes import CannotPlanClass, ClassPlan, plan_class
from mingbai.delivery.forms.classes import DoubtForm, PlanClassForm, SessionForm, minutes
from mingbai.delivery.models import (
    ClassSession,
    EnteredClassSheet,
    EnteredSheet,
    TrainingClass,
)
from mingbai.delivery.queries.class_sheets import (
    sheets_with_problems,
    standing_scores,
    waiting_class_sheets,
)
from mingbai.delivery.queries.classes import (
    ClassStanding,
    certificates_of,
    class_of,
    class_seen,
    classes_seen,
    days_present,
    newest_list,
    session_seen,
    sessions_of,
    standings_of_classes,
)
from mingbai.delivery.queries.rolls import Listed, listed_on, roll_numbered
from mingbai.intake.masking import mask_cell
from mingbai.intake.queries import CannotSeeSheet
from mingbai.paper.masks import id_2_3
from mingbai.programme.models import SubItem
from mingbai.programme.queries import adopted_years, sub_items
from mingbai.rulebook import load_book
from mingbai.rulebook.model import Book

PAGE: Final = 50
_HELD: Final = "培训由办班单位的经办人员登记。"


def _book(year: int) -> Book:
    return load_book(year=year, county=settings.MINGBAI_COUNTY)


def _year(request: HttpRequest, to: Asker) -> int | None:
    years = adopted_years(to=to)
    asked = request.GET.get("year", "")
    return int(asked) if asked.isdecimal() and int(asked) in years else next(iter(years), None)


def _training_items(to: Asker, year: int) -> list[SubItem]:
    found = [item for item in sub_items(to=to, year=year) if item.roster_kind == "training"]
    return [item for item in found if to.sees_all or item.code in to.sub_items]


@require_GET
def classes(request: HttpRequest) -> HttpResponse:
    """The year's classes by sub-item: seats, listed, passed, and whether they count."""
    to = asker_of(request)
    year = _year(request, to)
    if year is None:
        return render(request, "delivery/classes.html", {"groups": ()})
    items = _training_items(to, year)
    found = standings_of_classes(classes_seen(to=to, year=year))
    groups = [
        {"item": item, "rows": [e for e in found if e.training_class.sub_item == item.code]}
        for item in items
    ]
    listed = sum(each.listed_count for each in found)
    counted = [each for each in found if each.entered is not None and not each.open_count]
    context = {
        "year": year,
        "groups": groups,
        "classes_count": len(found),
        "listed_count": listed,
        "passed_count": sum(each.passed_count for each in counted),
        "pass_ratio": sum(e.passed_count for e in found) / listed if listed else None,
        "doubted_count": sum(bool(each.open_count) for each in found),
        "doubts_count": sum(each.open_count for each in found),
        "odd_sheets": _told(sheets_with_problems(to=to, year=year)),
        "waiting_sheets": waiting_class_sheets(to=to, year=year),
        "may_plan": to.may("hand_in") and bool(items),
    }
    return render(request, "delivery/classes.html", context)


def _told(sheets: Sequence[EnteredClassSheet]) -> list[dict[str, Any]]:
    """Workbooks with what did not fit, in words, each with the line it leads to."""
    return [
        {
            "sheet": each.sheet,
            "messages": [(problem_of(told).message, told["line"]) for told in each.problems],
        }
        for each in sheets
    ]


@require_http_methods(["GET", "POST"])
def class_plan(request: HttpRequest) -> HttpResponse:
    """Plan a class."""
    must(request, "hand_in", _HELD)
    to, user = asker_of(request), user_of(request)
    year = _year(request, to)
    items = _training_items(to, year) if year else []
    choices = [(item.code, item.name) for item in items]
    form = PlanClassForm(request.POST or None, items=choices)
    if year and request.method == "POST" and form.is_valid():
        try:
            made = plan_class(
                year=year,
                office=user.office,
                plan=ClassPlan(**form.cleaned_data),
                by=user,
                at=timezone.now(),
            )
        except CannotPlanClass as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已登记{made}，学员名册到了自动归到这个班")
            return redirect("delivery:training_class", made.pk)
    rule = _book(year).training_rule(date(year, 12, 31)) if year else None
    context = {"form": form, "year": year, "items": items, "rule": rule}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "delivery/class_plan.html", context, status=status)


@require_GET
def training_class(request: HttpRequest, pk: int) -> HttpResponse:
    """One class: its roll, sessions, doubts, certificates."""
    to = asker_of(request)
    one = _class(request, pk)
    (standing,) = standings_of_classes([one])
    people = _people(standing.entered, to) if standing.entered else ()
    page = Paginator(people, PAGE).get_page(request.GET.get("page"))
    present = days_present(one)
    numbers = {bytes(each.head_key): each for each in certificates_of(one)}
    marks = standing_scores([one.pk]).get(one.pk, {})
    rule = _book(one.year).training_rule(one.end_date)
    item = next((i for i in sub_items(to=to, year=one.year) if i.code == one.sub_item), None)
    context = {
        "one": one,
        "item": item,
        "standing": standing,
        "sessions": sessions_of(one),
        "people": [
            {
                "person": each,
                "name": mask_cell(each.name, "name"),
                "id_number": id_2_3(each.id_number),
                "days": present.get(each.id_key, 0),
                "certificate": numbers.get(each.id_key),
                "mark": marks.get(each.id_key),
            }
            for each in page
        ],
        "page": page,
        "marks_count": len(marks),
        "marks_passed": sum(each.passed for each in marks.values()),
        "others": _others(standing, to),
        "rule": rule,
        "budget": rule.head_budget * (one.seats or standing.listed_count) if rule else None,
        "session_form": SessionForm(),
        "doubt_form": DoubtForm(),
        "may_hold": _may_hold(request, one),
        "may_answer": to.may("settle") or to.may("approve"),
    }
    return render(request, "delivery/training_class.html", context)


def _others(standing: ClassStanding, to: Asker) -> dict[int, TrainingClass]:
    """Doubt -> the class whose roll is alike."""
    from_sheets: dict[int, TrainingClass] = {}
    for each in standing.doubts:
        other = each.doubt.facts.get("other")
        if each.doubt.code == "same_list" and other:
            found = _class_of_roll(int(other))
            if found is not None and class_seen(found.pk, to=to):
                from_sheets[each.doubt.pk] = found
    return from_sheets


def _class_of_roll(entered: int) -> TrainingClass | None:
    sheet = roll_numbered(entered)
    return class_of(sheet) if sheet is not None else None


@require_POST
def session_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open one session, then take who is there."""
    must(request, "hand_in", _HELD)
    one = _class(request, pk)
    form = SessionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写上课日期和起止时间")
        return redirect("delivery:training_class", pk)
    told = form.cleaned_data
    hours = Hours(
        told["held_date"], minutes(told["first_time"]), minutes(told["last_time"]), told["topic"]
    )
    try:
        made = open_session(training_class=one, hours=hours, by=user_of(request), at=timezone.now())
    except CannotOpenSession as error:
        messages.error(request, str(error))
        return redirect("delivery:training_class", pk)
    return redirect("delivery:attendance", made.pk)


@require_http_methods(["GET", "POST"])
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is there: a list to tick on a phone."""
    session = _session(request, pk)
    one = session.training_class
    if request.method == "POST":
        must(request, "hand_in", _HELD)
        turn = request.POST.get("turn", "")
        lines = {int(each) for each in request.POST.getlist("present") if each.isdecimal()}
        try:
            made = take_attendance(
                session=session,
                lines=lines,
                seen_turn=int(turn) if turn.isdecimal() else -1,
                by=user_of(request),
                at=timezone.now(),
            )
        except CannotTakeAttendance as error:
            messages.error(request, str(error))
            return redirect("delivery:attendance", pk)
        said = f"已签到：应到 {made.listed_count} 人，实到 {made.present_count} 人"
        messages.success(request, said)
        return redirect("delivery:training_class", one.pk)
    taken, present = newest_list(session)
    (standing,) = standings_of_classes([one])
    people = _people(standing.entered, asker_of(request)) if standing.entered else ()
    context = {
        "session": session,
        "one": one,
        "taken": taken,
        "people": [(each, taken is None or each.id_key in present) for each in people],
        "may_hold": _may_hold(request, one),
    }
    return render(request, "delivery/attendance.html", context)


@require_GET
def signing_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet to sign by hand (签到表), A4, one column a session."""
    one = _class(request, pk)
    (standing,) = standings_of_classes([one])
    people = _people(standing.entered, asker_of(request)) if standing.entered else ()
    sessions = [session for session, _ in sessions_of(one)][:_COLUMNS]
    context = {
        "one": one,
        "people": [(each, id_2_3(each.id_number)) for each in people],
        "sessions": sessions,
        "blanks": range(max(0, _COLUMNS - len(sessions))),
    }
    return render(request, "delivery/signing_sheet.html", context)


_COLUMNS: Final = 6


@require_POST
def certify(request: HttpRequest, pk: int) -> HttpResponse:
    """Number certificates for those who passed and attended enough."""
    must(request, "hand_in", _HELD)
    one = _class(request, pk)
    try:
        made = issue_certificates(
            training_class=one,
            on=one.end_date if settings.MINGBAI_DEMO else timezone.localdate(),
            book=_book(one.year),
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotIssueCertificates as error:
        messages.error(request, str(error))
    else:
        first, last = made[0].shown_number, made[-1].shown_number
        messages.success(request, f"已登记 {len(made)} 张证书：{first} 至 {last}")
    return redirect("delivery:training_class", pk)


@require_POST
def allowance(request: HttpRequest, pk: int) -> HttpResponse:
    """The roster of allowances, to be handed in and paid like any other."""
    must(request, "hand_in", _HELD)
    one = _class(request, pk)
    try:
        content = list_allowance(
            training_class=one,
            book=_book(one.year),
            by=user_of(request),
            at=timezone.now(),
            demonstration=settings.MINGBAI_DEMO,
        )
    except CannotListAllowance as error:
        messages.error(request, str(error))
        return redirect("delivery:training_class", pk)
    return attached(content, f"{one.year}年第{one.number}班培训补贴花名册.xlsx", XLSX)


def _class(request: HttpRequest, pk: int) -> TrainingClass:
    found = class_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这个班，或不在您的查看范围内。")
    return found


def _session(request: HttpRequest, pk: int) -> ClassSession:
    found = session_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这次课，或不在您的查看范围内。")
    return found


def _may_hold(request: HttpRequest, one: TrainingClass) -> bool:
    user, to = user_of(request), asker_of(request)
    own = user.office_id == one.office_id or user.office.kind == Office.Kind.COUNTY_OFFICE
    return own and to.may("hand_in")


def _people(entered: EnteredSheet, to: Asker) -> tuple[Listed, ...]:
    """The people of a roll where the asker may see the sheet; nobody otherwise."""
    try:
        return listed_on(entered, to=to)
    except CannotSeeSheet:
        return ()
