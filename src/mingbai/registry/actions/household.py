"""Households by hand: who belongs together, who heads them, who answers for a child."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.reasons import reason_of
from mingbai.base.secrets import blind, seal
from mingbai.registry.models import HEAD, Household, HouseholdMember, Person
from mingbai.rulebook.relations import relation_names

_WHY: Final = "the caller chose this household under their own scope"


class CannotChangeHousehold(Exception):
    """A second head, a person of another household, an unknown relation, or no reason."""


def found_household(
    *,
    head: Person,
    from_date: date,
    by: User,
    at: datetime,
    address: str = "",
    book_number: str = "",
) -> Household:
    """Found a household where its head lives; members join it one by one.

    Errors: ``CannotChangeHousehold`` where the head belongs to another household, or another one
    has the number of the household register.
    """
    try:
        with transaction.atomic():
            act = record_act("found_household", by=by, at=at, subject=f"person:{head.pk}")
            number = f"{head.town}-{act.pk}"
            anchor = number.encode()
            household = Household.objects.create(
                number=number,
                town=head.town,
                village=head.village,
                address_sealed=seal("household.address", address, anchor) if address else None,
                book_sealed=seal("household.book", book_number, anchor) if book_number else None,
                book_key=blind("household", f"{book_number}|{head.town}") if book_number else None,
                act=act,
            )
            _join(household, head, HEAD, from_date, None, act)
            return household
    except IntegrityError as error:
        raise CannotChangeHousehold(
            "此人已在另一户中，或这个户口簿号已经登记。请先在原来的户里办理离户。"
        ) from error


def add_member(
    *,
    household: Household,
    person: Person,
    relation: str,
    from_date: date,
    by: User,
    at: datetime,
    guardian: Person | None = None,
) -> HouseholdMember:
    """Add a person to a household, related to its head by a code of GB/T 4761.

    Errors: ``CannotChangeHousehold``.
    """
    if relation not in relation_names():
        raise CannotChangeHousehold("请从列表中选择与户主的关系。")
    try:
        with transaction.atomic():
            act = record_act(
                "add_member",
                by=by,
                at=at,
                subject=f"household:{household.pk}",
                payload={"person": person.pk, "relation": relation},
            )
            return _join(household, person, relation, from_date, guardian, act)
    except IntegrityError as error:
        raise CannotChangeHousehold(
            "此人已在一户中，或本户已有户主。请先办理离户，或用“更换户主”。"
        ) from error


def end_membership(
    *, member: HouseholdMember, to_date: date, reason: str, by: User, at: datetime
) -> HouseholdMember:
    """Say that somebody left a household (married, moved, split off); what was stays readable.

    Errors: ``CannotChangeHousehold``.
    """
    why = reason_of(reason, CannotChangeHousehold)[:40]
    if member.from_date is not None and to_date < member.from_date:
        raise CannotChangeHousehold("离户日期早于入户日期。请核对后再提交。")
    with transaction.atomic():
        act = record_act(
            "end_membership",
            by=by,
            at=at,
            subject=f"household:{member.household_id}",
            payload={"person": member.person_id, "reason": why},
        )
        _end([member.pk], to_date, why, act)
    member.refresh_from_db()
    return member


def change_head(
    *,
    household: Household,
    relations: Mapping[int, str],
    from_date: date,
    reason: str,
    by: User,
    at: datetime,
) -> list[HouseholdMember]:
    """Give a household another head: ``relations`` says for each member (by number) how they are
    related to the new one, whose own is 户主.

    All memberships end and begin anew, since every relation is one to the head. Errors:
    ``CannotChangeHousehold`` unless exactly one is the head and nobody is left out.
    """
    why = reason_of(reason, CannotChangeHousehold)[:40]
    with transaction.atomic():
        members = list(
            HouseholdMember.objects.unscoped(_WHY)
            .filter(household=household, ended_act=None)
            .select_related("person", "guardian")
            .order_by("pk")
        )
        if {each.pk for each in members} != set(relations):
            raise CannotChangeHousehold("户内成员刚有变化，或有成员没有选关系。请刷新页面后再选。")
        if list(relations.values()).count(HEAD) != 1:
            raise CannotChangeHousehold("一户有且只有一位户主。请在成员中选一位作户主。")
        if not set(relations.values()) <= set(relation_names()):
            raise CannotChangeHousehold("请从列表中选择与户主的关系。")
        act = record_act(
            "change_head",
            by=by,
            at=at,
            subject=f"household:{household.pk}",
            payload={"reason": why},
        )
        _end([each.pk for each in members], from_date, why, act)
        return [
            _join(household, each.person, relations[each.pk], from_date, each.guardian, act)
            for each in members
        ]


def set_guardian(
    *, member: HouseholdMember, guardian: Person, reason: str, by: User, at: datetime
) -> HouseholdMember:
    """Say who answers for a member under age or unable to; who may receive money for them.

    Errors: ``CannotChangeHousehold`` where they would be their own guardian.
    """
    why = reason_of(reason, CannotChangeHousehold)
    if guardian.pk == member.person_id:
        raise CannotChangeHousehold("监护人不能是本人。请选择另一人。")
    with transaction.atomic():
        record_act(
            "set_guardian",
            by=by,
            at=at,
            subject=f"household:{member.household_id}",
            payload={"person": member.person_id, "guardian": guardian.pk, "reason": why},
        )
        rows = HouseholdMember.objects.unscoped(_WHY)
        if not rows.filter(pk=member.pk, ended_act=None).update(guardian=guardian):
            raise CannotChangeHousehold("此人已不在本户。请刷新页面。")
    member.refresh_from_db()
    return member


def _join(
    household: Household,
    person: Person,
    relation: str,
    from_date: date | None,
    guardian: Person | None,
    act: Act,
) -> HouseholdMember:
    return HouseholdMember.objects.create(
        household=household,
        person=person,
        relation=relation,
        from_date=from_date,
        guardian=guardian,
        act=act,
    )


def _end(members: list[int], to_date: date, why: str, act: Act) -> None:
    rows = HouseholdMember.objects.unscoped(_WHY).filter(pk__in=members, ended_act=None)
    if rows.update(to_date=to_date, end_reason=why, ended_act=act) != len(members):
        raise CannotChangeHousehold("其中有人刚刚离户。请刷新页面后再看。")
