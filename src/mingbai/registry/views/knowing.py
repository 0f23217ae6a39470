"""Fragments: what is known about a row being typed, what comparison found in a receipt; a month."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.base.jobs import enqueue
from mingbai.intake.queries import find_receipt
from mingbai.registry.forms import TypedRow
from mingbai.registry.queries import (
    finding_name,
    findings_in_receipt,
    known_about,
    month_report,
    newest_comparison,
    newest_year,
    rule_words,
)
from mingbai.registry.views.words import Words, day_shown, finding_card
from mingbai.rulebook import CannotLoadBook

#: Who carries out queued work; the site names its handlers.
RUNNER: Final = "mingbai.site.jobs.run"
_BADGES: Final = {0: "mute", 1: "note", 2: "warn", 3: "bad"}
_WORDS: Final = {0: "知悉", 1: "请核对", 2: "将暂缓发放", 3: "不能受理"}
_FEW: Final = 12


@require_POST
def known(request: HttpRequest) -> HttpResponse:
    """What rosters, lists and rules know about the row typed so far; nothing is kept."""
    must(request, "hand_in", "您的角色不能录入。录入和查询提示由镇或部门的经办人员办理。")
    form = TypedRow(request.POST)
    context: dict[str, Any] = {"hints": (), "asked": False}
    if form.is_valid():
        typed, words = form.cleaned_data, Words.of(form.cleaned_data["period"] // 100)
        try:
            hints = known_about(**typed, to=asker_of(request))
        except CannotLoadBook:
            hints = ()
        context = {
            "asked": bool(typed["id_number"] or typed["account"] or typed["phone"]),
            "hints": [
                {
                    "hint": each,
                    "badge": _BADGES[each.severity],
                    "word": _WORDS[each.severity],
                    "rule": rule_words(each.rule, rules=words.rules) if each.rule else None,
                }
                for each in hints
            ],
        }
    return render(request, "registry/_known.html", context)


@require_GET
def receipt_findings(request: HttpRequest, pk: int) -> HttpResponse:
    """What comparison found in the sheets of one receipt, beside the gate's verdicts."""
    to = asker_of(request)
    receipt = find_receipt(pk, to=to)
    if receipt is None:
        raise Http404("没有这份收件，或不在您的查看范围内。")
    year = newest_year()
    context: dict[str, Any] = {"receipt": receipt, "cards": (), "compared": None}
    if year is not None:
        comparison = newest_comparison(to=to, year=year)
        found = findings_in_receipt(receipt, to=to)
        words = Words.of(year)
        context |= {
            "compared": comparison and comparison.act.at >= receipt.received_at,
            "total": len(found),
            "cards": [
                {**finding_card(each.finding, words), "lines": each.lines} for each in found[:_FEW]
            ],
        }
    return render(request, "registry/_receipt_findings.html", context)


@require_GET
def month(request: HttpRequest) -> HttpResponse:
    """What a month of comparing brought: new, gone, decided, and how old the open ones are."""
    year = newest_year()
    if year is None:
        return render(request, "registry/month.html", {"report": None})
    to, today = asker_of(request), day_shown()
    period = _period(request.GET.get("period", "")) or today.year * 100 + today.month
    report = month_report(to=to, year=year, period=period)
    comparison = newest_comparison(to=to, year=year)
    context = {
        "report": report,
        "kinds": [{"kind": each, "name": finding_name(each.code)} for each in report.kinds],
        "totals": {name: report.total(name) for name in _COUNTS},
        "ages": report.ages.items(),
        "period": period,
        "before": period - 1 if period % 100 > 1 else period - 89,
        "after": period + 1 if period % 100 < 12 else period + 89,
        "comparison": comparison,
        "may_compare": to.may("settle") and to.sees_all,
    }
    return render(request, "registry/month.html", context)


_COUNTS: Final = (
    "new_count", "gone_count", "back_count", "confirmed_count", "dismissed_count", "open_count",
    "open_amount",
)  # fmt: skip


@require_POST
def compare(request: HttpRequest) -> HttpResponse:
    """Queue a comparison of everything that is live."""
    must(request, "settle", "您的角色不能发起比对。比对由县民生办经办人员发起。")
    to = asker_of(request)
    if not to.sees_all:
        raise PermissionDenied("全县比对由县民生办发起。本单位的表收件后会自动比对。")
    year = newest_year()
    if year is not None:
        enqueue("compare", {"year": year}, by=user_of(request), at=timezone.now(), runner=RUNNER)
    return redirect("registry:month")


def _period(text: str) -> int:
    """A month out of an address; 0 where it is none."""
    found = int(text) if text.isascii() and text.isdigit() and len(text) == 6 else 0
    return found if 1 <= found % 100 <= 12 and found >= 200001 else 0
