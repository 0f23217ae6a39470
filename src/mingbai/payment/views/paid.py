"""What one person received and what happened to them: one time line, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.scope import Asker
from mingbai.payment.queries.timeline import timeline_lines, timeline_totals
from mingbai.payment.views.cards import BADGES, STATES, rules_of
from mingbai.registry.models import Person
from mingbai.registry.queries import newest_year, person_seen, show_person, sub_item_names
from mingbai.registry.queries.roots import records_of
from mingbai.registry.queries.told import Event, events_of
from mingbai.rulebook import RuleWords

#: A year of five programmes and what happened beside them.
PAGE = 100
_KINDS = {
    "money": "发放",
    "right": "享受资格",
    "finding": "疑点",
    "record": "登记信息",
    "household": "家庭与迁移",
}
_BADGES = {"ok": "ok", "warn": "warn", "bad": "bad", "": "mute"}


@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Every programme, month, amount and decision of one person, filtered by programme or kind."""
    to = asker_of(request)
    found = person_seen(pk, to=to)
    if found is None:
        raise Http404("没有这个人，或不在您的查看范围内。")
    year = newest_year()
    names = sub_item_names(year=year) if year else {}
    entries = _entries(found, to, names)
    present = {each["sub_item"] for each in entries if each["sub_item"]}
    sub_item = request.GET.get("sub_item", "")
    kind = request.GET.get("kind", "")
    if sub_item in present:
        entries = [each for each in entries if each["sub_item"] == sub_item]
    if kind in _KINDS:
        entries = [each for each in entries if each["kind"] == kind]
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    context = {
        "person": show_person(found),
        "page": page,
        "total": timeline_totals(to=to, person=found, sub_item=sub_item if present else ""),
        "kinds": _KINDS.items(),
        "kind": kind,
        "sub_items": [(code, names.get(code, code)) for code in sorted(present)],
        "sub_item": sub_item,
    }
    return render(request, "payment/person.html", context)


def _entries(person: Person, to: Asker, names: dict[str, str]) -> list[dict[str, Any]]:
    lines = list(timeline_lines(to=to, person=person))
    years = {line.batch.year for line in lines}
    rules = {each: words for year in years for each, words in rules_of(year).items()}
    mine = frozenset(records_of(person.pk))
    told = [
        *(_line_entry(line, rules, names, mine) for line in lines),
        *(_event_entry(event, names) for event in events_of(person, to=to, names=names)),
    ]
    return sorted(told, key=lambda each: each["sort"], reverse=True)


def _line_entry(
    line: Any, rules: Mapping[str, RuleWords], names: dict[str, str], mine: frozenset[int]
) -> dict[str, Any]:
    period = line.batch.period
    return {
        "sort": (f"{period // 100:04d}-{period % 100:02d}-31", 1),
        "kind": "money",
        "period": period,
        "line": line,
        "as_member": line.person_id not in mine,
        "sub_item": line.sub_item,
        "name": names.get(line.sub_item, line.sub_item),
        "rule": rules.get(line.rule),
        "state": STATES.get(line.state, ""),
        "badge": BADGES.get(line.state, "mute"),
    }


def _event_entry(event: Event, names: dict[str, str]) -> dict[str, Any]:
    return {
        "sort": (event.day.isoformat(), 0),
        "kind": event.kind,
        "event": event,
        "sub_item": event.sub_item,
        "name": names.get(event.sub_item, event.sub_item),
        "badge": _BADGES[event.tone],
        "kind_name": _KINDS[event.kind],
    }
