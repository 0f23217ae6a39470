"""Pages of minutes: drafting them, one turn as it is printed, issuing it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must_of_county, user_of
from mingbai.base.attachments import DOCX, attached
from mingbai.base.files import open_file
from mingbai.oversight.actions import (
    CannotDraftMinutes,
    CannotIssueMinutes,
    draft_minutes,
    issue_minutes,
)
from mingbai.oversight.forms.meetings import IssueForm
from mingbai.oversight.forms.minutes import MinutesForm
from mingbai.oversight.models import Minutes
from mingbai.oversight.queries.meetings import MeetingStanding, offices_to_decide
from mingbai.oversight.queries.minutes import drafted_decisions, minutes_seen
from mingbai.oversight.queries.packs import pack_blocks, suggested_decisions
from mingbai.oversight.views.asking import today
from mingbai.oversight.views.meetings import may_arrange, meeting_or_404
from mingbai.programme.queries import programmes


def _minutes(request: HttpRequest, pk: int) -> Minutes:
    found = minutes_seen(to=asker_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这份纪要，或尚未印发")
    return found


def _form(request: HttpRequest, standing: MeetingStanding, data: Any = None) -> MinutesForm:
    """Begun with the turn before, else with what the pack shows to be late and red."""
    to, meeting = asker_of(request), standing.meeting
    before = minutes_seen(to=to, meeting=meeting.pk).first()
    given = drafted_decisions(before) if before else suggested_decisions(meeting.pk, to=to)
    said = "\n".join(before.paragraphs) if before else ""
    listed = [(each.code, each.short_name) for each in programmes(to=to, year=meeting.year)]
    return MinutesForm(
        data,
        offices=offices_to_decide(),
        programmes=listed,
        given=given,
        initial={"said": said},
    )


@require_GET
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The form in which the next turn is drafted."""
    standing = meeting_or_404(request, pk)
    if not may_arrange(asker_of(request)):
        raise PermissionDenied("会议纪要由县民生办的经办人员起草。")
    if standing.state != "held":
        messages.error(request, "会议登记召开之后、纪要印发之前才起草纪要。")
        return redirect("oversight:meeting", pk)
    context = {"standing": standing, "form": _form(request, standing)}
    return render(request, "oversight/write_minutes.html", context)


@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the next turn of a meeting's minutes."""
    must_of_county(request, "compile", "会议纪要由县民生办的经办人员起草。")
    standing = meeting_or_404(request, pk)
    form = _form(request, standing, request.POST)
    if form.is_valid():
        try:
            made = draft_minutes(
                meeting=standing.meeting,
                paragraphs=form.paragraphs(),
                decided=form.decided(),
                by=user_of(request),
                at=timezone.now(),
                forms_folder=settings.MINGBAI_FORMS,
            )
        except CannotDraftMinutes as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{made}已起草，由另一人核对后印发。")
            return redirect("oversight:minutes", made.pk)
    context = {"standing": standing, "form": form}
    return render(request, "oversight/write_minutes.html", context, status=422)


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One turn as it is printed."""
    return _show(request, _minutes(request, pk))


def _show(
    request: HttpRequest, found: Minutes, *, form: IssueForm | None = None, status: int = 200
) -> HttpResponse:
    to = asker_of(request)
    issued = getattr(found, "issue", None)
    later = minutes_seen(to=to).filter(follows=found).first()
    may_issue = (
        issued is None
        and later is None
        and to.sees_all
        and to.may("issue")
        and found.drafted_by_id != to.user_id
    )
    context = {
        "minutes": found,
        "meeting": found.meeting,
        "blocks": pack_blocks(found.body),
        "issue": issued,
        "later": later,
        "signed_date": issued.issue_date if issued else timezone.localdate(found.drafted_at),
        "is_maker": found.drafted_by_id == to.user_id,
        "may_arrange": may_arrange(to) and issued is None and later is None,
        "form": form or (IssueForm(initial={"issue_date": today()}) if may_issue else None),
    }
    return render(request, "oversight/minutes.html", context, status=status)


@require_GET
def docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The docx: with its number once it went out."""
    found = _minutes(request, pk)
    issued = getattr(found, "issue", None)
    kept = issued.file if issued else found.file
    return attached(open_file(kept), f"{found}.docx", DOCX)


@require_POST
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue minutes under a number."""
    must_of_county(request, "issue", "会议纪要由县民生办的复核人员或领导印发。")
    found, form = _minutes(request, pk), IssueForm(request.POST)
    if form.is_valid():
        try:
            issue_minutes(
                minutes=found, **form.cleaned_data, by=user_of(request), at=timezone.now()
            )
        except CannotIssueMinutes as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "纪要已印发，议定事项从现在起由责任单位办理。")
            return redirect("oversight:minutes", pk)
    return _show(request, found, form=form, status=422)
