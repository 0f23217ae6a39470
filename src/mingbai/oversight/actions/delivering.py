"""Taking a message out of the outbox: claimed by one worker, sent, and marked.

Delivery is at least once. Between the far side's taking a message and our marking it lies a moment
in which a worker may be killed; the message is then sent again once its claim is over. That it is
the same one can be seen by its key, which goes along.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.secrets import CannotUnseal, unseal
from mingbai.oversight.actions.outlets import Outlet
from mingbai.oversight.actions.sending import post_to_robot, send_mail_text
from mingbai.oversight.models import GroupRobot, MailAddress, OutboxMessage
from mingbai.oversight.queries.outbox import newest_address, open_messages
from mingbai.paper.robots import Answer

#: How long a claim holds: longer than any conversation that ``sending`` allows.
CLAIM_HOLDS: Final = timedelta(minutes=5)
#: Minutes until the next try after the first, second, …; after the last the message is given up.
_WAITS: Final = (2, 5, 15, 30, 60, 120, 240)
_WHY: Final = "the house sends what is in its outbox"
_State = OutboxMessage.State


def deliver_message(
    *, message: OutboxMessage, outlet: Outlet, by: User | None, at: datetime
) -> OutboxMessage | None:
    """Send one message if it is free, and mark what became of it; None where another has it.

    Not one transaction but two, with the sending between them: nobody waits for the far side while
    the database is held.
    """
    claimed = _claim(message.pk, at)
    if claimed is None:
        return None
    answer = _send(claimed, outlet, at)
    return _mark(claimed, answer, by, at)


def _claim(pk: int, at: datetime) -> OutboxMessage | None:
    """Make the message ours by one conditional UPDATE: of two workers one changes a row."""
    token = secrets.token_hex(16)
    taken = (
        open_messages(at=at)
        .filter(pk=pk)
        .update(
            state=_State.SENDING,
            claim=token,
            next_at=at + CLAIM_HOLDS,
            tries_count=F("tries_count") + 1,
        )
    )
    if not taken:
        return None
    found = OutboxMessage.objects.unscoped(_WHY).select_related("robot", "user")
    return found.get(pk=pk, claim=token)


def _send(message: OutboxMessage, outlet: Outlet, at: datetime) -> Answer:
    if at >= message.expires_at:
        return Answer(False, False, message.last_error or "过了时限没有发出")
    try:
        if message.robot is not None:
            return _to_robot(message, message.robot, outlet, at)
        return _to_mailbox(message, outlet)
    except CannotUnseal:
        return Answer(False, False, "地址的密文打不开，请重新填写地址")


def _to_robot(message: OutboxMessage, robot: GroupRobot, outlet: Outlet, at: datetime) -> Answer:
    anchor = bytes(robot.address_key)
    secret = robot.secret_sealed
    return post_to_robot(
        kind=robot.kind,  # type: ignore[arg-type]
        address=unseal("group_robot.address", bytes(robot.address_sealed), anchor),
        secret=unseal("group_robot.secret", bytes(secret), anchor) if secret else "",
        title=message.subject,
        text=message.body,
        key=message.key,
        outlet=outlet,
        moment=int(at.timestamp() * 1000),
    )


def _to_mailbox(message: OutboxMessage, outlet: Outlet) -> Answer:
    if outlet.mail is None:
        return Answer(False, True, "没有设置邮件服务器")
    found = newest_address(message.user_id or 0)
    if found is None or not found.address_sealed:
        return Answer(False, False, "收件人已关闭邮件提醒")
    return send_mail_text(
        door=outlet.mail,
        to=open_address(found),
        subject=message.subject,
        body=message.body,
        key=message.key,
    )


def open_address(address: MailAddress) -> str:
    """The address in clear, for sending and for its owner; empty where mail is switched off."""
    if not address.address_sealed:
        return ""
    return unseal("mail_address.address", bytes(address.address_sealed), anchor_of(address.user_id))


def anchor_of(user_id: int) -> bytes:
    """What ties an address to its account."""
    return f"user:{user_id}".encode()


def _mark(
    message: OutboxMessage, answer: Answer, by: User | None, at: datetime
) -> OutboxMessage | None:
    """Write what became of it, if it is still ours: a claim that ran out belongs to another."""
    over = message.tries_count > len(_WAITS) or at >= message.expires_at
    change: dict[str, object] = {"claim": "", "last_error": answer.words}
    if answer.taken:
        change |= {"state": _State.SENT, "sent_at": at}
    elif answer.again and not over:
        wait = timedelta(minutes=_WAITS[message.tries_count - 1])
        change |= {"state": _State.WAITING, "next_at": at + wait}
    else:
        change |= {"state": _State.GIVEN_UP if over else _State.FAILED}
    ours = OutboxMessage.objects.unscoped(_WHY).filter(
        pk=message.pk, state=_State.SENDING, claim=message.claim
    )
    with transaction.atomic():
        if not ours.update(**change):
            return None
        if change["state"] != _State.WAITING:
            record_act(
                "deliver_message",
                by=by,
                at=at,
                subject=f"outbox:{message.pk}",
                payload={"channel": message.channel, "state": str(change["state"])},
            )
    return OutboxMessage.objects.unscoped(_WHY).get(pk=message.pk)
