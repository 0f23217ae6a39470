"""Deciding about names and accounts that rosters told otherwise: accepted or refused, with why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.reasons import reason_of
from mingbai.base.secrets import blind, unseal
from mingbai.registry.models import Person, PersonName, RecordChange
from mingbai.registry.queries.people import bound_name

_WHY: Final = "the caller chose these changes under their own scope"


class CannotDecideRecords(Exception):
    """Decided by somebody else meanwhile, or without a reason."""


def accept_records(
    *, changes: Sequence[RecordChange], reason: str, by: User, at: datetime
) -> list[RecordChange]:
    """Accept changes: a name becomes the person's, an account counts from its month on.

    All or none. Errors: ``CannotDecideRecords``.
    """
    with transaction.atomic():
        act, done = _decide(changes, RecordChange.Decision.ACCEPTED, reason, by, at)
        for each in done:
            if each.kind == RecordChange.Kind.NAME:
                _rename(each, act)
        return done


def refuse_records(
    *, changes: Sequence[RecordChange], reason: str, by: User, at: datetime
) -> list[RecordChange]:
    """Refuse changes: records stay as they are, and the report stays with its reason.

    All or none. Errors: ``CannotDecideRecords``.
    """
    with transaction.atomic():
        return _decide(changes, RecordChange.Decision.REFUSED, reason, by, at)[1]


def _decide(
    changes: Sequence[RecordChange], decision: str, reason: str, by: User, at: datetime
) -> tuple[Act, list[RecordChange]]:
    why = reason_of(reason, CannotDecideRecords)
    ids = sorted(each.pk for each in changes)
    act = record_act(
        "accept_records" if decision == RecordChange.Decision.ACCEPTED else "refuse_records",
        by=by,
        at=at,
        subject=f"changes:{len(ids)}",
        payload={"changes": ids, "reason": why},
    )
    rows = RecordChange.objects.unscoped(_WHY).filter(pk__in=ids)
    decided = rows.filter(decision="").update(
        decision=decision, decision_reason=why, decided_at=at, decided_by=by, decision_act=act
    )
    if decided != len(ids):
        raise CannotDecideRecords("其中有变更刚刚由他人处理。请刷新页面，去掉已处理的再提交。")
    return act, list(rows.select_related("person").order_by("from_period", "pk"))


def _rename(change: RecordChange, act: Act) -> None:
    """Keep the name of before with its last day, and take the new one on."""
    person = Person.objects.unscoped(_WHY).select_for_update().get(pk=change.person_id)
    first = date(change.from_period // 100, change.from_period % 100, 1)
    known = PersonName.objects.unscoped(_WHY).filter(person=person).order_by("-pk").first()
    PersonName.objects.create(
        person=person,
        name_sealed=person.name_sealed,
        name_key=person.name_key,
        from_date=None if known is None or known.to_date is None else known.to_date,
        to_date=first - timedelta(days=1),
        evidence=change.decision_reason,
        act=act,
        origin_file_id=person.origin_file_id,
        origin_sheet=person.origin_sheet,
        origin_line=person.origin_line,
    )
    name = unseal("person.name", bytes(change.value_sealed), bytes(person.id_key))
    Person.objects.unscoped(_WHY).filter(pk=person.pk).update(
        name_sealed=change.value_sealed, name_key=blind("name", bound_name(name, person.town))
    )
