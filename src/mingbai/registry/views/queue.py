"""The queue of findings: whose they are, filtered, ranked, exported, and settled many at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.base.attachments import XLSX, attached
from mingbai.base.scope import Asker
from mingbai.paper.tables import ExportColumn, Value, write_export
from mingbai.registry.actions import (
    CannotCorrect,
    decision_of,
    issue_slips,
    settle_findings,
)
from mingbai.registry.forms import FilterFindings, PickFindings
from mingbai.registry.models import Person, Settlement
from mingbai.registry.queries import (
    DESKS,
    DOUBTED,
    LEFT_OUT,
    LEFT_OUT_CODES,
    Experience,
    Missing,
    acts_on,
    describe_share,
    desk_loads,
    finding_name,
    findings_by_number,
    findings_seen,
    learned_from_decisions,
    newest_comparison,
    newest_year,
    people_of,
    ranked,
    rule_records,
    show_person,
    what_is_missing,
    with_desk,
    with_mine,
)
from mingbai.registry.views.words import Words, finding_card
from mingbai.rulebook import Book, describe_rules, load_book

PAGE = 50
UNANSWERED = "unanswered"
#: An export beyond this is made of the first so many; more is no list to work through.
MOST_EXPORTED: Final = 20_000


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of the queue: the filled form and the findings it leads to."""

    form: FilterFindings
    rows: Any
    book: Book
    words: Words
    about: str

    @classmethod
    def of(cls, request: HttpRequest, year: int) -> Asked:
        """Read the address; what is not understood is left out."""
        to, about = asker_of(request), request.GET.get("about", DOUBTED)
        book = load_book(year=year, county=settings.MINGBAI_COUNTY)
        words = Words.of(year)
        codes = [
            (record.code, finding_name(record.code))
            for record in rule_records(to=to, year=year)
            if (record.code in LEFT_OUT_CODES) == (about == LEFT_OUT)
        ]
        asked = {"state": "open", **request.GET.dict()}
        form = FilterFindings(asked, codes=codes, names=words.sub_items, towns=words.towns)
        chosen = form.cleaned_data if form.is_valid() else {}
        rows = findings_seen(
            to=to,
            year=year,
            state=chosen.get("state", ""),
            code=chosen.get("code", ""),
            sub_item=chosen.get("sub_item", ""),
            about=about,
        )
        rows = with_desk(rows, book=book, on=timezone.localdate())
        rows = with_mine(rows, to=to)
        if chosen.get("town"):
            rows = rows.filter(town=chosen["town"])
        if chosen.get("desk"):
            rows = rows.filter(desk=chosen["desk"])
        if chosen.get("who") == "mine":
            rows = rows.filter(is_mine=1)
        return cls(form, rows, book, words, about)


@require_GET
def findings(request: HttpRequest) -> HttpResponse:
    """The queue of findings: one's own first, the most money expected to be confirmed on top.

    ``about=left_out`` lists who should perhaps be on a roster and is not; ``about=unanswered`` the
    rules that could not be checked.
    """
    to, year = asker_of(request), newest_year()
    if year is None:
        return render(request, "registry/findings.html", {"page": None})
    missing = _missing(to, year)
    if request.GET.get("about") == UNANSWERED:
        left = {"page": (), "about": UNANSWERED, "missing": missing}
        return render(request, "registry/findings.html", left)
    asked = Asked.of(request, year)
    learned = learned_from_decisions()
    rows = ranked(asked.rows, learned).order_by("-is_mine", "-worth", "id")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "about": asked.about,
        "missing": missing,
        "page": page,
        "cards": [_row(each, asked.words, learned, to) for each in page],
        "loads": _loads(asked, to),
        "records": [
            {"record": each, "name": finding_name(each.code)}
            for each in rule_records(to=to, year=year)
        ],
        "form": asked.form,
        "query": urlencode({k: v for k, v in request.GET.items() if k != "page" and v}),
        "choices": reasons_to_pick(asked.about),
        "may_settle": to.may("settle"),
        "may_issue": to.may("settle") and to.sees_all and asked.about == DOUBTED,
    }
    return render(request, "registry/findings.html", context)


def _row(found: Any, words: Words, learned: Experience, to: Asker) -> dict[str, Any]:
    desk = DESKS[found.desk] if found.desk != "town" else words.towns.get(found.town, "镇")
    return {
        **finding_card(found, words),
        **belief(found, learned),
        "desk": desk,
        "acts": acts_on(found, to=to),
    }


def _loads(asked: Asked, to: Asker) -> list[dict[str, Any]]:
    """Counts by office, each leading to its own part of the queue."""
    waiting = asked.rows.filter(decision__in=("open", "reopened"))
    return [
        {
            "load": load,
            "query": urlencode({"about": asked.about, "desk": load.desk, "town": load.town}),
        }
        for load in desk_loads(waiting, book=asked.book)
    ]


def belief(found: Any, learned: Experience) -> dict[str, Any]:
    """How often the finding's rule was right, and what looking at it is expected to confirm."""
    tally, share = learned.of(found)
    return {"share": describe_share(tally, share), "expected": share.expected(found.stake_amount)}


def _missing(to: Asker, year: int) -> list[Missing]:
    """What kept rules from being checked by the newest comparison; nothing before the first."""
    comparison = newest_comparison(to=to, year=year)
    if comparison is None:
        return []
    book = load_book(year=year, county=settings.MINGBAI_COUNTY)
    return what_is_missing(comparison, book=book, rules=describe_rules(book))


