"""Moves between villages and towns: dated; what is in force follows, what was stays visible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Division, User
from mingbai.base.reasons import reason_of
from mingbai.base.secrets import blind
from mingbai.registry.models import Death, Household, HouseholdMember, Move, Person
from mingbai.registry.queries.people import bound_name, unseal_of

_WHY: Final = "the caller chose these people under their own scope"


class CannotMovePeople(Exception):
    """No such village, nowhere else, in the future, or after death."""


def move_people(
    *, people: Sequence[Person], village: str, moved_date: date, reason: str, by: User, at: datetime
) -> list[Move]:
    """Move people to a village (code of 12 digits) from a day on; all or none.

    The new town sees them and what they have in force; the old one keeps what it had. A household
    moves whole where all of its members do; otherwise who moves leaves it. Errors:
    ``CannotMovePeople``.
    """
    why = reason_of(reason, CannotMovePeople)[:100]
    _must_exist(village)
    if moved_date > at.date():
        raise CannotMovePeople("迁移日期不能晚于今天。请核对后再提交。")
    if any((each.town, each.village) == (village[:9], village) for each in people):
        raise CannotMovePeople("其中有人已经住在这个村（居）。请核对迁入地后再提交。")
    ids = [each.pk for each in people]
    dead = Death.objects.unscoped(_WHY).filter(person__in=ids, withdrawn_act=None)
    if dead.filter(death_date__lt=moved_date).exists():
        raise CannotMovePeople("其中有人已登记死亡，日期早于迁移日期。请核对后再提交。")
    with transaction.atomic():
        act = record_act(
            "move_people",
            by=by,
            at=at,
            subject=f"people:{len(ids)}",
            payload={"people": ids},
        )
        moves = [_move(each, village, moved_date, why, act) for each in people]
        _households(ids, village, moved_date, act)
    return moves


def _move(person: Person, village: str, day: date, why: str, act: Act) -> Move:
    done = Move.objects.create(
        person=person,
        from_town=person.town,
        from_village=person.village,
        to_town=village[:9],
        to_village=village,
        moved_date=day,
        reason=why,
        act=act,
    )
    person.town, person.village = village[:9], village
    # The index of names is bound to the town.
    person.name_key = blind("name", bound_name(unseal_of(person, "name"), person.town))
    Person.objects.unscoped(_WHY).filter(pk=person.pk).update(
        town=person.town, village=person.village, name_key=person.name_key
    )
    return done


def _households(ids: list[int], village: str, day: date, act: Act) -> None:
    members = HouseholdMember.objects.unscoped(_WHY).filter(ended_act=None)
    for household in set(members.filter(person__in=ids).values_list("household_id", flat=True)):
        left = members.filter(household=household).exclude(person__in=ids)
        if left.exists():
            members.filter(household=household, person__in=ids).update(
                to_date=day, end_reason="迁出", ended_act=act
            )
        else:
            Household.objects.unscoped(_WHY).filter(pk=household).update(
                town=village[:9], village=village
            )


def _must_exist(village: str) -> None:
    places = Division.objects.unscoped("codes of divisions are public")
    if not places.filter(code=village, level="village").exists():
        raise CannotMovePeople("没有这个村（居）。请从列表中选择迁入的村（居）。")
