"""Summaries with their frozen statements, the outlines offices write, and who issued what."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, StoredFile, User
from mingbai.base.scope import CountyOnly, Everyone, ScopedModel

_TOTALS = Everyone("county totals without a person in them; drafts are held back by the queries")


class Half(models.IntegerChoices):
    """Which part of the year a summary tells of; both begin in January."""

    FIRST = 1, "上半年"
    WHOLE = 2, "全年"


class Summary(ActMixin, ScopedModel):
    """One compilation of a summary: its text with places for statements, as of a ledger entry."""

    scope = _TOTALS
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    half = models.PositiveSmallIntegerField("时段", choices=Half)
    form_kind = models.CharField("文书格式", max_length=40)
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
    body = models.JSONField("正文")
    is_demonstration = models.BooleanField("演示数据")
    compiled_at = models.DateTimeField("编制时间")
    compiled_by = models.ForeignKey(
        User, verbose_name="编制人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "小结"
        ordering = ("-year", "-half", "-turn")
        constraints = (
            models.UniqueConstraint(
                fields=("year", "half", "form_kind", "turn"), name="summary_turn_once"
            ),
            models.CheckConstraint(name="summary_half_known", condition=Q(half__in=(1, 2))),
            models.CheckConstraint(
                name="summary_first_turn_follows_none",
                condition=Q(turn=1, follows__isnull=True) | Q(turn__gt=1, follows__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}年{self.get_half_display()}小结第{self.turn}稿"


class Statement(ScopedModel):
    """One figure as stated: value, definition, evidence and cut-off, frozen with its summary.

    ``value`` is exact text: 分 or a count as digits, a ratio as ``numerator/denominator``, nothing
    for a ratio without denominator. ``display`` is what the paper prints.
    """

    scope = _TOTALS
    frozen = True

    summary = models.ForeignKey(
        Summary, verbose_name="小结", on_delete=models.PROTECT, related_name="statements"
    )
    key = models.CharField("指标", max_length=120)
    card = models.JSONField("指标卡")
    value = models.TextField("数值", blank=True)
    numerator = models.BigIntegerField("分子", null=True)
    denominator = models.BigIntegerField("分母", null=True)
    display = models.TextField("印出的文字")
    cutoff_date = models.DateField("统计截止日期")
    evidence_record = models.CharField("依据的记录", max_length=80)
    evidence_count = models.BigIntegerField("依据条数")
    evidence_digest = models.CharField("依据摘要", max_length=64)
    as_of_seq = models.BigIntegerField("依据台账至")

    class Meta:
        verbose_name = "引用数字"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("summary", "key"), name="statement_once_a_summary"),
        )

    def __str__(self) -> str:
        return f"{self.card['name']} {self.display}"


class SummaryPaper(ScopedModel):
    """The docx of a summary; it names the statements, so it comes after them."""

    scope = _TOTALS
    frozen = True

    summary = models.OneToOneField(
        Summary, verbose_name="小结", on_delete=models.PROTECT, related_name="paper"
    )
    file = models.ForeignKey(
        StoredFile, verbose_name="文件", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "小结文件"


class SummaryIssue(ActMixin, ScopedModel):
    """That a summary went out, by whose hand; never the hand that compiled it."""

    scope = _TOTALS
    frozen = True

    summary = models.OneToOneField(
        Summary, verbose_name="小结", on_delete=models.PROTECT, related_name="issue"
    )
    compiled_by = models.ForeignKey(
        User, verbose_name="编制人", on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField("印发时间")
    issued_by = models.ForeignKey(
        User, verbose_name="印发人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "小结印发"
        constraints = (
            models.CheckConstraint(
                name="summary_issue_by_another_hand", condition=~Q(compiled_by=F("issued_by"))
            ),
        )


class OutlineText(ActMixin, ScopedModel):
    """One version of a chapter the office writes, figures bound in as ``{{key}}``."""

    scope = CountyOnly("drafts of the county office's own wording")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    half = models.PositiveSmallIntegerField("时段", choices=Half)
    form_kind = models.CharField("文书格式", max_length=40)
    chapter = models.CharField("章", max_length=40)
    version = models.PositiveIntegerField("版次")
    text = models.TextField("正文")
    written_at = models.DateTimeField("写定时间")
    written_by = models.ForeignKey(
        User, verbose_name="撰写人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "提纲"
        ordering = ("year", "half", "chapter", "-version")
        constraints = (
            models.UniqueConstraint(
                fields=("year", "half", "form_kind", "chapter", "version"),
                name="outline_text_version_once",
            ),
            models.CheckConstraint(name="outline_text_half_known", condition=Q(half__in=(1, 2))),
            models.CheckConstraint(name="outline_text_from_one", condition=Q(version__gte=1)),
        )
