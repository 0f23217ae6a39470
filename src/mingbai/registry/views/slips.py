"""Pages of correction forms: all of them, one with its items, answers, re-checks and papers."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.base.attachments import DOCX, XLSX, attached
from mingbai.base.files import open_file
from mingbai.base.scope import Asker
from mingbai.intake.models import Sheet
from mingbai.intake.queries import about_sheet, sheets_at
from mingbai.registry.actions import (
    Answer,
    CannotCorrect,
    accept_item,
    answer_item,
    return_item,
)
from mingbai.registry.forms import AnswerItem, CheckItem, PickFindings
from mingbai.registry.models import CorrectionSlip, CorrectionStep
from mingbai.registry.queries import (
    item_seen,
    items_of,
    newest_year,
    people_of,
    sheets_after,
    show_person,
    slip_seen,
    slips_seen,
    spots_of_items,
    steps_of_items,
)
from mingbai.registry.views.slip_paper import slip_docx_of, slip_xlsx_of
from mingbai.registry.views.words import Words, day_shown, finding_card

_STATES: Final = {"open": "没有办结", "closed": "已办结", "": "全部"}
_BADGES: Final = {
    "": "warn", "corrected": "note", "explained": "note", "accepted": "ok", "returned": "bad",
    "removed": "ok", "settled": "ok", "came_back": "bad",
}  # fmt: skip
_WORDS: Final = {"": "待办", **dict(CorrectionStep.Step.choices)}


_ENDING: Final = 5


@require_GET
def slips(request: HttpRequest) -> HttpResponse:
    """All forms the asker's office may see, the late ones first."""
    to, year = asker_of(request), newest_year()
    state = request.GET.get("state", "open")
    state = state if state in _STATES else "open"
    rows = slips_seen(to=to, year=year, state=state)[:500] if year else []
    today = day_shown()
    context = {
        "rows": [
            {"slip": each, "late_days": (today - each.due_date).days if each.is_open else 0}
            for each in rows
        ],
        "state": state,
        "states": _STATES,
        "year": year,
    }
    return render(request, "registry/slips.html", context)


@require_GET
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    """One form: each item with its rows, what was answered and how it was checked."""
    return _slip_page(request, _slip_or_404(request, pk))


@require_GET
def slip_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The form as an official paper to hand over."""
    found = _slip_or_404(request, pk)
    content = slip_docx_of(found, cards_of(found, to=asker_of(request)))
    return attached(content, f"{found}.docx", DOCX)


@require_GET
def slip_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    """The form's list as a workbook with empty columns to fill in."""
    found = _slip_or_404(request, pk)
    content = slip_xlsx_of(found, cards_of(found, to=asker_of(request)))
    return attached(content, f"{found}.xlsx", XLSX)


@require_GET
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """The evidence given with an answer."""
    steps = CorrectionStep.objects.seen_by(asker_of(request)).filter(pk=pk)
    found = steps.select_related("evidence").first()
    if found is None or found.evidence is None:
        raise Http404("没有这份证据，或不在您的查看范围内。")
    content = open_file(found.evidence)
    # The sender's own file name may name a person: only its ending is kept.
    ending = PurePath(found.evidence_name).suffix
    ending = ending if ending.isascii() and len(ending) <= _ENDING else ""
    return attached(content, f"更正答复{pk}证据{ending}", "application/octet-stream")


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """An office answers one item."""
    must(request, "hand_in", "您的角色不能答复更正单。请由本单位经办人员答复。")
    to = asker_of(request)
    item = _item_or_404(request, pk)
    if item.slip.office_id not in to.office_ids:
        raise PermissionDenied(f"这份更正单由{item.slip.office.name}答复。")
    sheets = sheets_after(item.slip, to=to)
    form = AnswerItem(
        request.POST, request.FILES, sheets=[(str(each.pk), each.name) for each in sheets]
    )
    if not form.is_valid():
        messages.error(request, "没有保存：" + "；".join(_problems(form)))
        return redirect("registry:slip", item.slip_id)
    given = form.cleaned_data
    chosen = next((each for each in sheets if str(each.pk) == given["sheet"]), None)
    file = given["evidence"]
    said = Answer(
        sheet=chosen,
        line=given["line"] if chosen else None,
        text=given["text"],
        evidence=(file.name or "", file.read()) if file else None,
    )
    try:
        answer_item(
            item=item, answer=said, seen_number=given["seen_number"], by=user_of(request),
            at=timezone.now(),
        )  # fmt: skip
    except CannotCorrect as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"第 {item.position} 项已答复，等县里复核。")
    return redirect("registry:slip", item.slip_id)


