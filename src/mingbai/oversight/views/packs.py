"""Pages of packs: compiling one, one as it is printed, the rows behind a count."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must_of_county, user_of
from mingbai.base.attachments import DOCX, attached
from mingbai.base.files import open_file
from mingbai.base.scope import Asker
from mingbai.oversight.actions import (
    CannotCompilePack,
    CannotIssuePack,
    compile_pack,
    issue_pack,
)
from mingbai.oversight.models import DispatchPack, PackLine
from mingbai.oversight.queries.packs import (
    COUNTS,
    lines_behind,
    pack_blocks,
    pack_lines,
    packs_seen,
)
from mingbai.oversight.views.meetings import meeting_or_404
from mingbai.rulebook import CannotLoadBook, load_book

PAGE: Final = 40


def _pack(request: HttpRequest, pk: int) -> DispatchPack:
    found = packs_seen(to=asker_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这份材料，或尚未印发")
    return found


@require_POST
def compile_turn(request: HttpRequest, pk: int) -> HttpResponse:
    """Compile the next turn of a meeting's pack."""
    must_of_county(request, "compile", "调度会材料由县民生办的经办人员编制。")
    standing = meeting_or_404(request, pk)
    try:
        made = compile_pack(
            meeting=standing.meeting,
            book=load_book(year=standing.meeting.year, county=settings.MINGBAI_COUNTY),
            by=user_of(request),
            at=timezone.now(),
            forms_folder=settings.MINGBAI_FORMS,
        )
    except (CannotCompilePack, CannotLoadBook) as error:
        messages.error(request, str(error))
        return redirect("oversight:meeting", pk)
    messages.success(request, f"{made}已编制，带底色的数都能点开明细。")
    return redirect("oversight:pack", made.pk)


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The pack as it is printed; counts lead to their rows, rows to their own pages."""
    to, found = asker_of(request), _pack(request, pk)
    issued = getattr(found, "issue", None)
    later = packs_seen(to=to).filter(follows=found).first()
    offices = frozenset(
        line.office.short_name
        for line in pack_lines(found, to=to)
        if line.office_id in to.office_ids
    )
    context = {
        "pack": found,
        "blocks": [_linked(block, found, to) for block in pack_blocks(found.body)],
        "issue": issued,
        "later": later,
        "own": offices,
        "signed_date": timezone.localdate(found.compiled_at),
        "is_maker": found.compiled_by_id == to.user_id,
        "may_issue": issued is None
        and later is None
        and to.sees_all
        and to.may("issue")
        and found.compiled_by_id != to.user_id,
    }
    return render(request, "oversight/pack.html", context)


def _linked(block: dict[str, Any], pack: DispatchPack, to: Asker) -> dict[str, Any]:
    """Cells lead to addresses; those below the county are not led to the rows of others."""
    if block["kind"] != "table":
        return block
    rows = [
        [(words, _address(lead, pack) if lead and to.sees_all else "") for words, lead in row]
        for row in block["rows"]
    ]
    return {**block, "rows": rows}


def _address(to: list[Any], pack: DispatchPack) -> str:
    kind, key = to
    year, month = pack.cutoff_date.year, pack.cutoff_date.month
    if kind == "lag":
        return reverse("delivery:lag", args=[year, month, key])
    if kind == "town":
        return f"{reverse('delivery:lags')}?year={year}&month={month}&town={key}"
    if kind == "money":
        return f"{reverse('funds:programme', args=[key])}?year={year}&month={month}"
    return reverse("oversight:decision", args=[key])


@require_GET
def docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The docx as it was written when the pack was compiled."""
    found = _pack(request, pk)
    return attached(open_file(found.file), f"{found}.docx", DOCX)


@require_POST
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a pack out."""
    must_of_county(request, "issue", "调度会材料由县民生办的复核人员或领导印发。")
    found = _pack(request, pk)
    try:
        issue_pack(pack=found, by=user_of(request), at=timezone.now())
    except CannotIssuePack as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{found}已印发，参会单位都能看到。")
    return redirect("oversight:pack", pk)


@require_GET
def rows(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The rows that a count of the text counts, each with the sheet line it is from."""
    to, found = asker_of(request), _pack(request, pk)
    if key not in COUNTS:
        raise Http404("材料里没有这个数")
    lines = lines_behind(pack_lines(found, to=to), key)
    shown = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    context = {
        "pack": found,
        "name": COUNTS[key][0],
        "page": shown,
        "rows": [(line, _line_address(line, found, to)) for line in shown],
        "part": lines[0].part if lines else "",
    }
    return render(request, "oversight/pack_rows.html", context)


def _line_address(line: PackLine, pack: DispatchPack, to: Asker) -> str:
    """Where a row is told in full, for those who may look there."""
    if not to.sees_all and line.office_id not in to.office_ids:
        return ""
    year, month = pack.cutoff_date.year, pack.cutoff_date.month
    if line.part == PackLine.Part.MONEY:
        return _address(["money", line.facts["programme"]], pack)
    if line.part == PackLine.Part.DECISION:
        return _address(["decision", line.decision_id], pack)
    if line.part == PackLine.Part.ASK:
        return ""
    if line.town_id is not None:
        return reverse("delivery:town_lag", args=[year, month, line.sub_item, line.town_id])
    return reverse("delivery:lag", args=[year, month, line.sub_item])
