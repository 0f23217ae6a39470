"""The target sheet: sub-items by towns, edited like a sheet, saved as one action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, user_of
from mingbai.programme.actions import (
    CannotSaveRevision,
    CannotSplit,
    Conflict,
    Edit,
    Grounds,
    propose_parts,
    save_revision,
)
from mingbai.programme.forms import FillForm, GroundsForm, ReasonForm, SheetInput, read_sheet
from mingbai.programme.queries import (
    Key,
    Overlay,
    Sheet,
    Word,
    adopted_years,
    faults_of,
    plain,
    populations,
    programmes,
    state_of,
    target_sheet,
)
from mingbai.programme.views.asking import may_check, may_edit, must_edit, year_of, year_or_404


@dataclass(frozen=True)
class _Screen:
    """What stands on an editor's screen and not in the records."""

    faults: tuple[str, ...] = ()
    grounds: GroundsForm | None = None
    seen: tuple[int, int] | None = None
    unsaved: bool = False


@require_GET
def matrix(request: HttpRequest) -> HttpResponse:
    """The sheet in force, with the open draft on top of it for those who work on it."""
    to, year = asker_of(request), year_of(request)
    sheet = target_sheet(to=to, year=year, programme=_programme(request)) if year else None
    return _show(request, sheet, year, _Screen())


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save the sheet as the next draft; whoever is second is told and loses nothing."""
    must_edit(request, "目标表")
    year = year_or_404(request)
    sheet = _sheet(request, year)
    given, grounds = read_sheet(request.POST, sheet.rows), GroundsForm(request.POST)
    faults = list(given.faults)
    if not grounds.is_valid():
        faults += [str(error) for errors in grounds.errors.values() for error in errors]
    seen = _seen(request)
    if faults:
        screen = _Screen(tuple(faults), grounds, seen, unsaved=True)
        return _show(request, _overlaid(request, sheet, given), year, screen, status=422)
    try:
        revision = save_revision(
            year=year,
            edits=given.edits,
            grounds=_grounds(grounds),
            seen_version=seen[0],
            seen_number=seen[1],
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotSaveRevision as error:
        return _refused(request, year, sheet, given, grounds, error)
    wrong = faults_of(revision)
    if wrong:
        messages.warning(request, f"已保存为第{revision.number}稿，还有 {len(wrong)} 处待改")
    else:
        messages.success(request, f"已保存为第{revision.number}稿，核对无误就可以提交复核")
    return redirect(_address(request, year))


@require_POST
def fill(request: HttpRequest) -> HttpResponse:
    """Split the ticked rows by population, proportion or evenly; shown, not saved."""
    must_edit(request, "目标分解")
    year = year_or_404(request)
    to, sheet = asker_of(request), _sheet(request, year)
    given = read_sheet(request.POST, sheet.rows)
    form, faults = FillForm(request.POST, rows=sheet.rows), list(given.faults)
    words = {(e.sub_item, e.measure): _as_word(e, sheet) for e in given.edits}
    picked = set(form.cleaned_data["pick"]) if form.is_valid() else set()
    if not picked:
        faults.append("请先勾选要分解的行，再选分解办法")
    people = {code: each.people_count for code, each in populations(to=to, year=year).items()}
    split: dict[Key, Word] = {}
    for row in sheet.rows:
        if row.code not in picked or row.key not in words:
            continue
        try:
            parts = propose_parts(
                word=words[row.key],
                method=form.cleaned_data["method"],
                towns=[town.code for town in sheet.towns],
                people=people,
                keep=form.cleaned_data["keep"],
            )
        except CannotSplit as error:
            faults.append(f"“{row.name}”：{error}")
            continue
        held = words[row.key]
        split[row.key] = Word(held.unit, held.state, held.target, parts)
    screen = _Screen(tuple(faults), GroundsForm(request.POST), _seen(request), unsaved=True)
    if split:
        messages.info(request, f"已分解 {len(split)} 行，核对后点“保存”才会留下")
    overlay = Overlay(words | split, {}, given.unread)
    shown = target_sheet(to=to, year=year, programme=_programme(request), overlay=overlay)
    return _show(request, shown, year, screen, status=422 if faults else 200)


def _refused(
    request: HttpRequest,
    year: int,
    sheet: Sheet,
    given: SheetInput,
    grounds: GroundsForm,
    error: CannotSaveRevision,
) -> HttpResponse:
    """Show the sheet again with everything typed; after a conflict with both people's work."""
    if error.conflict is None:
        screen = _Screen(error.faults, grounds, _seen(request), unsaved=True)
        return _show(request, _overlaid(request, sheet, given), year, screen, status=422)
    conflict: Conflict = error.conflict
    clashes = {
        (each.key, each.town): "空" if each.theirs is None else plain(each.theirs)
        for each in conflict.clashes
    }
    shown = target_sheet(
        to=asker_of(request),
        year=year,
        programme=_programme(request),
        overlay=Overlay(conflict.words, clashes, {}),
    )
    seen = (conflict.version, conflict.number)
    screen = _Screen(error.faults, grounds, seen, unsaved=True)
    return _show(request, shown, year, screen, status=409)


