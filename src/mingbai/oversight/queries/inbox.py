"""Reminders as an office sees them, and as the county sees everybody's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Max, OuterRef

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.oversight.models import (
    MessageReminder,
    OutboxMessage,
    Reminder,
    ReminderReading,
    ReminderRound,
)


def own_reminders(*, to: Asker) -> ScopedQuerySet[Reminder]:
    """What the asker's own office was told, also where the asker sees the whole county."""
    found = Reminder.objects.seen_by(to).filter(office=to.office_id)
    return found.select_related("owner", "round").order_by("-round__round_date", "due_date", "pk")


def with_read(rows: ScopedQuerySet[Reminder], *, user_id: int | None) -> ScopedQuerySet[Reminder]:
    """Each with ``is_read``: whether this account has read it."""
    return rows.annotate(is_read=_read_by(user_id))


def unread_of(*, to: Asker, user_id: int | None) -> ScopedQuerySet[Reminder]:
    """What the asker's own office was told and this account has not read."""
    return own_reminders(to=to).filter(~_read_by(user_id))


def _read_by(user_id: int | None) -> Exists:
    own = ReminderReading.objects.unscoped("one's own reading")
    return Exists(own.filter(reminder=OuterRef("pk"), read_by=user_id))


def unread_count(*, to: Asker) -> int:
    """How many of them; one query."""
    return unread_of(to=to, user_id=to.user_id).order_by().count() if to.user_id else 0


@dataclass(frozen=True)
class GivenReminder:
    """One reminder on the county's list: by which messages it went, and who has read it."""

    reminder: Reminder
    messages: tuple[OutboxMessage, ...]
    readers: tuple[str, ...]


def reminders_seen(
    *,
    to: Asker,
    office: int | None = None,
    kind: str = "",
    on: date | None = None,
    late: bool = False,
) -> ScopedQuerySet[Reminder]:
    """Reminders within scope, newest round first; ``late`` keeps those given after the due day."""
    found = Reminder.objects.seen_by(to)
    if office is not None:
        found = found.filter(office=office)
    if kind:
        found = found.filter(kind=kind)
    if on is not None:
        found = found.filter(round__round_date=on)
    if late:
        found = found.filter(stage__startswith="after")
    return found.select_related("office", "owner", "round").order_by(
        "-round__round_date", "office__code", "due_date", "pk"
    )


def show_given(reminders: Iterable[Reminder], *, to: Asker) -> tuple[GivenReminder, ...]:
    """Each with its messages and readers; two queries for a page."""
    shown = list(reminders)
    messages: dict[int, list[OutboxMessage]] = defaultdict(list)
    links = MessageReminder.objects.unscoped("the ways of reminders that are seen")
    for link in links.filter(reminder__in=shown).select_related("message").order_by("message_id"):
        messages[link.reminder_id].append(link.message)
    readers: dict[int, list[str]] = defaultdict(list)
    readings = ReminderReading.objects.seen_by(to).filter(reminder__in=shown)
    for each in readings.select_related("read_by").order_by("pk"):
        readers[each.reminder_id].append(each.read_by.display_name)
    return tuple(
        GivenReminder(each, tuple(messages[each.pk]), tuple(readers[each.pk])) for each in shown
    )


def rounds_seen(*, to: Asker, most: int = 60) -> tuple[date, ...]:
    """The days on which the asker's scope was reminded, newest first; one query."""
    rows = ReminderRound.objects.seen_by(to).order_by("-round_date")[:most]
    return tuple(rows.values_list("round_date", flat=True))


@dataclass(frozen=True)
class OfficeLoad:
    """How often an office was reminded of what was late already, and when last."""

    office: str
    count: int
    last_date: date


def late_offices(*, to: Asker, since: date, most: int = 8) -> tuple[OfficeLoad, ...]:
    """The owners most often reminded after the due day since a day; one query."""
    rows = Reminder.objects.seen_by(to).filter(
        role="owner", stage__startswith="after", round__round_date__gte=since
    )
    told = rows.values("office__short_name").annotate(
        count=Count("id"), last=Max("round__round_date")
    )
    return tuple(
        OfficeLoad(each["office__short_name"], each["count"], each["last"])
        for each in told.order_by("-count", "office__short_name")[:most]
    )