def reasons_to_pick(about: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Decision -> its reasons, for settling many at once."""
    from_codes = LEFT_OUT_CODES[:1] if about == LEFT_OUT else ("",)
    return PickFindings.choices_for(from_codes[0])


# --- many at once --------------------------------------------------------------------------------


@require_POST
def settle_many(request: HttpRequest) -> HttpResponse:
    """Settle the findings ticked for one reason; the answer tells of each how it went."""
    must(request, "settle", "您的角色不能处理疑点。疑点由经办人员核实后办结。")
    to = asker_of(request)
    form = PickFindings(request.POST)
    picked = _picked(form, to)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    if not picked or not decision_of(reason):
        return _told(request, [], {}, "没有勾选疑点，或没有选理由。请回到列表勾选后再办。")
    own = [(each, seen) for each, seen in picked if acts_on(each, to=to)]
    refused = {
        each.pk: f"由{DESKS[each.desk]}核实，您的单位不能办结"
        for each, _ in picked
        if not acts_on(each, to=to)
    }
    report = settle_findings(findings=own, reason=reason, by=user_of(request), at=timezone.now())
    label = dict(Settlement.Reason.choices)[reason]
    done = {each.finding_id: f"已办结：{label}" for each in report.settled}
    every = {**done, **refused, **report.refused}
    return _told(request, [each for each, _ in picked], every, "", len(done))


@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """Send the findings ticked back to the offices that must act, one form an office."""
    must(request, "settle", "您的角色不能发更正单。更正单由县民生办经办人员发出。")
    to = asker_of(request)
    if not to.sees_all:
        raise PermissionDenied("更正单由县民生办发出。需要其他单位更正的，请与县民生办联系。")
    picked = [each for each, _ in _picked(PickFindings(request.POST), to)]
    if not picked:
        return _told(request, [], {}, "没有勾选疑点。请回到列表勾选后再发单。")
    book = load_book(year=picked[0].year, county=settings.MINGBAI_COUNTY)
    try:
        report = issue_slips(
            findings=picked,
            book=book,
            on=timezone.localdate(),
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotCorrect as error:
        return _told(request, [], {}, str(error))
    sent = {
        item.finding_id: f"{slip}，发{slip.office.name}，{slip.due_date:%m月%d日}前交回"
        for slip in report.slips
        for item in slip.items.all().unscoped("the form just sent")
    }
    return _told(request, picked, {**sent, **report.refused}, "", len(sent), report.slips)


def _picked(form: PickFindings, to: Asker) -> list[tuple[Any, int]]:
    """The findings ticked that the asker may see, with their desk, and the decision seen."""
    form.is_valid()
    numbers: dict[int, int] = form.cleaned_data.get("pick") or {}
    year = newest_year()
    if not numbers or year is None:
        return []
    book = load_book(year=year, county=settings.MINGBAI_COUNTY)
    found = findings_by_number(list(numbers), to=to)
    rows = with_desk(found, book=book, on=timezone.localdate())
    return [(each, numbers[each.pk]) for each in rows.order_by("id")]


def _told(
    request: HttpRequest,
    picked: Sequence[Any],
    told: dict[int, str],
    problem: str,
    done: int = 0,
    slips: Sequence[Any] = (),
) -> HttpResponse:
    words = Words.of(newest_year())
    context = {
        "rows": [
            {**finding_card(each, words), "told": told.get(each.pk, "")}
            for each in sorted(picked, key=lambda each: each.pk)
        ],
        "problem": problem,
        "done": done,
        "left": len(picked) - done,
        "slips": slips,
    }
    return render(request, "registry/settled.html", context, status=400 if problem else 200)


# --- export --------------------------------------------------------------------------------------

_COLUMNS: Final = (
    ExportColumn("应核单位", width=12),
    ExportColumn("镇", width=10),
    ExportColumn("疑点", width=14),
    ExportColumn("子项", width=22),
    ExportColumn("对象", width=10),
    ExportColumn("证件号", width=22),
    ExportColumn("说明", width=60),
    ExportColumn("规则", width=30),
    ExportColumn("涉及金额（元）", kind="money", width=14),
    ExportColumn("处理", width=10),
    ExportColumn("状态", width=10),
    ExportColumn("发现日期", kind="date", width=12),
)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The queue as filtered, as a workbook; people masked as on the page."""
    year = newest_year()
    rows: Iterator[Sequence[Value]] = iter(())
    if year is not None:
        asked = Asked.of(request, year)
        found = list(
            asked.rows.select_related("act").order_by("desk", "town", "id")[:MOST_EXPORTED]
        )
        people = people_of(found)
        rows = (_line(each, asked.words, people.get(each.pk)) for each in found)
    content = write_export(
        title="比对疑点清单",
        columns=_COLUMNS,
        rows=rows,
        notes=("姓名和证件号按规定遮盖；完整信息请在系统内按用途查看。",),
        demonstration=settings.MINGBAI_DEMO,
    )
    return attached(content, f"比对疑点清单{timezone.localdate():%Y%m%d}.xlsx", XLSX)


def _line(found: Any, words: Words, person: Person | None) -> Sequence[Value]:
    card = finding_card(found, words)
    shown = show_person(person) if person else None
    return (
        DESKS[found.desk] if found.desk != "town" else card["town"],
        card["town"],
        card["name"],
        card["sub_item"],
        shown.name if shown else "",
        shown.id_number if shown else "",
        card["message"],
        card["rule"].name if card["rule"] else "",
        found.stake_amount,
        found.get_effect_display(),
        card["state"],
        timezone.localdate(found.act.at),
    )
