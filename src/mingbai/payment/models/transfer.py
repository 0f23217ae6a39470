"""Double entry: every movement of a sub-item's money from one account to another, never edited."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.payment.models.batch import PaymentBatch
from mingbai.payment.models.recovery import Recovery


class Account(models.TextChoices):
    """Where money of a sub-item stands; the first two are moved by the fund tables alone."""

    SOURCE = "source", "财政拨款来源"
    ARRIVED = "arrived", "到位资金"
    SPECIAL = "special", "补贴资金专户"
    PAYABLE = "payable", "待发放"
    TRANSIT = "transit", "银行在途"
    PAID = "paid", "已到账"
    RETURNED = "returned", "退回待补发"
    DUE_BACK = "due_back", "应追回"
    RECOVERED = "recovered", "已追回"


class Cause(models.TextChoices):
    """Why money moved; each cause has one place it comes from and one it goes to."""

    APPROVED = "approved", "批次复核，列入待发放"
    VOIDED = "voided", "批次作废，退回专户"
    SENT = "sent", "送银行发放"
    CANCELLED = "cancelled", "银行文件作废，收回待发放"
    CONFIRMED = "confirmed", "确认发放"
    PAID = "paid", "银行回报到账"
    RETURNED = "returned", "银行退票"
    BOUNCED = "bounced", "到账后退票"
    REPAID = "repaid", "退票重发，列入待发放"
    UNREPAID = "unrepaid", "重发批次作废"
    DUE_BACK = "due_back", "认定多发，应追回"
    WAIVED = "waived", "核销，不再追回"
    RECOVERED = "recovered", "追回"
    SET_OFF = "set_off", "抵扣当期应发，不再追回"
    UNSET_OFF = "unset_off", "抵扣的批次作废，仍应追回"
    LAPSED = "lapsed", "银行退票，不再追回"


#: Cause -> (from, to). A movement that is not here does not exist; a CHECK holds it.
MOVES: Final[dict[str, tuple[str, str]]] = {
    "approved": ("special", "payable"),
    "voided": ("payable", "special"),
    "sent": ("payable", "transit"),
    "cancelled": ("transit", "payable"),
    "confirmed": ("payable", "paid"),
    "paid": ("transit", "paid"),
    "returned": ("transit", "returned"),
    "bounced": ("paid", "returned"),
    "repaid": ("returned", "payable"),
    "unrepaid": ("payable", "returned"),
    "due_back": ("paid", "due_back"),
    "waived": ("due_back", "paid"),
    "recovered": ("due_back", "recovered"),
    "set_off": ("due_back", "paid"),
    "unset_off": ("paid", "due_back"),
    "lapsed": ("due_back", "paid"),
}
#: Movements of one recovery, on the batch that paid what is claimed back.
CLAIMS: Final = ("due_back", "waived", "recovered", "set_off", "unset_off", "lapsed")


def _known_move() -> Q:
    found = Q()
    for cause, (source, target) in MOVES.items():
        found |= Q(cause=cause, from_account=source, to_account=target)
    return found


class Transfer(ScopedModel, ActMixin):
    """An amount in 分 left one account for another, by one act, on one batch.

    A wrong movement is moved back by another. A trigger refuses to take out of an account more than
    stands there; only the special account may be overdrawn, and is then shown as such. The paid
    account may stand below zero by what people gave back of money that then left them again. What a
    ``recovery`` moves is held by it: as much is due back as was decided, and no more is settled.
    """

    scope = ScopeBy(sub_item="sub_item")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    sub_item = models.CharField("子项", max_length=80)
    batch = models.ForeignKey(
        PaymentBatch, verbose_name="批次", on_delete=models.PROTECT, related_name="transfers"
    )
    recovery = models.ForeignKey(
        Recovery, verbose_name="追回", null=True, on_delete=models.PROTECT, related_name="transfers"
    )
    cause = models.CharField("事由", max_length=10, choices=Cause)
    from_account = models.CharField("转出", max_length=10, choices=Account)
    to_account = models.CharField("转入", max_length=10, choices=Account)
    amount = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = "账户流水"
        constraints = (
            models.CheckConstraint(name="transfer_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="transfer_known_move", condition=_known_move()),
            models.CheckConstraint(
                name="transfer_names_recovery",
                condition=Q(cause__in=CLAIMS, recovery__isnull=False)
                | (~Q(cause__in=CLAIMS) & Q(recovery__isnull=True)),
            ),
        )
        indexes = (models.Index(fields=("sub_item", "year"), name="transfer_by_sub_item"),)
