"""Receipts, sheets and verdicts: written once when a file comes in, followed and never edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, Division, Office, StoredFile, User
from mingbai.base.scope import ScopeBy, ScopedModel

NOTE, WARN, REJECT = 1, 2, 3
"""Severity of a verdict; a row's own verdict is the worst of its cells', 0 where it has none."""


class Receipt(ScopedModel, ActMixin):
    """One file handed in by one office, and what became of it."""

    scope = ScopeBy(office="office_id")
    frozen = True

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", "已收"
        REPEATED = "repeated", "重复上传"
        UNREADABLE = "unreadable", "打不开"
        UNRECOGNISED = "unrecognised", "未认出"

    file = models.ForeignKey(
        StoredFile, verbose_name="原件", on_delete=models.PROTECT, related_name="+"
    )
    original_name = models.CharField("原文件名", max_length=255)
    office = models.ForeignKey(
        Office, verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField("结果", max_length=12, choices=Outcome)
    message = models.TextField("说明", blank=True)
    received_at = models.DateTimeField("收到时间")
    received_by = models.ForeignKey(
        User, verbose_name="经手人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    sheet_count = models.PositiveIntegerField("工作表数", default=0)
    row_count = models.PositiveIntegerField("行数", default=0)
    accepted_count = models.PositiveIntegerField("通过行数", default=0)
    rejected_count = models.PositiveIntegerField("退回行数", default=0)
    warned_count = models.PositiveIntegerField("待核行数", default=0)
    noted_count = models.PositiveIntegerField("提示行数", default=0)

    if TYPE_CHECKING:
        file_id: int
        office_id: int
        act_id: int

    class Meta:
        verbose_name = "收件"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("office", "-id"), name="receipt_of_office"),
            models.Index(fields=("outcome", "-id"), name="receipt_of_outcome"),
        )
        constraints: ClassVar[Any] = (
            models.UniqueConstraint(
                name="receipt_accepted_once",
                fields=("file", "office"),
                condition=Q(outcome="accepted"),
            ),
            models.CheckConstraint(
                name="receipt_outcome_known",
                condition=Q(outcome__in=("accepted", "repeated", "unreadable", "unrecognised")),
            ),
            models.CheckConstraint(
                name="receipt_rows_add_up",
                condition=Q(row_count=F("accepted_count") + F("rejected_count")),
            ),
        )

    @property
    def badge(self) -> str:
        """The style of the result's badge: ok, warn, bad or mute."""
        if self.outcome == self.Outcome.REPEATED:
            return "mute"
        if self.outcome != self.Outcome.ACCEPTED or self.rejected_count:
            return "bad"
        return "warn" if self.warned_count else "ok"

    @property
    def result(self) -> str:
        """The result in a word or two, for the badge."""
        if self.outcome != self.Outcome.ACCEPTED:
            return str(self.get_outcome_display())
        if self.rejected_count:
            return f"退回 {self.rejected_count} 行"
        return f"待核 {self.warned_count} 行" if self.warned_count else "全部通过"


