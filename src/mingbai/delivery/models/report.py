"""What became of a month's report: doubts read at entry, answers, and the checker's word."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, User
from mingbai.base.scope import CountyOnly, ScopeBy, ScopedModel
from mingbai.delivery.models.progress import EnteredSheet
from mingbai.programme.models import QuantityField

_SCOPE = ScopeBy(
    town="entered_sheet__sheet__town_id",
    sub_item="entered_sheet__sheet__sub_item",
    office="entered_sheet__sheet__office_id",
)


class ReportDoubt(ActMixin, ScopedModel):
    """A line that did not fit when it was entered: ``said`` is theirs, ``held`` ours."""

    scope = _SCOPE
    frozen = True

    entered_sheet = models.ForeignKey(
        EnteredSheet, verbose_name="入账的表", on_delete=models.PROTECT, related_name="doubts"
    )
    line = models.PositiveIntegerField("行")
    code = models.CharField("问题", max_length=40)
    sub_item = models.CharField("子项", max_length=80, default="", blank=True)
    measure = models.CharField("指标", max_length=60, default="", blank=True)
    said = QuantityField("报表数", null=True)
    held = QuantityField("对照数", null=True)

    class Meta:
        verbose_name = "入账时的问题"
        ordering = ("id",)


class ReportAnswer(ActMixin, ScopedModel):
    """An office's word on one difference; it holds for exactly these figures."""

    scope = _SCOPE
    frozen = True

    entered_sheet = models.ForeignKey(
        EnteredSheet, verbose_name="入账的表", on_delete=models.PROTECT, related_name="answers"
    )
    code = models.CharField("问题", max_length=40)
    sub_item = models.CharField("子项", max_length=80, default="", blank=True)
    measure = models.CharField("指标", max_length=60, default="", blank=True)
    line = models.PositiveIntegerField("行", default=0)
    said = QuantityField("报表数", null=True)
    held = QuantityField("对照数", null=True)
    reason = models.CharField("理由", max_length=40)
    words = models.CharField("说明", max_length=300)
    answered_at = models.DateTimeField("说明时间")
    answered_by = models.ForeignKey(
        User, verbose_name="说明人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "报表说明"
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="report_answer_says_something", condition=~Q(reason="") & ~Q(words="")
            ),
        )


class ReportStep(ActMixin, ScopedModel):
    """The checker's word on a report: it counts, or it goes back. One word a sheet.

    ``stands_in``: the county office's checker, for an office that has none.
    """

    scope = _SCOPE
    frozen = True

    class Step(models.TextChoices):
        CONFIRMED = "confirmed", "已核"
        RETURNED = "returned", "已退回"

    entered_sheet = models.OneToOneField(
        EnteredSheet, verbose_name="入账的表", on_delete=models.PROTECT, related_name="step"
    )
    step = models.CharField("步骤", max_length=10, choices=Step)
    reason = models.CharField("理由", max_length=300, default="", blank=True)
    questions_count = models.PositiveIntegerField("问题数")
    stands_in = models.BooleanField("县民生办代核")
    maker = models.ForeignKey(
        User, verbose_name="报送人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    step_at = models.DateTimeField("时间")
    step_by = models.ForeignKey(
        User, verbose_name="复核人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "报表复核"
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="report_step_known",
                condition=Q(step="confirmed", reason="") | (Q(step="returned") & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="report_maker_is_not_checker",
                condition=Q(maker__isnull=True) | ~Q(maker=F("step_by")),
            ),
        )


class ReportWaiver(ActMixin, ScopedModel):
    """A leader's word that a paper may be compiled without these reports; they still do not count.

    ``sheets`` are the numbers of the entered sheets that were unconfirmed when it was said.
    """

    scope = CountyOnly("who let a paper go out without which reports is the county office's affair")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    period = models.PositiveIntegerField("截至月份")
    sheets = models.JSONField("未核的报表")
    reason = models.CharField("理由", max_length=300)
    waived_at = models.DateTimeField("时间")
    waived_by = models.ForeignKey(
        User, verbose_name="同意人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "未核先编的同意"
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(name="report_waiver_says_why", condition=~Q(reason="")),
        )
