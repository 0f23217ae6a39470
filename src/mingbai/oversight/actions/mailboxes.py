"""Everybody says for themselves whether reminders also come by mail, and where to."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from mingbai.base.ledger import hold_ledger, record_act
from mingbai.base.models import User
from mingbai.base.secrets import seal
from mingbai.oversight.actions.delivering import anchor_of
from mingbai.oversight.models import MailAddress
from mingbai.oversight.queries.outbox import newest_address

_LONGEST = 120


class CannotSetMail(Exception):
    """The address is none, or nothing changes."""


@transaction.atomic
def set_mail_address(*, address: str, by: User, at: datetime) -> MailAddress:
    """Keep one's own address sealed, or (empty) have no more mail. Errors: ``CannotSetMail``."""
    said = address.strip()
    if said:
        try:
            validate_email(said)
        except ValidationError:
            raise CannotSetMail("邮箱地址不完整，请写成 name@example.cn 的样子。") from None
        if len(said) > _LONGEST or not said.isascii():
            raise CannotSetMail("邮箱地址过长，或含有中文符号，请核对。")
    hold_ledger()
    last = newest_address(by.pk)
    if not said and (last is None or not last.address_sealed):
        raise CannotSetMail("邮件提醒本来就没有开通。")
    act = record_act(
        "set_mail_address", by=by, at=at, subject=f"user:{by.pk}", payload={"on": bool(said)}
    )
    return MailAddress.objects.create(
        user=by,
        turn=last.turn + 1 if last else 1,
        address_sealed=(seal("mail_address.address", said, anchor_of(by.pk)) if said else None),
        set_at=at,
        set_by=by,
        act=act,
    )
