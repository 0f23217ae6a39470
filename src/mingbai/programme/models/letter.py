"""Letters of responsibility (目标责任书) with each town and department, and their signing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, Office, StoredFile, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.programme.models.year import ProgrammeYear


class DutyLetter(ActMixin, ScopedModel):
    """One version of an office's letter: its clauses, its table of targets, its docx; frozen.

    ``targets_digest`` is the SHA-256 of the table's rows: where the targets in force give another,
    the letter is out of date and a new turn is drawn.
    """

    scope = ScopeBy(town="office__division_id", office="office_id")
    frozen = True

    class Party(models.TextChoices):
        TOWN = "town", "镇"
        DEPARTMENT = "department", "责任部门"

    year = models.PositiveSmallIntegerField("年度")
    office = models.ForeignKey(
        Office, verbose_name="责任单位", on_delete=models.PROTECT, related_name="+"
    )
    party = models.CharField("类别", max_length=12, choices=Party)
    turn = models.PositiveSmallIntegerField("稿次")
    follows = models.OneToOneField(
        "self",
        verbose_name="上一稿",
        null=True,
        on_delete=models.PROTECT,
        related_name="followed_by",
    )
    version = models.ForeignKey(
        ProgrammeYear, verbose_name="所依清单", on_delete=models.PROTECT, related_name="letters"
    )
    clauses_digest = models.CharField("条款摘要", max_length=64)
    targets_digest = models.CharField("目标摘要", max_length=64)
    body = models.JSONField("正文")
    file = models.ForeignKey(
        StoredFile, verbose_name="文件", on_delete=models.PROTECT, related_name="+"
    )
    is_demonstration = models.BooleanField("演示数据")
    drafted_at = models.DateTimeField("拟定时间")
    drafted_by = models.ForeignKey(
        User, verbose_name="拟定人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "目标责任书"
        ordering = ("year", "office_id", "-turn")
        constraints = (
            models.UniqueConstraint(fields=("year", "office", "turn"), name="letter_turn_once"),
            models.CheckConstraint(
                name="letter_party_known", condition=Q(party__in=("town", "department"))
            ),
            models.CheckConstraint(
                name="letter_first_turn_follows_none",
                condition=Q(turn=1, follows__isnull=True) | Q(turn__gt=1, follows__isnull=False),
            ),
        )

    def __str__(self) -> str:
        turn = f"（第{self.turn}稿）" if self.turn > 1 else ""
        return f"{self.year}年{self.office.short_name}目标责任书{turn}"


class LetterStep(ActMixin, ScopedModel):
    """How far a letter is: sent out for signing, then its signed scan received."""

    scope = ScopeBy(town="letter__office__division_id", office="letter__office_id")
    frozen = True

    class Step(models.TextChoices):
        SENT = "sent", "已送签"
        SIGNED = "signed", "已签订"

    letter = models.ForeignKey(
        DutyLetter, verbose_name="责任书", on_delete=models.PROTECT, related_name="steps"
    )
    step = models.CharField("步骤", max_length=10, choices=Step)
    number = models.PositiveSmallIntegerField("次序")
    signed_date = models.DateField("签订日期", null=True)
    scan = models.ForeignKey(
        StoredFile, verbose_name="签章扫描件", null=True, on_delete=models.PROTECT, related_name="+"
    )
    scan_kind = models.CharField("扫描件格式", max_length=4, default="", blank=True)
    step_at = models.DateTimeField("时间")
    step_by = models.ForeignKey(
        User, verbose_name="办理人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "责任书步骤"
        ordering = ("letter_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("letter", "number"), name="letter_step_in_order"),
            models.CheckConstraint(
                name="letter_step_place",
                condition=Q(step="sent", number=1) | Q(step="signed", number=2),
            ),
            models.CheckConstraint(
                name="letter_step_signed_has_scan",
                condition=Q(
                    step="signed",
                    scan__isnull=False,
                    signed_date__isnull=False,
                    scan_kind__in=("pdf", "jpg", "png"),
                )
                | Q(step="sent", scan__isnull=True, signed_date__isnull=True, scan_kind=""),
            ),
        )
