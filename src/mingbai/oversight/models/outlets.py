"""Where messages go beyond the site: accounts' mail addresses and robots of group chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, Office, User
from mingbai.base.scope import CountyOnly, ScopeBy, ScopedModel


class MailAddress(ActMixin, ScopedModel):
    """An account's address for reminders; the newest turn counts, one without an address is off.

    The anchor of the sealed column is the account's number.
    """

    scope = ScopeBy(office="user__office_id")
    frozen = True

    user = models.ForeignKey(User, verbose_name="账号", on_delete=models.PROTECT, related_name="+")
    turn = models.PositiveSmallIntegerField("次序")
    address_sealed = models.BinaryField("邮箱", null=True)
    set_at = models.DateTimeField("设置时间")
    set_by = models.ForeignKey(
        User, verbose_name="设置人", on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        user_id: int

    class Meta:
        verbose_name = "提醒邮箱"
        constraints = (
            models.UniqueConstraint(fields=("user", "turn"), name="mail_address_turn_once"),
        )


class GroupRobot(ActMixin, ScopedModel):
    """A robot of a group chat; its address holds its key and is opened only to send.

    Without an ``office`` its group is the whole county's and told every office's reminders.
    ``tail`` are the last four characters of the key, to tell robots apart by. The anchor of the
    sealed columns is ``address_key``.
    """

    scope = CountyOnly("robots are kept by the county's administrator; their addresses are keys")
    frozen = True

    class Kind(models.TextChoices):
        WECOM = "wecom", "企业微信"
        DINGTALK = "dingtalk", "钉钉"

    kind = models.CharField("种类", max_length=8, choices=Kind)
    name = models.CharField("名称", max_length=40)
    office = models.ForeignKey(
        Office, verbose_name="单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    host = models.CharField("主机", max_length=120)
    tail = models.CharField("密钥末四位", max_length=4)
    address_key = models.BinaryField("地址索引", max_length=16, unique=True)
    address_sealed = models.BinaryField("地址")
    secret_sealed = models.BinaryField("加签密钥", null=True)
    added_at = models.DateTimeField("添加时间")
    added_by = models.ForeignKey(
        User, verbose_name="添加人", on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        office_id: int | None
        steps: Any

    class Meta:
        verbose_name = "群机器人"
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="robot_kind_known", condition=Q(kind__in=("wecom", "dingtalk"))
            ),
            models.CheckConstraint(name="robot_named", condition=~Q(name="")),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}“{self.name}”（…{self.tail}）"


class RobotStep(ActMixin, ScopedModel):
    """That a robot was switched off, or on again; the newest counts, without one it is on."""

    scope = CountyOnly("as its robot")
    frozen = True

    class Step(models.TextChoices):
        ON = "on", "启用"
        OFF = "off", "停用"

    robot = models.ForeignKey(
        GroupRobot, verbose_name="机器人", on_delete=models.PROTECT, related_name="steps"
    )
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=3, choices=Step)
    step_at = models.DateTimeField("时间")
    step_by = models.ForeignKey(
        User, verbose_name="办理人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "机器人启停"
        ordering = ("robot_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("robot", "number"), name="robot_step_in_order"),
            models.CheckConstraint(name="robot_step_known", condition=Q(step__in=("on", "off"))),
        )
