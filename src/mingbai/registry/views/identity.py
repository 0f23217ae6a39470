"""Pages that change what is known of a person: documents, moves, death, reported changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, user_of
from mingbai.registry.actions import (
    CannotDecideRecords,
    CannotMovePeople,
    CannotRecordDeath,
    CannotRegisterDocument,
    CannotRevokeDocument,
    CannotWithdrawDeath,
    accept_records,
    move_people,
    record_death,
    refuse_records,
    register_document,
    revoke_document,
    withdraw_death,
)
from mingbai.registry.models import Death, HouseholdMember, Person, PersonDocument, RecordChange
from mingbai.registry.queries import (
    newest_year,
    people_by_id,
    person_seen,
    show_person,
)
from mingbai.registry.queries.told import shown_change, waiting_changes
from mingbai.registry.views.asked import (
    DecideRecord,
    MovePerson,
    NewDocument,
    TellDeath,
    WhyOnly,
)
from mingbai.registry.views.words import Words

PAGE = 50
MAY_NOT = "您的角色不能更改对象的登记信息。请由经办人员办理。"


def person_or_404(request: HttpRequest, pk: int) -> Person:
    """The person, or a page that says there is none for this asker."""
    found = person_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这个人，或不在您的查看范围内。")
    return found


def tell(
    request: HttpRequest,
    form: forms.Form,
    errors: tuple[type[Exception], ...],
    act: Callable[[dict[str, Any]], str],
) -> None:
    """Do one act with what a form holds, and say on the next page how it went."""
    if not form.is_valid():
        told = [f"{form.fields[name].label}：{error[0]}" for name, error in form.errors.items()]
        messages.error(request, "；".join(told))
        return
    try:
        messages.success(request, act(form.cleaned_data))
    except errors as error:
        messages.error(request, str(error))


@require_POST
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a further or corrected document."""
    must(request, "settle", MAY_NOT)
    person = person_or_404(request, pk)

    def act(given: dict[str, Any]) -> str:
        register_document(person=person, by=user_of(request), at=timezone.now(), **given)
        return "证件已登记。以后各表无论写哪个号，都认作此人。"

    tell(request, NewDocument(request.POST), (CannotRegisterDocument,), act)
    return redirect("registry:person", pk=person.pk)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a number never was the person's."""
    must(request, "settle", MAY_NOT)
    found = PersonDocument.objects.seen_by(asker_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这个证件，或不在您的查看范围内。")

    def act(given: dict[str, Any]) -> str:
        revoke_document(document=found, by=user_of(request), at=timezone.now(), **given)
        return "证件号已作废，不再认作此人。"

    tell(request, WhyOnly(request.POST), (CannotRevokeDocument,), act)
    return redirect("registry:person", pk=found.person_id)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a person, or the whole household, to another village."""
    must(request, "settle", MAY_NOT)
    person = person_or_404(request, pk)

    def act(given: dict[str, Any]) -> str:
        people = [person]
        if given.pop("with_household"):
            people = _household(request, person)
        moved = move_people(people=people, by=user_of(request), at=timezone.now(), **given)
        return f"已登记 {len(moved)} 人迁移。迁入镇从现在起能看到，迁出镇仍能查到原来的记录。"

    tell(request, MovePerson(request.POST), (CannotMovePeople,), act)
    return redirect("registry:person", pk=person.pk)


@require_POST
def die(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a death; what the person has is proposed to end."""
    must(request, "settle", MAY_NOT)
    person = person_or_404(request, pk)

    def act(given: dict[str, Any]) -> str:
        report = record_death(person=person, by=user_of(request), at=timezone.now(), **given)
        left = f"另有 {len(report.left)} 项须逐项核对。" if report.left else ""
        return f"死亡已登记，{report.ended_count} 项补助已拟终止，等待审定。{left}"

    tell(request, TellDeath(request.POST), (CannotRecordDeath,), act)
    return redirect("registry:person", pk=person.pk)


@require_POST
def undie(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a death that was reported wrongly."""
    must(request, "settle", MAY_NOT)
    found = Death.objects.seen_by(asker_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这条死亡登记，或不在您的查看范围内。")

    def act(given: dict[str, Any]) -> str:
        withdraw_death(death=found, by=user_of(request), at=timezone.now(), **given)
        return "死亡登记已撤回。已拟的终止请在审定时选“不同意”。"

    tell(request, WhyOnly(request.POST), (CannotWithdrawDeath,), act)
    return redirect("registry:person", pk=found.person_id)


@require_GET
def updates(request: HttpRequest) -> HttpResponse:
    """Names and accounts that rosters told otherwise, waiting for a clerk."""
    to = asker_of(request)
    page = Paginator(waiting_changes(to=to), PAGE).get_page(request.GET.get("page"))
    words = Words.of(newest_year())
    rows = []
    for each in page:
        before, after = shown_change(each)
        sub_item = each.enrolment.sub_item if each.enrolment else ""
        rows.append(
            {
                "change": each,
                "person": show_person(each.person),
                "town": words.towns.get(each.person.town, ""),
                "sub_item": words.sub_items.get(sub_item, sub_item),
                "before": before,
                "after": after,
            }
        )
    context = {"page": page, "rows": rows, "may_settle": to.may("settle")}
    return render(request, "registry/updates.html", context)


@require_POST
def decide_update(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or refuse one reported change."""
    must(request, "settle", MAY_NOT)
    found = RecordChange.objects.seen_by(asker_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这条变更，或不在您的查看范围内。")

    def act(given: dict[str, Any]) -> str:
        decide = accept_records if given["decision"] == "accepted" else refuse_records
        decide(changes=[found], reason=given["reason"], by=user_of(request), at=timezone.now())
        return "已同意变更。" if given["decision"] == "accepted" else "已记为不予变更。"

    tell(request, DecideRecord(request.POST), (CannotDecideRecords,), act)
    return redirect("registry:updates")


def _household(request: HttpRequest, person: Person) -> list[Person]:
    """Everybody of the person's household whom the asker may see."""
    to = asker_of(request)
    mine = HouseholdMember.objects.seen_by(to).filter(ended_act=None)
    home = mine.filter(person=person).values_list("household_id", flat=True).first()
    ids = mine.filter(household=home).values_list("person_id", flat=True) if home else [person.pk]
    return list(people_by_id(ids, to=to).order_by("pk"))
