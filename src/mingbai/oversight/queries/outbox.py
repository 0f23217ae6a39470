"""Reading the outbox: what may be sent now, to whom messages go, what became of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from mingbai.base.models import User
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.oversight.models import GroupRobot, MailAddress, OutboxMessage, RobotStep

_WHY = "the house sends what is in its outbox"
#: A robot takes twenty messages a minute; a round of sending stays below that.
ROBOT_MOST = 15


def open_messages(*, at: datetime) -> ScopedQuerySet[OutboxMessage]:
    """What may be claimed at a moment: waiting and due, or left behind by a worker that ended."""
    found = OutboxMessage.objects.unscoped(_WHY)
    return found.filter(state__in=("waiting", "sending"), next_at__lte=at)


def messages_to_send(*, at: datetime, most: int = 200) -> tuple[OutboxMessage, ...]:
    """The oldest messages to send in one round, of one robot no more than it takes; one query."""
    chosen: list[OutboxMessage] = []
    counts: dict[int, int] = defaultdict(int)
    for each in open_messages(at=at).order_by("next_at", "pk")[: most * 4]:
        if each.robot_id is not None:
            counts[each.robot_id] += 1
            if counts[each.robot_id] > ROBOT_MOST:
                continue
        chosen.append(each)
    return tuple(chosen[:most])


def newest_address(user_id: int) -> MailAddress | None:
    """The address an account last set, with or without one; one query."""
    rows = MailAddress.objects.unscoped("the house sends to the address its owner gave")
    return rows.filter(user=user_id).order_by("-turn").first()


def mailed_accounts(offices: Iterable[int]) -> dict[int, list[User]]:
    """Office -> its accounts in use that asked for mail; one query."""
    newest = MailAddress.objects.unscoped("whether mail is asked for").filter(user=OuterRef("pk"))
    newest = newest.order_by("-turn")
    users = User.objects.unscoped("who of an office asked for mail").filter(
        office__in=list(offices), is_active=True
    )
    users = users.annotate(mail=Subquery(newest.values("address_sealed")[:1]))
    found: dict[int, list[User]] = defaultdict(list)
    for user in users.filter(mail__isnull=False).order_by("pk"):
        found[user.office_id].append(user)
    return found


def robots_on() -> tuple[GroupRobot, ...]:
    """The robots switched on; one query."""
    rows = with_switch(GroupRobot.objects.unscoped("the house posts to robots that are on"))
    return tuple(rows.filter(switch="on").select_related("office").order_by("pk"))


def with_switch(rows: ScopedQuerySet[Any]) -> ScopedQuerySet[Any]:
    """Each with its ``switch``: on where it was never touched."""
    steps = RobotStep.objects.unscoped("the switch of a robot that is seen").filter(
        robot=OuterRef("pk")
    )
    newest = Subquery(steps.order_by("-number").values("step")[:1])
    return rows.annotate(switch=Coalesce(newest, Value("on")))


@dataclass(frozen=True)
class RobotStanding:
    """A robot as its page shows it: whether it is on, and its newest message."""

    robot: GroupRobot
    is_on: bool
    last: OutboxMessage | None


def robots_seen(*, to: Asker) -> tuple[RobotStanding, ...]:
    """Every robot with its newest message; two queries."""
    robots = list(with_switch(GroupRobot.objects.seen_by(to)).select_related("office", "added_by"))
    newest = (
        OutboxMessage.objects.unscoped("the newest message of a robot that is seen")
        .filter(robot=OuterRef("robot"))
        .order_by("-pk")
    )
    last = OutboxMessage.objects.seen_by(to).filter(
        robot__in=robots, pk=Subquery(newest.values("pk")[:1])
    )
    by_robot = {each.robot_id: each for each in last}
    return tuple(
        RobotStanding(robot, robot.switch == "on", by_robot.get(robot.pk)) for robot in robots
    )


def robot_seen(pk: int, *, to: Asker) -> GroupRobot | None:
    """One robot, if this asker may see it."""
    return with_switch(GroupRobot.objects.seen_by(to)).filter(pk=pk).first()


def messages_seen(
    *, to: Asker, state: str = "", channel: str = ""
) -> ScopedQuerySet[OutboxMessage]:
    """Messages of the asker's offices (the county: all), newest first."""
    found = OutboxMessage.objects.seen_by(to)
    if state:
        found = found.filter(state=state)
    if channel:
        found = found.filter(channel=channel)
    return found.select_related("office", "user", "robot").order_by("-pk")
