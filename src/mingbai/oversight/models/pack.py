"""What a dispatch meeting is handed (调度会材料): text, rows and agenda as of a ledger entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, Division, Office, StoredFile, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.oversight.models.meeting import Meeting
from mingbai.oversight.models.minutes import Decision


class DispatchPack(ActMixin, ScopedModel):
    """One turn of a meeting's pack; frozen, so that what was handed out can be shown again.

    Below the county it is seen by those who are called, once it is issued (the queries see to it).
    """

    scope = ScopeBy(office="meeting__invitations__office_id")
    frozen = True

    meeting = models.ForeignKey(
        Meeting, verbose_name="会议", on_delete=models.PROTECT, related_name="packs"
    )
    turn = models.PositiveSmallIntegerField("稿次")
    follows = models.OneToOneField(
        "self",
        verbose_name="上一稿",
        null=True,
        on_delete=models.PROTECT,
        related_name="followed_by",
    )
    as_of_seq = models.BigIntegerField("依据台账至")
    ledger_head = models.CharField("台账校验码", max_length=64)
    cutoff_date = models.DateField("统计截止日期")
    book_digest = models.CharField("规则库摘要", max_length=64)
    body = models.JSONField("正文")
    file = models.ForeignKey(
        StoredFile, verbose_name="文件", on_delete=models.PROTECT, related_name="+"
    )
    is_demonstration = models.BooleanField("演示数据")
    compiled_at = models.DateTimeField("编制时间")
    compiled_by = models.ForeignKey(
        User, verbose_name="编制人", on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        act_id: int
        meeting_id: int
        compiled_by_id: int

    class Meta:
        verbose_name = "调度会材料"
        ordering = ("meeting_id", "-turn")
        constraints = (
            models.UniqueConstraint(fields=("meeting", "turn"), name="pack_turn_once"),
            models.CheckConstraint(
                name="pack_first_turn_follows_none",
                condition=Q(turn=1, follows__isnull=True) | Q(turn__gt=1, follows__isnull=False),
            ),
        )

    def __str__(self) -> str:
        turn = f"（第{self.turn}稿）" if self.turn > 1 else ""
        return f"{self.meeting}材料{turn}"


class PackLine(ScopedModel):
    """One row of a pack: a lag or silence, a gap of money, a decision not done, or an ask.

    ``facts`` are the row's cells as printed, by name; ``origins`` are (file, sheet, line) of the
    reports behind it.
    """

    scope = ScopeBy(office="pack__meeting__invitations__office_id")
    frozen = True

    class Part(models.TextChoices):
        LAG = "lag", "滞后"
        SILENT = "silent", "未报"
        MONEY = "money", "资金"
        DECISION = "decision", "议定事项"
        ASK = "ask", "发言"

    pack = models.ForeignKey(
        DispatchPack, verbose_name="调度会材料", on_delete=models.PROTECT, related_name="lines"
    )
    position = models.PositiveIntegerField("次序")
    part = models.CharField("部分", max_length=10, choices=Part)
    office = models.ForeignKey(
        Office, verbose_name="责任单位", on_delete=models.PROTECT, related_name="+"
    )
    town = models.ForeignKey(
        Division, verbose_name="镇", null=True, on_delete=models.PROTECT, related_name="+"
    )
    sub_item = models.CharField("子项", max_length=80, default="", blank=True)
    sub_item_name = models.CharField("子项名称", max_length=120, default="", blank=True)
    severity = models.CharField("程度", max_length=8, default="", blank=True)
    decision = models.ForeignKey(
        Decision, verbose_name="议定事项", null=True, on_delete=models.PROTECT, related_name="+"
    )
    facts = models.JSONField("内容")
    origins = models.JSONField("来处")

    if TYPE_CHECKING:
        town_id: str | None
        office_id: int
        decision_id: int | None

    class Meta:
        verbose_name = "材料明细"
        ordering = ("pack_id", "position")
        constraints = (
            models.UniqueConstraint(fields=("pack", "position"), name="pack_line_once"),
            models.CheckConstraint(
                name="pack_line_part_known",
                condition=Q(part="decision", decision__isnull=False)
                | Q(part__in=("lag", "silent", "money", "ask"), decision__isnull=True),
            ),
        )


class PackIssue(ActMixin, ScopedModel):
    """That a pack was handed out, by another hand than the one that compiled it."""

    scope = ScopeBy(office="pack__meeting__invitations__office_id")
    frozen = True

    pack = models.OneToOneField(
        DispatchPack, verbose_name="调度会材料", on_delete=models.PROTECT, related_name="issue"
    )
    compiled_by = models.ForeignKey(
        User, verbose_name="编制人", on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField("印发时间")
    issued_by = models.ForeignKey(
        User, verbose_name="印发人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "材料印发"
        constraints = (
            models.CheckConstraint(
                name="pack_issue_by_another_hand", condition=~Q(compiled_by=F("issued_by"))
            ),
        )
