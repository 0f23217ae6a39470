"""Workbooks about classes: which were entered, what did not fit, and scores of exams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, OriginMixin
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.delivery.models.classes import AttendanceList, TrainingClass
from mingbai.intake.models import Sheet


class EnteredClassSheet(ActMixin, ScopedModel):
    """A plan of classes, a list of attendance or of scores that was entered; ``problems`` is what
    did not fit."""

    scope = ScopeBy(town="sheet__town_id", sub_item="sheet__sub_item", office="sheet__office_id")
    frozen = True

    sheet = models.OneToOneField(
        Sheet, verbose_name="收到的表", on_delete=models.PROTECT, related_name="+"
    )
    lines_count = models.PositiveIntegerField("计入行数", default=0)
    problems = models.JSONField("对不上的地方", default=list)

    if TYPE_CHECKING:
        sheet_id: int
        act_id: int
        scores: Any

    class Meta:
        verbose_name = "入账的培训表"
        ordering = ("id",)


class AttendanceSource(ActMixin, ScopedModel):
    """Which workbook an attendance list was read from; lists taken on the page have none."""

    scope = ScopeBy(
        sub_item="attendance_list__session__training_class__sub_item",
        office="attendance_list__session__training_class__office_id",
    )
    frozen = True

    attendance_list = models.OneToOneField(
        AttendanceList, verbose_name="签到表", on_delete=models.PROTECT, related_name="source"
    )
    entered = models.ForeignKey(
        EnteredClassSheet, verbose_name="签到册", on_delete=models.PROTECT, related_name="lists"
    )

    class Meta:
        verbose_name = "签到来源"


class ExamScore(ActMixin, OriginMixin, ScopedModel):
    """What one person scored in one exam of a class, with the mark that was to be reached.

    Of one person and class the exam held last counts (补考), in sheets no correction has followed.
    """

    scope = ScopeBy(sub_item="training_class__sub_item", office="training_class__office_id")
    frozen = True

    training_class = models.ForeignKey(
        TrainingClass, verbose_name="培训班", on_delete=models.PROTECT, related_name="scores"
    )
    entered = models.ForeignKey(
        EnteredClassSheet, verbose_name="成绩册", on_delete=models.PROTECT, related_name="scores"
    )
    head_key = models.BinaryField("人员键", max_length=16)
    exam_date = models.DateField("考核日期")
    score = models.DecimalField("成绩", max_digits=6, decimal_places=2)
    pass_mark = models.DecimalField("合格分数", max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = "考核成绩"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("entered", "origin_line"), name="exam_score_once_a_line"
            ),
            models.CheckConstraint(
                name="exam_score_possible", condition=Q(score__gte=0, pass_mark__gt=0)
            ),
            models.CheckConstraint(
                name="exam_score_has_origin",
                condition=Q(
                    origin_file__isnull=False,
                    origin_sheet__isnull=False,
                    origin_line__isnull=False,
                ),
            ),
        )

    @property
    def passed(self) -> bool:
        """Whether the mark was reached."""
        return bool(self.score >= self.pass_mark)