@require_POST
def check_item(request: HttpRequest, pk: int) -> HttpResponse:
    """The county accepts an answer for a reason, or sends it back with a text."""
    must(request, "settle", "您的角色不能复核更正单。复核由县民生办经办人员办理。")
    if not asker_of(request).sees_all:
        raise PermissionDenied("更正单由县民生办复核。请等待复核结果。")
    item, form = _item_or_404(request, pk), CheckItem(request.POST)
    if not form.is_valid():
        messages.error(request, "没有保存：请选一个通过的理由，或写明退回的原因。")
        return redirect("registry:slip", item.slip_id)
    given, by, at = form.cleaned_data, user_of(request), timezone.now()
    try:
        if given["reason"]:
            accept_item(
                item=item, reason=given["reason"], seen_number=given["seen_number"], by=by, at=at
            )
            messages.success(request, f"第 {item.position} 项复核通过，疑点同时办结。")
        else:
            return_item(
                item=item, text=given["text"], seen_number=given["seen_number"], by=by, at=at
            )
            messages.success(request, f"第 {item.position} 项已退回重办。")
    except CannotCorrect as error:
        messages.error(request, str(error))
    return redirect("registry:slip", item.slip_id)


def _slip_page(request: HttpRequest, found: CorrectionSlip) -> HttpResponse:
    to = asker_of(request)
    cards = cards_of(found, to=to)
    own = to.may("hand_in") and found.office_id in to.office_ids
    sheets = [(str(each.pk), _named(each)) for each in sheets_after(found, to=to)] if own else []
    for card in cards:
        item = card["item"]
        waits = (item.step or "") in ("", "returned", "came_back")
        if own and waits:
            hidden = {"seen_number": item.step_number or 0}
            card["answer"] = AnswerItem(sheets=sheets, initial=hidden, auto_id=f"i{item.pk}-%s")
        if to.may("settle") and to.sees_all and item.step in ("corrected", "explained"):
            card["choices"] = PickFindings.choices_for(item.finding.code)
    today = day_shown()
    open_count = sum(not card["is_closed"] for card in cards)
    context = {
        "slip": found,
        "cards": cards,
        "open_count": open_count,
        "late_days": (today - found.due_date).days if open_count else 0,
    }
    return render(request, "registry/slip.html", context)


def cards_of(found: CorrectionSlip, *, to: Asker) -> list[dict[str, Any]]:
    """Each item with its finding in words, masked person, rows and steps."""
    items, words = items_of(found, to=to), Words.of(found.year)
    spots, steps = spots_of_items(items), steps_of_items(items, to=to)
    places = {(each.file, each.sheet) for listed in spots.values() for each in listed}
    sheets = sheets_at(places, to=to)
    people = people_of([item.finding for item in items])
    cards = []
    for item in items:
        item.finding.decision = "open"
        person = people.get(item.finding_id)
        rows = [(each, sheets.get((each.file, each.sheet))) for each in spots[item.finding_id]]
        cards.append(
            {
                **finding_card(item.finding, words),
                "item": item,
                "person": show_person(person) if person else None,
                "rows": [(spot, sheet) for spot, sheet in rows if sheet],
                "unseen": sum(sheet is None for _, sheet in rows),
                "steps": steps.get(item.pk, []),
                "state": _WORDS[item.step or ""],
                "badge": _BADGES[item.step or ""],
                "is_closed": item.step in ("accepted", "removed", "settled"),
            }
        )
    return cards


def _named(sheet: Sheet) -> str:
    return f"{sheet.receipt.original_name}，{sheet.name}（{about_sheet(sheet)}）"


def _problems(form: AnswerItem) -> list[str]:
    return [str(text) for texts in form.errors.values() for text in texts]


def _slip_or_404(request: HttpRequest, pk: int) -> CorrectionSlip:
    found = slip_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这份更正单，或不在您的查看范围内。")
    return found


def _item_or_404(request: HttpRequest, pk: int) -> Any:
    found = item_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这一项，或不在您的查看范围内。")
    return found
