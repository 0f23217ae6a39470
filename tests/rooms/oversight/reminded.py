"""Duties made by hand, robots and mailboxes, and messages in the outbox."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from tests.rooms.programme.books import small_book

from mingbai.base.ledger import record_act
from mingbai.oversight.actions import MailDoor, NewRobot, Outlet, add_robot
from mingbai.oversight.models import OutboxMessage
from mingbai.oversight.queries.duties import Duty
from mingbai.rulebook import load_book

#: A Monday that is worked.
DUE = date(2021, 7, 5)
DAY = timedelta(days=1)


def ruled_book(made=None):
    """A small book with the shipped rules of reminders, reports and days."""
    from dataclasses import replace

    real = load_book(year=2021, county="340223")
    made = made or small_book()
    return replace(
        made, reminding=real.reminding, calendar=real.calendar, reporting=real.reporting,
        digest=made.digest[::-1],
    )  # fmt: skip


def duty(owner, lead=None, *, kind="slip", key="slip:1", text="交回更正单", due=DUE):
    """Something owed."""
    return Duty(kind, key, owner, lead, text, due, "/registry/slips/1/")


def door(server, **kw):
    """The mail server of a test."""
    given = {
        "host": "127.0.0.1", "port": server.port, "tls": "none", "user": "", "password": "",
        "sender": "mingbai@example.cn",
    }  # fmt: skip
    return MailDoor(**given | kw)


def outlet_to(robots=None, mail=None, address="https://mbz.example.gov.cn"):
    """Doors to the servers of a test alone."""
    return Outlet(
        mail=door(mail) if mail else None,
        address=address,
        plain_hosts=frozenset({robots.host} if robots else ()),
    )


def robot(server, tree, at, *, kind="wecom", office=None, secret="", key="KEY-0123456789abcdef"):
    """A robot at the test's server."""
    return add_robot(
        robot=NewRobot(kind, f"{kind}工作群", office, server.address(kind, key), secret),
        outlet=outlet_to(server),
        by=tree.clerk,
        at=at,
    )


def message(at, *, to_robot=None, user=None, key="test.1", body="- 到期", **kw):
    """A message in the outbox."""
    with transaction.atomic():
        act = record_act("remind_offices", by=None, at=at)
        return OutboxMessage.objects.create(
            key=key, channel=to_robot.kind if to_robot else "mail", robot=to_robot, user=user,
            subject="民生提醒：测试", body=body, next_at=at, written_at=at,
            expires_at=at + timedelta(hours=30), act=act, **kw,
        )  # fmt: skip
