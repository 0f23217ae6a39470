"""Who is insured, counted against the register: totals, villages, and the people who differ."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, OriginMixin
from mingbai.base.scope import Everyone, ScopeBy, ScopedModel


class CoverageCount(ScopedModel, ActMixin):
    """One counting of a sub-item's insured in a year, from just the sheets its digest names.

    Sheets that change nothing it rests on (``basis_digest``) make no new counting.

    Everybody on the register is due, insured elsewhere, or gone before the year began; everybody
    insured is due, elsewhere, gone, or not on the register. Each person counts once.
    """

    scope = Everyone("rates of participation are published by county and town")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    sub_item = models.CharField("子项", max_length=80)
    rule = models.CharField("规则", max_length=160)
    sheets_digest = models.CharField("所用报表摘要", max_length=64)
    # What the counts rest on: of lists of the gone only who left before the year.
    basis_digest = models.CharField("统计依据摘要", max_length=64, default="")
    rulebook_digest = models.CharField("规则库摘要", max_length=64)
    registered_count = models.PositiveIntegerField("户籍人口")
    elsewhere_count = models.PositiveIntegerField("已在别处参保")
    gone_count = models.PositiveIntegerField("去世或迁出")
    due_count = models.PositiveIntegerField("应参保")
    insured_count = models.PositiveIntegerField("已参保")
    covered_count = models.PositiveIntegerField("应参保中已参保")
    left_out_count = models.PositiveIntegerField("漏保")
    twice_count = models.PositiveIntegerField("重复参保")
    also_elsewhere_count = models.PositiveIntegerField("参保又在别处参保")
    also_gone_count = models.PositiveIntegerField("参保而已去世或迁出")
    unregistered_count = models.PositiveIntegerField("参保而不在底册")
    silent_village_count = models.PositiveIntegerField("未报村（居）")

    class Meta:
        verbose_name = "参保统计"
        constraints = (
            models.UniqueConstraint(
                fields=("year", "sub_item", "sheets_digest", "rulebook_digest"),
                name="coverage_count_once",
            ),
            models.CheckConstraint(
                name="coverage_register_adds_up",
                condition=Q(
                    registered_count=F("due_count") + F("elsewhere_count") + F("gone_count")
                ),
            ),
            models.CheckConstraint(
                name="coverage_due_adds_up",
                condition=Q(due_count=F("covered_count") + F("left_out_count")),
            ),
            models.CheckConstraint(
                name="coverage_insured_adds_up",
                condition=Q(
                    insured_count=F("covered_count")
                    + F("also_elsewhere_count")
                    + F("also_gone_count")
                    + F("unregistered_count")
                ),
            ),
        )
        indexes = (models.Index(fields=("year", "sub_item", "-id"), name="coverage_newest"),)


class VillageCoverage(ScopedModel, ActMixin):
    """One village of a counting: the due by the register's village, the insured by the roll's.

    ``village`` is empty for people whose village nobody could read.
    """

    scope = ScopeBy(town="town", sub_item="count__sub_item")
    frozen = True

    count = models.ForeignKey(
        CoverageCount, on_delete=models.PROTECT, related_name="villages", db_index=False
    )
    town = models.CharField("镇", max_length=9)
    village = models.CharField("村（居）", max_length=12)
    due_count = models.PositiveIntegerField("应参保")
    covered_count = models.PositiveIntegerField("应参保中已参保")
    left_out_count = models.PositiveIntegerField("漏保")
    insured_count = models.PositiveIntegerField("花名册人数")
    twice_count = models.PositiveIntegerField("重复参保")

    class Meta:
        verbose_name = "村（居）参保统计"
        constraints = (
            models.UniqueConstraint(
                fields=("count", "town", "village"), name="village_coverage_once"
            ),
            models.CheckConstraint(
                name="village_coverage_adds_up",
                condition=Q(due_count=F("covered_count") + F("left_out_count")),
            ),
        )


class CoverageGap(ScopedModel, OriginMixin, ActMixin):
    """One person who differs between roll and register, with the row that tells so."""

    scope = ScopeBy(town="town", sub_item="count__sub_item")
    frozen = True

    class Kind(models.TextChoices):
        LEFT_OUT = "left_out", "应参保未参保"
        TWICE = "twice", "重复参保"
        ALSO_ELSEWHERE = "also_elsewhere", "已在别处参保"
        ALSO_GONE = "also_gone", "已去世或迁出"
        UNREGISTERED = "unregistered", "不在户籍底册"

    count = models.ForeignKey(
        CoverageCount, on_delete=models.PROTECT, related_name="gaps", db_index=False
    )
    town = models.CharField("镇", max_length=9)
    village = models.CharField("村（居）", max_length=12)
    kind = models.CharField("情形", max_length=16, choices=Kind)
    person_key = models.BinaryField("证件号索引", max_length=16)
    name_sealed = models.BinaryField("姓名")

    class Meta:
        verbose_name = "参保差异"
        constraints = (
            models.UniqueConstraint(
                fields=("count", "kind", "person_key"), name="coverage_gap_once"
            ),
            models.CheckConstraint(
                name="coverage_gap_kind_known",
                condition=Q(
                    kind__in=("left_out", "twice", "also_elsewhere", "also_gone", "unregistered")
                ),
            ),
        )
        indexes = (
            models.Index(fields=("count", "kind", "town", "village"), name="coverage_gap_where"),
        )
