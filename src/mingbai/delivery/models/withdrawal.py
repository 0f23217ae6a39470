"""A site given up: who asks for it on what paper, and the second hand that agrees or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.delivery.models.works import WorkSite


class SiteWithdrawal(ActMixin, ScopedModel):
    """That a site is no longer to be built, from a day on, by a document; it counts once agreed."""

    scope = ScopeBy(town="site__town_id", sub_item="site__sub_item", office="site__office_id")
    frozen = True

    site = models.ForeignKey(WorkSite, on_delete=models.PROTECT, related_name="withdrawals")
    number = models.PositiveSmallIntegerField("次序")
    from_date = models.DateField("从哪天起")
    document = models.CharField("依据文号", max_length=80)
    reason = models.CharField("理由", max_length=200)
    asked_at = models.DateTimeField("提出时间")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:
        site_id: int
        asked_by_id: int
        verdict: Any

    class Meta:
        verbose_name = "工地撤销"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("site", "number"), name="site_withdrawal_in_order"),
            models.CheckConstraint(
                name="site_withdrawal_says_why", condition=~Q(document="") & ~Q(reason="")
            ),
        )


class WithdrawalVerdict(ActMixin, ScopedModel):
    """Somebody other than who asked looked at the paper: the site is gone, or stays."""

    scope = ScopeBy(
        town="withdrawal__site__town_id",
        sub_item="withdrawal__site__sub_item",
        office="withdrawal__site__office_id",
    )
    frozen = True

    class Verdict(models.TextChoices):
        AGREED = "agreed", "已撤销"
        REFUSED = "refused", "不同意"

    withdrawal = models.OneToOneField(
        SiteWithdrawal, on_delete=models.PROTECT, related_name="verdict"
    )
    verdict = models.CharField("结论", max_length=7, choices=Verdict)
    reason = models.CharField("理由", max_length=200, default="")
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verdict_at = models.DateTimeField("时间")
    verdict_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "撤销结论"
        constraints = (
            models.CheckConstraint(
                name="withdrawal_verdict_known",
                condition=Q(verdict="agreed") | (Q(verdict="refused") & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="withdrawal_verdict_two_hands", condition=~Q(verdict_by=F("maker"))
            ),
        )
