"""Robots of group chats: added with their sealed address, tested, switched off and on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Office, User
from mingbai.base.secrets import blind, seal
from mingbai.oversight.actions.outlets import CannotUseOutlet, Outlet, check_address
from mingbai.oversight.models import GroupRobot, OutboxMessage, RobotStep
from mingbai.paper.robots import RobotKind, key_of

_TESTS_LAST: Final = timedelta(minutes=10)


class CannotAddRobot(Exception):
    """The address is none that is posted to, or the robot is known already; says what to do."""


class CannotSwitchRobot(Exception):
    """Somebody else has just switched it."""


@dataclass(frozen=True)
class NewRobot:
    """A robot to add; its address and secret never show in a trace."""

    kind: RobotKind
    name: str
    office: Office | None
    address: str = field(repr=False)
    secret: str = field(default="", repr=False)


def add_robot(*, robot: NewRobot, outlet: Outlet, by: User, at: datetime) -> GroupRobot:
    """Keep a robot's address sealed; from now on its group is told.

    Errors: ``CannotAddRobot``; the message never repeats the address.
    """
    name, address = " ".join(robot.name.split())[:40], robot.address.strip()
    if len(name) < 2:
        raise CannotAddRobot("请给机器人起个名字，例如“民生工程工作群”。")
    try:
        host = check_address(robot.kind, address, outlet=outlet)
    except CannotUseOutlet as error:
        raise CannotAddRobot(str(error)) from None
    anchor = blind("robot", address)
    try:
        with transaction.atomic():
            act = record_act(
                "add_robot",
                by=by,
                at=at,
                subject=f"群机器人 {name}",
                payload={"kind": robot.kind, "host": host},
            )
            return GroupRobot.objects.create(
                kind=robot.kind,
                name=name,
                office=robot.office,
                host=host,
                tail=key_of(robot.kind, address)[-4:],
                address_key=anchor,
                address_sealed=seal("group_robot.address", address, anchor),
                secret_sealed=_sealed_secret(robot, anchor),
                added_at=at,
                added_by=by,
                act=act,
            )
    except IntegrityError:
        raise CannotAddRobot("这个机器人已经有了；停用的可以在列表里重新启用。") from None


def _sealed_secret(robot: NewRobot, anchor: bytes) -> bytes | None:
    secret = robot.secret.strip()
    if not secret:
        return None
    if robot.kind != "dingtalk":
        raise CannotAddRobot("只有钉钉机器人有加签密钥，企业微信的请留空。")
    if len(secret) > 200 or not secret.isascii():
        raise CannotAddRobot("加签密钥应是 SEC 开头的一串字母和数字，请重新复制。")
    return seal("group_robot.secret", secret, anchor)


@transaction.atomic
def switch_robot(*, robot: GroupRobot, on: bool, by: User, at: datetime) -> RobotStep:
    """Switch a robot on or off. Errors: ``CannotSwitchRobot``."""
    steps = RobotStep.objects.unscoped("the switch so far").filter(robot=robot).order_by("-number")
    last = steps.first()
    if (last is None or last.step == RobotStep.Step.ON) == on:
        raise CannotSwitchRobot("这个机器人已经是这样了，请刷新页面。")
    act = record_act(
        "switch_robot", by=by, at=at, subject=f"群机器人 {robot.name}", payload={"on": on}
    )
    try:
        with transaction.atomic():
            return RobotStep.objects.create(
                robot=robot,
                number=last.number + 1 if last else 1,
                step=RobotStep.Step.ON if on else RobotStep.Step.OFF,
                step_at=at,
                step_by=by,
                act=act,
            )
    except IntegrityError:
        raise CannotSwitchRobot("这个机器人刚刚由他人启停，请刷新页面。") from None


@transaction.atomic
def try_robot(*, robot: GroupRobot, by: User, at: datetime) -> OutboxMessage:
    """Write a test message to a robot's group; whoever calls delivers it at once."""
    act = record_act("try_robot", by=by, at=at, subject=f"群机器人 {robot.name}")
    return OutboxMessage.objects.create(
        key=f"test.robot-{robot.pk}.{act.seq}",
        channel=robot.kind,
        office=robot.office,
        robot=robot,
        subject="民生提醒：测试消息",
        body="民生提醒：这是一条测试消息，收到即表示机器人设置无误。",
        is_test=True,
        next_at=at,
        written_at=at,
        expires_at=at + _TESTS_LAST,
        act=act,
    )
