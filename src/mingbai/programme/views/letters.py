"""Letters of responsibility: who has signed, one letter as printed, its docx and its scan."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, user_of
from mingbai.base.attachments import DOCX, attached
from mingbai.base.files import open_file
from mingbai.programme.actions import (
    CannotDraftLetters,
    CannotSignLetter,
    draft_letters,
    send_letters,
    sign_letter,
)
from mingbai.programme.forms import PickLetters, SignForm
from mingbai.programme.models import DutyLetter
from mingbai.programme.queries import (
    STATES,
    letter_seen,
    letters_of,
    standings_of,
    step_of_letter,
    turns_of,
)
from mingbai.programme.views.asking import may_edit, must_edit, year_of, year_or_404

_SCANS: Final = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
_BADGES: Final = {
    "missing": "bad",
    "draft": "note",
    "sent": "warn",
    "signed": "ok",
    "stale": "bad",
}


@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    """Every town's and department's letter: drawn, sent, signed, or out of date."""
    to, year = asker_of(request), year_of(request)
    found = standings_of(to=to, year=year) if year else ()
    counts = {state: sum(each.state == state for each in found) for state in STATES}
    context = {
        "year": year,
        "rows": [{"standing": each, "badge": _BADGES[each.state]} for each in found],
        "counts": counts,
        "count": len(found),
        "editing": may_edit(to),
        "to_draft_count": counts["missing"] + counts["stale"],
        "to_send_count": counts["draft"],
    }
    return render(request, "programme/letters.html", context)


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Draw every letter that is missing or out of date."""
    must_edit(request, "责任书")
    try:
        made = draft_letters(
            year=year_or_404(request),
            by=user_of(request),
            at=timezone.now(),
            forms_folder=settings.MINGBAI_FORMS,
            demonstration=settings.MINGBAI_DEMO,
        )
    except CannotDraftLetters as error:
        messages.error(request, str(error))
    else:
        said = f"已拟定 {len(made)} 份，核对后打印送签" if made else "责任书都是最新的，不用重拟"
        messages.success(request, said)
    return redirect("programme:letters")


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Record that the ticked letters went out to be signed."""
    must_edit(request, "责任书")
    found = letters_of(to=asker_of(request), year=year_or_404(request))
    form = PickLetters(request.POST, letters=found)
    if not form.is_valid():
        messages.error(request, "没有选责任书，请先勾选要送签的单位")
        return redirect("programme:letters")
    chosen = {int(pk) for pk in form.cleaned_data["pick"]}
    try:
        sent = send_letters(
            letters=[each for each in found if each.pk in chosen],
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotSignLetter as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已登记送签 {len(sent)} 份，收到签章件后上传扫描件")
    return redirect("programme:letters")


@require_GET
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter as it is printed, its turns and its signing."""
    return _show(request, _found(request, pk), SignForm())


@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the signed scan."""
    must_edit(request, "责任书")
    found = _found(request, pk)
    form = SignForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            sign_letter(
                letter=found,
                signed_date=form.cleaned_data["signed_date"],
                content=form.cleaned_data["scan"].read(),
                by=user_of(request),
                at=timezone.now(),
            )
        except CannotSignLetter as error:
            form.add_error("scan", str(error))
        else:
            messages.success(request, f"{found}的签章扫描件已存档")
            return redirect("programme:letter", pk)
    return _show(request, found, form, status=422)


@require_GET
def letter_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as it was drawn."""
    found = _found(request, pk)
    return attached(open_file(found.file), f"{found}.docx", DOCX)


@require_GET
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed scan."""
    found = _found(request, pk)
    signed = next((step for step in found.steps.all() if step.scan is not None), None)
    if signed is None or signed.scan is None:
        raise Http404("这份责任书还没有签章扫描件。")
    kind = signed.scan_kind
    return attached(open_file(signed.scan), f"{found}（签章件）.{kind}", _SCANS[kind])


def _found(request: HttpRequest, pk: int) -> DutyLetter:
    found = letter_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这份责任书，或不在您的查看范围内。")
    return found


def _show(
    request: HttpRequest, found: DutyLetter, form: SignForm, status: int = 200
) -> HttpResponse:
    to = asker_of(request)
    standing = next(
        (
            each
            for each in standings_of(to=to, year=found.year)
            if each.letter is not None and each.letter.pk == found.pk
        ),
        None,
    )
    step = step_of_letter(found)
    context: dict[str, Any] = {
        "letter": found,
        "body": found.body,
        "year": found.year,
        "turns": turns_of(found, to=to),
        "is_stale": standing is not None and standing.state == "stale",
        "is_newest": standing is not None,
        "state": STATES[step],
        "badge": _BADGES[step],
        "may_send": may_edit(to)
        and step == "draft"
        and standing is not None
        and standing.state == "draft",
        "may_sign": may_edit(to) and step == "sent",
        "may_draft": may_edit(to),
        "form": form,
    }
    return render(request, "programme/letter.html", context, status=status)
