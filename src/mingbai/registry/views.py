"""Pages of the registry: find people, a person's page, findings and settling them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.models import User
from mingbai.base.scope import Asker
from mingbai.intake.queries import sheets_at
from mingbai.registry.actions import (
    CannotRevealPerson,
    CannotSettleFinding,
    decision_of,
    reasons_for,
    reveal_person,
    settle_finding,
)
from mingbai.registry.forms import FilterFindings, FindPeople, RevealValue, SettleFinding
from mingbai.registry.models import Enrolment, Finding, Person, Settlement
from mingbai.registry.queries import (
    DOUBTED,
    LEFT_OUT,
    LEFT_OUT_CODES,
    Experience,
    Missing,
    describe_share,
    enrolments_of,
    evidence_of,
    explain_finding,
    find_people,
    finding_name,
    finding_seen,
    findings_of_person,
    findings_seen,
    learned_from_decisions,
    newest_comparison,
    newest_year,
    person_seen,
    ranked,
    rule_records,
    rule_words,
    settlements_of,
    show_person,
    sub_item_names,
    town_names,
    village_name,
    what_is_missing,
)
from mingbai.rulebook import RuleWords, describe_rules, load_book

PAGE = 50
UNANSWERED = "unanswered"


def _asker(request: HttpRequest) -> Asker:
    return request.asker  # type: ignore[attr-defined, no-any-return]


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Find people; what was typed travels in the body of the request only."""
    form = FindPeople(request.POST if request.method == "POST" else None)
    found = None
    if form.is_bound and form.is_valid():
        towns = town_names()
        people_found = find_people(to=_asker(request), text=form.cleaned_data["text"])
        found = [{"person": each, "town": towns.get(each.town, "")} for each in people_found]
    context = {"form": form, "found": found}
    return render(request, "registry/people.html", context)


@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's page: masked values, enrolments, findings."""
    return _person_page(request, _person_or_404(request, pk), RevealValue())


@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one value in clear once; asked for with a reason and kept in the ledger."""
    if not _asker(request).may("reveal"):
        raise PermissionDenied(
            "您的角色不能查看完整信息。需要核对的，由经办或审计人员写明用途后查看。"
        )
    shown = _person_or_404(request, pk)
    form = RevealValue(request.POST)
    if not form.is_valid():
        return _person_page(request, shown, form)
    enrolment = None
    if form.cleaned_data["enrolment"]:
        chosen = Enrolment.objects.seen_by(_asker(request)).filter(person=shown)
        enrolment = chosen.filter(pk=form.cleaned_data["enrolment"]).first()
    try:
        value = reveal_person(
            person=shown,
            field=form.cleaned_data["field"],
            reason=form.cleaned_data["reason"],
            enrolment=enrolment,
            by=_user(request),
            at=timezone.now(),
        )
    except CannotRevealPerson as error:
        form.add_error(None, str(error))
        return _person_page(request, shown, form)
    label = dict(form.fields["field"].choices)[form.cleaned_data["field"]]  # type: ignore[attr-defined]
    return _person_page(request, shown, RevealValue(), clear=(label, value))


@require_GET
def findings(request: HttpRequest) -> HttpResponse:
    """The queue of findings, the most money expected to be confirmed first.

    ``about=left_out`` lists who should perhaps be on a roster and is not; ``about=unanswered`` the
    rules that could not be checked.
    """
    to, year = _asker(request), newest_year()
    if year is None:
        return render(request, "registry/findings.html", {"page": None})
    about = request.GET.get("about", DOUBTED)
    missing = _missing(to, year)
    if about == UNANSWERED:
        left = {"page": (), "about": about, "missing": missing}
        return render(request, "registry/findings.html", left)
    records = rule_records(to=to, year=year)
    words = _Words.of(year)
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
        "cards": [{**_finding_card(each, words), **_belief(each, learned)} for each in page],
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
    to = _asker(request)
    found = _finding_or_404(request, pk)
    steps = list(settlements_of(found, to=to))
    evidence = evidence_of(found, to=to)
    rows = {row: (row.origin_file_id, row.origin_sheet) for row in evidence[:PAGE]}
    sheets = sheets_at(set(rows.values()), to=to)
    shown = [(row, sheets[place]) for row, place in rows.items() if place in sheets]
    learned = learned_from_decisions()
    low, high = learned.of(found)[1].interval()
    context = {
        "card": {**_finding_card(found, _Words.of(found.year)), **_belief(found, learned)},
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
    if not _asker(request).may("settle"):
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
            by=_user(request),
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


@dataclass(frozen=True)
class _Words:
    """What codes are called in a year: sub-items, towns, rules."""

    sub_items: dict[str, str]
    towns: dict[str, str]
    rules: Mapping[str, RuleWords]

    @classmethod
    def of(cls, year: int | None) -> _Words:
        if year is None:
            return cls({}, town_names(), {})
        book = load_book(year=year, county=settings.MINGBAI_COUNTY)
        return cls(sub_item_names(year=year), town_names(), describe_rules(book))


def _finding_card(found: Any, words: _Words) -> dict[str, Any]:
    states = {"open": "待处理", **dict(Settlement.Decision.choices)}
    badges = {"open": "warn", "reopened": "warn", "confirmed": "bad", "dismissed": "mute"}
    return {
        "finding": found,
        "name": finding_name(found.code),
        "message": explain_finding(found, names=words.sub_items),
        "rule": rule_words(found.rule, rules=words.rules),
        "sub_item": words.sub_items.get(found.sub_item, found.sub_item),
        "town": words.towns.get(found.town, found.town),
        "state": states[found.decision],
        "badge": badges.get(found.decision, "ok"),
        "waits": found.decision in ("open", "reopened"),
    }


def _belief(found: Any, learned: Experience) -> dict[str, Any]:
    """How often the finding's rule was right, and what looking at it is expected to confirm."""
    tally, share = learned.of(found)
    return {"share": describe_share(tally, share), "expected": share.expected(found.stake_amount)}


def _finding_or_404(request: HttpRequest, pk: int) -> Finding:
    found: Finding | None = finding_seen(pk, to=_asker(request))
    if found is None:
        raise Http404("没有这条疑点，或不在您的查看范围内。")
    return found


def _person_or_404(request: HttpRequest, pk: int) -> Person:
    found = person_seen(pk, to=_asker(request))
    if found is None:
        raise Http404("没有这个人，或不在您的查看范围内。")
    return found


def _person_page(
    request: HttpRequest, shown: Person, form: RevealValue, clear: tuple[str, str] | None = None
) -> HttpResponse:
    to = _asker(request)
    words = _Words.of(newest_year())
    context = {
        "person": show_person(shown),
        "town": words.towns.get(shown.town, shown.town),
        "village": village_name(shown.village),
        "enrolments": [
            {"row": row, "sub_item": words.sub_items.get(row.sub_item, row.sub_item)}
            for row in enrolments_of(shown, to=to)
        ],
        "findings": [_finding_card(each, words) for each in findings_of_person(shown, to=to)],
        "form": form,
        "clear": clear,
        "may_reveal": to.may("reveal"),
    }
    return render(request, "registry/person.html", context)
