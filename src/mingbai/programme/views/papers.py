"""年度文件: which there are, one as printed, editing its words, issuing, searching."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.asking import asker_of, user_of
from mingbai.base.attachments import DOCX, attached
from mingbai.base.files import open_file
from mingbai.base.scope import Asker
from mingbai.programme.actions import (
    CannotDraftDocuments,
    CannotEditDocument,
    CannotIssueDocument,
    draft_documents,
    edit_document,
    issue_document,
)
from mingbai.programme.forms import EditDocumentForm, IssueDocumentForm
from mingbai.programme.models import YearDocument
from mingbai.programme.queries import (
    CannotPutTogether,
    document_seen,
    document_standings,
    drafts_of_year,
    search_documents,
    turns_of_document,
)
from mingbai.programme.views.asking import may_edit, must_edit, year_of, year_or_404
from mingbai.rulebook import CannotLoadBook, load_book

_BADGES: Final = {"missing": "bad", "draft": "note", "issued": "ok", "stale": "warn"}


@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """Every paper of the year and how far it is; what holds the words searched for."""
    to, year = asker_of(request), year_of(request)
    text = request.GET.get("q", "").strip()[:100]
    standings = (
        document_standings(to=to, year=year, digests=_digests(year) if may_edit(to) else None)
        if year
        else ()
    )
    rows = [
        {"standing": each, "badge": _BADGES[each.state]}
        for each in standings
        if to.sees_all or each.issued
    ]
    context = {
        "year": year,
        "q": text,
        "found": search_documents(to=to, text=text) if text else None,
        "rows": rows,
        "editing": may_edit(to),
        "to_draft_count": sum(each.state in ("missing", "stale") for each in standings),
        "issued_count": sum(each.state == "issued" for each in standings),
    }
    return render(request, "programme/documents.html", context)


@require_POST
def draft_papers(request: HttpRequest) -> HttpResponse:
    """Draft every paper that is missing or out of date."""
    must_edit(request, "年度文件")
    year = year_or_404(request)
    try:
        made = draft_documents(
            year=year,
            book=load_book(year=year, county=settings.MINGBAI_COUNTY),
            by=user_of(request),
            at=timezone.now(),
            forms_folder=settings.MINGBAI_FORMS,
            demonstration=settings.MINGBAI_DEMO,
        )
    except (CannotDraftDocuments, CannotLoadBook) as error:
        messages.error(request, str(error))
    else:
        said = f"已拟定 {len(made)} 份，核对后由复核人印发" if made else "文件都是最新的，不用重拟"
        messages.success(request, said)
        if any(each.follows_id and each.turn > 1 for each in made):
            messages.info(request, "重拟的文件以新内容为准；上一稿改过的文字没有带过来，请核对")
    return redirect("programme:documents")


@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper as it is printed, its turns and its issue."""
    return _show(request, _found(request, pk), IssueDocumentForm())


@require_http_methods(["GET", "POST"])
def word_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the words of some paragraphs; a new turn is kept."""
    must_edit(request, "年度文件")
    found = _found(request, pk)
    form = EditDocumentForm(request.POST or None, parts=found.body["parts"])
    if request.method == "POST" and form.is_valid():
        try:
            made = edit_document(
                document=found, texts=form.texts(), by=user_of(request), at=timezone.now()
            )
        except CannotEditDocument as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已存为第{made.turn}稿")
            return redirect("programme:document", made.pk)
    context = {"document": found, "form": form, "year": found.year}
    return render(
        request, "programme/document_words.html", context, status=422 if form.errors else 200
    )


@require_POST
def issue_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue the newest turn under a number."""
    if not may_issue(asker_of(request)):
        raise PermissionDenied("年度文件由县民生办的复核人员或领导印发。")
    found = _found(request, pk)
    form = IssueDocumentForm(request.POST)
    if form.is_valid():
        try:
            issued = issue_document(
                document=found, by=user_of(request), at=timezone.now(), **form.cleaned_data
            )
        except CannotIssueDocument as error:
            form.add_error("number", str(error))
        else:
            messages.success(request, f"{issued.number}已印发，各单位都能看到")
            return redirect("programme:document", pk)
    return _show(request, found, form, status=422)


@require_GET
def document_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper as it went out, else as it was drafted."""
    found = _found(request, pk)
    issued = getattr(found, "issue", None)
    stored = found.file if issued is None else issued.file
    return attached(open_file(stored), f"{found.title}.docx", DOCX)


def may_issue(to: Asker) -> bool:
    """Checkers and leaders of the county put papers out."""
    return to.sees_all and to.may("issue")


def _digests(year: int) -> dict[tuple[str, str], str]:
    """What each paper would say now; nothing where book or form cannot be read just now."""
    try:
        drafts = drafts_of_year(
            year=year,
            book=load_book(year=year, county=settings.MINGBAI_COUNTY),
            day=timezone.localdate(),
            forms_folder=settings.MINGBAI_FORMS,
        )
    except (CannotPutTogether, CannotLoadBook):
        return {}
    return {each.place: each.digest for each in drafts}


def _found(request: HttpRequest, pk: int) -> YearDocument:
    found = document_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这份文件，或尚未印发。")
    return found


def _show(
    request: HttpRequest, found: YearDocument, form: IssueDocumentForm, status: int = 200
) -> HttpResponse:
    to = asker_of(request)
    turns = turns_of_document(found, to=to)
    newest = bool(turns) and turns[0].pk == found.pk
    issued = getattr(found, "issue", None)
    context: dict[str, Any] = {
        "document": found,
        "body": found.body,
        "annex": found.annex,
        "issue": issued,
        "year": found.year,
        "turns": turns,
        "is_newest": newest,
        "may_word": may_edit(to) and newest,
        "may_issue": may_issue(to)
        and newest
        and issued is None
        and found.drafted_by_id != to.user_id,
        "is_maker": found.drafted_by_id == to.user_id,
        "form": form,
    }
    return render(request, "programme/document.html", context, status=status)
