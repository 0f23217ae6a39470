"""Reminders as they were given, day by day, and who has read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, Office, User
from mingbai.base.scope import CountyOnly, ScopeBy, ScopedModel


class ReminderRound(ActMixin, ScopedModel):
    """That the house looked on a day who must be reminded, by which book; once a day."""

    scope = CountyOnly("who was looked through is the county's own; each office sees its reminders")
    frozen = True

    round_date = models.DateField("提醒日", unique=True)
    duties_count = models.PositiveIntegerField("待办事项数")
    reminders_count = models.PositiveIntegerField("提醒数")
    rulebook_digest = models.CharField("规则库摘要", max_length=64)
    made_at = models.DateTimeField("提醒时间")
    made_by = models.ForeignKey(
        User, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "提醒轮次"
        ordering = ("-round_date",)


class Reminder(ActMixin, ScopedModel):
    """One office told once of one stage of one duty; the row is the notice on the site itself.

    ``duty`` names the duty for ever, ``stage`` is the rule's (``before-3``, ``due``, ``after-7``),
    ``owner`` the office that must act; ``office``, who is told, is the owner or its lead. ``text``
    holds no personal values.
    """

    scope = ScopeBy(office="office_id")
    frozen = True

    class Role(models.TextChoices):
        OWNER = "owner", "责任单位"
        LEAD = "lead", "牵头单位"

    round = models.ForeignKey(
        ReminderRound, verbose_name="轮次", on_delete=models.PROTECT, related_name="reminders"
    )
    kind = models.CharField("事项", max_length=16)
    duty = models.CharField("事项编码", max_length=120)
    due_date = models.DateField("到期日")
    stage = models.CharField("阶段", max_length=12)
    office = models.ForeignKey(
        Office, verbose_name="提醒单位", on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField("身份", max_length=5, choices=Role)
    owner = models.ForeignKey(
        Office, verbose_name="责任单位", on_delete=models.PROTECT, related_name="+"
    )
    text = models.CharField("内容", max_length=200)
    link = models.CharField("办理页面", max_length=200)

    if TYPE_CHECKING:
        office_id: int
        owner_id: int
        round_id: int
        readings: Any

    class Meta:
        verbose_name = "提醒"
        ordering = ("-id",)
        indexes = (models.Index(fields=("office", "-id"), name="reminder_of_office"),)
        constraints = (
            models.UniqueConstraint(
                fields=("duty", "due_date", "stage", "office"), name="reminder_stage_once"
            ),
            models.CheckConstraint(
                name="reminder_role_known", condition=Q(role__in=("owner", "lead"))
            ),
            models.CheckConstraint(
                name="reminder_says_what", condition=~Q(text="") & Q(link__startswith="/")
            ),
        )


class ReminderReading(ActMixin, ScopedModel):
    """That somebody has read a reminder; each account has its own."""

    scope = ScopeBy(office="reminder__office_id")
    frozen = True

    reminder = models.ForeignKey(
        Reminder, verbose_name="提醒", on_delete=models.PROTECT, related_name="readings"
    )
    read_by = models.ForeignKey(
        User, verbose_name="阅读人", on_delete=models.PROTECT, related_name="+"
    )
    read_at = models.DateTimeField("阅读时间")

    class Meta:
        verbose_name = "提醒已读"
        constraints = (
            models.UniqueConstraint(fields=("reminder", "read_by"), name="reading_once"),
        )
