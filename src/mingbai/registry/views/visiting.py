"""Pages of visits: whom to visit village by village, the sheet to take along, what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.base.attachments import XLSX, attached
from mingbai.paper.tables import ExportColumn, Value, write_export
from mingbai.registry.actions import CannotRecordVisit, record_visit
from mingbai.registry.forms import RecordVisit
from mingbai.registry.models import Person, Visit
from mingbai.registry.queries import (
    LEFT_OUT_CODES,
    finding_seen,
    left_out,
    newest_year,
    people_of,
    show_person,
    village_names,
    visit_counts,
)
from mingbai.registry.views.words import Words, day_shown, finding_card

_PAGE: Final = 60
_STATES: Final = {"open": "待核实", "done": "已核实", "": "全部"}
_OUTCOMES: Final = dict(Visit.Outcome.choices)


@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    """People who qualify and are not enrolled, village by village, with what visits found."""
    year = newest_year()
    if year is None:
        return render(request, "registry/visits.html", {"page": None})
    to, words = asker_of(request), Words.of(year)
    town, state = _chosen(request, words)
    page = Paginator(left_out(to=to, year=year, town=town, state=state), _PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "groups": _villages(list(page), words),
        "counts": [
            {"count": each, "town": words.towns.get(each.town, each.town or "未写明镇")}
            for each in visit_counts(to=to, year=year)
        ],
        "town": town,
        "state": state,
        "states": _STATES,
        "towns": words.towns,
        "outcomes": Visit.Outcome.choices,
        "today": day_shown(),
        "may_record": to.may("hand_in"),
        "can_take_over": bool(page.object_list) and state == "open" and (to.sees_all or to.towns),
    }
    return render(request, "registry/visits.html", context)


def _chosen(request: HttpRequest, words: Words) -> tuple[str, str]:
    town, state = request.GET.get("town", ""), request.GET.get("state", "open")
    return town if town in words.towns else "", state if state in _STATES else "open"


def _villages(found: Sequence[Any], words: Words) -> list[dict[str, Any]]:
    names, people = village_names({each.village for each in found}), people_of(found)
    groups = []
    for (town, village), members in groupby(found, key=lambda each: (each.town, each.village)):
        cards = [
            {
                **finding_card(each, words),
                "person": show_person(people[each.pk]) if each.pk in people else None,
                "outcome": _OUTCOMES.get(each.outcome, "未入户"),
            }
            for each in members
        ]
        groups.append(
            {
                "town": words.towns.get(town, "未写明镇"),
                "village": names.get(village, "未写明村"),
                "cards": cards,
            }
        )
    return groups


_COLUMNS: Final = (
    ExportColumn("序号", kind="number", width=6),
    ExportColumn("镇", width=10),
    ExportColumn("村（居）", width=16),
    ExportColumn("姓名", width=12),
    ExportColumn("性别", width=6),
    ExportColumn("出生年", kind="number", width=8),
    ExportColumn("证件号后四位", width=12),
    ExportColumn("联系电话", width=14),
    ExportColumn("可能应享受", width=30),
    ExportColumn("为什么", width=46),
    ExportColumn("上次入户", width=12),
    ExportColumn("本次结果（愿意/不愿/不符合/迁出去世/未见到）", width=26),
    ExportColumn("入户人员、日期", width=18),
)


@require_GET
def visit_sheet(request: HttpRequest) -> HttpResponse:
    """The list to take along: masked but for what a visitor needs to knock at the right door."""
    year = newest_year()
    rows: Iterator[Sequence[Value]] = iter(())
    if year is not None:
        words = Words.of(year)
        town, state = _chosen(request, words)
        found = list(left_out(to=asker_of(request), year=year, town=town, state=state)[:5_000])
        names, people = village_names({each.village for each in found}), people_of(found)
        rows = (
            _line(place, each, words, names, people.get(each.pk))
            for place, each in enumerate(found, 1)
        )
    content = write_export(
        title="应保未保入户核实表",
        columns=_COLUMNS,
        rows=rows,
        notes=("姓名、证件号和电话按规定遮盖；入户时请照证件核对。结果带回后登记到系统。",),
        demonstration=settings.MINGBAI_DEMO,
    )
    return attached(content, f"入户核实表{timezone.localdate():%Y%m%d}.xlsx", XLSX)


def _line(
    place: int, found: Any, words: Words, names: dict[str, str], known: Person | None
) -> Sequence[Value]:
    card = finding_card(found, words)
    person = show_person(known) if known else None
    return (
        place,
        card["town"],
        names.get(found.village, ""),
        person.name if person else "",
        {1: "男", 2: "女"}.get(person.sex or 0, "") if person else "",
        person.birth_year if person else None,
        person.id_number[-3:].rjust(4, "*") if person else "",
        person.phone if person else "",
        words.sub_items.get(found.params.get("due", found.sub_item), card["sub_item"]),
        card["message"],
        _OUTCOMES.get(found.outcome, ""),
        "",
        "",
    )


@require_POST
def visited(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what a visit found."""
    must(request, "hand_in", "您的角色不能登记入户情况。请由镇经办人员登记。")
    to = asker_of(request)
    found = finding_seen(pk, to=to)
    if found is None or found.code not in LEFT_OUT_CODES:
        raise Http404("没有这个人，或不在您的查看范围内。")
    if not to.sees_all and found.town not in to.towns:
        raise PermissionDenied("入户由所在镇登记。您了解情况的，请与镇里联系。")
    form = RecordVisit(request.POST)
    if not form.is_valid():
        messages.error(request, "没有保存：请选结果，写明入户日期和入户人员。")
        return redirect(_back(request))
    given = form.cleaned_data
    try:
        visit = record_visit(finding=found, **given, by=user_of(request), at=timezone.now())
    except CannotRecordVisit as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已登记：{visit.get_outcome_display()}。")
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The list as it was filtered; never an address from outside."""
    query = request.POST.get("back", "")
    plain = "".join(each for each in query if each.isalnum() or each in "=&_")[:200]
    return f"/registry/visits/?{plain}"