class Sheet(ScopedModel, ActMixin):
    """One recognised sheet of a file: whose, of what, of which month, and how its rows fared.

    `slot` names what the sheet is about (office, roster, sub-item, town, month, series). Of a slot
    the newest `turn` counts; a correction is the next turn and `follows` the one before. `part`
    numbers sheets of one workbook that share a slot.
    """

    scope = ScopeBy(town="town_id", sub_item="sub_item", office="office_id")
    frozen = True

    receipt = models.ForeignKey(
        Receipt, verbose_name="收件", on_delete=models.PROTECT, related_name="sheets"
    )
    file = models.ForeignKey(
        StoredFile, verbose_name="原件", on_delete=models.PROTECT, related_name="+"
    )
    number = models.PositiveIntegerField("工作表序号")
    name = models.CharField("工作表名", max_length=120)
    office = models.ForeignKey(
        Office, verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    roster = models.CharField("表种", max_length=80)
    roster_name = models.CharField("表种名称", max_length=120)
    kind = models.CharField("类别", max_length=12)
    sub_item = models.CharField("子项", max_length=80, null=True)  # noqa: DJ001 - None: of many
    town = models.ForeignKey(
        Division, verbose_name="镇", null=True, on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField("年")
    month = models.PositiveSmallIntegerField("月", null=True)
    series = models.CharField("期次", max_length=20, blank=True)
    title = models.CharField("表名", max_length=200, blank=True)
    header = models.JSONField("表头")
    row_count = models.PositiveIntegerField("行数")
    accepted_count = models.PositiveIntegerField("通过行数")
    rejected_count = models.PositiveIntegerField("退回行数")
    warned_count = models.PositiveIntegerField("待核行数")
    noted_count = models.PositiveIntegerField("提示行数")
    table = models.ForeignKey(
        StoredFile, verbose_name="规范表", on_delete=models.PROTECT, related_name="+"
    )
    cells = models.ForeignKey(
        StoredFile, verbose_name="原样单元格", on_delete=models.PROTECT, related_name="+"
    )
    slot = models.CharField("报送位置", max_length=255)
    turn = models.PositiveIntegerField("第几次报送")
    part = models.PositiveIntegerField("同次第几张")
    follows = models.ForeignKey(
        "self", verbose_name="更正自", null=True, on_delete=models.PROTECT, related_name="+"
    )
    book_digest = models.CharField("规则摘要", max_length=64)

    if TYPE_CHECKING:
        receipt_id: int
        file_id: int
        office_id: int
        town_id: str | None
        table_id: int
        cells_id: int
        follows_id: int | None
        act_id: int

    class Meta:
        verbose_name = "收到的表"
        ordering = ("id",)
        indexes = (
            models.Index(fields=("year", "kind", "act"), name="sheet_of_year"),
            models.Index(fields=("file", "number"), name="sheet_of_file"),
        )
        constraints: ClassVar[Any] = (
            models.UniqueConstraint(name="sheet_turn_once", fields=("slot", "turn", "part")),
            models.UniqueConstraint(name="sheet_in_receipt_once", fields=("receipt", "number")),
            models.CheckConstraint(
                name="sheet_rows_add_up",
                condition=Q(row_count=F("accepted_count") + F("rejected_count")),
            ),
            models.CheckConstraint(
                name="sheet_follows_its_turn",
                condition=Q(turn=1, follows__isnull=True) | Q(turn__gt=1, follows__isnull=False),
            ),
            models.CheckConstraint(
                name="sheet_month_known", condition=Q(month__isnull=True) | Q(month__range=(1, 12))
            ),
        )

    @property
    def period(self) -> int | None:
        """The month as one number (202103), or None."""
        return self.year * 100 + self.month if self.month else None


class Verdict(ScopedModel, ActMixin):
    """What was found wrong with one cell or row; a row without any verdict is clean."""

    scope = ScopeBy(town="sheet__town_id", sub_item="sheet__sub_item", office="sheet__office_id")
    frozen = True

    sheet = models.ForeignKey(
        Sheet, verbose_name="表", on_delete=models.PROTECT, related_name="verdicts"
    )
    line = models.PositiveIntegerField("行")
    column = models.CharField("列", max_length=40, blank=True)
    letter = models.CharField("列标", max_length=3, blank=True)
    code = models.CharField("问题", max_length=60)
    severity = models.PositiveSmallIntegerField("程度")
    params = models.JSONField("参数")

    if TYPE_CHECKING:
        sheet_id: int
        act_id: int

    class Meta:
        verbose_name = "判定"
        ordering = ("sheet_id", "line", "id")
        indexes = (models.Index(fields=("sheet", "line"), name="verdict_of_line"),)
        constraints: ClassVar[Any] = (
            models.CheckConstraint(
                name="verdict_severity_known", condition=Q(severity__in=(NOTE, WARN, REJECT))
            ),
        )
