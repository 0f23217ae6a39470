"""Pages of postings: the register, one posting, its sheet to print, the page for the site."""

from __future__ import annotations

import json
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.attachments import DOCX, attached
from mingbai.base.files import open_file
from mingbai.base.scope import Asker
from mingbai.intake.queries import handed_months
from mingbai.paper.leaks import scan_text
from mingbai.paper.posting import (
    PAGE_POLICY,
    PAPERS,
    fill_board,
    page_words,
    sheet_words,
    write_posting_docx,
    write_posting_page,
)
from mingbai.registry.forms import FilterPostings, PhotoForm, PutUpForm, ReasonForm, RecordObjection
from mingbai.registry.queries import (
    OBJECTION_STATES,
    POSTING_STATES,
    boards_of,
    newest_year,
    notice_boards,
    notice_of,
    objections_seen,
    photo_seen,
    posting_counts,
    posting_seen,
    posting_tasks,
    register_of,
    rows_seen,
    steps_of_posting,
)
from mingbai.registry.queries.objections import state_of
from mingbai.registry.views.words import Words, day_shown
from mingbai.rulebook import load_book

_PICTURES: Final = {"jpg": "image/jpeg", "png": "image/png"}
#: Rows a printed page takes at 8 mm each: the first has the notice on it.
_FIRST, _NEXT, _LAST = 18, 27, 3
_SHOWN: Final = 200


