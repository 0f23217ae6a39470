"""Named decisions to pay beyond the budget or the money that has arrived."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, User
from mingbai.base.scope import ScopeBy, ScopedModel


class FundingDecision(ScopedModel, ActMixin):
    """A document lets a sub-item pay up to ``amount`` more than its funds of a year, for a time."""

    scope = ScopeBy(sub_item="sub_item")
    frozen = True

    sub_item = models.CharField("子项", max_length=80)
    year = models.PositiveSmallIntegerField("年度")
    document_number = models.CharField("文号", max_length=60)
    document_date = models.DateField("成文日期")
    amount = models.BigIntegerField("可超出金额（分）")
    until_date = models.DateField("有效期至")
    reason = models.CharField("事由", max_length=200)
    made_at = models.DateTimeField("登记时间")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "资金决定"
        constraints = (
            models.UniqueConstraint(
                fields=("sub_item", "year", "document_number"), name="funding_decision_once"
            ),
            models.CheckConstraint(
                name="funding_decision_whole",
                condition=Q(amount__gt=0, until_date__gte=F("document_date"))
                & ~Q(document_number="")
                & ~Q(reason=""),
            ),
        )


class FundingApproval(ScopedModel, ActMixin):
    """The second hand under a funding decision: only then does it let anything pass."""

    scope = ScopeBy(sub_item="decision__sub_item")
    frozen = True

    decision = models.OneToOneField(
        FundingDecision, on_delete=models.PROTECT, related_name="approval"
    )
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField("核准时间")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "资金决定核准"
        constraints = (
            models.CheckConstraint(
                name="funding_approval_two_hands", condition=~Q(approved_by=F("maker"))
            ),
        )
