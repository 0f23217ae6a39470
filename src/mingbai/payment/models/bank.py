"""What went to the bank: one live file a batch, its lines, and the steps of the file."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, StoredFile, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.payment.models.batch import PaymentBatch, PaymentLine


class BankFile(ScopedModel, ActMixin):
    """A batch as its bank reads it: bytes sealed at rest, totals and check value in the database.

    It is bound to the batch's digest. Lines without an account are left to cash by a named reason;
    money that was wholly set off goes nowhere. A second file needs the first to be cancelled.
    """

    scope = ScopeBy(sub_item="batch__sub_item")
    frozen = True

    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="bank_files")
    turn = models.PositiveSmallIntegerField("次序")
    reference = models.CharField("文件流水号", max_length=24, unique=True)
    format_code = models.CharField("格式", max_length=40)
    format_digest = models.CharField("格式摘要", max_length=64)
    batch_digest = models.CharField("明细摘要", max_length=64)
    rulebook_digest = models.CharField("规则库摘要", max_length=64)
    programme_name = models.CharField("统一项目名称", max_length=60)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField("内容摘要", max_length=64)
    check_value = models.CharField("校验值", max_length=64, default="")
    line_count = models.PositiveIntegerField("笔数")
    amount = models.BigIntegerField("金额（分）")
    cash_count = models.PositiveIntegerField("现金笔数", default=0)
    cash_amount = models.BigIntegerField("现金金额（分）", default=0)
    cash_reason = models.CharField("现金发放理由", max_length=200, default="")
    pay_date = models.DateField("要求发放日期")
    written_at = models.DateTimeField("生成时间")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "银行文件"
        constraints = (
            models.UniqueConstraint(fields=("batch", "turn"), name="bank_file_turn_once"),
            models.CheckConstraint(
                name="bank_file_pays_something",
                condition=Q(line_count__gt=0, amount__gt=0, cash_amount__gte=0),
            ),
            models.CheckConstraint(
                name="bank_file_cash_has_reason",
                condition=Q(cash_count=0, cash_amount=0, cash_reason="")
                | (Q(cash_count__gt=0, cash_amount__gt=0) & ~Q(cash_reason="")),
            ),
        )


class BankLine(ScopedModel, ActMixin):
    """One payment line in one file: its place there, and the amount that is to arrive.

    ``account_key`` is what the bank's answer is held against; the account itself stands only in the
    sealed file. Only ``cancelled`` may change, and only when the file was cancelled.
    """

    scope = ScopeBy(town="town", sub_item="bank_file__batch__sub_item")

    class Channel(models.TextChoices):
        BANK = "bank", "银行"
        CASH = "cash", "现金"

    bank_file = models.ForeignKey(
        BankFile, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    line = models.ForeignKey(
        PaymentLine, on_delete=models.PROTECT, related_name="bank_lines", db_index=False
    )
    number = models.PositiveIntegerField("序号")
    channel = models.CharField("渠道", max_length=4, choices=Channel)
    amount = models.BigIntegerField("金额（分）")
    town = models.CharField("镇", max_length=9)
    account_key = models.BinaryField("账号索引", max_length=16, null=True)
    cancelled = models.BooleanField("已作废", default=False)

    class Meta:
        verbose_name = "银行文件明细"
        constraints = (
            models.UniqueConstraint(fields=("bank_file", "number"), name="bank_line_place_once"),
            models.UniqueConstraint(
                fields=("line",), condition=Q(cancelled=False), name="bank_line_live_once"
            ),
            models.CheckConstraint(name="bank_line_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="bank_line_account",
                condition=Q(channel="bank", account_key__isnull=False)
                | Q(channel="cash", account_key__isnull=True),
            ),
        )


class BankFileStep(ScopedModel, ActMixin):
    """A file was written whole, handed over (each time anew), or cancelled before any answer."""

    scope = ScopeBy(sub_item="bank_file__batch__sub_item")
    frozen = True

    class Step(models.TextChoices):
        WRITTEN = "written", "已生成"
        HANDED_OVER = "handed_over", "已下载送行"
        CANCELLED = "cancelled", "已作废"

    bank_file = models.ForeignKey(
        BankFile, on_delete=models.PROTECT, related_name="steps", db_index=False
    )
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=12, choices=Step)
    reason = models.CharField("理由", max_length=200, default="")
    step_at = models.DateTimeField("时间")
    step_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "银行文件步骤"
        constraints = (
            models.UniqueConstraint(fields=("bank_file", "number"), name="bank_file_step_in_order"),
            models.CheckConstraint(
                name="bank_file_step_place",
                condition=Q(step="written", number=1)
                | Q(step="handed_over", number__gte=2)
                | (Q(step="cancelled", number__gte=2) & ~Q(reason="")),
            ),
        )
