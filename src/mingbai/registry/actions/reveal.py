"""Revealing one personal value in clear: allowed for a reason, and written into the ledger."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.db import transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.secrets import unseal
from mingbai.registry.models import Enrolment, Person
from mingbai.registry.queries.people import unseal_of

FIELDS: Final[dict[str, str]] = {
    "id_number": "证件号",
    "name": "姓名",
    "phone": "电话",
    "account": "银行账号",
}
_NUMBERS: Final = re.compile(r"\d{7,}")


class CannotRevealPerson(Exception):
    """No such value, no reason given, or the reason itself holds a personal number."""


def reveal_person(
    *,
    person: Person,
    field: str,
    reason: str,
    by: User,
    at: datetime,
    enrolment: Enrolment | None = None,
) -> str:
    """Return one clear value (``id_number name phone account``) after writing who asked and why.

    ``account`` needs the enrolment it belongs to. The ledger keeps field and reason, never the
    value. Errors: ``CannotRevealPerson``.
    """
    why = " ".join(reason.split())
    if field not in FIELDS:
        raise CannotRevealPerson("没有这一项。可查看的有：证件号、姓名、电话、银行账号。")
    if len(why) < 2:
        raise CannotRevealPerson(
            "查看完整信息必须写明用途，例如“电话核实发放情况”。请填写后再查看。"
        )
    if _NUMBERS.search(why):
        raise CannotRevealPerson("用途中不要写证件号、账号或电话号码，请改用文字说明后再查看。")
    if field == "account" and (enrolment is None or enrolment.person_id != person.pk):
        raise CannotRevealPerson("银行账号随补助项目登记，请从该对象的某个补助项目中查看。")
    with transaction.atomic():
        record_act(
            "reveal_person",
            by=by,
            at=at,
            subject=f"person:{person.pk}",
            payload={
                "field": field,
                "reason": why[:100],
                "enrolment": enrolment.pk if enrolment else None,
            },
        )
    if field != "account" or enrolment is None:
        return unseal_of(person, field)
    sealed = enrolment.account_sealed
    return unseal("enrolment.account", bytes(sealed), bytes(person.id_key)) if sealed else ""
