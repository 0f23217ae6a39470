"""Pages of households: a village's list, one household, and what can be changed about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must, must_of_county, user_of
from mingbai.registry.actions import (
    CannotChangeHousehold,
    add_member,
    change_head,
    end_membership,
    form_households,
    found_household,
    set_guardian,
)
from mingbai.registry.models import Household, HouseholdMember
from mingbai.registry.queries import newest_year, town_names
from mingbai.registry.queries.homes import (
    address_of,
    heads_of,
    household_seen,
    households_seen,
    members_of,
)
from mingbai.registry.queries.names import village_name, village_names
from mingbai.registry.views.asked import (
    ChangeHead,
    FilterHouseholds,
    FoundHousehold,
    JoinHousehold,
    LeaveHousehold,
    NameGuardian,
)
from mingbai.registry.views.identity import MAY_NOT, PAGE, person_or_404, tell
from mingbai.registry.views.merging import named_person
from mingbai.registry.views.words import day_shown
from mingbai.rulebook.relations import relation_names


@require_GET
def households(request: HttpRequest) -> HttpResponse:
    """The households of a village, or of all the asker may see."""
    to = asker_of(request)
    form = FilterHouseholds(request.GET)
    village = form.cleaned_data["village"] if form.is_valid() else ""
    page = Paginator(households_seen(to=to, village=village), PAGE).get_page(
        request.GET.get("page")
    )
    heads, towns, villages = heads_of(list(page), to=to), town_names(), village_names()
    rows = [
        {
            "row": each,
            "head": heads.get(each.pk),
            "place": f"{towns.get(each.town, '')}{villages.get(each.village, '')}",
        }
        for each in page
    ]
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "may_form": to.sees_all and to.may("compile"),
    }
    return render(request, "registry/households.html", context)


@require_GET
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """One household with its members, those who left, and what a clerk can do."""
    found = _household_or_404(request, pk)
    to = asker_of(request)
    members = members_of(found, to=to, on=day_shown(), every=True)
    head = next((each for each in members if each.is_head), None)
    context = {
        "household": found,
        "place": f"{town_names().get(found.town, '')}{village_name(found.village)}",
        "address": address_of(found),
        "head": head,
        "now": [each for each in members if each.to_date is None],
        "before": [each for each in members if each.to_date is not None],
        "join": JoinHousehold(),
        "leave": LeaveHousehold(),
        "guardian": NameGuardian(),
        "head_form": ChangeHead(),
        "relations": relation_names().items(),
        "may_settle": to.may("settle"),
    }
    return render(request, "registry/household.html", context)


@require_POST
def form(request: HttpRequest) -> HttpResponse:
    """Write the households that the year's rosters tell."""
    must_of_county(request, "compile", "您的角色不能整理家庭户。整理由县民生办的经办人员办理。")
    year = newest_year()
    if year is None:
        messages.error(request, "还没有启用年度清单，没有花名册可以整理。")
    else:
        done = form_households(year=year, by=user_of(request), at=timezone.now())
        left = sum(done.left_out.values())
        told = f"新立 {done.household_count} 户，登记成员 {done.member_count} 人。"
        if left:
            told += f"另有 {left} 组找不到户主或户主同名，没有立户。"
        messages.success(request, told)
    return redirect("registry:households")


@require_POST
def found(request: HttpRequest, pk: int) -> HttpResponse:
    """Found a household around a person."""
    must(request, "settle", MAY_NOT)
    head = person_or_404(request, pk)

    def act(given: dict[str, Any]) -> str:
        found_household(head=head, by=user_of(request), at=timezone.now(), **given)
        return "已立户，此人为户主。请到户页登记其他成员。"

    tell(request, FoundHousehold(request.POST), (CannotChangeHousehold,), act)
    return redirect("registry:person", pk=head.pk)


@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a member whom a number names."""
    must(request, "settle", MAY_NOT)
    home = _household_or_404(request, pk)

    def act(given: dict[str, Any]) -> str:
        person = named_person(given.pop("number"), to=asker_of(request))
        if person is None:
            raise CannotChangeHousehold("在您的查看范围内没有这个证件号。请核对后再填。")
        add_member(household=home, person=person, by=user_of(request), at=timezone.now(), **given)
        return "成员已登记。"

    tell(request, JoinHousehold(request.POST), (CannotChangeHousehold,), act)
    return redirect("registry:household", pk=home.pk)


@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a member left."""
    must(request, "settle", MAY_NOT)
    home = _household_or_404(request, pk)

    def act(given: dict[str, Any]) -> str:
        member = _member(request, home, given.pop("member"))
        end_membership(member=member, by=user_of(request), at=timezone.now(), **given)
        return "离户已登记，原来的记录保留。"

    tell(request, LeaveHousehold(request.POST), (CannotChangeHousehold,), act)
    return redirect("registry:household", pk=home.pk)


@require_POST
def guardian(request: HttpRequest, pk: int) -> HttpResponse:
    """Name the guardian of a member."""
    must(request, "settle", MAY_NOT)
    home = _household_or_404(request, pk)

    def act(given: dict[str, Any]) -> str:
        person = named_person(given["number"], to=asker_of(request))
        if person is None:
            raise CannotChangeHousehold("在您的查看范围内没有这个证件号。请核对后再填。")
        set_guardian(
            member=_member(request, home, given["member"]),
            guardian=person,
            reason=given["reason"],
            by=user_of(request),
            at=timezone.now(),
        )
        return "监护人已登记。"

    tell(request, NameGuardian(request.POST), (CannotChangeHousehold,), act)
    return redirect("registry:household", pk=home.pk)


@require_POST
def head(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a household another head."""
    must(request, "settle", MAY_NOT)
    home = _household_or_404(request, pk)

    def act(given: dict[str, Any]) -> str:
        relations = {
            int(key.removeprefix("relation-")): str(value)
            for key, value in request.POST.items()
            if key.startswith("relation-") and key.removeprefix("relation-").isdigit()
        }
        change_head(
            household=home, relations=relations, by=user_of(request), at=timezone.now(), **given
        )
        return "户主已更换，各成员与户主关系已按新户主登记。"

    tell(request, ChangeHead(request.POST), (CannotChangeHousehold,), act)
    return redirect("registry:household", pk=home.pk)


def _household_or_404(request: HttpRequest, pk: int) -> Household:
    home = household_seen(pk, to=asker_of(request))
    if home is None:
        raise Http404("没有这一户，或不在您的查看范围内。")
    return home


def _member(request: HttpRequest, home: Household, pk: int) -> HouseholdMember:
    rows = HouseholdMember.objects.seen_by(asker_of(request)).filter(household=home, pk=pk)
    member = rows.select_related("person").first()
    if member is None:
        raise CannotChangeHousehold("此人已不在本户，或不在您的查看范围内。请刷新页面。")
    return member
