"""The survey before anybody applies (摸底): who may qualify, and who is to visit them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, Office, OriginMixin, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.registry.models.finding import Finding


class SurveyEntry(ScopedModel, OriginMixin, ActMixin):
    """Somebody who may qualify for a sub-item, as a town knows them; visits follow (``Visit``).

    An ID number may still be unknown: then the visit brings it. The anchor of the sealed columns is
    ``id_key``, or ``name_key`` where there is no number. Frozen: a mistake is entered anew.

    ``source`` says how they came to be listed: typed in, by a row of a workbook, or taken over from
    comparison, which found them left out (``finding``, and the row that entitles them).
    """

    scope = ScopeBy(town="town", sub_item="sub_item", office="office_id")
    frozen = True

    class Source(models.TextChoices):
        TYPED = "typed", "逐人登记"
        WORKBOOK = "workbook", "摸底名册"
        LEFT_OUT = "left_out", "应保未保"

    source = models.CharField("来源", max_length=8, choices=Source, default=Source.TYPED)
    finding = models.OneToOneField(
        Finding, verbose_name="疑点", null=True, on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField("年度")
    sub_item = models.CharField("子项", max_length=80)
    town = models.CharField("镇", max_length=9)
    village = models.CharField("村（居）", max_length=12)
    name_sealed = models.BinaryField("姓名")
    name_key = models.BinaryField("姓名与镇索引", max_length=16)
    id_key = models.BinaryField("证件号索引", max_length=16, null=True)
    id_sealed = models.BinaryField("证件号", null=True)
    phone_sealed = models.BinaryField("电话", null=True)
    phone_key = models.BinaryField("电话索引", max_length=16, null=True)
    reason = models.CharField("为什么可能符合", max_length=200)
    assignee = models.CharField("由谁入户", max_length=30)
    due_date = models.DateField("入户期限", null=True)
    office = models.ForeignKey(
        Office, verbose_name="登记单位", on_delete=models.PROTECT, related_name="+"
    )
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "摸底对象"
        constraints = (
            models.UniqueConstraint(
                fields=("id_key", "sub_item", "year"),
                condition=Q(id_key__isnull=False),
                name="survey_entry_once_a_year",
            ),
            models.CheckConstraint(
                name="survey_entry_number_whole",
                condition=Q(id_key__isnull=True, id_sealed__isnull=True)
                | Q(id_key__isnull=False, id_sealed__isnull=False),
            ),
            models.CheckConstraint(
                name="survey_entry_source",
                condition=Q(source="typed", finding__isnull=True, origin_line__isnull=True)
                | Q(source="workbook", finding__isnull=True, origin_line__isnull=False)
                | Q(source="left_out", finding__isnull=False, origin_line__isnull=False),
            ),
            models.UniqueConstraint(
                fields=("origin_file", "origin_sheet", "origin_line"),
                condition=Q(source="workbook"),
                name="survey_entry_once_a_row",
            ),
            models.CheckConstraint(
                name="survey_entry_says_why", condition=~Q(reason="") & ~Q(assignee="")
            ),
        )
        indexes = (models.Index(fields=("year", "town", "village"), name="survey_entry_where"),)
