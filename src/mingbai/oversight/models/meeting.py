"""Meetings (布置会, 推进会, 调度会 …): called, moved, held with who came; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, Office, User
from mingbai.base.scope import ScopeBy, ScopedModel


class Meeting(ActMixin, ScopedModel):
    """One meeting as it was called; ``MeetingStep`` tells whether it was moved, held, called off.

    ``number`` counts the meetings of one kind in a year; ``period`` is the month whose progress it
    looks at.
    """

    scope = ScopeBy(office="invitations__office_id")
    frozen = True

    class Kind(models.TextChoices):
        LAUNCH = "launch", "布置会"
        PUSH = "push", "推进会"
        DISPATCH = "dispatch", "调度会"
        LIAISON = "liaison", "联络员会议"
        TRAINING = "training", "信息员培训"

    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("类别", max_length=12, choices=Kind)
    number = models.PositiveSmallIntegerField("次序")
    period = models.PositiveIntegerField("所议月份", null=True)
    planned_date = models.DateField("会议日期")
    start_time = models.TimeField("开始时间", null=True)
    place = models.CharField("地点", max_length=80)
    chair = models.CharField("主持", max_length=60)
    agenda = models.CharField("议题", max_length=500, default="", blank=True)
    is_demonstration = models.BooleanField("演示数据")
    planned_at = models.DateTimeField("发起时间")
    planned_by = models.ForeignKey(
        User, verbose_name="发起人", on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        act_id: int

    class Meta:
        verbose_name = "会议"
        ordering = ("-planned_date", "-id")
        constraints = (
            models.UniqueConstraint(fields=("year", "kind", "number"), name="meeting_number_once"),
            models.CheckConstraint(
                name="meeting_kind_known",
                condition=Q(kind__in=("launch", "push", "dispatch", "liaison", "training")),
            ),
            models.CheckConstraint(
                name="meeting_dispatch_looks_at_a_month",
                condition=~Q(kind="dispatch") | Q(period__isnull=False),
            ),
            models.CheckConstraint(
                name="meeting_period_in_year",
                condition=Q(period__isnull=True)
                | Q(period__gte=F("year") * 100 + 1, period__lte=F("year") * 100 + 12),
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}年第{self.number}次{Meeting.Kind(self.kind).label}"


class Invitation(ScopedModel):
    """That an office was called to a meeting."""

    scope = ScopeBy(office="office_id")
    frozen = True

    meeting = models.ForeignKey(
        Meeting, verbose_name="会议", on_delete=models.PROTECT, related_name="invitations"
    )
    office = models.ForeignKey(
        Office, verbose_name="参会单位", on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        office_id: int
        meeting_id: int

    class Meta:
        verbose_name = "参会单位"
        ordering = ("meeting_id", "office__code")
        constraints = (
            models.UniqueConstraint(fields=("meeting", "office"), name="invitation_once"),
        )


class MeetingStep(ActMixin, ScopedModel):
    """What became of a meeting: moved to another day, held, or called off.

    It may be recorded as held again, with who came put right, until its minutes are issued: the
    newest counts.
    """

    scope = ScopeBy(office="meeting__invitations__office_id")
    frozen = True

    class Step(models.TextChoices):
        MOVED = "moved", "改期"
        HELD = "held", "已召开"
        CALLED_OFF = "called_off", "已取消"

    meeting = models.ForeignKey(
        Meeting, verbose_name="会议", on_delete=models.PROTECT, related_name="steps"
    )
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=12, choices=Step)
    meeting_date = models.DateField("会议日期", null=True)
    place = models.CharField("地点", max_length=80, default="", blank=True)
    chair = models.CharField("主持", max_length=60, default="", blank=True)
    reason = models.CharField("理由", max_length=200, default="", blank=True)
    step_at = models.DateTimeField("时间")
    step_by = models.ForeignKey(
        User, verbose_name="办理人", on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        act_id: int
        meeting_id: int

    class Meta:
        verbose_name = "会议步骤"
        ordering = ("meeting_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("meeting", "number"), name="meeting_step_in_order"),
            models.CheckConstraint(
                name="meeting_step_says_what_it_needs",
                condition=Q(step="held", meeting_date__isnull=False, reason="")
                & ~Q(place="")
                & ~Q(chair="")
                | Q(step="moved", meeting_date__isnull=False) & ~Q(reason="") & ~Q(place="")
                | Q(step="called_off", meeting_date__isnull=True) & ~Q(reason=""),
            ),
        )


class MeetingAttendance(ScopedModel):
    """Whether an office that was called came, by whom it was represented (a post, not a name)."""

    scope = ScopeBy(office="office_id")
    frozen = True

    class State(models.TextChoices):
        CAME = "came", "到会"
        DEPUTY = "deputy", "派人代会"
        ON_LEAVE = "on_leave", "请假"
        ABSENT = "absent", "缺席"

    step = models.ForeignKey(
        MeetingStep, verbose_name="会议步骤", on_delete=models.PROTECT, related_name="attendances"
    )
    office = models.ForeignKey(
        Office, verbose_name="参会单位", on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField("到会情况", max_length=10, choices=State)
    post = models.CharField("参会人职务", max_length=60, default="", blank=True)

    if TYPE_CHECKING:
        office_id: int

    class Meta:
        verbose_name = "到会情况"
        ordering = ("step_id", "office__code")
        constraints = (
            models.UniqueConstraint(fields=("step", "office"), name="attendance_once_a_meeting"),
            models.CheckConstraint(
                name="attendance_state_known",
                condition=Q(state__in=("came", "deputy", "on_leave", "absent")),
            ),
        )
