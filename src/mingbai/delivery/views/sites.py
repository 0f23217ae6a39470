"""One site: its plan, evidence and contract; reporting and confirming its milestones."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.aside import read_aside, write_aside
from mingbai.base.asking import asker_of, must, user_of
from mingbai.base.files import open_file
from mingbai.base.scope import Asker
from mingbai.delivery.actions import (
    MOST_PHOTOS,
    CannotConfirmMilestone,
    CannotReportMilestone,
    CannotReturnMilestone,
    Reported,
    confirm_milestones,
    report_milestone,
    return_milestone,
)
from mingbai.delivery.forms import (
    NoteForm,
    ReportMilestone,
    ReturnReason,
    UpkeepForm,
    UpkeepVisitForm,
)
from mingbai.delivery.forms.site_hands import WithdrawForm
from mingbai.delivery.models import MilestoneReport, SiteWithdrawal, WorkSite
from mingbai.delivery.queries.site_plans import SitePlan, plan_site
from mingbai.delivery.queries.site_records import (
    details_of,
    open_reports,
    progress_of,
    report_seen,
    reports_of,
    site_photo_seen,
    waiting_count,
    waiting_reports,
)
from mingbai.delivery.queries.sites import site_seen, site_standings
from mingbai.delivery.queries.upkeep import notes_of, upkeep_of, visits_of
from mingbai.delivery.queries.withdrawals import waiting_withdrawals, withdrawal_of
from mingbai.delivery.views.gantt import site_gantt
from mingbai.delivery.views.works import ground_of, stops_of, works_day
from mingbai.paper.photos import MOST_BYTES
from mingbai.paper.pictures import SHOWN_EDGE, draw_picture
from mingbai.programme.queries import adopted_years

_PICTURES: Final = {"jpg": "image/jpeg", "png": "image/png"}
_NOT_SEEN: Final = "没有这个工地，或不在您的查看范围内。"
_MAY_NOT_REPORT: Final = "您的角色不能报节点。节点由镇或责任部门的经办人员在现场报。"
_MAY_NOT_CONFIRM: Final = "您的角色不能确认节点。节点由责任部门或县民生办的复核人员确认。"
_WAITING: Final = 200
#: The longer edge of a photo in a list, in points; twice what it is shown at.
_SMALL_EDGE: Final = 480


def _plan(site: WorkSite, to: Asker) -> SitePlan:
    day = works_day()
    standing = site_standings(to=to, year=site.year, cutoff=day, sites=[site.pk])
    if not standing:
        raise Http404(_NOT_SEEN)
    return plan_site(standing[0], ground=ground_of(site.year, day))


def _site(pk: int, to: Asker) -> WorkSite:
    found = site_seen(pk, to=to)
    if found is None:
        raise Http404(_NOT_SEEN)
    return found


def may_confirm(to: Asker, sub_item: str) -> bool:
    """The checkers of the county office and of the department that leads the sub-item."""
    return to.may("approve") and (to.sees_all or sub_item in to.sub_items)


@require_GET
def site_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One site in full."""
    to = asker_of(request)
    found = _site(pk, to)
    plan = _plan(found, to)
    day = works_day()
    ground = ground_of(found.year, day)
    item = next((i for i in ground.book.sub_items if i.code == found.sub_item), None)
    turns = details_of(found, to=to)
    context = {
        "site": found,
        "plan": plan,
        "details": plan.standing.details,
        "turns": turns[1:],
        "sub_item": item.name if item else found.sub_item,
        "unit": item.measures[0].unit if item and item.measures else "",
        "programme": found.sub_item.partition(".")[0],
        "chart": site_gantt(plan, today=day, stops=stops_of(ground, found.year, [plan])),
        "reports": _with_names(reports_of(found, to=to), plan),
        "progress": progress_of(found, to=to),
        "day": day,
        **_care(found, to, day),
        # A town sees its sites, not the other towns' lines of the department's ledger.
        "sees_ledger": to.sees_all
        or found.office_id in to.office_ids
        or found.sub_item in to.sub_items,
        "may_report": to.may("hand_in"),
        "withdrawal": withdrawal_of(found, to=to),
        "withdraw_form": WithdrawForm(initial={"from_date": day}, auto_id="withdraw-%s"),
        "may_confirm": may_confirm(to, found.sub_item),
        "user_id": to.user_id,
    }
    return render(request, "delivery/site.html", context)


