"""Households and their members as pages may show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Q

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.base.secrets import unseal
from mingbai.registry.models import HEAD, Household, HouseholdMember, Person
from mingbai.registry.queries.people import ShownPerson, show_person
from mingbai.registry.queries.roots import records_of
from mingbai.rulebook.relations import full_age, relation_names

_WHY: Final = "members of a household the asker may already see"


@dataclass(frozen=True)
class ShownMember:
    """A member as a page may show it; ``relation`` in words, "" where nobody said."""

    id: int
    person: ShownPerson
    relation: str
    is_head: bool
    is_minor: bool
    guardian: ShownPerson | None
    from_date: date | None
    to_date: date | None
    end_reason: str


def household_seen(pk: int, *, to: Asker) -> Household | None:
    """One household, when the asker may see it."""
    return Household.objects.seen_by(to).filter(pk=pk).first()


def households_seen(*, to: Asker, town: str = "", village: str = "") -> ScopedQuerySet[Any]:
    """Households the asker may see with ``member_count``, in the order of villages."""
    found = Household.objects.seen_by(to)
    if town:
        found = found.filter(town=town)
    if village:
        found = found.filter(village=village)
    living = Count("members", filter=Q(members__ended_act__isnull=True))
    return found.annotate(member_count=living).order_by("village", "id")


def heads_of(households: list[Household], *, to: Asker) -> dict[int, ShownPerson]:
    """Household id -> its head, masked; two queries for a page."""
    rows = HouseholdMember.objects.seen_by(to).filter(
        household__in=households, relation=HEAD, ended_act=None
    )
    return {each.household_id: show_person(each.person) for each in rows.select_related("person")}


def household_of(person: Person, *, to: Asker) -> Household | None:
    """The household a person belongs to now, under any of their records."""
    mine = HouseholdMember.objects.seen_by(to).filter(
        person__in=records_of(person.pk), ended_act=None
    )
    row = mine.select_related("household").first()
    return row.household if row else None


def members_of(
    household: Household, *, to: Asker, on: date, every: bool = False
) -> list[ShownMember]:
    """The members of a household, its head first; ``every`` with those who left or died.

    Only members the asker may see; ``on`` tells who is under age.
    """
    rows = HouseholdMember.objects.seen_by(to).filter(household=household)
    if not every:
        rows = rows.filter(ended_act=None)
    names = relation_names()
    found = [
        ShownMember(
            id=row.pk,
            person=show_person(row.person),
            relation=names.get(row.relation, ""),
            is_head=row.relation == HEAD and row.ended_act_id is None,
            is_minor=_is_minor(row.person.birth_date, on),
            guardian=show_person(row.guardian) if row.guardian else None,
            from_date=row.from_date,
            to_date=row.to_date,
            end_reason=row.end_reason,
        )
        for row in rows.select_related("person", "guardian").order_by("pk")
    ]
    return sorted(found, key=lambda each: (each.to_date is not None, not each.is_head))


def address_of(household: Household) -> str:
    """The address in clear, for whoever may see the household; "" where none is known."""
    sealed = household.address_sealed
    if not sealed:
        return ""
    return unseal("household.address", bytes(sealed), household.number.encode())


def _is_minor(born: date | None, on: date) -> bool:
    if born is None:
        return False
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return age < full_age()
