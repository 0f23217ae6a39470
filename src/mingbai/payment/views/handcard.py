"""The household's card (明白卡): what each member receives, by which standard, from which document.

It is handed to the household itself. Names and accounts are masked all the same: cards lie about.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must
from mingbai.base.attachments import DOCX, attached
from mingbai.base.models import Office
from mingbai.payment.queries.timeline import received_by
from mingbai.payment.views.card_paper import card_docx
from mingbai.payment.views.cards import rules_of
from mingbai.registry.models import Household, Person
from mingbai.registry.queries import (
    newest_year,
    people_by_id,
    person_seen,
    show_person,
    sub_item_names,
    town_names,
)
from mingbai.registry.queries.homes import household_of, household_seen, members_of
from mingbai.registry.queries.names import village_name
from mingbai.rulebook import load_book


@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of a person's household; of the person alone where there is none."""
    return _page(request, card_of(request, person=_person(request, pk)))


@require_GET
def household_card(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of a household."""
    return _page(request, card_of(request, household=_household(request, pk)))


@require_POST
def card_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of a person's household as an editable document."""
    must(request, "reveal", "您的角色不能下载明白卡。请由经办人员下载后交给群众。")
    shown = card_of(request, person=_person(request, pk))
    return attached(card_docx(shown), "card.docx", DOCX)


def card_of(
    request: HttpRequest, *, person: Person | None = None, household: Household | None = None
) -> dict[str, Any]:
    """What the card says, in words; the same for the page and for the document."""
    to, today = asker_of(request), timezone.localdate()
    year = newest_year() or today.year
    if household is None and person is not None:
        household = household_of(person, to=to)
    shown = members_of(household, to=to, on=today) if household else []
    people = list(people_by_id([each.person.id for each in shown], to=to))
    if not people and person is not None:
        people = [person]
    received = received_by(to=to, people=people, year=year)
    names, rules = sub_item_names(year=year), rules_of(year)
    relations = {each.person.id: each.relation for each in shown}
    heads = {each.person.id for each in shown if each.is_head}
    members: list[dict[str, Any]] = [
        {
            "person": show_person(each),
            "relation": relations.get(each.pk, ""),
            "rows": [
                {
                    "row": row,
                    "name": names.get(row.sub_item, row.sub_item),
                    "rule": rules.get(row.rule),
                }
                for row in received.get(each.pk, [])
            ],
        }
        for each in sorted(people, key=lambda each: (each.pk not in heads, each.pk))
    ]
    first = people[0] if people else person
    place = household or first
    rows = [row["row"] for each in members for row in each["rows"]]
    return {
        "year": year,
        "today": today,
        "subject": person or first,
        "household": household,
        "place": _place(place.town, place.village) if place else "",
        "head": next((m["person"] for m in members if m["person"].id in heads), None)
        or (members[0]["person"] if members else None),
        "members": members,
        "paid_amount": sum(row.paid_amount for row in rows),
        "phones": _phones(year, today),
        "office": _office(),
        "is_demonstration": settings.MINGBAI_DEMO,
    }


def _page(request: HttpRequest, shown: dict[str, Any]) -> HttpResponse:
    may_download = asker_of(request).may("reveal")
    context = {"card": shown, "may_download": may_download}
    return render(request, "payment/card.html", context)


def _person(request: HttpRequest, pk: int) -> Person:
    found = person_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这个人，或不在您的查看范围内。")
    return found


def _household(request: HttpRequest, pk: int) -> Household:
    found = household_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这一户，或不在您的查看范围内。")
    return found


def _place(town: str, village: str) -> str:
    return f"{town_names().get(town, '')}{village_name(village)}"


def _phones(year: int, day: date) -> list[tuple[str, str]]:
    book = load_book(year=year, county=settings.MINGBAI_COUNTY)
    return [
        (each.name, each.number)
        for each in book.posting.phones
        if each.from_date <= day and (each.to_date is None or day <= each.to_date)
    ]


def _office() -> str:
    offices = Office.objects.unscoped("the county's own office stands on every paper")
    return (
        offices.filter(kind=Office.Kind.COUNTY_OFFICE, valid_to=None)
        .values_list("name", flat=True)
        .first()
        or ""
    )