def _show(
    request: HttpRequest, sheet: Sheet | None, year: int | None, screen: _Screen, status: int = 200
) -> HttpResponse:
    to = asker_of(request)
    editing = may_edit(to)
    draft = sheet.draft if sheet else None
    context: dict[str, Any] = {
        "year": year,
        "years": adopted_years(to=to),
        "sheet": sheet,
        "chosen": _programme(request),
        "programmes": programmes(to=to, year=year) if year and to.sees_all else (),
        "editing": editing,
        "faults": screen.faults,
        "unsaved": screen.unsaved,
        "reason_form": ReasonForm(),
    }
    if sheet is not None:
        context["seen"] = screen.seen or (sheet.version.pk, draft.number if draft else 0)
        context["grounds"] = screen.grounds or GroundsForm(initial=_initial(sheet))
        context["fill_form"] = FillForm(rows=())
    if draft is not None:
        state = state_of(draft)
        context |= {
            "draft_state": state,
            "draft_faults": faults_of(draft) if editing and not screen.unsaved else (),
            "may_submit": editing and state == "draft" and not screen.unsaved,
            "may_check": may_check(to) and state == "submitted",
        }
    return render(request, "programme/matrix.html", context, status=status)


def _initial(sheet: Sheet) -> dict[str, str | date | None]:
    draft = sheet.draft
    if draft is None:
        return {}
    return {
        "document_number": draft.document_number,
        "document_date": draft.document_date,
        "reason": draft.reason,
    }


def _sheet(request: HttpRequest, year: int) -> Sheet:
    found = target_sheet(to=asker_of(request), year=year, programme=_programme(request))
    if found is None:  # pragma: no cover - the year was found among the adopted ones
        raise CannotSaveRevision((f"{year}年清单尚未启用",))
    return found


def _overlaid(request: HttpRequest, sheet: Sheet, given: SheetInput) -> Sheet | None:
    """The sheet with what was typed, also where it cannot be read."""
    words = {(each.sub_item, each.measure): _as_word(each, sheet) for each in given.edits}
    return target_sheet(
        to=asker_of(request),
        year=sheet.version.year,
        programme=_programme(request),
        overlay=Overlay(words, {}, given.unread),
    )


def _as_word(edit: Edit, sheet: Sheet) -> Word:
    key = (edit.sub_item, edit.measure)
    unit = next((row.word.unit for row in sheet.rows if row.key == key), "")
    return Word(unit, edit.state, edit.target, dict(edit.shares))


def _seen(request: HttpRequest) -> tuple[int, int]:
    given = [request.POST.get(name, "") for name in ("seen_version", "seen_number")]
    version, number = (int(text) if text.isascii() and text.isdigit() else 0 for text in given)
    return version, number


def _grounds(form: GroundsForm) -> Grounds:
    given = form.cleaned_data
    return Grounds(given["document_number"], given["document_date"], given["reason"])


def _programme(request: HttpRequest) -> str | None:
    return request.GET.get("programme") or request.POST.get("programme") or None


def _address(request: HttpRequest, year: int) -> str:
    chosen = _programme(request)
    return f"/targets/?year={year}" + (f"&programme={chosen}" if chosen else "")
