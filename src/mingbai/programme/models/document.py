"""Papers of the year (年度文件): the notice, the rules of appraisal, one plan a programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, StoredFile, User
from mingbai.base.scope import Everyone, ScopedModel
from mingbai.programme.models.year import ProgrammeYear

_ISSUED = Everyone("papers of the year go to every office; drafts are kept back by the queries")


class YearDocument(ActMixin, ScopedModel):
    """One turn of a paper: its text as drafted from the book and edited by hand, its docx; frozen.

    ``facts_digest`` is the SHA-256 of what the book and the targets said: where they say otherwise
    now, the paper is out of date and a new turn is drafted. ``body`` is ``{title, addressee,
    sender, parts}`` with parts as ``[level, lead, text]``, ``annex`` a table as ``{title, columns,
    widths, right, rows}`` or empty.
    """

    scope = _ISSUED
    frozen = True

    class Kind(models.TextChoices):
        NOTICE = "year-notice", "年度通知"
        RULES = "appraisal-rules", "考核办法"
        PLAN = "programme-plan", "实施方案"

    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("种类", max_length=20, choices=Kind)
    programme_code = models.CharField("项目", max_length=60, default="", blank=True)
    turn = models.PositiveSmallIntegerField("稿次")
    follows = models.OneToOneField(
        "self", verbose_name="上一稿", null=True, on_delete=models.PROTECT,
        related_name="followed_by",
    )  # fmt: skip
    version = models.ForeignKey(
        ProgrammeYear, verbose_name="所依清单", on_delete=models.PROTECT, related_name="documents"
    )
    form_digest = models.CharField("格式摘要", max_length=64)
    facts_digest = models.CharField("内容摘要", max_length=64)
    title = models.CharField("标题", max_length=200)
    body = models.JSONField("正文")
    annex = models.JSONField("附件")
    search_text = models.TextField("检索文字")
    edited = models.BooleanField("改过文字", default=False)
    file = models.ForeignKey(
        StoredFile, verbose_name="文件", on_delete=models.PROTECT, related_name="+"
    )
    is_demonstration = models.BooleanField("演示数据")
    drafted_at = models.DateTimeField("拟定时间")
    drafted_by = models.ForeignKey(
        User, verbose_name="拟定人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        drafted_by_id: int | None
        follows_id: int | None
        version_id: int

    class Meta:
        verbose_name = "年度文件"
        ordering = ("year", "kind", "programme_code", "-turn")
        constraints = (
            models.UniqueConstraint(
                fields=("year", "kind", "programme_code", "turn"), name="year_document_turn_once"
            ),
            models.CheckConstraint(
                name="year_document_kind_known",
                condition=Q(kind="programme-plan") & ~Q(programme_code="")
                | Q(kind__in=("year-notice", "appraisal-rules"), programme_code=""),
            ),
            models.CheckConstraint(
                name="year_document_first_turn_follows_none",
                condition=Q(turn=1, follows__isnull=True) | Q(turn__gt=1, follows__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.title


class DocumentIssue(ActMixin, ScopedModel):
    """That a paper went out under a number, by another hand than the one that drafted it.

    ``file`` is the docx with number and date on it.
    """

    scope = _ISSUED
    frozen = True

    document = models.OneToOneField(
        YearDocument, verbose_name="年度文件", on_delete=models.PROTECT, related_name="issue"
    )
    number = models.CharField("文号", max_length=40, unique=True)
    issue_date = models.DateField("印发日期")
    file = models.ForeignKey(
        StoredFile, verbose_name="文件", on_delete=models.PROTECT, related_name="+"
    )
    drafted_by = models.ForeignKey(
        User, verbose_name="拟定人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField("登记时间")
    issued_by = models.ForeignKey(
        User, verbose_name="印发人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "文件印发"
        constraints = (
            models.CheckConstraint(
                name="year_document_issue_by_another_hand",
                condition=Q(drafted_by__isnull=True) | ~Q(drafted_by=F("issued_by")),
            ),
        )
