"""What was paid and has to come back: decided by two people, followed until nothing is open."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.registry.models import Person

#: A line is named by its table: a recovery and the line it is set off against name each other.
_LINE: Final = "payment.PaymentLine"


class Recovery(ScopedModel, ActMixin):
    """One paid line, or part of one, is claimed back; the line itself is never touched.

    The line is the one first drawn, also where it came back and arrived when it was paid again. A
    trigger holds that it arrived and that claims on it and on what pays it again never exceed it.
    The state is the newest ``RecoveryStep``; what is still open is ``amount`` less what was repaid,
    waived, set off or lapsed.
    """

    scope = ScopeBy(town="town", sub_item="sub_item")
    frozen = True

    class Cause(models.TextChoices):
        DIED = "died", "死亡后仍发放"
        NOT_ENTITLED = "not_entitled", "不符合条件"
        TOO_MUCH = "too_much", "多发"
        TWICE = "twice", "重复发放"
        OTHER = "other", "其他"

    line = models.ForeignKey(_LINE, on_delete=models.PROTECT, related_name="recoveries")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sub_item = models.CharField("子项", max_length=80)
    year = models.PositiveSmallIntegerField("年度")
    town = models.CharField("镇", max_length=9)
    amount = models.BigIntegerField("应追回金额（分）")
    cause = models.CharField("原因", max_length=12, choices=Cause)
    basis = models.CharField("依据", max_length=200)
    made_at = models.DateTimeField("提出时间")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "追回"
        constraints = (
            models.CheckConstraint(name="recovery_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="recovery_has_basis", condition=~Q(basis="")),
        )
        indexes = (models.Index(fields=("year", "sub_item"), name="recovery_by_year"),)


class RecoveryStep(ScopedModel, ActMixin):
    """One step of a recovery: proposed, decided or refused by somebody else, repaid, waived.

    It lapsed where the bank took the money back after the decision: what is still open cannot be
    with the person. What was settled before stands, for the returned line is paid again whole.

    ``method`` of a decision: the money is repaid, or set off against later payments, at most
    ``monthly_amount`` a line where that is given. ``amount`` belongs to repaid, waived and lapsed.
    """

    scope = ScopeBy(town="recovery__town", sub_item="recovery__sub_item")
    frozen = True

    class Step(models.TextChoices):
        PROPOSED = "proposed", "拟追回"
        DECIDED = "decided", "已决定追回"
        REFUSED = "refused", "不予追回"
        REPAID = "repaid", "已退回"
        WAIVED = "waived", "核销"
        LAPSED = "lapsed", "退票结清"

    class Method(models.TextChoices):
        REPAY = "repay", "退回现金"
        SET_OFF = "set_off", "从以后发放中抵扣"

    recovery = models.ForeignKey(
        Recovery, on_delete=models.PROTECT, related_name="steps", db_index=False
    )
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=8, choices=Step)
    method = models.CharField("方式", max_length=7, choices=Method, default="")
    monthly_amount = models.BigIntegerField("每笔至多抵扣（分）", null=True)
    amount = models.BigIntegerField("金额（分）", default=0)
    document = models.CharField("凭据", max_length=100, default="")
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    step_at = models.DateTimeField("时间")
    step_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "追回步骤"
        constraints = (
            models.UniqueConstraint(fields=("recovery", "number"), name="recovery_step_in_order"),
            models.CheckConstraint(
                name="recovery_step_place",
                condition=Q(step="proposed", number=1, step_by=F("maker"))
                | (Q(step__in=("decided", "refused"), number=2) & ~Q(step_by=F("maker")))
                | Q(step__in=("repaid", "lapsed"), number__gte=3)
                | (Q(step="waived", number__gte=3) & ~Q(step_by=F("maker"))),
            ),
            models.CheckConstraint(
                name="recovery_step_method",
                condition=Q(step="decided", method__in=("repay", "set_off"))
                | (~Q(step="decided") & Q(method="", monthly_amount__isnull=True)),
            ),
            models.CheckConstraint(
                name="recovery_step_amount",
                condition=(
                    Q(step__in=("repaid", "waived", "lapsed"), amount__gt=0) & ~Q(document="")
                )
                | (~Q(step__in=("repaid", "waived", "lapsed")) & Q(amount=0)),
            ),
            models.CheckConstraint(
                name="recovery_step_monthly",
                condition=Q(monthly_amount__isnull=True)
                | Q(method="set_off", monthly_amount__gt=0),
            ),
        )
