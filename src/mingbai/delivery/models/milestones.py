"""Milestones of a site: who reported which day with what evidence, and who confirmed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, OriginMixin, StoredFile, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.delivery.models.works import WorkSite


class MilestoneReport(ActMixin, OriginMixin, ScopedModel):
    """That the work of a step began, or its milestone was reached, on a day; newest first.

    It counts from the day another hand confirms it. A correction is the next ``number`` of the
    same site, step and matter; one without a day takes the earlier day back and says why.
    """

    scope = ScopeBy(town="site__town_id", sub_item="site__sub_item", office="site__office_id")
    frozen = True

    class What(models.TextChoices):
        BEGUN = "begun", "已开始"
        DONE = "done", "已完成"

    class Stage(models.IntegerChoices):
        """How far a site is once this is confirmed; by the book in force when it was reported."""

        NONE = 0, "未开工"
        BEGUN = 1, "已开工"
        FINISHED = 2, "已完工"
        HANDED_OVER = 3, "已移交"

    site = models.ForeignKey(WorkSite, on_delete=models.PROTECT, related_name="reports")
    step = models.CharField("节点", max_length=20)
    what = models.CharField("事项", max_length=5, choices=What)
    number = models.PositiveSmallIntegerField("次序")
    stage = models.PositiveSmallIntegerField("到了哪一步", choices=Stage, default=Stage.NONE)
    actual_date = models.DateField("实际日期", null=True)
    document = models.CharField("文号、编号", max_length=80, default="")
    note = models.CharField("说明", max_length=200, default="")
    reported_at = models.DateTimeField("报告时间")
    reported_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:
        site_id: int
        reported_by_id: int | None
        act_id: int
        verdict: Any
        photos: Any

    class Meta:
        verbose_name = "节点报告"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("site", "step", "what", "number"), name="milestone_report_in_order"
            ),
            models.CheckConstraint(
                name="milestone_report_what_known", condition=Q(what__in=("begun", "done"))
            ),
            models.CheckConstraint(
                name="milestone_report_stage_known", condition=Q(stage__gte=0, stage__lte=3)
            ),
            models.CheckConstraint(
                name="milestone_taken_back_says_why",
                condition=Q(actual_date__isnull=False) | (~Q(note="") & Q(number__gt=1)),
            ),
        )


class MilestonePhoto(ActMixin, ScopedModel):
    """A photo taken on the site, kept as sent with time and position; pages show it stripped.

    Position in millionths of a degree (WGS 84), as the phone wrote it; none where it wrote none.
    """

    scope = ScopeBy(
        town="report__site__town_id",
        sub_item="report__site__sub_item",
        office="report__site__office_id",
    )
    frozen = True

    report = models.ForeignKey(MilestoneReport, on_delete=models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_kind = models.CharField("格式", max_length=4)
    taken_at = models.DateTimeField("拍摄时间", null=True)
    latitude = models.IntegerField("纬度", null=True)
    longitude = models.IntegerField("经度", null=True)

    if TYPE_CHECKING:
        report_id: int

    @property
    def position(self) -> str:
        """Where it was taken, as people read it; empty where the phone wrote nothing."""
        if self.latitude is None or self.longitude is None:
            return ""
        north, east = self.latitude / 1_000_000, self.longitude / 1_000_000
        return f"北纬{north:.5f}° 东经{east:.5f}°"

    class Meta:
        verbose_name = "节点照片"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("report", "file"), name="milestone_photo_once"),
            models.CheckConstraint(
                name="milestone_photo_position_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__gte=-90_000_000,
                    latitude__lte=90_000_000,
                    longitude__gte=-180_000_000,
                    longitude__lte=180_000_000,
                ),
            ),
        )


class MilestoneVerdict(ActMixin, ScopedModel):
    """Somebody of the department other than the reporter looked at the evidence."""

    scope = ScopeBy(
        town="report__site__town_id",
        sub_item="report__site__sub_item",
        office="report__site__office_id",
    )
    frozen = True

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", "已确认"
        RETURNED = "returned", "已退回"

    report = models.OneToOneField(MilestoneReport, on_delete=models.PROTECT, related_name="verdict")
    verdict = models.CharField("结论", max_length=9, choices=Verdict)
    reason = models.CharField("理由", max_length=200, default="")
    maker = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    verdict_at = models.DateTimeField("确认时间")
    verdict_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:
        report_id: int

    class Meta:
        verbose_name = "节点确认"
        constraints = (
            models.CheckConstraint(
                name="milestone_verdict_known",
                condition=Q(verdict__in=("confirmed", "returned")),
            ),
            models.CheckConstraint(
                name="milestone_verdict_two_hands",
                condition=Q(maker__isnull=True) | ~Q(verdict_by=F("maker")),
            ),
            models.CheckConstraint(
                name="milestone_return_says_why", condition=Q(verdict="confirmed") | ~Q(reason="")
            ),
        )
