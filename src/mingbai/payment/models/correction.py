"""Returned money: what the town puts right, and the second person who looked at the evidence."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, StoredFile, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.payment.models.returns import BankOutcome
from mingbai.registry.models import Enrolment


class PayeeCorrection(ScopedModel, ActMixin):
    """Account and account holder for one returned line, with evidence; the newest counts.

    Once accepted it also stands for the months to come of the same enrolment. Values are sealed
    under the person's ``id_key``.
    """

    scope = ScopeBy(town="town", sub_item="enrolment__sub_item")
    frozen = True

    class Kind(models.TextChoices):
        ACCOUNT = "account", "更正账号"
        HOLDER = "holder", "更正账号和户名"
        SAME = "same", "原账户重发"

    outcome = models.ForeignKey(BankOutcome, on_delete=models.PROTECT, related_name="corrections")
    number = models.PositiveSmallIntegerField("次序")
    kind = models.CharField("方式", max_length=7, choices=Kind)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    town = models.CharField("镇", max_length=9)
    account_sealed = models.BinaryField("银行账号", null=True)
    account_key = models.BinaryField("账号索引", max_length=16, null=True)
    holder_sealed = models.BinaryField("户名", null=True)
    basis = models.CharField("依据", max_length=200)
    evidence = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "退票更正"
        constraints = (
            models.UniqueConstraint(fields=("outcome", "number"), name="payee_correction_once"),
            models.CheckConstraint(name="payee_correction_has_basis", condition=~Q(basis="")),
            models.CheckConstraint(
                name="payee_correction_whole",
                condition=Q(kind="same", account_sealed__isnull=True, holder_sealed__isnull=True)
                | Q(kind="account", account_sealed__isnull=False, holder_sealed__isnull=True)
                | Q(kind="holder", account_sealed__isnull=False, holder_sealed__isnull=False),
            ),
            models.CheckConstraint(
                name="payee_correction_keyed",
                condition=Q(account_sealed__isnull=True, account_key__isnull=True)
                | Q(account_sealed__isnull=False, account_key__isnull=False),
            ),
        )
        indexes = (models.Index(fields=("enrolment",), name="payee_correction_enrolment"),)


class CorrectionDecision(ScopedModel, ActMixin):
    """Somebody other than the proposer looked at the evidence: accepted, or sent back with why."""

    scope = ScopeBy(town="correction__town", sub_item="correction__enrolment__sub_item")
    frozen = True

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", "同意"
        REFUSED = "refused", "退回"

    correction = models.OneToOneField(
        PayeeCorrection, on_delete=models.PROTECT, related_name="decision"
    )
    decision = models.CharField("决定", max_length=8, choices=Decision)
    reason = models.CharField("理由", max_length=200, default="")
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("决定时间")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "退票更正决定"
        constraints = (
            models.CheckConstraint(
                name="correction_decision_two_hands", condition=~Q(decided_by=F("maker"))
            ),
            models.CheckConstraint(
                name="correction_refusal_has_reason",
                condition=Q(decision="accepted") | ~Q(reason=""),
            ),
        )
