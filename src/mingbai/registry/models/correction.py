"""Correction forms (更正单) sent back to an office, and visits to people left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, Office, StoredFile, User
from mingbai.base.scope import Asker, ScopeBy, ScopedModel
from mingbai.intake.models import Sheet
from mingbai.registry.models.finding import Finding
from mingbai.registry.models.survey import SurveyEntry


class CorrectionSlip(ScopedModel, ActMixin):
    """One form to one office: which findings to put right, and by which day."""

    scope = ScopeBy(office="office_id")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("编号")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    issued_date = models.DateField("发出日期")
    due_date = models.DateField("交回期限")
    issued_at = models.DateTimeField("登记时间")
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:
        items: Any
        office_id: int

    class Meta:
        verbose_name = "更正单"
        constraints = (
            models.UniqueConstraint(fields=("year", "number"), name="slip_number_once"),
            models.CheckConstraint(
                name="slip_due_after_issue", condition=Q(due_date__gte=F("issued_date"))
            ),
        )

    def __str__(self) -> str:
        return f"更正单〔{self.year}〕{self.number}号"


class CorrectionItem(ScopedModel, ActMixin):
    """One finding on a form, and what is asked of the office.

    ``turn`` counts the forms a finding stood on: of two clerks who send it at once one is refused.
    """

    scope = ScopeBy(office="slip__office_id")
    frozen = True

    slip = models.ForeignKey(CorrectionSlip, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField("序号")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+")
    turn = models.PositiveSmallIntegerField("第几次发单")
    ask = models.CharField("要求", max_length=200)

    if TYPE_CHECKING:
        finding_id: int

    class Meta:
        verbose_name = "更正事项"
        constraints = (
            models.UniqueConstraint(fields=("slip", "position"), name="item_in_order"),
            models.UniqueConstraint(fields=("finding", "turn"), name="item_turn_once"),
        )


class CorrectionStep(ScopedModel, ActMixin):
    """What became of an item; the newest step is its state, an item without one waits.

    The office says ``corrected`` (in which sheet and line) or ``explained`` (why, with evidence);
    the county ``accepted`` or ``returned`` it, by another hand than answered; the house itself
    writes ``removed`` when a comparison no longer finds it, ``settled`` when the finding was
    dismissed meanwhile, and ``came_back``.
    """

    scope = ScopeBy(office="item__slip__office_id")
    frozen = True

    class Step(models.TextChoices):
        CORRECTED = "corrected", "已更正，待复核"
        EXPLAINED = "explained", "已说明，待复核"
        ACCEPTED = "accepted", "复核通过"
        RETURNED = "returned", "退回重办"
        REMOVED = "removed", "更正后疑点消除"
        SETTLED = "settled", "疑点已另行办结"
        CAME_BACK = "came_back", "再次比对又出现"

    item = models.ForeignKey(CorrectionItem, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=10, choices=Step)
    sheet = models.ForeignKey(
        Sheet, verbose_name="更正表", null=True, on_delete=models.PROTECT, related_name="+"
    )
    line = models.PositiveIntegerField("更正表第几行", null=True)
    text = models.CharField("说明", max_length=200, default="")
    evidence = models.ForeignKey(
        StoredFile, verbose_name="证据", null=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence_name = models.CharField("证据文件名", max_length=120, default="")
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    step_at = models.DateTimeField("时间")
    step_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:
        item_id: int
        answered_by_id: int | None

    class Meta:
        verbose_name = "更正步骤"
        constraints = (
            models.UniqueConstraint(fields=("item", "number"), name="correction_step_in_order"),
            models.CheckConstraint(
                name="correction_step_known",
                condition=Q(
                    step__in=(
                        "corrected",
                        "explained",
                        "accepted",
                        "returned",
                        "removed",
                        "settled",
                        "came_back",
                    )
                ),
            ),
            models.CheckConstraint(
                name="correction_names_its_sheet",
                condition=~Q(step="corrected") | Q(sheet__isnull=False),
            ),
            models.CheckConstraint(
                name="correction_says_why",
                condition=~Q(step__in=("explained", "returned")) | ~Q(text=""),
            ),
            models.CheckConstraint(
                name="correction_checked_by_another",
                condition=~Q(step__in=("accepted", "returned"))
                | (Q(answered_by__isnull=False, step_by__isnull=False)
                   & ~Q(answered_by=F("step_by"))),
            ),
        )  # fmt: skip


@dataclass(frozen=True)
class ScopeByVisited(ScopeBy):
    """A visit is seen with what it is about: a finding, or an entry of the survey."""

    def predicate(self, to: Asker) -> Q:
        """Either path may lead to the asker."""
        found = super().predicate(to)
        if to.towns:
            found |= Q(entry__town__in=to.towns)
        if to.sub_items:
            found |= Q(entry__sub_item__in=to.sub_items)
        return found


class Visit(ScopedModel, ActMixin):
    """A visit to somebody who may qualify and is not enrolled; the newest tells how it stands.

    It is about a finding of comparison, or an entry of the survey: never both.
    """

    scope = ScopeByVisited(town="finding__town", sub_item="finding__sub_item")
    frozen = True

    class Outcome(models.TextChoices):
        AWAY = "away", "未见到本人"
        WILLING = "willing", "愿意申请"
        APPLIED = "applied", "已提出申请"
        UNWILLING = "unwilling", "不愿申请"
        NOT_QUALIFIED = "not_qualified", "不符合条件"
        MOVED = "moved", "已去世或迁出"

    finding = models.ForeignKey(Finding, null=True, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(
        SurveyEntry, null=True, on_delete=models.PROTECT, related_name="visits"
    )
    number = models.PositiveSmallIntegerField("次序")
    outcome = models.CharField("结果", max_length=14, choices=Outcome)
    visited_date = models.DateField("入户日期")
    visitors = models.CharField("入户人员", max_length=60)
    note = models.CharField("情况", max_length=200, default="")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:
        finding_id: int | None
        entry_id: int | None

    class Meta:
        verbose_name = "入户核实"
        constraints = (
            models.UniqueConstraint(fields=("finding", "number"), name="visit_in_order"),
            models.UniqueConstraint(fields=("entry", "number"), name="visit_entry_in_order"),
            models.CheckConstraint(
                name="visit_about_one",
                condition=Q(finding__isnull=False, entry__isnull=True)
                | Q(finding__isnull=True, entry__isnull=False),
            ),
            models.CheckConstraint(
                name="visit_outcome_known",
                condition=Q(
                    outcome__in=(
                        "away", "willing", "applied", "unwilling", "not_qualified", "moved",
                    )
                ),
            ),
        )  # fmt: skip
