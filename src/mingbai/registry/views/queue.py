"""Pages of findings: the queue, one finding with its rows, settling it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, user_of
from mingbai.base.scope import Asker
from mingbai.intake.queries import sheets_at
from mingbai.registry.actions import (
    CannotSettleFinding,
    decision_of,
    reasons_for,
    settle_finding,
)
from mingbai.registry.forms import FilterFindings, SettleFinding
from mingbai.registry.models import Finding, Settlement
from mingbai.registry.queries import (
    DOUBTED,
    LEFT_OUT,
    LEFT_OUT_CODES,
    Experience,
    Missing,
    describe_share,
    evidence_of,
    finding_name,
    finding_seen,
    findings_seen,
    learned_from_decisions,
    newest_comparison,
    newest_year,
    ranked,
    rule_records,
    settlements_of,
    what_is_missing,
)
from mingbai.registry.views.words import Words, finding_card
from mingbai.rulebook import describe_rules, load_book

PAGE = 50
UNANSWERED = "unanswered"


@require_GET
def findings(request: HttpRequest) -> HttpResponse:
    """The queue of findings, the most money expected to be confirmed first.

    ``about=left_out`` lists who should perhaps be on a roster and is not; ``about=unanswered`` the
    rules that could not be checked.
    """
    to, year = asker_of(request), newest_year()
    if year is None:
        return render(request, "registry/findings.html", {"page": None})
    about = request.GET.get("about", DOUBTED)
    missing = _missing(to, year)
    if about == UNANSWERED:
        left = {"page": (), "about": about, "missing": missing}
        return render(request, "registry/findings.html", left)
    records = rule_records(to=to, year=year)
    words = Words.of(year)
    codes = [
        (record.code, finding_name(record.code))
        for record in records
        if (record.code in LEFT_OUT_CODES) == (about == LEFT_OUT)
    ]
    asked = {"state": "open", **request.GET.dict()}
    form = FilterFindings(asked, codes=codes, names=words.sub_items)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = findings_seen(
        to=to,
        year=year,
        state=chosen.get("state", ""),
        code=chosen.get("code", ""),
        sub_item=chosen.get("sub_item", ""),
        about=about,
    )
    learned = learned_from_decisions()
    page = Paginator(ranked(rows, learned), PAGE).get_page(request.GET.get("page"))
    context = {
        "about": about,
        "missing": missing,
        "page": page,
        "cards": [{**finding_card(each, words), **_belief(each, learned)} for each in page],
        "records": [{"record": each, "name": finding_name(each.code)} for each in records],
        "form": form,
        "may_settle": to.may("settle"),
    }
    return render(request, "registry/findings.html", context)


def _missing(to: Asker, year: int) -> list[Missing]:
    """What kept rules from being checked by the newest comparison; nothing before the first."""
    comparison = newest_comparison(to=to, year=year)
    if comparison is None:
        return []
    book = load_book(year=year, county=settings.MINGBAI_COUNTY)
    return what_is_missing(comparison, book=book, rules=describe_rules(book))


@require_GET
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding: what, why, which rows, who decided."""
    to = asker_of(request)
    found = _finding_or_404(request, pk)
    steps = list(settlements_of(found, to=to))
    evidence = evidence_of(found, to=to)
    rows = {row: (row.origin_file_id, row.origin_sheet) for row in evidence[:PAGE]}
    sheets = sheets_at(set(rows.values()), to=to)
    shown = [(row, sheets[place]) for row, place in rows.items() if place in sheets]
    learned = learned_from_decisions()
    low, high = learned.of(found)[1].interval()
    context = {
        "card": {**finding_card(found, Words.of(found.year)), **_belief(found, learned)},
        "between": (low, high),
        "evidence": shown,
        "looked_at": len(rows),
        "unseen_count": len(rows) - len(shown),
        "evidence_count": evidence.count(),
        "steps": steps,
        "last_number": steps[-1].number if steps else 0,
        "choices": _choices(found),
        "is_left_out": found.code in LEFT_OUT_CODES,
        "may_settle": to.may("settle"),
    }
    return render(request, "registry/finding.html", context)


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a finding by its reason."""
    if not asker_of(request).may("settle"):
        raise PermissionDenied("您的角色不能处理疑点。疑点由经办人员核实后办结。")
    found = _finding_or_404(request, pk)
    form = SettleFinding(request.POST)
    if not form.is_valid():
        messages.error(request, "没有选择理由，结论未保存。请点选一个理由。")
        return redirect("registry:finding", pk)
    reason = form.cleaned_data["reason"]
    try:
        done = settle_finding(
            finding=found,
            decision=decision_of(reason),
            reason=reason,
            seen_number=form.cleaned_data["seen_number"],
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotSettleFinding as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, f"已记录：{done.get_decision_display()}，{done.get_reason_display()}。"
        )
    return redirect("registry:finding", pk)


def _choices(found: Finding) -> list[tuple[str, list[tuple[str, str]]]]:
    """Decision -> its reasons, as buttons."""
    decisions, reasons = dict(Settlement.Decision.choices), dict(Settlement.Reason.choices)
    return [
        (str(decisions[decision]), [(each, str(reasons[each])) for each in codes])
        for decision, codes in reasons_for(found).items()
    ]


def _belief(found: Any, learned: Experience) -> dict[str, Any]:
    """How often the finding's rule was right, and what looking at it is expected to confirm."""
    tally, share = learned.of(found)
    return {"share": describe_share(tally, share), "expected": share.expected(found.stake_amount)}


def _finding_or_404(request: HttpRequest, pk: int) -> Finding:
    found: Finding | None = finding_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这条疑点，或不在您的查看范围内。")
    return found
