"""Pages of people: find them, one person's page, one value shown in clear."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.asking import asker_of, user_of
from mingbai.registry.actions import (
    CannotRevealPerson,
    reveal_person,
)
from mingbai.registry.forms import FindPeople, RevealValue
from mingbai.registry.models import Enrolment, Person
from mingbai.registry.queries import (
    enrolments_of,
    find_people,
    findings_of_person,
    newest_year,
    participations_of,
    show_person,
    town_names,
)
from mingbai.registry.queries.homes import household_of, members_of
from mingbai.registry.queries.identity import identity_of
from mingbai.registry.queries.names import village_names
from mingbai.registry.views.asked import (
    FoundHousehold,
    MovePerson,
    NewDocument,
    ProposeMerge,
    TellDeath,
    WhyOnly,
)
from mingbai.registry.views.identity import person_or_404
from mingbai.registry.views.words import Words, day_shown, finding_card


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Find people; what was typed travels in the body of the request only."""
    form = FindPeople(request.POST if request.method == "POST" else None)
    found = None
    if form.is_bound and form.is_valid():
        towns = town_names()
        people_found = find_people(to=asker_of(request), text=form.cleaned_data["text"])
        found = [{"person": each, "town": towns.get(each.town, "")} for each in people_found]
    context = {"form": form, "found": found}
    return render(request, "registry/people.html", context)


@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's page: masked values, enrolments, findings."""
    return _person_page(request, person_or_404(request, pk), RevealValue())


@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one value in clear once; asked for with a reason and kept in the ledger."""
    if not asker_of(request).may("reveal"):
        raise PermissionDenied(
            "您的角色不能查看完整信息。需要核对的，由经办或审计人员写明用途后查看。"
        )
    shown = person_or_404(request, pk)
    form = RevealValue(request.POST)
    if not form.is_valid():
        return _person_page(request, shown, form)
    enrolment = None
    if form.cleaned_data["enrolment"]:
        chosen = Enrolment.objects.seen_by(asker_of(request)).filter(person=shown)
        enrolment = chosen.filter(pk=form.cleaned_data["enrolment"]).first()
    try:
        value = reveal_person(
            person=shown,
            field=form.cleaned_data["field"],
            reason=form.cleaned_data["reason"],
            enrolment=enrolment,
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotRevealPerson as error:
        form.add_error(None, str(error))
        return _person_page(request, shown, form)
    label = dict(form.fields["field"].choices)[form.cleaned_data["field"]]  # type: ignore[attr-defined]
    return _person_page(request, shown, RevealValue(), clear=(label, value))


def _person_page(
    request: HttpRequest, shown: Person, form: RevealValue, clear: tuple[str, str] | None = None
) -> HttpResponse:
    to = asker_of(request)
    words = Words.of(newest_year())
    places, home = village_names(), household_of(shown, to=to)
    context = {
        "person": show_person(shown),
        "town": words.towns.get(shown.town, shown.town),
        "village": places.get(shown.village, ""),
        "identity": identity_of(shown, to=to),
        "household": home,
        "members": members_of(home, to=to, on=day_shown()) if home else [],
        "enrolments": [
            {"row": row, "sub_item": words.sub_items.get(row.sub_item, row.sub_item)}
            for row in enrolments_of(shown, to=to)
        ],
        "participations": [
            {"row": row, "sub_item": words.sub_items.get(row.sub_item, row.sub_item)}
            for row in participations_of(shown, to=to)
        ],
        "findings": [finding_card(each, words) for each in findings_of_person(shown, to=to)],
        "form": form,
        "clear": clear,
        "may_reveal": to.may("reveal"),
        "may_settle": to.may("settle"),
        "forms": _forms() if to.may("settle") else None,
    }
    return render(request, "registry/person.html", context)


def _forms() -> dict[str, object]:
    return {
        "document": NewDocument(),
        "move": MovePerson(),
        "death": TellDeath(),
        "merge": ProposeMerge(),
        "household": FoundHousehold(),
        "why": WhyOnly(),
    }
