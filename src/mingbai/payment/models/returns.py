"""What the bank answered: its files kept whole, every line told, every 分 of the sent explained."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, StoredFile, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.payment.models.bank import BankFile, BankLine
from mingbai.payment.models.batch import PaymentBatch


class BankReturn(ScopedModel, ActMixin):
    """One answer of the bank to one file, original bytes kept; only ``read`` ones are entered."""

    scope = ScopeBy(sub_item="bank_file__batch__sub_item")
    frozen = True

    class Outcome(models.TextChoices):
        READ = "read", "已入账"
        REPEATED = "repeated", "重复文件"
        UNREADABLE = "unreadable", "读不出来"
        OTHER_FILE = "other_file", "不是本文件的回盘"
        WRONG_TOTALS = "wrong_totals", "合计不符"

    bank_file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="returns")
    number = models.PositiveSmallIntegerField("次序")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField("结果", max_length=12, choices=Outcome)
    message = models.CharField("说明", max_length=300, default="")
    line_count = models.PositiveIntegerField("行数", default=0)
    received_at = models.DateTimeField("收到时间")
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "银行回盘"
        constraints = (
            models.UniqueConstraint(fields=("bank_file", "number"), name="bank_return_in_order"),
            models.UniqueConstraint(
                fields=("bank_file", "file"),
                condition=Q(outcome="read"),
                name="bank_return_read_once",
            ),
        )


class ReturnLine(ScopedModel, ActMixin):
    """One line of an answer and what it was taken for; nothing of it is dropped."""

    scope = ScopeBy(town="bank_line__town", sub_item="bank_return__bank_file__batch__sub_item")
    frozen = True

    class Kind(models.TextChoices):
        PAID = "paid", "到账"
        RETURNED = "returned", "退票"
        BOUNCED = "bounced", "到账后退票"
        PENDING = "pending", "银行处理中"
        DUPLICATE = "duplicate", "重复"
        CONTRADICTS = "contradicts", "与前次回报相反"
        UNKNOWN = "unknown", "不明流水号"
        OTHER_FILE = "other_file", "别的文件的流水号"
        SWAPPED = "swapped", "串户"
        WRONG_ACCOUNT = "wrong_account", "账号不符"
        WRONG_AMOUNT = "wrong_amount", "金额不符"
        UNREADABLE = "unreadable", "读不出来"
        WITHHELD = "withheld", "整份未入账"

    bank_return = models.ForeignKey(
        BankReturn, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    number = models.PositiveIntegerField("行号")
    kind = models.CharField("认定", max_length=14, choices=Kind)
    bank_line = models.ForeignKey(
        BankLine, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    amount = models.BigIntegerField("回报金额（分）", null=True)
    reason = models.CharField("原因代码", max_length=40, default="")
    note = models.CharField("说明", max_length=100, default="")

    class Meta:
        verbose_name = "回盘明细"
        constraints = (
            models.UniqueConstraint(
                fields=("bank_return", "number"), name="return_line_place_once"
            ),
        )


class BankOutcome(ScopedModel, ActMixin):
    """What became of one bank line: paid or returned, once; paid may later be returned, once."""

    scope = ScopeBy(town="bank_line__town", sub_item="bank_line__bank_file__batch__sub_item")
    frozen = True

    class Outcome(models.TextChoices):
        PAID = "paid", "已到账"
        RETURNED = "returned", "已退票"

    bank_line = models.ForeignKey(
        BankLine, on_delete=models.PROTECT, related_name="outcomes", db_index=False
    )
    number = models.PositiveSmallIntegerField("次序")
    outcome = models.CharField("结果", max_length=8, choices=Outcome)
    settled_date = models.DateField("银行日期")
    reason = models.CharField("原因代码", max_length=40, default="")
    bank_return = models.ForeignKey(
        BankReturn, null=True, on_delete=models.PROTECT, related_name="outcomes"
    )

    class Meta:
        verbose_name = "到账结果"
        constraints = (
            models.UniqueConstraint(fields=("bank_line", "number"), name="bank_outcome_once"),
            models.CheckConstraint(
                name="bank_outcome_order",
                condition=Q(number=1) | Q(number=2, outcome="returned"),
            ),
            models.CheckConstraint(
                name="bank_outcome_has_answer",
                condition=Q(bank_return__isnull=False) | Q(outcome="paid"),
            ),
        )


class BankTally(ScopedModel, ActMixin):
    """Where a file stands after one answer: sent = paid + returned + open, to the 分.

    The CHECKs hold the sum, a trigger holds every part against the outcomes themselves.
    """

    scope = ScopeBy(sub_item="bank_file__batch__sub_item")
    frozen = True

    bank_file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="tallies")
    bank_return = models.OneToOneField(BankReturn, on_delete=models.PROTECT, related_name="tally")
    sent_count = models.PositiveIntegerField("送出笔数")
    sent_amount = models.BigIntegerField("送出金额（分）")
    paid_count = models.PositiveIntegerField("到账笔数")
    paid_amount = models.BigIntegerField("到账金额（分）")
    returned_count = models.PositiveIntegerField("退票笔数")
    returned_amount = models.BigIntegerField("退票金额（分）")
    open_count = models.PositiveIntegerField("未回笔数")
    open_amount = models.BigIntegerField("未回金额（分）")

    class Meta:
        verbose_name = "回盘对账"
        constraints = (
            models.CheckConstraint(
                name="bank_tally_explains_every_line",
                condition=Q(sent_count=F("paid_count") + F("returned_count") + F("open_count")),
            ),
            models.CheckConstraint(
                name="bank_tally_explains_every_fen",
                condition=Q(sent_amount=F("paid_amount") + F("returned_amount") + F("open_amount")),
            ),
            models.CheckConstraint(
                name="bank_tally_none_negative",
                condition=Q(paid_amount__gte=0, returned_amount__gte=0, open_amount__gte=0),
            ),
        )


class SettledShare(ScopedModel, ActMixin):
    """What reached people of one town by one act, signed: figures of what was paid add these up.

    Money that the bank takes back later is a share of its own below zero. ``amount`` is what
    arrived, in 分, without what was set off.
    """

    scope = ScopeBy(town="town", sub_item="sub_item")
    frozen = True

    class Kind(models.TextChoices):
        SETTLED = "settled", "到账"
        BOUNCED = "bounced", "退回"

    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="settled")
    kind = models.CharField("性质", max_length=7, choices=Kind)
    sub_item = models.CharField("子项", max_length=80)
    period = models.PositiveIntegerField("月份")
    town = models.CharField("镇", max_length=9)
    settled_date = models.DateField("到账日期")
    line_count = models.IntegerField("笔数")
    person_count = models.IntegerField("人次")
    amount = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = "到账分镇合计"
        constraints = (
            models.UniqueConstraint(
                fields=("act", "batch", "town", "kind", "settled_date"),
                name="settled_share_once",
            ),
            models.CheckConstraint(
                name="settled_share_sign",
                condition=Q(kind="settled", line_count__gt=0, amount__gte=0, person_count__gte=0)
                | Q(kind="bounced", line_count__lt=0, amount__lt=0, person_count__lte=0),
            ),
        )
        indexes = (models.Index(fields=("settled_date",), name="settled_share_by_day"),)
