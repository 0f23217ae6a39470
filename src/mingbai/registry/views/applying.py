"""Pages of applications: the list, the form for paper, one application, and steps on many."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.base.attachments import attached
from mingbai.base.files import open_file
from mingbai.intake.queries import live_sheets
from mingbai.registry.actions import (
    CannotAddPaper,
    CannotApply,
    CannotReview,
    Opinion,
    RowsReport,
    add_paper,
    begin_enrolments,
    receive_application,
    receive_applications,
    resubmit_application,
    review_applications,
    withdraw_application,
)
from mingbai.registry.forms import AddPaper, ApplyForm, FilterApplications, Reason
from mingbai.registry.forms.applying import Known
from mingbai.registry.models import Application, ApplicationStep
from mingbai.registry.queries import Hint, known_about, newest_year, town_names, village_name
from mingbai.registry.queries.applications import (
    CLOSED,
    SOON,
    application_papers,
    application_seen,
    application_steps,
    applications_seen,
    my_turn,
    show_application,
    show_names,
)
from mingbai.registry.queries.hands import hand_words, whose_turn
from mingbai.registry.queries.surveys import entry_seen, open_entry, show_entries
from mingbai.registry.views.words import Words, day_shown
from mingbai.rulebook import Book, load_book
from mingbai.rulebook.model.procedures import REVIEWS

PAGE: Final = 200
#: So many rows that were not received are told at once.
FEW: Final = 20
_TYPES: Final = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
_BADGES: Final = {"done": "ok", "refused": "bad", "withdrawn": "mute", "application": "warn"}


def _book() -> Book | None:
    year = newest_year()
    return load_book(year=year, county=settings.MINGBAI_COUNTY) if year else None


def _must_book() -> Book:
    book = _book()
    if book is None:
        raise Http404("还没有年度清单，不能受理申请。请先启用年度清单。")
    return book


@require_GET
def applications(request: HttpRequest) -> HttpResponse:
    """The list: what waits for this asker's hand first, or everything in scope."""
    to, book = asker_of(request), _book()
    if book is None:
        return render(request, "registry/applications.html", {"page": None})
    today = day_shown()
    words = Words.of(book.year)
    form = FilterApplications(
        request.GET or None, names=_paying(book), towns=sorted(town_names().items())
    )
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    mine = request.GET.get("about", "mine") == "mine"
    rows = applications_seen(
        to=to,
        state=chosen.get("state") or ("open" if mine else ""),
        sub_item=chosen.get("sub_item", ""),
        town=chosen.get("town", ""),
        late_on=today if chosen.get("late") else None,
    )
    turn = my_turn(to=to, book=book)
    if mine:
        rows = rows.filter(turn)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = show_names(page)
    context = {
        "page": page,
        "mine": mine,
        "cards": [_card(row, words, names, today) for row in page],
        "form": form,
        "may_apply": to.may("hand_in"),
        "rosters": _rosters(request, book).count() if to.may("hand_in") else 0,
        "may_review": mine and any(row.state in REVIEWS for row in page),
        "may_begin": mine and any(row.state in ("posting", "in_force") for row in page),
        "report": request.session.pop("registry_rows", None),
    }
    return render(request, "registry/applications.html", context)


@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Type an application from paper; one column, large targets, for phones in the towns."""
    must(request, "hand_in", "您的角色不能受理申请。申请由镇或部门的经办人员录入。")
    book, to = _must_book(), asker_of(request)
    form = ApplyForm(request.POST or None, book=book, to=to, known=_surveyed(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = receive_application(
                asked=form.asked(), book=book,
                by=user_of(request), at=timezone.now(),
            )  # fmt: skip
        except CannotApply as error:
            for field, text in (error.faults or {"": str(error)}).items():
                form.add_error(field if field in form.fields else None, text)
        else:
            messages.success(request, "已受理，下一步由镇初审。请把材料拍照补上。")
            return redirect("registry:application", made.pk)
    return render(request, "registry/apply.html", {"form": form})


def _surveyed(request: HttpRequest) -> Known | None:
    """What the survey knows of the one who applies, where the form was opened from a visit."""
    text = request.GET.get("entry", "")
    entry = entry_seen(int(text), to=asker_of(request)) if text.isdecimal() else None
    if entry is None:
        return None
    (shown,) = show_entries([entry])
    masked = {"name": shown.name, "id_number": shown.id_number, "phone": shown.phone}
    return Known(entry.sub_item, entry.village, open_entry(entry), masked)


@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Receive the rosters of applications that were handed in; rows received before stay."""
    must(request, "hand_in", "您的角色不能受理申请。申请由镇或部门的经办人员登记。")
    book = _must_book()
    report = receive_applications(
        sheets=list(_rosters(request, book)), book=book, by=user_of(request), at=timezone.now()
    )
    messages.success(request, f"从申请名册登记 {len(report.done)} 件。")
    if report.refused:
        told = "；".join(f"第 {line} 行：{why}" for line, why in report.refused[:FEW])
        rest = f"；另有 {len(report.refused) - FEW} 行" if len(report.refused) > FEW else ""
        messages.error(request, f"没有登记 {len(report.refused)} 行。{told}{rest}")
    return redirect("registry:applications")


