"""Works: sites with place, contractor and contract, and how far each has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, Division, Office, OriginMixin, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.intake.models import Sheet
from mingbai.programme.models import QuantityField


class EnteredWorks(ActMixin, ScopedModel):
    """A ledger of works whose lines have been entered; ``problems`` is what did not fit."""

    scope = ScopeBy(town="sheet__town_id", sub_item="sheet__sub_item", office="sheet__office_id")
    frozen = True

    sheet = models.OneToOneField(
        Sheet, verbose_name="收到的表", on_delete=models.PROTECT, related_name="+"
    )
    lines_count = models.PositiveIntegerField("工地行数", default=0)
    problems = models.JSONField("对不上的地方", default=list)

    if TYPE_CHECKING:
        sheet_id: int
        act_id: int

    class Meta:
        verbose_name = "入账的工程台账"


class WorkSite(ActMixin, OriginMixin, ScopedModel):
    """One place where something is built for a sub-item; what it is called may change later.

    ``name_fold`` is its first name without spaces and marks: the same place is not opened twice.
    """

    scope = ScopeBy(town="town_id", sub_item="sub_item", office="office_id")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    sub_item = models.CharField("子项", max_length=80)
    town = models.ForeignKey(
        Division, verbose_name="镇", on_delete=models.PROTECT, related_name="+"
    )
    office = models.ForeignKey(
        Office, verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    number = models.CharField("编号", max_length=40, default="")
    name_fold = models.CharField("名称（去空格）", max_length=120)

    if TYPE_CHECKING:
        town_id: str
        office_id: int
        act_id: int
        details: Any

    class Meta:
        verbose_name = "工地"
        ordering = ("id",)
        indexes = (models.Index(fields=("year", "sub_item", "town"), name="work_site_place"),)
        constraints = (
            models.UniqueConstraint(
                fields=("year", "sub_item", "town", "name_fold"), name="work_site_once"
            ),
            models.UniqueConstraint(
                fields=("year", "sub_item", "number"),
                condition=~Q(number=""),
                name="work_site_number_once",
            ),
            models.CheckConstraint(name="work_site_named", condition=~Q(name_fold="")),
        )


class SiteDetails(ActMixin, OriginMixin, ScopedModel):
    """Place, contractor, contract and plan of a site; the newest turn counts, older ones stay.

    A turn without a workbook line says why it was written.
    """

    scope = ScopeBy(town="site__town_id", sub_item="site__sub_item", office="site__office_id")
    frozen = True

    site = models.ForeignKey(WorkSite, on_delete=models.PROTECT, related_name="details")
    turn = models.PositiveSmallIntegerField("第几版")
    name = models.CharField("工程名称", max_length=120)
    place = models.CharField("建设地点", max_length=120, default="")
    quantity = QuantityField("建设规模", null=True)
    contractor = models.CharField("施工单位", max_length=120, default="")
    contractor_code = models.CharField("统一社会信用代码", max_length=18, default="")
    contract_number = models.CharField("合同编号", max_length=60, default="")
    contract_amount = models.BigIntegerField("合同金额", null=True)
    planned_amount = models.BigIntegerField("计划投资", null=True)
    planned_start_date = models.DateField("计划开工日期", null=True)
    planned_finish_date = models.DateField("计划竣工日期", null=True)
    reason = models.CharField("变更理由", max_length=200, default="")
    made_at = models.DateTimeField("登记时间")
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:
        site_id: int
        act_id: int

    class Meta:
        verbose_name = "工程信息"
        constraints = (
            models.UniqueConstraint(fields=("site", "turn"), name="site_details_turn_once"),
            models.CheckConstraint(name="site_details_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="site_details_code_whole",
                condition=Q(contractor_code="") | Q(contractor_code__regex=r"^[0-9A-Z]{18}$"),
            ),
            models.CheckConstraint(
                name="site_details_not_negative",
                condition=(Q(quantity__isnull=True) | Q(quantity__gte=0))
                & (Q(contract_amount__isnull=True) | Q(contract_amount__gte=0))
                & (Q(planned_amount__isnull=True) | Q(planned_amount__gte=0)),
            ),
            models.CheckConstraint(
                name="site_details_dates_in_order",
                condition=Q(planned_start_date__isnull=True)
                | Q(planned_finish_date__isnull=True)
                | Q(planned_finish_date__gte=F("planned_start_date")),
            ),
            models.CheckConstraint(
                name="site_details_origin_or_reason",
                condition=Q(origin_file__isnull=False) | ~Q(reason=""),
            ),
        )


class SiteProgress(ActMixin, OriginMixin, ScopedModel):
    """Money invested and quantity done to the end of a month, as a ledger of works says.

    Of one site and month the record of the newest entered sheet counts.
    """

    scope = ScopeBy(town="site__town_id", sub_item="site__sub_item", office="site__office_id")
    frozen = True

    site = models.ForeignKey(WorkSite, on_delete=models.PROTECT, related_name="progress")
    entered_works = models.ForeignKey(
        EnteredWorks,
        verbose_name="入账的工程台账",
        on_delete=models.PROTECT,
        related_name="progress",
    )
    period = models.PositiveIntegerField("月份")
    invested_amount = models.BigIntegerField("累计完成投资", null=True)
    done_quantity = QuantityField("累计完成工程量", null=True)

    if TYPE_CHECKING:
        site_id: int
        act_id: int

    class Meta:
        verbose_name = "工地进展"
        indexes = (models.Index(fields=("site", "period"), name="site_progress_month"),)
        constraints = (
            models.UniqueConstraint(
                fields=("entered_works", "site"), name="site_progress_once_a_sheet"
            ),
            models.CheckConstraint(
                name="site_progress_not_negative",
                condition=(Q(invested_amount__isnull=True) | Q(invested_amount__gte=0))
                & (Q(done_quantity__isnull=True) | Q(done_quantity__gte=0)),
            ),
            models.CheckConstraint(
                name="site_progress_has_origin",
                condition=Q(
                    origin_file__isnull=False,
                    origin_sheet__isnull=False,
                    origin_line__isnull=False,
                ),
            ),
        )