def _care(found: WorkSite, to: Asker, day: date) -> dict[str, Any]:
    """Notes and upkeep of one site, and the forms for more of them."""
    notes = notes_of(found, to=to, today=day)
    first = {"found_date": day, "visited_date": day, "from_date": day}
    return {
        "notes": notes,
        "open_notes": sum(each.closing is None for each in notes),
        "upkeep": upkeep_of(found, to=to, today=day),
        "visits": visits_of(found, to=to),
        "may_close": to.may("approve"),
        "note_form": NoteForm(initial=first, auto_id="note-%s"),
        "upkeep_form": UpkeepForm(initial=first, auto_id="upkeep-%s"),
        "visit_form": UpkeepVisitForm(initial=first, auto_id="visit-%s"),
    }


def _with_names(reports: Any, plan: SitePlan) -> list[dict[str, Any]]:
    names = {row.rule.code: row.rule.name for row in plan.rows}
    return [{"shown": each, "step": names.get(each.report.step, each.report.step)}
            for each in reports]  # fmt: skip


@require_http_methods(["GET"])
def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The page for a phone on the site: which milestone, which day, photos."""
    to = asker_of(request)
    found = _site(pk, to)
    must(request, "hand_in", _MAY_NOT_REPORT)
    plan = _plan(found, to)
    nearest = next((row.rule.code for row in plan.rows if row.done_date is None), "")
    first = {
        "step": request.GET.get("step", nearest), "what": "done",
        "actual_date": works_day().isoformat(),
    }  # fmt: skip
    form = ReportMilestone(initial=first, steps=_steps(plan))
    return _report_page(request, found, plan, form)


@require_POST
def milestone_reported(request: HttpRequest, pk: int) -> HttpResponse:
    """Report a milestone with its photos."""
    must(request, "hand_in", _MAY_NOT_REPORT)
    to = asker_of(request)
    found = _site(pk, to)
    plan = _plan(found, to)
    form = ReportMilestone(request.POST, steps=_steps(plan))
    if form.is_valid():
        try:
            _report(request, found, form)
        except CannotReportMilestone as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已报，等责任部门确认后计入。")
            return redirect("delivery:site", found.pk)
    return _report_page(request, found, plan, form)


def _report(request: HttpRequest, found: WorkSite, form: ReportMilestone) -> None:
    files = [each for each in request.FILES.getlist("photos") if not isinstance(each, str)]
    if len(files) > MOST_PHOTOS or any((each.size or 0) > MOST_BYTES for each in files):
        raise CannotReportMilestone(f"一次最多 {MOST_PHOTOS} 张照片，每张不超过20兆。")
    said = form.cleaned_data
    report_milestone(
        site=found,
        said=Reported(
            said["step"], said["what"], said["actual_date"], said["document"], said["note"]
        ),
        photos=[each.read() for each in files],
        book=ground_of(found.year, works_day()).book,
        by=user_of(request),
        at=timezone.now(),
    )


def _steps(plan: SitePlan) -> list[tuple[str, str]]:
    return [(row.rule.code, row.rule.name) for row in plan.rows]


def _report_page(
    request: HttpRequest, found: WorkSite, plan: SitePlan, form: ReportMilestone
) -> HttpResponse:
    context = {"site": found, "plan": plan, "form": form, "most": MOST_PHOTOS}
    return render(request, "delivery/report_milestone.html", context)


@require_GET
def waiting_page(request: HttpRequest) -> HttpResponse:
    """Reports that wait for somebody else to look at them."""
    to = asker_of(request)
    years = adopted_years(to=to)
    if not years:
        return render(request, "delivery/waiting.html", {"year": None})
    year = years[0]
    ground = ground_of(year, works_day())
    steps = {
        (code, step.code): step.name
        for network in ground.book.works.networks
        for code in network.sub_items
        for step in network.steps
    }
    shown = waiting_reports(to=to, year=year, most=_WAITING)
    sites = {each.report.site_id for each in shown}
    standings = site_standings(to=to, year=year, cutoff=works_day(), sites=list(sites))
    called = {each.site.pk: each for each in standings}
    context = {
        "year": year,
        "rows": [
            {
                "shown": each,
                "standing": called.get(each.report.site_id),
                "sub_item": ground.names.get(each.report.site.sub_item, ""),
                "step": steps.get((each.report.site.sub_item, each.report.step), ""),
                "may": may_confirm(to, each.report.site.sub_item)
                and each.report.reported_by_id != to.user_id,
            }
            for each in shown
        ],
        "withdrawals": _named(waiting_withdrawals(to=to, year=year), to, year),
        "total": waiting_count(to=to, year=year),
        "may_confirm": to.may("approve"),
    }
    return render(request, "delivery/waiting.html", context)


def _named(
    waiting: tuple[SiteWithdrawal, ...], to: Asker, year: int
) -> list[tuple[SiteWithdrawal, str]]:
    """Withdrawals with the names of their sites as they stand."""
    sites = [each.site_id for each in waiting]
    found = site_standings(to=to, year=year, cutoff=works_day(), sites=sites) if sites else ()
    names = {each.site.pk: each.name for each in found}
    return [(each, names.get(each.site_id, "")) for each in waiting]


@require_POST
def milestones_confirmed(request: HttpRequest) -> HttpResponse:
    """Confirm the reports that were ticked."""
    must(request, "approve", _MAY_NOT_CONFIRM)
    to = asker_of(request)
    ticked = [int(each) for each in request.POST.getlist("report") if each.isdigit()]
    reports = open_reports(ticked, to=to)
    _refuse_others(to, reports)
    try:
        done = confirm_milestones(reports=reports, by=user_of(request), at=timezone.now())
    except CannotConfirmMilestone as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已确认 {len(done)} 个节点，计入开工率、完工率。")
    if len(reports) == 1 and request.POST.get("back") == "site":
        return redirect("delivery:site", reports[0].site_id)
    return redirect("delivery:waiting")


@require_POST
def milestone_returned(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one report back."""
    must(request, "approve", _MAY_NOT_CONFIRM)
    to = asker_of(request)
    report = report_seen(pk, to=to)
    if report is None:
        raise Http404(_NOT_SEEN)
    _refuse_others(to, [report])
    form = ReturnReason(request.POST)
    why = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        return_milestone(report=report, reason=why, by=user_of(request), at=timezone.now())
    except CannotReturnMilestone as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已退回，请报送人补齐后重报。")
    return redirect("delivery:site", report.site_id)


def _refuse_others(to: Asker, reports: list[MilestoneReport]) -> None:
    if not all(may_confirm(to, each.site.sub_item) for each in reports):
        raise PermissionDenied(_MAY_NOT_CONFIRM)


@require_GET
def site_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo as it may be shown: drawn anew and bounded, without place, time and device.

    ``?small`` gives the size of a list. Drawn once, then read from beside the records.
    """
    found = site_photo_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404(_NOT_SEEN)
    edge = _SMALL_EDGE if "small" in request.GET else SHOWN_EDGE
    name = f"{found.file.sha256}-{edge}"
    shown = read_aside("photos", name)
    if shown is None:
        shown = draw_picture(open_file(found.file), edge=edge).content
        write_aside("photos", name, shown)
    answer = HttpResponse(shown, content_type=_PICTURES[found.file_kind])
    answer["Cache-Control"] = "private, max-age=86400"
    return answer