def _rosters(request: HttpRequest, book: Book) -> Any:
    return live_sheets(to=asker_of(request), year=book.year, kind="application")


@require_POST
def known(request: HttpRequest) -> HttpResponse:
    """What the other rosters know about what is being typed; a fragment for the form."""
    must(request, "hand_in", "您的角色不能受理申请。申请由镇或部门的经办人员受理。")
    book, to = _must_book(), asker_of(request)
    asked = {
        key: request.POST.get(key, "").strip()
        for key in ("id_number", "name", "account", "phone", "sub_item", "town")
    }
    hints: tuple[Hint, ...] = ()
    if asked["id_number"] and asked["sub_item"]:
        today = day_shown()
        period = min(today.year * 100 + today.month, book.year * 100 + 12)
        hints = known_about(
            id_number=asked["id_number"],
            name=asked["name"],
            account=asked["account"],
            phone=asked["phone"],
            sub_item=asked["sub_item"],
            town=asked["town"],
            period=period,
            to=to,
            book=book,
        )
    return render(
        request, "registry/_application_known.html", {"hints": hints, "asked": asked["id_number"]}
    )


@require_GET
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: what was asked, its papers, its steps, and what may be done now."""
    return _page(request, _found(request, pk))


@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """Pass, return or refuse one or many; each row is told by itself."""
    rows = _ticked(request)
    opinion = Opinion(
        request.POST.get("verdict", ""),
        request.POST.get("reason", ""),
        request.POST.get("basis", ""),
    )
    try:
        report = review_applications(
            applications=rows, opinion=opinion, book=_must_book(), to=asker_of(request),
            by=user_of(request), at=timezone.now(),
        )  # fmt: skip
    except CannotReview as error:
        messages.error(request, str(error))
        return _back(request, rows)
    return _told(request, report, rows, "已办理")


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Put approved applications in force whose posting is clear."""
    rows = _ticked(request)
    report = begin_enrolments(
        applications=rows, book=_must_book(), to=asker_of(request), by=user_of(request),
        at=timezone.now(),
    )  # fmt: skip
    return _told(request, report, rows, "已纳入")


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an application back."""
    must(request, "hand_in", "您的角色不能撤回申请。由受理的经办人员撤回。")
    found = _found(request, pk)
    form = Reason(request.POST)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        withdraw_application(
            application=found, reason=reason, by=user_of(request), at=timezone.now()
        )
    except CannotReview as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已撤回。要更正的，请另行录入。")
    return redirect("registry:application", pk)


@require_POST
def resubmit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a returned application in again."""
    must(request, "hand_in", "您的角色不能补正申请。由受理的经办人员补正。")
    try:
        resubmit_application(
            application=_found(request, pk), basis=request.POST.get("reason", ""),
            book=_must_book(), by=user_of(request), at=timezone.now(),
        )  # fmt: skip
    except CannotApply as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已补正提交。")
    return redirect("registry:application", pk)


