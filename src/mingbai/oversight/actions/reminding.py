"""Reminding every office of what is due: once a day, in one transaction with its messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from mingbai.base.ledger import hold_ledger, record_act
from mingbai.base.models import Act, Office, User
from mingbai.base.scope import Asker
from mingbai.oversight.actions.outlets import Outlet
from mingbai.oversight.models import (
    GroupRobot,
    MessageReminder,
    OutboxMessage,
    Reminder,
    ReminderReading,
    ReminderRound,
)
from mingbai.oversight.queries.duties import gather_duties
from mingbai.oversight.queries.inbox import unread_of
from mingbai.oversight.queries.outbox import mailed_accounts, robots_on
from mingbai.oversight.queries.planning import PlannedReminder, plan_reminders, sent_stages
from mingbai.oversight.queries.wording import MessageText, county_message, office_message
from mingbai.paper.leaks import scan_text
from mingbai.paper.robots import most_bytes
from mingbai.rulebook.model import Book

#: A message not out by then says what is no longer so; the next worked day brings its own.
_LASTS: Final = timedelta(hours=30)
_MAIL_BYTES: Final = 60_000
_TEXT: Final = 200


class CannotReadReminders(Exception):
    """There is nothing to mark as read, or it is another office's."""


def remind_offices(
    *, book: Book, on: date, outlet: Outlet, by: User | None, at: datetime
) -> ReminderRound:
    """Tell every office what is due by the rules of a day, and write what is to leave the house.

    Once a day: a second run gives the round that was made. The notices on the site, the messages
    for mail and robots and the ledger's entry live or die together; sending comes after.
    """
    made = _round_of(on)
    if made is not None:
        return made
    duties = gather_duties(book=book, on=on)
    with transaction.atomic():
        hold_ledger()
        made = _round_of(on)
        if made is not None:
            return made
        planned = plan_reminders(
            duties,
            reminding=book.reminding,
            calendar=book.calendar,
            on=on,
            sent=sent_stages(duties),
        )
        act = record_act(
            "remind_offices",
            by=by,
            at=at,
            subject=f"提醒 {on.isoformat()}",
            payload={"duties": len(duties), "reminders": len(planned)},
        )
        made = ReminderRound.objects.create(
            round_date=on,
            duties_count=len(duties),
            reminders_count=len(planned),
            rulebook_digest=book.digest,
            made_at=at,
            made_by=by,
            act=act,
        )
        _write_messages(planned, _write_reminders(planned, made, act), on, outlet, at, act)
    return made


def _round_of(on: date) -> ReminderRound | None:
    rows = ReminderRound.objects.unscoped("whether the day was looked at")
    return rows.filter(round_date=on).first()


def _write_reminders(
    planned: Sequence[PlannedReminder], made: ReminderRound, act: Act
) -> list[Reminder]:
    return Reminder.objects.bulk_create(
        Reminder(
            round=made,
            kind=each.duty.kind,
            duty=each.duty.key,
            due_date=each.duty.due_date,
            stage=each.stage.code,
            office=each.office,
            role=each.role,
            owner=each.duty.owner,
            text=_safe(each),
            link=each.duty.link,
            act=act,
        )
        for each in planned
    )


def _safe(planned: PlannedReminder) -> str:
    """The duty's text; where a name somebody typed holds a long number, the kind alone."""
    text = planned.duty.text[:_TEXT]
    return text if not scan_text(text) else "有一项到期事项，请打开查看"


def _write_messages(
    planned: Sequence[PlannedReminder],
    reminders: Sequence[Reminder],
    on: date,
    outlet: Outlet,
    at: datetime,
    act: Act,
) -> None:
    """One message for each account that asked for mail, and for each robot; split if too long."""
    mailed, posted = (
        _by_channel(planned, reminders, "mail"),
        _by_channel(planned, reminders, "robot"),
    )
    box = _Box(on, at, act)
    if outlet.mail is not None:
        for office, users in mailed_accounts(mailed).items():
            own = mailed[office]
            texts = office_message(
                own[0].office, own, on=on, address=outlet.address, most=_MAIL_BYTES, marked=False
            )
            for user in users:
                box.add(texts, own, channel="mail", office=own[0].office, user=user)
    if outlet.hosts or outlet.plain_hosts:
        for robot in robots_on():
            _post(box, robot, posted, on, outlet.address)


def _post(
    box: _Box, robot: GroupRobot, posted: dict[int, list[Reminder]], on: date, address: str
) -> None:
    most = most_bytes(robot.kind)  # type: ignore[arg-type]
    if robot.office_id is None:
        everything = [each for own in posted.values() for each in own]
        texts = county_message(everything, on=on, address=address, most=most)
        box.add(texts, everything, channel=robot.kind, robot=robot)
    elif own := posted.get(robot.office_id, []):
        office = own[0].office
        texts = office_message(office, own, on=on, address=address, most=most, marked=True)
        box.add(texts, own, channel=robot.kind, office=office, robot=robot)


def _by_channel(
    planned: Iterable[PlannedReminder], reminders: Iterable[Reminder], channel: str
) -> dict[int, list[Reminder]]:
    found: dict[int, list[Reminder]] = defaultdict(list)
    for each, reminder in zip(planned, reminders, strict=True):
        if channel in each.channels:
            found[reminder.office_id].append(reminder)
    return found


class _Box:
    """Writes messages of one day; the key names day, way, addressee and part for ever."""

    def __init__(self, on: date, at: datetime, act: Act) -> None:
        self.on, self.at, self.act = on, at, act

    def add(
        self,
        texts: Sequence[MessageText],
        reminders: Sequence[Reminder],
        *,
        channel: str,
        office: Office | None = None,
        user: User | None = None,
        robot: GroupRobot | None = None,
    ) -> None:
        """Write each text as a message, and which reminders it carries."""
        whom = f"user-{user.pk}" if user else f"robot-{robot.pk}" if robot else ""
        for place, text in enumerate(texts, start=1):
            message = OutboxMessage.objects.create(
                key=f"remind.{self.on.isoformat()}.{whom}.{place}",
                channel=channel,
                office=office,
                user=user,
                robot=robot,
                subject=text.subject[:120],
                body=text.body,
                next_at=self.at,
                written_at=self.at,
                expires_at=self.at + _LASTS,
                act=self.act,
            )
            MessageReminder.objects.bulk_create(
                MessageReminder(message=message, reminder=each) for each in reminders
            )


@transaction.atomic
def read_reminders(
    *, through: int, only: int | None = None, to: Asker, by: User, at: datetime
) -> list[ReminderReading]:
    """Mark the account's unread reminders as read: up to a number, or one alone.

    ``through`` is the newest the reader's page showed: what came since stays unread. Errors:
    ``CannotReadReminders``.
    """
    hold_ledger()
    rows = unread_of(to=to, user_id=by.pk).filter(pk__lte=through)
    if only is not None:
        rows = rows.filter(pk=only)
    wanted = list(rows.order_by("pk"))
    if not wanted:
        raise CannotReadReminders("没有未读的提醒，可能已在别处标为已读。")
    act = record_act(
        "read_reminders", by=by, at=at, payload={"reminders": [each.pk for each in wanted]}
    )
    return ReminderReading.objects.bulk_create(
        ReminderReading(reminder=each, read_by=by, read_at=at, act=act) for each in wanted
    )
