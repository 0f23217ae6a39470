"""Finding people by what a clerk has in hand, and showing them masked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q

from mingbai.base.models import Division
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.base.secrets import blind, unseal
from mingbai.engine.canon.types.id_number import check_character
from mingbai.engine.canon.types.name import DOTS
from mingbai.intake.masking import mask_cell
from mingbai.registry.models import Enrolment, Person, PersonName
from mingbai.registry.queries.keys import person_ids
from mingbai.registry.queries.roots import root_ids

MOST_FOUND: Final = 50
#: What a family phone or a common name in every town may hit before the scope is asked.
_MOST_ASKED: Final = 2_000
_WHY: Final = "the index says who; the scope is asked right after"
_ID: Final = re.compile(r"\d{17}[\dX]|\d{15}|[A-Z]{1,3}\d{6,12}", re.ASCII)
_DOTS: Final = re.compile(f"[{re.escape(DOTS)}]")
_PHONE: Final = re.compile(r"\d{7,12}", re.ASCII)


@dataclass(frozen=True)
class ShownPerson:
    """A person as a page may show them: masked, with the codes of town and village."""

    id: int
    name: str
    id_number: str
    phone: str
    sex: int | None
    birth_year: int | None
    town: str
    village: str


@dataclass(frozen=True)
class ShownEnrolment:
    """An enrolment as a page may show it; months as yyyymm."""

    id: int
    sub_item: str
    town: str
    village: str
    account: str
    since_period: int
    end_period: int | None
    end_reason: str
    origin_file_id: int | None
    origin_sheet: int | None
    origin_line: int | None


def find_people(*, to: Asker, text: str) -> list[ShownPerson]:
    """People the asker may see by whole ID number, whole phone number, or whole name; masked.

    Names are looked up town by town, because the index binds name and town. At most 50 people.
    """
    typed = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not typed:
        return []
    if _ID.fullmatch(typed):
        wanted = list(person_ids([blind("id_number", each) for each in _spellings(typed)]).values())
    elif _PHONE.fullmatch(typed.replace("-", "")):
        wanted = _numbers(Person, Q(phone_key=blind("phone", typed.replace("-", ""))))
    else:
        named = _named("".join(text.split()), to)
        wanted = _numbers(Person, named) + _numbers(PersonName, named, "person_id")
    # The index says who; only then the scope is asked, about a handful of records.
    found = Person.objects.seen_by(to).filter(pk__in=_standing(wanted)).order_by("id")
    return [show_person(person) for person in found[:MOST_FOUND]]


def _numbers(model: type[Person | PersonName], wanted: Q, column: str = "pk") -> list[int]:
    """Record numbers by index alone; a value that a thousand people share is asked for narrower."""
    found = model.objects.unscoped(_WHY).filter(wanted).order_by(column)
    return list(found.values_list(column, flat=True)[:_MOST_ASKED])


def _standing(wanted: Iterable[int]) -> set[int]:
    """The records asked for, each with the record that stands for it."""
    roots = root_ids()
    return {each for pk in wanted for each in (pk, roots.get(pk, pk))}


def person_seen(pk: int, *, to: Asker) -> Person | None:
    """One person, when the asker may see them."""
    return Person.objects.seen_by(to).filter(pk=pk).first()


def enrolments_of(person: Person, *, to: Asker) -> list[ShownEnrolment]:
    """The person's enrolments the asker may see, oldest first, accounts masked."""
    rows = Enrolment.objects.seen_by(to).filter(person=person).order_by("since_period", "id")
    return [_show_enrolment(row, person) for row in rows]


def show_person(person: Person) -> ShownPerson:
    """Unseal and mask at once: the clear values never leave this function."""
    return ShownPerson(
        id=person.pk,
        name=mask_cell(unseal_of(person, "name"), "name"),
        id_number=mask_cell(unseal_of(person, "id_number"), "id_number"),
        phone=mask_cell(unseal_of(person, "phone"), "phone"),
        sex=person.sex,
        birth_year=person.birth_date.year if isinstance(person.birth_date, date) else None,
        town=person.town,
        village=person.village,
    )


def masked_names(people: Iterable[Person]) -> dict[int, str]:
    """Person id -> masked name, for pages that list lines."""
    return {person.pk: mask_cell(unseal_of(person, "name"), "name") for person in people}


def bound_name(name: str, town: str) -> str:
    """What the name index is made of: one kind of dot in minority names, and the town."""
    return f"{_DOTS.sub('·', name)}|{town}"


def people_by_id(ids: Iterable[int], *, to: Asker) -> ScopedQuerySet[Person]:
    """The people with these ids that the asker may see."""
    return Person.objects.seen_by(to).filter(pk__in=set(ids))


def unseal_of(person: Person, field: str) -> str:
    """One clear value of a person (``id_number``, ``name``, ``phone``); "" where there is none."""
    column = {"id_number": "id_sealed", "name": "name_sealed", "phone": "phone_sealed"}[field]
    blob = getattr(person, column)
    return unseal(f"person.{field}", blob, bytes(person.id_key)) if blob else ""


def _show_enrolment(row: Enrolment, person: Person) -> ShownEnrolment:
    sealed = row.account_sealed
    account = unseal("enrolment.account", bytes(sealed), bytes(person.id_key)) if sealed else ""
    return ShownEnrolment(
        id=row.pk,
        sub_item=row.sub_item,
        town=row.town,
        village=row.village,
        account=mask_cell(account, "account"),
        since_period=row.since_period,
        end_period=row.end_period,
        end_reason=row.end_reason,
        origin_file_id=row.origin_file_id,
        origin_sheet=row.origin_sheet,
        origin_line=row.origin_line,
    )


def _spellings(typed: str) -> list[str]:
    """A 15-digit number is stored as the 18-digit one it became (GB 11643-1999)."""
    if len(typed) != 15 or not typed.isdigit():
        return [typed]
    body = f"{typed[:6]}19{typed[6:]}"
    return [typed, body + check_character(body)]


def _named(name: str, to: Asker) -> Q:
    everywhere = to.sees_all or bool(to.sub_items)
    towns = set(to.towns)
    if everywhere:
        rows = Division.objects.unscoped("codes of divisions are public").filter(level="town")
        towns |= set(rows.values_list("code", flat=True))
    return Q(name_key__in=[blind("name", bound_name(name, town[:9])) for town in sorted(towns)])


def account_tail(right: Enrolment) -> str:
    """The last four figures of the account of an enrolment; "" where there is none."""
    sealed = right.account_sealed
    if not sealed:
        return ""
    return unseal("enrolment.account", bytes(sealed), bytes(right.person.id_key))[-4:]
