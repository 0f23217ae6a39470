"""The fund ledger: one line for each amount voted, arrived, released or spent; never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, OriginMixin
from mingbai.base.scope import ScopeBy, ScopedModel


class FundEntry(ActMixin, OriginMixin, ScopedModel):
    """One amount in 分 for one sub-item and tier; a wrong one is reversed by a second record.

    A reversal carries the period and date of the entry it undoes, so that a total up to a month
    loses the wrong amount in its own month; when it was undone is told by its act.
    """

    scope = ScopeBy(sub_item="sub_item")
    frozen = True

    class Kind(models.TextChoices):
        BUDGET = "budget", "年度预算"
        ARRIVAL = "arrival", "到位"
        RELEASE = "release", "拨付"
        SPENDING = "spending", "支出"

    class Tier(models.TextChoices):
        CENTRAL = "central", "中央"
        PROVINCE = "province", "省级"
        CITY = "city", "市级"
        COUNTY = "county", "县级"
        TOWN = "town", "乡镇"
        OTHER = "other", "其他"

    kind = models.CharField("种类", max_length=10, choices=Kind)
    year = models.PositiveSmallIntegerField("年度")
    sub_item = models.CharField("子项", max_length=80)
    tier = models.CharField("资金来源", max_length=10, choices=Tier)
    amount = models.BigIntegerField("金额（分）")
    entry_date = models.DateField("业务日期")
    period = models.PositiveIntegerField("月份")
    reverses = models.ForeignKey(
        "self", verbose_name="冲销", null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField("说明", max_length=300, default="")

    if TYPE_CHECKING:
        origin_file_id: int | None
        reverses_id: int | None
        act_id: int

    class Meta:
        verbose_name = "资金流水"
        ordering = ("id",)
        indexes = (
            models.Index(fields=("year", "kind", "sub_item", "tier"), name="fund_entry_total"),
            models.Index(fields=("origin_file", "origin_sheet"), name="fund_entry_origin"),
        )
        constraints = (
            models.CheckConstraint(
                name="fund_entry_kind_known",
                condition=Q(kind__in=("budget", "arrival", "release", "spending")),
            ),
            models.CheckConstraint(
                name="fund_entry_tier_known",
                condition=Q(tier__in=("central", "province", "city", "county", "town", "other")),
            ),
            models.CheckConstraint(
                name="fund_entry_negative_only_in_reversal",
                condition=Q(reverses__isnull=True, amount__gt=0)
                | Q(reverses__isnull=False, amount__lt=0),
            ),
            models.CheckConstraint(
                name="fund_entry_period_in_year",
                condition=Q(period__gte=F("year") * 100 + 1, period__lte=F("year") * 100 + 12),
            ),
            models.CheckConstraint(
                name="fund_entry_says_where_from",
                condition=Q(
                    origin_file__isnull=False,
                    origin_sheet__isnull=False,
                    origin_line__isnull=False,
                )
                | (Q(origin_file__isnull=True) & ~Q(note="")),
            ),
            models.UniqueConstraint(fields=("reverses",), name="fund_entry_reversed_once"),
        )