@require_GET
def postings(request: HttpRequest) -> HttpResponse:
    """The register of a month: each roll, where it must hang, and what is missing."""
    to, year = asker_of(request), newest_year()
    if year is None:
        return render(request, "registry/postings.html", {"lines": None})
    on = day_shown()
    months = handed_months(to=Asker.system("months handed in are the same for everybody"))
    months = [month for month in months if month // 100 == year]
    words = Words.of(year)
    form = FilterPostings(request.GET or None, months=months, words=words)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    period = int(chosen.get("period") or (months[0] if months else 0))
    book = load_book(year=year, county=settings.MINGBAI_COUNTY)
    asked = {"town": chosen.get("town", ""), "sub_item": chosen.get("sub_item", "")}
    lines = (
        register_of(to=to, year=year, period=period, book=book, on=on, **asked) if period else ()
    )
    state = chosen.get("state", "")
    # What is late or on its way comes before the rolls that nobody has touched yet.
    lines = tuple(sorted(lines, key=lambda line: (not line.is_late, line.state == "missing")))
    shown = [line for line in lines if not state or state in (line.state, "late" * line.is_late)]
    context = {
        "lines": [_line(line, words) for line in shown[:_SHOWN]],
        "more": max(0, len(shown) - _SHOWN),
        "form": form,
        "period": period,
        "on": on,
        "late_count": sum(line.is_late for line in lines),
        "missing_count": sum(line.state == "missing" for line in lines),
        "counts": posting_counts(to=to, year=year, through=on),
        "tasks": posting_tasks(to=to, on=on),
        "may_draft": to.may("settle"),
    }
    return render(request, "registry/postings.html", context)


@require_GET
def posting(request: HttpRequest, pk: int) -> HttpResponse:
    """One posting: what it shows, where it hangs, its steps, photos and objections."""
    to = asker_of(request)
    on = day_shown()
    found = posting_or_404(request, pk)
    words = Words.of(found.year)
    name, tone = POSTING_STATES[found.state]
    rows = [
        (row.number, row.village, row.cells_shown)
        for row in with_cells(rows_seen(found, to=to).select_related("posting")[:_SHOWN])
    ]
    boards = boards_of(found, to=to)
    context = {
        "posting": found,
        "notice": notice_of(found),
        "state_name": name,
        "state_tone": tone,
        "sub_item": words.sub_items.get(found.sub_item, found.sub_item),
        "town": words.towns.get(found.town, found.town),
        "rows": rows,
        "more": max(0, found.row_count - len(rows)),
        "boards": boards,
        "unproven": sum(not board.photos for board in boards),
        "steps": list(steps_of_posting(found, to=to)),
        "objections": [_objection(each) for each in objections_seen(to=to, posting=found.pk)],
        "on": on,
        "may_approve": to.may("approve") and found.state == "draft"
        and found.drafted_by_id != to.user_id,
        "may_put_up": to.may("settle") and found.state == "approved",
        "may_drop": to.may("settle") and found.state in ("draft", "approved"),
        "may_take_down": to.may("settle") and found.state in ("running", "ended"),
        "may_prove": to.may("settle") and found.place == "board" and found.posted_date is not None,
        "may_object": to.may("settle") and found.posted_date is not None,
        "put_up": PutUpForm(initial={"posted_date": found.start_date}),
        "take_down": PutUpForm(initial={"posted_date": on}),
        "reason": ReasonForm(),
        "photo": PhotoForm(),
        "object": RecordObjection(initial={"received_date": on}),
    }  # fmt: skip
    return render(request, "registry/posting.html", context)


@require_GET
def posting_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The board sheet as it prints: A4 or A3, a page a sheet, each page numbered."""
    found = posting_or_404(request, pk)
    village = request.GET.get("village", "")
    paper = request.GET.get("paper", "A4")
    notice = notice_of(found)
    boards = notice_boards(found, to=asker_of(request), village=village)
    pages: list[dict[str, Any]] = []
    masks = [column.mask for column in notice.columns]
    for board in boards:
        parts = _cut(board.rows)
        pages += [
            {
                "board": board,
                "first": number == 1,
                "last": number == len(parts),
                "text": fill_board(notice, board) if number == 1 else (),
                "rows": [(serial, list(zip(masks, cells, strict=True))) for serial, cells in part],
                "number": number,
                "of": len(parts),
            }
            for number, part in enumerate(parts, start=1)
        ]
    context = {
        "posting": found,
        "notice": notice,
        "pages": pages,
        "paper": paper if paper in PAPERS else "A4",
        "village": village,
    }
    _refuse_leak("\n".join(cell for board in boards for row in board.rows for cell in row), notice)
    return render(request, "registry/posting_sheet.html", context)


@require_GET
def posting_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a document that can be edited and printed in an office."""
    found = posting_or_404(request, pk)
    paper = request.GET.get("paper", "A4")
    notice = notice_of(found)
    boards = notice_boards(found, to=asker_of(request), village=request.GET.get("village", ""))
    if not boards:
        raise Http404("这份公示不在这个村张贴。")
    content = write_posting_docx(notice, boards, paper=paper if paper in PAPERS else "A4")
    _refuse_leak(sheet_words(content), notice)
    return attached(content, f"{notice.title}（{notice.subtitle}）.docx", DOCX)


@require_GET
def posting_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The page for the public site: static, no scripts; gone (410) after its last day."""
    found = posting_or_404(request, pk)
    if found.place != "site":
        raise Http404("这份公示不在网站公示。")
    if found.state in ("ended", "taken_down", "dropped") or day_shown() > (found.last_date):
        return render(request, "registry/posting_gone.html", {"posting": found}, status=410)
    if found.state == "draft":
        raise Http404("这份公示还没有审核，不能生成网页。")
    notice = notice_of(found)
    page = write_posting_page(notice, notice_boards(found, to=asker_of(request)))
    _refuse_leak(page_words(page), notice)
    headers = {"Content-Security-Policy": PAGE_POLICY, "X-Robots-Tag": "noindex, nofollow"}
    if "download" in request.GET:
        headers["Content-Disposition"] = f'attachment; filename="posting-{found.pk}.html"'
    return HttpResponse(page, headers=headers)


@require_GET
def board_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo of a board."""
    found = photo_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这张照片，或不在您的查看范围内。")
    return HttpResponse(open_file(found.file), content_type=_PICTURES[found.file_kind])


def posting_or_404(request: HttpRequest, pk: int) -> Any:
    """The posting with its state, or a 404 that tells nothing."""
    to = asker_of(request)
    found = posting_seen(pk, to=to, on=day_shown())
    if found is None:
        raise Http404("没有这份公示，或不在您的查看范围内。")
    return found


def with_cells(rows: Any) -> Any:
    """Rows with ``cells_shown``: ``(mask, masked cell)`` of each column."""
    for row in rows:
        masks = [mask for _, _, mask in row.posting.sheet["columns"]]
        row.cells_shown = list(zip(masks, json.loads(row.cells), strict=True))
    return rows


def _refuse_leak(words: str, notice: Any) -> None:
    """The last look before anything leaves: what would show an identifier does not exist."""
    if scan_text(words, allowed=notice.allowed):
        raise Http404("这份公示的内容没有通过检查，不能输出。请作废后重新制作。")


def _cut(rows: tuple[tuple[str, ...], ...]) -> list[list[tuple[int, tuple[str, ...]]]]:
    """Numbered rows cut into pages; the last page keeps room for the signature."""
    numbered = list(enumerate(rows, start=1))
    pages, room = [], _FIRST
    while len(numbered) > room - _LAST:
        take = min(room, len(numbered))
        pages.append(numbered[:take])
        numbered, room = numbered[take:], _NEXT
        if not numbered:
            break
    return [*pages, numbered] if numbered or not pages or len(pages[-1]) > room - _LAST else pages


def _line(line: Any, words: Words) -> dict[str, Any]:
    name, tone = line.words
    return {
        "line": line,
        "sub_item": words.sub_items.get(line.sub_item, line.sub_item),
        "town": words.towns.get(line.town, line.town),
        "state": name,
        "tone": tone,
    }


def _objection(found: Any) -> dict[str, Any]:
    name, tone = OBJECTION_STATES[state_of(found)]
    return {"objection": found, "state": name, "tone": tone}
