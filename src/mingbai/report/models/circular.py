"""A month's circular (进度通报): its text, the lines it counts, the scores it ranks by; frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, Division, Office, StoredFile, User
from mingbai.base.scope import Everyone, ScopedModel
from mingbai.programme.models import QuantityField

_NAMED = Everyone("a circular names offices, never people; drafts are held back by the queries")


class Circular(ActMixin, ScopedModel):
    """One compilation of a month's circular, as of a ledger entry; a later turn follows it."""

    scope = _NAMED
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    period = models.PositiveIntegerField("月份")
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
        compiled_by_id: int

    class Meta:
        verbose_name = "进度通报"
        ordering = ("-period", "-turn")
        constraints = (
            models.UniqueConstraint(fields=("period", "turn"), name="circular_turn_once"),
            models.CheckConstraint(
                name="circular_period_in_year",
                condition=Q(period__gte=F("year") * 100 + 1, period__lte=F("year") * 100 + 12),
            ),
            models.CheckConstraint(
                name="circular_first_turn_follows_none",
                condition=Q(turn=1, follows__isnull=True) | Q(turn__gt=1, follows__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}年{self.period % 100}月进度通报第{self.turn}稿"


class CircularLine(ScopedModel):
    """One sub-item, or one town's part of it, as the circular counts it.

    ``found`` are the rules that found a lag, in words; ``origins`` are (file, sheet, line) of the
    reports behind ``done``.
    """

    scope = _NAMED
    frozen = True

    circular = models.ForeignKey(
        Circular, verbose_name="进度通报", on_delete=models.PROTECT, related_name="lines"
    )
    position = models.PositiveIntegerField("次序")
    sub_item = models.CharField("子项", max_length=80)
    sub_item_name = models.CharField("子项名称", max_length=120)
    town = models.ForeignKey(
        Division, verbose_name="镇", null=True, on_delete=models.PROTECT, related_name="+"
    )
    office = models.ForeignKey(
        Office, verbose_name="责任单位", on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField("状态", max_length=12)
    severity = models.CharField("程度", max_length=8, default="", blank=True)
    measure_name = models.CharField("指标", max_length=120, default="", blank=True)
    unit = models.CharField("计量单位", max_length=20, default="", blank=True)
    target = QuantityField("目标", null=True)
    done = QuantityField("累计完成", null=True)
    planned_ratio = QuantityField("序时进度", places=6, null=True)
    found = models.JSONField("判定")
    origins = models.JSONField("来处")

    if TYPE_CHECKING:
        town_id: str | None
        office_id: int

    class Meta:
        verbose_name = "通报明细"
        ordering = ("circular_id", "position")
        constraints = (
            models.UniqueConstraint(fields=("circular", "position"), name="circular_line_once"),
            models.CheckConstraint(
                name="circular_line_state_known",
                condition=Q(
                    state__in=("lagging", "silent", "unchecked", "on_time", "done", "waiting")
                ),
            ),
        )


class CircularScore(ScopedModel):
    """One town's or department's score and place; ``parts`` is what makes the score up."""

    scope = _NAMED
    frozen = True

    circular = models.ForeignKey(
        Circular, verbose_name="进度通报", on_delete=models.PROTECT, related_name="scores"
    )
    ranked = models.CharField("类别", max_length=12)
    office = models.ForeignKey(
        Office, verbose_name="单位", on_delete=models.PROTECT, related_name="+"
    )
    place = models.PositiveSmallIntegerField("名次")
    score = QuantityField("得分")
    parts = models.JSONField("得分构成")
    rule = models.CharField("权重", max_length=60)

    if TYPE_CHECKING:
        office_id: int

    class Meta:
        verbose_name = "通报得分"
        ordering = ("circular_id", "-ranked", "place", "id")
        constraints = (
            models.UniqueConstraint(fields=("circular", "office"), name="circular_score_once"),
            models.CheckConstraint(
                name="circular_score_ranked_known",
                condition=Q(ranked__in=("towns", "departments"), place__gte=1),
            ),
        )


class CircularIssue(ActMixin, ScopedModel):
    """That a circular went out, by another hand than the one that compiled it."""

    scope = _NAMED
    frozen = True

    circular = models.OneToOneField(
        Circular, verbose_name="进度通报", on_delete=models.PROTECT, related_name="issue"
    )
    compiled_by = models.ForeignKey(
        User, verbose_name="编制人", on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField("印发时间")
    issued_by = models.ForeignKey(
        User, verbose_name="印发人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "通报印发"
        constraints = (
            models.CheckConstraint(
                name="circular_issue_by_another_hand", condition=~Q(compiled_by=F("issued_by"))
            ),
        )
