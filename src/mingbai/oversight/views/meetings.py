"""Pages of meetings: the list, calling one, one with what became of it."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must_of_county, user_of
from mingbai.base.scope import Asker
from mingbai.oversight.actions import (
    CannotCallOffMeeting,
    CannotHoldMeeting,
    CannotMoveMeeting,
    CannotPlanMeeting,
    call_off_meeting,
    hold_meeting,
    move_meeting,
    plan_meeting,
)
from mingbai.oversight.forms.meetings import (
    CallOffForm,
    FilterMeetings,
    HoldForm,
    MoveForm,
    NoticeForm,
    default_periods,
)
from mingbai.oversight.queries.decisions import decision_counts, decisions_of_meeting
from mingbai.oversight.queries.meetings import (
    Called,
    MeetingStanding,
    meeting_seen,
    meeting_years,
    meetings_seen,
    offices_to_call,
    standing_of,
    who_was_called,
)
from mingbai.oversight.queries.minutes import minutes_seen
from mingbai.oversight.queries.packs import packs_seen
from mingbai.oversight.views.asking import today
from mingbai.programme.queries import adopted_years

PAGE: Final = 30
_CLERKS: Final = "会议由县民生办的经办人员办理。"


def may_arrange(to: Asker) -> bool:
    """The county office's clerks call meetings and write them up."""
    return to.sees_all and to.may("compile")


def meeting_or_404(request: HttpRequest, pk: int) -> MeetingStanding:
    """The meeting; not found where the asker was not called to it."""
    found = meeting_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这次会议，或没有通知本单位参加")
    return found


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The meetings of a year, the newest first, with how many of their decisions are done."""
    to = asker_of(request)
    narrow = FilterMeetings(request.GET or None, years=meeting_years(to=to))
    chosen = narrow.cleaned_data if narrow.is_bound and narrow.is_valid() else {}
    found = meetings_seen(to=to, year=chosen.get("year"), kind=chosen.get("kind") or "")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    counts = decision_counts([each.pk for each in page], to=to)
    rows = [(standing_of(each), counts.get(each.pk)) for each in page]
    context = {"narrow": narrow, "page": page, "rows": rows, "may_arrange": may_arrange(to)}
    return render(request, "oversight/meetings.html", context)


def _notice_form(request: HttpRequest, data: Any = None) -> NoticeForm:
    day = today()
    periods = default_periods(adopted_years(to=asker_of(request)), day)
    initial = {"planned_date": day, "kind": request.GET.get("kind", "dispatch")}
    return NoticeForm(data, periods=periods, offices=offices_to_call(), initial=initial)


@require_GET
def new(request: HttpRequest) -> HttpResponse:
    """The form in which a meeting is called."""
    must_of_county(request, "compile", _CLERKS)
    return render(request, "oversight/new_meeting.html", {"form": _notice_form(request)})


@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Call a meeting."""
    must_of_county(request, "compile", _CLERKS)
    form = _notice_form(request, request.POST)
    if form.is_valid():
        try:
            made = plan_meeting(
                notice=form.notice(),
                offices=form.chosen(),
                by=user_of(request),
                at=timezone.now(),
                demonstration=settings.MINGBAI_DEMO,
            )
        except CannotPlanMeeting as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{made}已发起，参会单位在“督办”里看到通知。")
            return redirect("oversight:meeting", made.pk)
    return render(request, "oversight/new_meeting.html", {"form": form}, status=422)


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting: notice, who is called, pack, minutes, decisions."""
    return _show(request, meeting_or_404(request, pk))


def _show(
    request: HttpRequest,
    standing: MeetingStanding,
    *,
    hold_form: HoldForm | None = None,
    status: int = 200,
) -> HttpResponse:
    to = asker_of(request)
    called = who_was_called(standing, to=to)
    context = {
        "standing": standing,
        "meeting": standing.meeting,
        "called": called,
        "came_count": sum(each.came for each in called),
        "packs": packs_seen(to=to, meeting=standing.meeting.pk),
        "turns": minutes_seen(to=to, meeting=standing.meeting.pk),
        "decisions": decisions_of_meeting(standing.meeting.pk, to=to, day=today()),
        "may_arrange": may_arrange(to),
    }
    if may_arrange(to) and standing.state in ("planned", "held"):
        place = {"place": standing.place}
        context |= {
            "hold_form": hold_form or _hold_form(standing, called),
            "move_form": MoveForm(initial=place),
            "call_off_form": CallOffForm(),
        }
    return render(request, "oversight/meeting.html", context, status=status)


def _hold_form(standing: MeetingStanding, called: tuple[Called, ...], data: Any = None) -> HoldForm:
    return HoldForm(
        data,
        called=[(each.office, each.attendance) for each in called],
        initial={
            "held_date": standing.day,
            "place": standing.place,
            "chair": standing.chair,
        },
    )


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a meeting to another day or place."""
    must_of_county(request, "compile", _CLERKS)
    standing, form = meeting_or_404(request, pk), MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, "改期要写明日期、地点和理由。")
        return redirect("oversight:meeting", pk)
    try:
        move_meeting(
            meeting=standing.meeting, **form.cleaned_data, by=user_of(request), at=timezone.now()
        )
    except CannotMoveMeeting as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已改期，参会单位看到的是新的日期和地点。")
    return redirect("oversight:meeting", pk)


@require_POST
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a meeting off."""
    must_of_county(request, "compile", _CLERKS)
    standing, form = meeting_or_404(request, pk), CallOffForm(request.POST)
    if not form.is_valid():
        messages.error(request, "取消要写明理由。")
        return redirect("oversight:meeting", pk)
    try:
        call_off_meeting(
            meeting=standing.meeting,
            reason=form.cleaned_data["reason"],
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotCallOffMeeting as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已取消。")
    return redirect("oversight:meeting", pk)


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that a meeting was held and who came."""
    must_of_county(request, "compile", _CLERKS)
    standing = meeting_or_404(request, pk)
    called = who_was_called(standing, to=asker_of(request))
    form = _hold_form(standing, called, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            hold_meeting(
                meeting=standing.meeting,
                held_date=given["held_date"],
                place=given["place"],
                chair=given["chair"],
                attendance=form.attendance(),
                by=user_of(request),
                at=timezone.now(),
            )
        except CannotHoldMeeting as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已登记召开和到会情况，接着起草纪要。")
            return redirect("oversight:meeting", pk)
    return _show(request, standing, hold_form=form, status=422)
