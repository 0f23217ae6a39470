"""The outbox: what is to leave the house, written with its cause, sent by whoever comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, Office, User
from mingbai.base.scope import CountyOnly, ScopeBy, ScopedModel
from mingbai.oversight.models.outlets import GroupRobot
from mingbai.oversight.models.reminding import Reminder


class OutboxMessage(ActMixin, ScopedModel):
    """One message to one mailbox or one robot: one request, delivered at least once.

    ``key`` is what the message is known by for ever: written twice it is refused, and it goes with
    the request. Only state and tries move; a trigger holds the rest. A ``sending`` one belongs to
    the worker whose ``claim`` it bears until ``next_at``; after that it is taken up again.
    """

    scope = ScopeBy(office="office_id")

    class Channel(models.TextChoices):
        MAIL = "mail", "电子邮件"
        WECOM = "wecom", "企业微信"
        DINGTALK = "dingtalk", "钉钉"

    class State(models.TextChoices):
        WAITING = "waiting", "待发"
        SENDING = "sending", "发送中"
        SENT = "sent", "已送达"
        FAILED = "failed", "对方拒收"
        GIVEN_UP = "given_up", "多次未成，已停发"

    key = models.CharField("唯一编号", max_length=80, unique=True)
    channel = models.CharField("方式", max_length=8, choices=Channel)
    office = models.ForeignKey(
        Office, verbose_name="单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    user = models.ForeignKey(
        User, verbose_name="收件账号", null=True, on_delete=models.PROTECT, related_name="+"
    )
    robot = models.ForeignKey(
        GroupRobot, verbose_name="机器人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    subject = models.CharField("标题", max_length=120)
    body = models.TextField("正文")
    is_test = models.BooleanField("测试消息", default=False)
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    tries_count = models.PositiveSmallIntegerField("次数", default=0)
    next_at = models.DateTimeField("下次发送")
    claim = models.CharField("经手", max_length=32, default="", blank=True)
    last_error = models.CharField("未成原因", max_length=200, default="", blank=True)
    written_at = models.DateTimeField("写入时间")
    expires_at = models.DateTimeField("过时时间")
    sent_at = models.DateTimeField("送达时间", null=True)

    if TYPE_CHECKING:
        office_id: int | None
        user_id: int | None
        robot_id: int | None
        contents: Any

    class Meta:
        verbose_name = "待发消息"
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("next_at",),
                name="outbox_open",
                condition=Q(state__in=("waiting", "sending")),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="outbox_one_target",
                condition=Q(channel="mail", user__isnull=False, robot__isnull=True)
                | Q(channel__in=("wecom", "dingtalk"), user__isnull=True, robot__isnull=False),
            ),
            models.CheckConstraint(
                name="outbox_sent_says_when",
                condition=Q(state="sent", sent_at__isnull=False)
                | Q(state__in=("waiting", "sending", "failed", "given_up"), sent_at__isnull=True),
            ),
            models.CheckConstraint(
                name="outbox_claimed_while_sending",
                condition=~Q(state="sending") | ~Q(claim=""),
            ),
            models.CheckConstraint(
                name="outbox_failure_says_why",
                condition=~Q(state__in=("failed", "given_up")) | ~Q(last_error=""),
            ),
            models.CheckConstraint(
                name="outbox_expires_later", condition=Q(expires_at__gt=F("written_at"))
            ),
        )


class MessageReminder(ScopedModel):
    """Which reminders a message carries."""

    scope = CountyOnly("which way a reminder went is told through the message and the reminder")
    frozen = True

    message = models.ForeignKey(
        OutboxMessage, verbose_name="消息", on_delete=models.PROTECT, related_name="contents"
    )
    reminder = models.ForeignKey(
        Reminder, verbose_name="提醒", on_delete=models.PROTECT, related_name="messages"
    )

    class Meta:
        verbose_name = "消息所含提醒"
        constraints = (
            models.UniqueConstraint(fields=("message", "reminder"), name="message_reminder_once"),
        )
