"""Payment batches, their lines, their steps, and each batch's totals by town."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from mingbai.base.models import Act, ActMixin, OriginMixin, StoredFile, User
from mingbai.base.scope import Asker, ScopeBy, ScopedModel
from mingbai.payment.models.declaration import BatchDeclaration
from mingbai.payment.models.funding import FundingDecision
from mingbai.payment.models.recovery import Recovery
from mingbai.registry.models import Enrolment, Person


@dataclass(frozen=True)
class ScopeByShare(ScopeBy):
    """A batch is seen by whoever leads its sub-item and by every town it pays into."""

    def predicate(self, to: Asker) -> Q:
        """Found by EXISTS, so that a batch paying into eight towns is still one row."""
        shares = BatchShare.objects.seen_by(to).filter(batch=OuterRef("pk"))
        return super().predicate(to) | Q(Exists(shares))


class PaymentBatch(ScopedModel, ActMixin):
    """What one sub-item pays for one month in one go; the first is number 1, follow-ups count on.

    Count and total are declared (``expected_*``) before the lines exist; the database refuses the
    step "drawn" unless the lines add up to them. ``lines_digest`` is the SHA-256 over all lines.
    ``left_out`` says how many roster rows were not paid, by cause. Arrears and what is paid again
    have batches of their own ``kind``: months stay comparable, and each is approved on its papers.
    """

    scope = ScopeByShare(sub_item="sub_item")
    frozen = True

    class Kind(models.TextChoices):
        REGULAR = "regular", "当月发放"
        ARREARS = "arrears", "补发"
        REPAID = "repaid", "退票重发"

    kind = models.CharField("类别", max_length=7, choices=Kind, default=Kind.REGULAR)
    sub_item = models.CharField("子项", max_length=80)
    year = models.PositiveSmallIntegerField("年度")
    period = models.PositiveIntegerField("月份")
    number = models.PositiveSmallIntegerField("批次")
    follows = models.ForeignKey(
        "self", verbose_name="补发自", null=True, on_delete=models.PROTECT, related_name="+"
    )
    expected_count = models.PositiveIntegerField("应发笔数")
    expected_amount = models.BigIntegerField("应发金额（分）")
    set_off_amount = models.BigIntegerField("抵扣金额（分）", default=0, db_default=0)
    person_count = models.PositiveIntegerField("人次")
    declaration = models.ForeignKey(
        BatchDeclaration,
        verbose_name="申报",
        null=True,
        on_delete=models.PROTECT,
        related_name="batches",
    )
    approvals_needed = models.PositiveSmallIntegerField("须复核人数", default=1)
    lines_digest = models.CharField("明细摘要", max_length=64)
    rulebook_digest = models.CharField("规则库摘要", max_length=64)
    left_out = models.JSONField("未列入", default=dict)
    drawn_at = models.DateTimeField("制表时间")
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "发放批次"
        constraints = (
            models.UniqueConstraint(
                fields=("sub_item", "period", "number"), name="batch_number_once"
            ),
            models.CheckConstraint(
                name="batch_declares_something",
                condition=Q(expected_count__gt=0, expected_amount__gt=0, person_count__gte=0),
            ),
            models.CheckConstraint(
                name="batch_approved_by_somebody", condition=Q(approvals_needed__gte=1)
            ),
            models.CheckConstraint(
                name="batch_kind_known", condition=Q(kind__in=("regular", "arrears", "repaid"))
            ),
            models.CheckConstraint(
                name="batch_follows_from_second",
                condition=Q(number=1, follows__isnull=True)
                | Q(number__gt=1, follows__isnull=False),
            ),
        )
        indexes = (models.Index(fields=("year", "period", "sub_item"), name="batch_by_month"),)


class BatchShare(ScopedModel, ActMixin):
    """What one batch pays into one town: the totals that figures add up, so none scans lines."""

    scope = ScopeBy(town="town", sub_item="sub_item")
    frozen = True

    batch = models.ForeignKey(
        PaymentBatch, on_delete=models.PROTECT, related_name="shares", db_index=False
    )
    sub_item = models.CharField("子项", max_length=80)
    period = models.PositiveIntegerField("月份")
    town = models.CharField("镇", max_length=9)
    line_count = models.PositiveIntegerField("笔数")
    person_count = models.PositiveIntegerField("人次")
    amount = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = "批次分镇合计"
        constraints = (models.UniqueConstraint(fields=("batch", "town"), name="batch_share_once"),)


class PaymentLine(ScopedModel, OriginMixin, ActMixin):
    """One amount for one person, sub-item, period, item and turn: held once by the database.

    ``nature`` is ``regular``; ``arrears``, what is owed beyond the paid ``basis_line`` by a rule;
    or ``repaid``, the whole of a ``basis_line`` that the bank returned. Of ``amount`` the bank is
    sent what is left after ``set_off``, which goes towards a ``recovery``.

    ``period`` is what the money is for: yyyymm for a month; yyyy13 and yyyy14 for the spring and
    autumn term; yyyy00 for a year. ``turn`` is 1, or the day of the case (yyyymmdd) where a rule
    pays by case. ``person_times`` is 1 on the first item of a person and period, 0 on further
    ones; where a household is paid as one, it is the number of its counted ``members``. Only
    ``voided`` may ever change, and only when the batch is voided before it is paid.
    """

    scope = ScopeBy(town="town", sub_item="sub_item")

    class Nature(models.TextChoices):
        REGULAR = "regular", "当期"
        ARREARS = "arrears", "补差"
        REPAID = "repaid", "重发"

    # Nobody looks lines up by act or file, and neither is ever deleted: an index on them would
    # double the cost of writing a line.
    act = models.ForeignKey(
        Act, verbose_name="台账", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    origin_file = models.ForeignKey(
        StoredFile,
        verbose_name="来源文件",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="lines")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sub_item = models.CharField("子项", max_length=80)
    period = models.PositiveIntegerField("所属期")
    item = models.CharField("项目", max_length=40)
    turn = models.PositiveIntegerField("次序", default=1)
    amount = models.BigIntegerField("金额（分）")
    person_times = models.PositiveSmallIntegerField("人次", default=1)
    rule = models.CharField("规则", max_length=160)
    town = models.CharField("镇", max_length=9)
    nature = models.CharField("性质", max_length=7, choices=Nature, default=Nature.REGULAR)
    basis_line = models.ForeignKey(
        "self",
        verbose_name="所依明细",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    set_off = models.BigIntegerField("抵扣追回（分）", default=0, db_default=0)
    recovery = models.ForeignKey(
        Recovery,
        verbose_name="所抵追回",
        null=True,
        on_delete=models.PROTECT,
        related_name="set_offs",
        db_index=False,
    )
    voided = models.BooleanField("已作废", default=False)

    class Meta:
        verbose_name = "发放明细"
        constraints = (
            models.UniqueConstraint(
                fields=("person", "sub_item", "period", "item", "turn"),
                condition=Q(voided=False, nature="regular"),
                name="payment_line_never_twice",
            ),
            models.UniqueConstraint(
                fields=("basis_line",),
                condition=Q(voided=False, nature="repaid"),
                name="payment_line_repaid_once",
            ),
            models.UniqueConstraint(
                fields=("basis_line", "rule"),
                condition=Q(voided=False, nature="arrears"),
                name="payment_line_arrears_once",
            ),
            models.CheckConstraint(
                name="payment_line_names_basis",
                condition=Q(nature="regular", basis_line__isnull=True)
                | Q(nature__in=("arrears", "repaid"), basis_line__isnull=False),
            ),
            models.CheckConstraint(name="payment_line_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="payment_line_set_off",
                condition=Q(set_off=0, recovery__isnull=True)
                | Q(set_off__gt=0, set_off__lte=F("amount"), recovery__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_line_person_times", condition=Q(person_times__lte=99)
            ),
        )
        indexes = (
            # The constraint's own index holds current regular lines alone, and SQLite leaves it
            # aside where it cannot know that nothing else is asked for.
            models.Index(fields=("person",), name="payment_line_by_person"),
            models.Index(
                fields=("basis_line",),
                condition=Q(basis_line__isnull=False),
                name="payment_line_by_basis",
            ),
            models.Index(
                fields=("recovery",),
                condition=Q(recovery__isnull=False),
                name="payment_line_by_recovery",
            ),
        )


class BatchStep(ScopedModel, ActMixin):
    """One step of a batch: drawn, checked, approved, paid, or voided before it is paid.

    Of the approvals a batch needs, the last is ``approved`` and those before it are ``checked``.
    Maker, checkers and payer are different people: nobody has two hands on a batch. The row carries
    the maker and the digest, a trigger holds both and the order against the batch, and constraints
    hold the rest: a raw INSERT is refused as well.
    """

    scope = ScopeBy(sub_item="batch__sub_item")
    frozen = True

    class Step(models.TextChoices):
        DRAWN = "drawn", "已制表"
        CHECKED = "checked", "复核中"
        APPROVED = "approved", "已复核"
        PAID = "paid", "已发放"
        VOIDED = "voided", "已作废"

    batch = models.ForeignKey(
        PaymentBatch, on_delete=models.PROTECT, related_name="steps", db_index=False
    )
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=10, choices=Step)
    batch_digest = models.CharField("明细摘要", max_length=64)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    step_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    step_at = models.DateTimeField("时间")
    paid_date = models.DateField("发放日期", null=True)
    reason = models.CharField("理由", max_length=200, default="")
    funding = models.ForeignKey(
        FundingDecision,
        verbose_name="所依资金决定",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = "批次步骤"
        constraints = (
            models.UniqueConstraint(fields=("batch", "number"), name="batch_step_in_order"),
            models.CheckConstraint(
                name="batch_step_maker_is_not_checker",
                condition=Q(step="drawn", step_by=F("maker"))
                | Q(step="voided")
                | (Q(step__in=("checked", "approved", "paid")) & ~Q(step_by=F("maker"))),
            ),
            models.UniqueConstraint(
                fields=("batch", "step_by"),
                condition=~Q(step="voided"),
                name="batch_step_one_hand_each",
            ),
            models.CheckConstraint(
                name="batch_step_place",
                condition=Q(step="drawn", number=1)
                | Q(step__in=("checked", "approved", "voided"), number__gte=2)
                | Q(step="paid", number__gte=3),
            ),
            models.CheckConstraint(
                name="batch_step_paid_has_date",
                condition=Q(step="paid", paid_date__isnull=False)
                | (~Q(step="paid") & Q(paid_date__isnull=True)),
            ),
            models.CheckConstraint(
                name="batch_step_void_has_reason",
                condition=~Q(step="voided") | ~Q(reason=""),
            ),
        )
        indexes = (models.Index(fields=("step", "paid_date"), name="batch_step_paid"),)
