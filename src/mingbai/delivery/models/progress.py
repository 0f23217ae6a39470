"""What offices reported as done: one record a line, followed, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, Division, Office, OriginMixin
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.intake.models import Sheet
from mingbai.programme.models import QuantityField


class EnteredSheet(ActMixin, ScopedModel):
    """A progress table or training roster whose lines have been entered.

    A corrected sheet takes the next turn of the same slot; once it counts, the records of the
    turns before it no longer do. Nothing is changed for that: the newer entry says so.
    """

    scope = ScopeBy(town="sheet__town_id", sub_item="sheet__sub_item", office="sheet__office_id")
    frozen = True

    sheet = models.ForeignKey(
        Sheet, verbose_name="收到的表", on_delete=models.PROTECT, related_name="+"
    )
    reports_count = models.PositiveIntegerField("进度行数", default=0)
    heads_count = models.PositiveIntegerField("学员行数", default=0)
    #: As the rulebook asked when it was entered: it counts only once a checker confirmed it.
    must_confirm = models.BooleanField("须经复核", default=False)

    class Meta:
        verbose_name = "入账的表"
        constraints = (
            models.UniqueConstraint(fields=("sheet",), name="delivery_sheet_entered_once"),
        )


class ProgressReport(ActMixin, OriginMixin, ScopedModel):
    """What one office reported for one measure and month; no ``town``: the whole county."""

    scope = ScopeBy(town="town_id", sub_item="sub_item", office="office_id")
    frozen = True

    entered_sheet = models.ForeignKey(
        EnteredSheet, verbose_name="入账的表", on_delete=models.PROTECT, related_name="reports"
    )
    year = models.PositiveSmallIntegerField("年度")
    sub_item = models.CharField("子项", max_length=80)
    measure = models.CharField("指标", max_length=60)
    town = models.ForeignKey(
        Division, verbose_name="镇", null=True, on_delete=models.PROTECT, related_name="+"
    )
    office = models.ForeignKey(
        Office, verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    period = models.PositiveIntegerField("月份")
    month_done = QuantityField("本月完成", null=True)
    total_done = QuantityField("累计完成")

    if TYPE_CHECKING:
        town_id: str | None
        office_id: int
        act_id: int

    class Meta:
        verbose_name = "进度报告"
        ordering = ("id",)
        indexes = (
            models.Index(fields=("year", "sub_item", "measure", "period"), name="progress_key"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("entered_sheet", "origin_line"), name="progress_report_once_a_line"
            ),
            models.UniqueConstraint(
                fields=("entered_sheet", "sub_item", "measure"),
                name="progress_report_once_a_measure",
            ),
            models.CheckConstraint(
                name="progress_report_not_negative",
                condition=Q(total_done__gte=0)
                & (Q(month_done__isnull=True) | Q(month_done__gte=0)),
            ),
            models.CheckConstraint(
                name="progress_report_period_in_year",
                condition=Q(period__gte=F("year") * 100 + 1, period__lte=F("year") * 100 + 12),
            ),
            models.CheckConstraint(
                name="progress_report_has_origin",
                condition=Q(
                    origin_file__isnull=False,
                    origin_sheet__isnull=False,
                    origin_line__isnull=False,
                ),
            ),
        )
