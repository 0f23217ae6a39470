"""The year's programmes, sub-items, targets, town shares and schedule, as adopted from the book."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, Division, Office
from mingbai.base.scope import Everyone, ScopeBy, ScopedModel
from mingbai.programme.models.quantity import QuantityField

_PUBLISHED = Everyone("the year's list and its targets are published in the county's notice")


class ProgrammeYear(ActMixin, ScopedModel):
    """One adoption of a year's book; the newest one up to a ledger entry is in force there."""

    scope = _PUBLISHED
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    book_digest = models.CharField("规则库摘要", max_length=64)
    province_source = models.CharField("省级依据", max_length=200)
    county_source = models.CharField("县级依据", max_length=200)

    class Meta:
        verbose_name = "年度清单"
        ordering = ("year", "id")
        constraints = (
            models.UniqueConstraint(fields=("year", "act"), name="programme_year_once_an_act"),
            models.CheckConstraint(
                name="programme_year_plausible", condition=Q(year__gte=2007) & Q(year__lte=2100)
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}年民生工程"


class Programme(ActMixin, ScopedModel):
    """One item of the year's list, with what the county made of the province's item."""

    scope = _PUBLISHED
    frozen = True

    class Status(models.TextChoices):
        OWN = "own", "承担"
        NOT_APPLICABLE = "not_applicable", "不涉及"
        ADDED = "added", "县增"

    class Group(models.TextChoices):
        NEW = "new", "新增"
        ADJUSTED = "adjusted", "调整"
        CONTINUED = "continued", "继续"

    programme_year = models.ForeignKey(
        ProgrammeYear, verbose_name="年度清单", on_delete=models.PROTECT, related_name="programmes"
    )
    code = models.CharField("代码", max_length=60)
    number = models.PositiveSmallIntegerField("省序号", null=True)
    local_number = models.PositiveSmallIntegerField("县序号", null=True)
    name = models.CharField("名称", max_length=120)
    short_name = models.CharField("简称", max_length=60)
    summary_name = models.CharField("小结用名", max_length=120)
    status = models.CharField("状态", max_length=20, choices=Status)
    status_reason = models.CharField("状态说明", max_length=300, default="")
    group = models.CharField("类别", max_length=20, choices=Group)
    field = models.CharField("领域", max_length=60, default="")
    lead_office = models.ForeignKey(
        Office, verbose_name="责任部门", on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField("依据", max_length=300)

    class Meta:
        verbose_name = "项目"
        ordering = ("local_number", "number", "id")
        constraints = (
            models.UniqueConstraint(fields=("programme_year", "code"), name="programme_code_once"),
            models.CheckConstraint(
                name="programme_status_known",
                condition=Q(status__in=("own", "not_applicable", "added")),
            ),
        )

    def __str__(self) -> str:
        return self.short_name


class SubItem(ActMixin, ScopedModel):
    """The smallest thing promised; completion is judged here."""

    scope = _PUBLISHED
    frozen = True

    class Kind(models.TextChoices):
        WORKS = "works", "工程类"
        SUBSIDY = "subsidy", "补助类"
        INSURANCE = "insurance", "参保类"
        TRAINING = "training", "培训类"
        SERVICE = "service", "服务类"

    programme = models.ForeignKey(
        Programme, verbose_name="项目", on_delete=models.PROTECT, related_name="sub_items"
    )
    code = models.CharField("代码", max_length=80)
    position = models.PositiveSmallIntegerField("次序")
    name = models.CharField("名称", max_length=120)
    summary_name = models.CharField("小结用名", max_length=120)
    listed_as = models.CharField("列示方式", max_length=120, default="")
    kind = models.CharField("类型", max_length=20, choices=Kind)
    lead_office = models.ForeignKey(
        Office, verbose_name="责任部门", on_delete=models.PROTECT, related_name="+"
    )
    unit = models.CharField("计量单位", max_length=20)
    roster = models.CharField("花名册", max_length=60, default="")
    roster_kind = models.CharField("花名册种类", max_length=20, default="")
    start_date = models.DateField("计划开始")
    finish_date = models.DateField("计划完成")

    class Meta:
        verbose_name = "子项"
        ordering = ("programme__local_number", "programme__number", "position", "id")
        constraints = (
            models.UniqueConstraint(fields=("programme", "code"), name="sub_item_code_once"),
            models.CheckConstraint(
                name="sub_item_kind_known",
                condition=Q(kind__in=("works", "subsidy", "insurance", "training", "service")),
            ),
            models.CheckConstraint(
                name="sub_item_dates_in_order",
                condition=Q(finish_date__gte=models.F("start_date")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Measure(ActMixin, ScopedModel):
    """One thing counted for a sub-item, with the year's target or the reason there is none."""

    scope = _PUBLISHED
    frozen = True

    class TargetState(models.TextChoices):
        SET = "set", "已下达"
        NONE = "none", "常态化，不设目标"
        MULTI_YEAR = "multi_year", "跨年度"
        AWAITING = "awaiting", "上级未下达"

    sub_item = models.ForeignKey(
        SubItem, verbose_name="子项", on_delete=models.PROTECT, related_name="measures"
    )
    code = models.CharField("代码", max_length=60)
    position = models.PositiveSmallIntegerField("次序")
    name = models.CharField("指标", max_length=120)
    unit = models.CharField("计量单位", max_length=20)
    target = QuantityField("年度目标", null=True)
    target_state = models.CharField("目标状态", max_length=20, choices=TargetState)
    value_is = models.CharField("数值性质", max_length=20)
    source = models.CharField("依据", max_length=300)

    class Meta:
        verbose_name = "目标"
        ordering = ("sub_item_id", "position", "id")
        constraints = (
            models.UniqueConstraint(fields=("sub_item", "code"), name="measure_code_once"),
            models.CheckConstraint(
                name="measure_target_fits_state",
                # A bare target > 0 would let NULL pass: unknown is not false in a CHECK.
                condition=Q(target_state="set", target__isnull=False, target__gt=0)
                | Q(target_state__in=("none", "awaiting"), target__isnull=True)
                | Q(target_state="multi_year"),
            ),
        )

    def __str__(self) -> str:
        return self.name


class TownShare(ActMixin, ScopedModel):
    """A town's part of one target; the parts of a target add up to it."""

    scope = ScopeBy(town="town_id", sub_item="measure__sub_item__code")
    frozen = True

    measure = models.ForeignKey(
        Measure, verbose_name="目标", on_delete=models.PROTECT, related_name="town_shares"
    )
    town = models.ForeignKey(
        Division, verbose_name="镇", on_delete=models.PROTECT, related_name="+"
    )
    share = QuantityField("分解数")

    class Meta:
        verbose_name = "目标分解"
        ordering = ("measure_id", "town_id")
        constraints = (
            models.UniqueConstraint(fields=("measure", "town"), name="town_share_once"),
            models.CheckConstraint(name="town_share_not_negative", condition=Q(share__gte=0)),
        )


class SchedulePoint(ActMixin, ScopedModel):
    """How far a sub-item should be at the end of a month, as a ratio of the year's target."""

    scope = _PUBLISHED
    frozen = True

    sub_item = models.ForeignKey(
        SubItem, verbose_name="子项", on_delete=models.PROTECT, related_name="schedule_points"
    )
    period = models.PositiveIntegerField("月份")
    planned_ratio = QuantityField("序时进度", places=6)

    class Meta:
        verbose_name = "序时进度"
        ordering = ("sub_item_id", "period")
        constraints = (
            models.UniqueConstraint(fields=("sub_item", "period"), name="schedule_point_once"),
            models.CheckConstraint(
                name="schedule_point_between_0_and_1",
                condition=Q(planned_ratio__gte=0) & Q(planned_ratio__lte=1),
            ),
        )
