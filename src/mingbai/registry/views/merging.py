"""Pages of two records for one person: found by the engine, proposed, merged, undone."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, must_of_county, user_of
from mingbai.base.jobs import enqueue
from mingbai.base.scope import Asker
from mingbai.engine.match import VERDICTS
from mingbai.registry.actions import (
    CannotMergePeople,
    CannotUndoMerge,
    keep_apart,
    merge_people,
    propose_merge,
    refuse_merge,
    undo_merge,
)
from mingbai.registry.models import MergeCandidate, MergeProposal, PersonMerge
from mingbai.registry.queries import find_people, person_seen, town_names
from mingbai.registry.queries.merges import candidates_seen, pairs_shown
from mingbai.registry.views.asked import DecideMerge, ProposeMerge, WhyOnly
from mingbai.registry.views.identity import MAY_NOT, PAGE, person_or_404, tell

SAME_PEOPLE = "same_people"
_RUNNER = "mingbai.site.jobs.run"
_MAY_NOT_MERGE = "您的角色不能复核档案合并。请由复核人员办理。"


@require_GET
def merges(request: HttpRequest) -> HttpResponse:
    """Candidates of the engine, proposals that wait, and mergings that can be undone."""
    to = asker_of(request)
    page = Paginator(candidates_seen(to=to), PAGE).get_page(request.GET.get("page"))
    waiting = list(
        MergeProposal.objects.seen_by(to).filter(decision="").select_related("made_by", "candidate")
    )
    standing = (
        PersonMerge.objects.seen_by(to)
        .filter(undone_at=None)
        .select_related("maker", "merged_by")
        .order_by("-merged_at")[:PAGE]
    )
    shown = pairs_shown(
        to=to,
        ids=[
            *(each for row in page for each in (row.first_id, row.second_id)),
            *(each for row in waiting for each in (row.kept_id, row.merged_id)),
            *(each for row in standing for each in (row.kept_id, row.merged_id)),
        ],
    )
    towns = town_names()
    context = {
        "page": page,
        "candidates": [
            {
                "row": row,
                "one": shown.get(row.first_id),
                "other": shown.get(row.second_id),
                "case": VERDICTS.get(row.case, row.case),
                "chance": row.chance / 10_000,
            }
            for row in page
        ],
        "waiting": [
            {"row": row, "kept": shown.get(row.kept_id), "merged": shown.get(row.merged_id)}
            for row in waiting
        ],
        "standing": [
            {"row": row, "kept": shown.get(row.kept_id), "merged": shown.get(row.merged_id)}
            for row in standing
        ],
        "towns": towns,
        "may_settle": to.may("settle"),
        "may_approve": to.may("approve"),
        "may_look": to.sees_all and to.may("compile"),
        "user_id": to.user_id,
    }
    return render(request, "registry/merges.html", context)


@require_POST
def look_for_same(request: HttpRequest) -> HttpResponse:
    """Let the engine look at every record again, in the background."""
    must_of_county(
        request, "compile", "您的角色不能重新查找疑似同一人。查找由县民生办的经办人员办理。"
    )
    with transaction.atomic():
        enqueue(SAME_PEOPLE, {}, by=user_of(request), at=timezone.now(), runner=_RUNNER)
    messages.success(request, "已开始查找，完成后结果列在这里。全县约需几分钟。")
    return redirect("registry:merges")


@require_POST
def ask_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to merge the record that a number names into this person's."""
    must(request, "settle", MAY_NOT)
    kept = person_or_404(request, pk)

    def act(given: dict[str, Any]) -> str:
        other = named_person(given["number"], to=asker_of(request))
        if other is None:
            raise CannotMergePeople("在您的查看范围内没有这个证件号。请核对后再填。")
        propose_merge(
            kept=kept, merged=other, reason=given["reason"], by=user_of(request), at=timezone.now()
        )
        return "合并申请已提出，请另一位复核人员复核。"

    tell(request, ProposeMerge(request.POST), (CannotMergePeople,), act)
    return redirect("registry:person", pk=kept.pk)


@require_POST
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose what the engine found, or say that they are two people."""
    must(request, "settle", MAY_NOT)
    found = MergeCandidate.objects.seen_by(asker_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这对档案，或不在您的查看范围内。")

    def act(given: dict[str, Any]) -> str:
        who = {"by": user_of(request), "at": timezone.now(), "reason": given["reason"]}
        if request.POST.get("apart"):
            keep_apart(candidate=found, **who)
            return "已认定不是同一人，不再列出。"
        propose_merge(kept=found.first, merged=found.second, candidate=found, **who)
        return "合并申请已提出，请另一位复核人员复核。"

    tell(request, WhyOnly(request.POST), (CannotMergePeople,), act)
    return redirect("registry:merges")


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """A checker merges, or refuses, what somebody else proposed."""
    must(request, "approve", _MAY_NOT_MERGE)
    found = MergeProposal.objects.seen_by(asker_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这份合并申请，或不在您的查看范围内。")

    def act(given: dict[str, Any]) -> str:
        who = {"by": user_of(request), "at": timezone.now(), "reason": given["reason"]}
        if given["decision"] == "refused":
            refuse_merge(proposal=found, **who)
            return "已退回，两份档案各自保留。"
        merge_people(kept=found.kept, merged=found.merged, **who)
        return "已合并。两份档案的记录都保留，发放和比对按一个人处理；需要时可以撤销。"

    tell(request, DecideMerge(request.POST), (CannotMergePeople,), act)
    return redirect("registry:merges")


@require_POST
def unmerge(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a merging."""
    must(request, "approve", _MAY_NOT_MERGE)
    found = PersonMerge.objects.seen_by(asker_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这次合并，或不在您的查看范围内。")

    def act(given: dict[str, Any]) -> str:
        undo_merge(merging=found, by=user_of(request), at=timezone.now(), **given)
        return "合并已撤销，两份档案恢复为两个人。"

    tell(request, WhyOnly(request.POST), (CannotUndoMerge,), act)
    return redirect("registry:merges")


def named_person(number: str, *, to: Asker) -> Any:
    """The one person a whole document number names, when the asker may see them; else ``None``."""
    text = unicodedata.normalize("NFKC", number)
    if not any(letter.isdigit() for letter in text):
        return None
    found = find_people(to=to, text=text)
    return person_seen(found[0].id, to=to) if found else None