@require_POST
def paper_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep photos or scans of papers."""
    must(request, "hand_in", "您的角色不能补材料。由经办人员补交。")
    found = _found(request, pk)
    form = AddPaper(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "请选择照片或PDF。")
        return redirect("registry:application", pk)
    try:
        add_paper(
            application=found, name=form.cleaned_data["name"],
            content=form.cleaned_data["file"].read(), by=user_of(request), at=timezone.now(),
        )  # fmt: skip
    except CannotAddPaper as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "材料已存档。")
    return redirect("registry:application", pk)


@require_GET
def paper(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A paper as it was handed in; only with the permission to see values in clear."""
    found = _found(request, pk)
    kept = application_papers(found, to=asker_of(request)).filter(pk=number).first()
    if kept is None:
        raise Http404("没有这份材料，或不在您的查看范围内。")
    if not any(asker_of(request).may(each) for each in ("settle", "approve", "reveal", "issue")):
        raise PermissionDenied("材料里有完整的个人信息，只有经办、审核和审计人员可以打开。")
    # The words typed for a paper stay on the page: they may name the person.
    name = f"申请{found.pk}-材料{kept.pk}.{kept.file_kind}"
    return attached(open_file(kept.file), name, _TYPES[kept.file_kind])


def _page(request: HttpRequest, found: Any) -> HttpResponse:
    to, today = asker_of(request), day_shown()
    book = _must_book()
    words, rule = Words.of(book.year), book.procedure(found.sub_item, found.received_date)
    steps = list(application_steps(found, to=to))
    waits = None if found.state in CLOSED else found.state
    step = rule.step(waits) if waits and waits != "posting" else None
    papers = list(application_papers(found, to=to))
    kept = {each.name for each in papers}
    context = {
        "application": found,
        "shown": show_application(found),
        "card": _card(found, words, {}, today),
        "village": village_name(found.village),
        "steps": steps,
        "rule": rule,
        "hand": hand_words(step) if step else "",
        "wanted": [(name, name in kept) for each in rule.steps for name in each.papers],
        "papers": papers,
        "is_open": waits is not None,
        "may_review": waits in REVIEWS and step is not None
        and not whose_turn(step, found, to=to),
        "may_begin": waits in ("posting", "in_force")
        and not whose_turn(rule.step("in_force"), found, to=to),
        "may_apply": to.may("hand_in"),
        "person": steps[-1].enrolment.person_id if steps[-1].enrolment else None,
    }  # fmt: skip
    return render(request, "registry/application.html", context)


def _card(row: Any, words: Words, names: dict[int, str], today: Any) -> dict[str, Any]:
    state = str(dict(ApplicationStep.State.choices)[row.state])
    late = row.state not in CLOSED and row.limit < today
    return {
        "row": row,
        "name": names.get(row.pk, ""),
        "sub_item": words.sub_items.get(row.sub_item, row.sub_item),
        "town": words.towns.get(row.town, row.town),
        "state": state,
        "badge": "bad" if late else _BADGES.get(row.state, "note"),
        "late": late,
        "closed": row.state in CLOSED,
        "soon": not late and row.state not in CLOSED and row.limit <= today + SOON,
    }


def _paying(book: Book) -> list[tuple[str, str]]:
    names = {item.code: item.name for item in book.sub_items}
    codes = dict.fromkeys(rule.sub_item for rule in book.procedures)
    return [(code, names[code]) for code in codes if code in names]


def _found(request: HttpRequest, pk: int) -> Any:
    found = application_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这件申请，或不在您的查看范围内。")
    return found


def _ticked(request: HttpRequest) -> list[Application]:
    ids = [int(each) for each in request.POST.getlist("ids") if each.isdigit()][:1000]
    rows = list(applications_seen(to=asker_of(request)).filter(pk__in=ids))
    if not rows:
        raise Http404("没有勾选申请，或不在您的查看范围内。")
    return rows


def _told(
    request: HttpRequest, report: RowsReport, rows: list[Application], word: str
) -> HttpResponse:
    if report.done:
        messages.success(request, f"{word} {len(report.done)} 件。")
    if report.refused:
        messages.error(request, f"没有办成 {len(report.refused)} 件，逐件原因见下。")
        names = show_names(rows)
        request.session["registry_rows"] = [
            {"pk": pk, "why": why, "name": names.get(pk, "")} for pk, why in report.refused
        ]
    return _back(request, rows)


def _back(request: HttpRequest, rows: list[Application]) -> HttpResponse:
    if request.POST.get("single") and len(rows) == 1:
        told = request.session.pop("registry_rows", None)
        if told:
            messages.error(request, told[0]["why"])
        return redirect("registry:application", rows[0].pk)
    return redirect("registry:applications")
