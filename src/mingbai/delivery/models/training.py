"""Who was taught: one record a line of a training roster, followed, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, Division, Office, OriginMixin
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.delivery.models.progress import EnteredSheet


class TrainingHead(ActMixin, OriginMixin, ScopedModel):
    """One person taught in one course, known only by keys; name and number stay in the sheet."""

    scope = ScopeBy(town="town_id", sub_item="sub_item", office="office_id")
    frozen = True

    entered_sheet = models.ForeignKey(
        EnteredSheet, verbose_name="入账的表", on_delete=models.PROTECT, related_name="heads"
    )
    year = models.PositiveSmallIntegerField("年度")
    sub_item = models.CharField("子项", max_length=80)
    town = models.ForeignKey(
        Division, verbose_name="镇", null=True, on_delete=models.PROTECT, related_name="+"
    )
    office = models.ForeignKey(
        Office, verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    period = models.PositiveIntegerField("月份")
    done_date = models.DateField("结业日期")
    passed = models.BooleanField("合格")
    head_key = models.BinaryField("人员键", max_length=16)
    seat_key = models.BinaryField("人员与课程键", max_length=16)

    if TYPE_CHECKING:
        entered_sheet_id: int

    class Meta:
        verbose_name = "培训人次"
        ordering = ("id",)
        indexes = (models.Index(fields=("year", "sub_item"), name="training_head_sub_item"),)
        constraints = (
            models.UniqueConstraint(
                fields=("entered_sheet", "origin_line"), name="training_head_once_a_line"
            ),
            models.CheckConstraint(
                name="training_head_has_origin",
                condition=Q(
                    origin_file__isnull=False,
                    origin_sheet__isnull=False,
                    origin_line__isnull=False,
                ),
            ),
        )
