"""What offices answer to a lag: its cause and the plan to catch up, confirmed and followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, Division, Office, User
from mingbai.base.scope import Everyone, ScopeBy, ScopedModel
from mingbai.programme.models import QuantityField


class CatchUpPlan(ActMixin, ScopedModel):
    """Why one sub-item (or one town's part) lagged in a month, and how the office catches up.

    ``measure`` is the one that decided then, and ``target`` what it was to reach; a later turn of
    the same sub-item and town takes the place of the one before.
    """

    scope = ScopeBy(town="town_id", sub_item="sub_item", office="office_id")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    period = models.PositiveIntegerField("滞后月份")
    sub_item = models.CharField("子项", max_length=80)
    town = models.ForeignKey(
        Division, verbose_name="镇", null=True, on_delete=models.PROTECT, related_name="+"
    )
    slot = models.CharField("计划所属", max_length=100)
    turn = models.PositiveSmallIntegerField("稿次")
    office = models.ForeignKey(
        Office, verbose_name="填报单位", on_delete=models.PROTECT, related_name="+"
    )
    measure = models.CharField("指标", max_length=60)
    unit = models.CharField("计量单位", max_length=20)
    target = QuantityField("当时目标")
    done = QuantityField("当时完成", null=True)
    cause = models.CharField("原因类别", max_length=40)
    cause_words = models.CharField("原因说明", max_length=500)
    steps_planned = models.CharField("赶超措施", max_length=1000)
    responsible = models.CharField("责任岗位", max_length=60)
    book_digest = models.CharField("规则库摘要", max_length=64)
    made_at = models.DateTimeField("填报时间")
    made_by = models.ForeignKey(
        User, verbose_name="填报人", on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        town_id: str | None
        office_id: int
        made_by_id: int

    class Meta:
        verbose_name = "赶超计划"
        ordering = ("slot", "-turn")
        constraints = (
            models.UniqueConstraint(fields=("slot", "turn"), name="catch_up_plan_turn_once"),
            models.CheckConstraint(
                name="catch_up_plan_period_in_year",
                condition=Q(period__gte=F("year") * 100 + 1, period__lte=F("year") * 100 + 12),
            ),
            models.CheckConstraint(name="catch_up_plan_target_set", condition=Q(target__gt=0)),
        )

    def __str__(self) -> str:
        return f"{self.year}年{self.period % 100}月赶超计划第{self.turn}稿"


class PlanPoint(ScopedModel):
    """How much in all is to be done by the end of a month."""

    scope = ScopeBy(town="plan__town_id", sub_item="plan__sub_item", office="plan__office_id")
    frozen = True

    plan = models.ForeignKey(
        CatchUpPlan, verbose_name="赶超计划", on_delete=models.PROTECT, related_name="points"
    )
    period = models.PositiveIntegerField("月份")
    total = QuantityField("累计应完成")

    class Meta:
        verbose_name = "赶超节点"
        ordering = ("plan_id", "period")
        constraints = (
            models.UniqueConstraint(fields=("plan", "period"), name="plan_point_once_a_month"),
            models.CheckConstraint(name="plan_point_above_zero", condition=Q(total__gt=0)),
        )


class PlanStep(ActMixin, ScopedModel):
    """The county office's word on a plan, by another hand than the one that typed it."""

    scope = ScopeBy(town="plan__town_id", sub_item="plan__sub_item", office="plan__office_id")
    frozen = True

    class Step(models.TextChoices):
        CONFIRMED = "confirmed", "已确认"
        SENT_BACK = "sent_back", "已退回"

    plan = models.OneToOneField(
        CatchUpPlan, verbose_name="赶超计划", on_delete=models.PROTECT, related_name="step"
    )
    step = models.CharField("决定", max_length=12, choices=Step)
    reason = models.CharField("退回理由", max_length=300, default="", blank=True)
    maker = models.ForeignKey(
        User, verbose_name="填报人", on_delete=models.PROTECT, related_name="+"
    )
    step_at = models.DateTimeField("时间")
    step_by = models.ForeignKey(
        User, verbose_name="办理人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "赶超计划决定"
        constraints = (
            models.CheckConstraint(
                name="plan_step_by_another_hand", condition=~Q(maker=F("step_by"))
            ),
            models.CheckConstraint(
                name="plan_step_sent_back_says_why",
                condition=Q(step="confirmed", reason="") | (Q(step="sent_back") & ~Q(reason="")),
            ),
        )


class UpperMean(ActMixin, ScopedModel):
    """The mean progress that the level above published for a sub-item and month; newest counts."""

    scope = Everyone("means of the level above are published in its circulars")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    period = models.PositiveIntegerField("月份")
    sub_item = models.CharField("子项", max_length=80)
    ratio = QuantityField("平均进度", places=6)
    issuer = models.CharField("公布单位", max_length=60)
    document_number = models.CharField("文号或通报期号", max_length=80)
    entered_at = models.DateTimeField("录入时间")
    entered_by = models.ForeignKey(
        User, verbose_name="录入人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "上级平均进度"
        ordering = ("period", "sub_item", "-id")
        constraints = (
            models.CheckConstraint(name="upper_mean_not_negative", condition=Q(ratio__gte=0)),
            models.CheckConstraint(
                name="upper_mean_period_in_year",
                condition=Q(period__gte=F("year") * 100 + 1, period__lte=F("year") * 100 + 12),
            ),
        )
