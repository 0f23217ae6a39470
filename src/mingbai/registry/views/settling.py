"""One finding with its rows, and settling it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.intake.queries import sheets_at
from mingbai.registry.actions import CannotSettleFinding, decision_of, settle_finding
from mingbai.registry.forms import PickFindings, SettleFinding
from mingbai.registry.models import Finding
from mingbai.registry.queries import (
    DESKS,
    LEFT_OUT_CODES,
    acts_on,
    evidence_of,
    finding_seen,
    findings_by_number,
    learned_from_decisions,
    settlements_of,
    slip_of_finding,
    visits_of,
    with_desk,
)
from mingbai.registry.views.queue import PAGE, belief
from mingbai.registry.views.words import Words, finding_card
from mingbai.rulebook import load_book


@require_GET
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding: what, why, which rows, who must act, who decided."""
    to = asker_of(request)
    found = _finding_or_404(request, pk)
    steps = list(settlements_of(found, to=to))
    evidence = evidence_of(found, to=to)
    rows = {row: (row.origin_file_id, row.origin_sheet) for row in evidence[:PAGE]}
    sheets = sheets_at(set(rows.values()), to=to)
    shown = [(row, sheets[place]) for row, place in rows.items() if place in sheets]
    learned = learned_from_decisions()
    words = Words.of(found.year)
    context = {
        "card": {**finding_card(found, words), **belief(found, learned)},
        "desk": words.towns.get(found.town, "") if found.desk == "town" else DESKS[found.desk],
        "between": learned.of(found)[1].interval(),
        "evidence": shown,
        "looked_at": len(rows),
        "unseen_count": len(rows) - len(shown),
        "evidence_count": evidence.count(),
        "steps": steps,
        "last_number": steps[-1].number if steps else 0,
        "choices": PickFindings.choices_for(found.code),
        "is_left_out": found.code in LEFT_OUT_CODES,
        "may_settle": to.may("settle") and acts_on(found, to=to),
        "slip": slip_of_finding(found, to=to),
        "visits": visits_of(found, to=to),
    }
    return render(request, "registry/finding.html", context)


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a finding by its reason."""
    must(request, "settle", "您的角色不能处理疑点。疑点由经办人员核实后办结。")
    found = _finding_or_404(request, pk)
    if not acts_on(found, to=asker_of(request)):
        raise PermissionDenied(
            f"这条疑点由{DESKS[found.desk]}核实办结。您了解情况的，请与对方或县民生办联系。"
        )
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


def _finding_or_404(request: HttpRequest, pk: int) -> Any:
    """The finding with its decision and desk."""
    to = asker_of(request)
    found: Finding | None = finding_seen(pk, to=to)
    if found is None:
        raise Http404("没有这条疑点，或不在您的查看范围内。")
    book = load_book(year=found.year, county=settings.MINGBAI_COUNTY)
    rows = with_desk(findings_by_number([pk], to=to), book=book, on=timezone.localdate())
    return rows.get()
