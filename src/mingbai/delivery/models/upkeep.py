"""Notes on quality and safety until they are closed, and upkeep once a site is handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, StoredFile, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.delivery.models.works import WorkSite


class SiteNote(ActMixin, ScopedModel):
    """Something wrong on a site, with the day by which it must be put right."""

    scope = ScopeBy(town="site__town_id", sub_item="site__sub_item", office="site__office_id")
    frozen = True

    class Kind(models.TextChoices):
        QUALITY = "quality", "质量"
        SAFETY = "safety", "安全"
        UPKEEP = "upkeep", "管护"

    site = models.ForeignKey(WorkSite, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField("类别", max_length=7, choices=Kind)
    text = models.CharField("问题", max_length=300)
    found_date = models.DateField("发现日期")
    due_date = models.DateField("整改期限")
    noted_at = models.DateTimeField("登记时间")
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:
        site_id: int
        noted_by_id: int
        closing: Any

    class Meta:
        verbose_name = "质量安全记录"
        ordering = ("due_date", "id")
        constraints = (
            models.CheckConstraint(
                name="site_note_kind_known", condition=Q(kind__in=("quality", "safety", "upkeep"))
            ),
            models.CheckConstraint(name="site_note_says_what", condition=~Q(text="")),
            models.CheckConstraint(
                name="site_note_due_after_found", condition=Q(due_date__gte=F("found_date"))
            ),
        )


class SiteNoteClosing(ActMixin, ScopedModel):
    """What was done about a note, seen by another hand than noted it; it closes the note."""

    scope = ScopeBy(
        town="note__site__town_id",
        sub_item="note__site__sub_item",
        office="note__site__office_id",
    )
    frozen = True

    note = models.OneToOneField(SiteNote, on_delete=models.PROTECT, related_name="closing")
    measures = models.CharField("整改情况", max_length=300)
    closed_date = models.DateField("销号日期")
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    file_kind = models.CharField("格式", max_length=4, default="")
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField("销号时间")
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "整改销号"
        constraints = (
            models.CheckConstraint(
                name="site_note_closing_two_hands", condition=~Q(closed_by=F("maker"))
            ),
            models.CheckConstraint(name="site_note_closing_says_how", condition=~Q(measures="")),
        )


class UpkeepDuty(ActMixin, ScopedModel):
    """Who keeps a site up after hand-over, and how often somebody looks; the newest turn counts."""

    scope = ScopeBy(town="site__town_id", sub_item="site__sub_item", office="site__office_id")
    frozen = True

    site = models.ForeignKey(WorkSite, on_delete=models.PROTECT, related_name="duties")
    turn = models.PositiveSmallIntegerField("第几版")
    keeper = models.CharField("管护单位", max_length=80)
    document = models.CharField("管护协议", max_length=80, default="")
    every_months = models.PositiveSmallIntegerField("几个月巡查一次")
    from_date = models.DateField("起")
    assigned_at = models.DateTimeField("登记时间")
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:
        site_id: int

    class Meta:
        verbose_name = "管护责任"
        constraints = (
            models.UniqueConstraint(fields=("site", "turn"), name="upkeep_duty_turn_once"),
            models.CheckConstraint(name="upkeep_duty_has_keeper", condition=~Q(keeper="")),
            models.CheckConstraint(
                name="upkeep_duty_often_enough",
                condition=Q(every_months__gte=1, every_months__lte=24),
            ),
        )


class UpkeepVisit(ActMixin, ScopedModel):
    """Somebody looked after a finished site on a day and found it good, or not."""

    scope = ScopeBy(town="site__town_id", sub_item="site__sub_item", office="site__office_id")
    frozen = True

    class Condition(models.TextChoices):
        GOOD = "good", "完好"
        WORN = "worn", "需维修"
        OUT_OF_USE = "out_of_use", "停用"

    site = models.ForeignKey(WorkSite, on_delete=models.PROTECT, related_name="upkeep_visits")
    visited_date = models.DateField("巡查日期")
    condition = models.CharField("状况", max_length=10, choices=Condition)
    text = models.CharField("说明", max_length=200, default="")
    visited_at = models.DateTimeField("登记时间")
    visited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:
        site_id: int

    class Meta:
        verbose_name = "管护巡查"
        ordering = ("-visited_date", "-id")
        constraints = (
            models.CheckConstraint(
                name="upkeep_visit_condition_known",
                condition=Q(condition__in=("good", "worn", "out_of_use")),
            ),
            models.CheckConstraint(
                name="upkeep_visit_says_what", condition=Q(condition="good") | ~Q(text="")
            ),
        )
