"""Pages of decisions: the list with its filters, one with its history, what is said about it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, must_of_county, user_of
from mingbai.base.attachments import attached
from mingbai.base.files import open_file
from mingbai.base.scope import Asker
from mingbai.oversight.actions import (
    CannotConfirmDecision,
    CannotExtendDecision,
    CannotReportDecision,
    CannotReturnDecision,
    confirm_decision,
    extend_decision,
    report_decision,
    return_decision,
)
from mingbai.oversight.forms.decisions import (
    ConfirmForm,
    ExtendForm,
    FilterDecisions,
    ReportForm,
    ReturnForm,
)
from mingbai.oversight.queries.decisions import (
    DecisionStanding,
    count_states,
    decision_seen,
    decision_standings,
    decisions_seen,
    history_of,
    narrow,
    offices_with_decisions,
    stand,
)
from mingbai.oversight.queries.meetings import meetings_seen
from mingbai.oversight.views.asking import today
from mingbai.programme.queries import programmes

PAGE: Final = 30
_KINDS: Final = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
_CHECKERS: Final = "议定事项由县民生办的复核人员确认、退回或延期。"


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The decisions that bind, those due first on top."""
    to, day = asker_of(request), today()
    form = FilterDecisions(
        request.GET or None,
        offices=offices_with_decisions(to=to),
        own=frozenset() if to.sees_all else to.office_ids,
        meetings=[each for each in meetings_seen(to=to) if each.issued_number],
    )
    chosen: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = narrow(
        decisions_seen(to=to),
        day=day,
        state=chosen.get("state") or "",
        office=chosen.get("office"),
        meeting=chosen.get("meeting"),
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [stand(each, day) for each in page],
        "counts": count_states(decision_standings(to=to, day=day)),
    }
    return render(request, "oversight/decisions.html", context)


def _standing(request: HttpRequest, pk: int) -> DecisionStanding:
    found = decision_seen(pk, to=asker_of(request), day=today())
    if found is None:
        raise Http404("没有这件议定事项，或不在本单位的范围内")
    return found


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision: what, who, by when, and what was said since."""
    return _show(request, _standing(request, pk))


def _show(
    request: HttpRequest,
    found: DecisionStanding,
    *,
    report_form: ReportForm | None = None,
    status: int = 200,
) -> HttpResponse:
    to, decision = asker_of(request), found.decision
    history = history_of(decision, to=to)
    open_now = found.state in ("open", "overdue")
    owns = decision.office_id in to.office_ids
    reporter = next((s.step_by_id for s in reversed(history) if s.step == "reported"), None)
    checks = to.sees_all and to.may("approve")
    context = {
        "standing": found,
        "decision": decision,
        "meeting": decision.minutes.meeting,
        "meeting_open": to.sees_all or meetings_seen(to=to).filter(
            pk=decision.minutes.meeting_id
        ).exists(),
        "programme": _programme(decision.programme, decision.minutes.meeting.year, to),
        "history": history,
        "report_form": (report_form or ReportForm())
        if open_now and owns and to.may("hand_in")
        else None,
        "confirm_form": ConfirmForm()
        if checks and found.state == "reported" and reporter != to.user_id
        else None,
        "return_form": ReturnForm(),
        "extend_form": ExtendForm() if checks and open_now else None,
    }  # fmt: skip
    return render(request, "oversight/decision.html", context, status=status)


def _programme(code: str, year: int, to: Asker) -> Any:
    listed = programmes(to=to, year=year) if code else ()
    return next((each for each in listed if each.code == code), None)


@require_POST
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the owner's report."""
    must(request, "hand_in", "办理情况由责任单位的报送人员报告。")
    found, form = _standing(request, pk), ReportForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            report_decision(
                decision=found.decision,
                text=form.cleaned_data["text"],
                content=upload.read() if upload else None,
                by=user_of(request),
                at=timezone.now(),
            )
        except CannotReportDecision as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已报县民生办，核实后办结。")
            return redirect("oversight:decision", pk)
    return _show(request, found, report_form=form, status=422)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm that a decision is done."""
    must_of_county(request, "approve", _CHECKERS)
    found, form = _standing(request, pk), ConfirmForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    try:
        confirm_decision(decision=found.decision, text=text, by=user_of(request), at=timezone.now())
    except CannotConfirmDecision as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已确认办结。")
    return redirect("oversight:decision", pk)


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a report back."""
    must_of_county(request, "approve", _CHECKERS)
    found, form = _standing(request, pk), ReturnForm(request.POST)
    if not form.is_valid():
        messages.error(request, "退回要写明理由，责任单位才知道还差什么。")
        return redirect("oversight:decision", pk)
    try:
        return_decision(
            decision=found.decision,
            reason=form.cleaned_data["reason"],
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotReturnDecision as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已退回，责任单位会在今日页看到。")
    return redirect("oversight:decision", pk)


@require_POST
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a decision more time."""
    must_of_county(request, "approve", _CHECKERS)
    found, form = _standing(request, pk), ExtendForm(request.POST)
    if not form.is_valid():
        messages.error(request, "延期要写明新的时限和理由。")
        return redirect("oversight:decision", pk)
    due: date = form.cleaned_data["due_date"]
    try:
        extend_decision(
            decision=found.decision,
            due_date=due,
            reason=form.cleaned_data["reason"],
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotExtendDecision as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"时限已延到{due.year}年{due.month}月{due.day}日。")
    return redirect("oversight:decision", pk)


@require_GET
def attachment(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The paper or photo that came with a report."""
    found = _standing(request, pk)
    steps = history_of(found.decision, to=asker_of(request))
    step = next((each for each in steps if each.number == number), None)
    if step is None or step.file is None:
        raise Http404("这次没有附件")
    name = f"{found.decision}材料{number}.{step.file_kind}"
    return attached(open_file(step.file), name, _KINDS[step.file_kind])
