"""Who a batch pays and where: names and accounts in clear, for the bank's file alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from mingbai.base.secrets import unseal
from mingbai.payment.models import CorrectionDecision, PayeeCorrection, PaymentBatch, PaymentLine
from mingbai.registry.queries.accounts import AcceptedAccount, accepted_accounts

_WHY = "the bank's file holds every line of the batch"


@dataclass(frozen=True, repr=False)
class Payee:
    """One payment line with the name and account it goes to; ``amount`` in 分, what is sent.

    It has no text form: a log or a traceback must not show it.
    """

    line_id: int
    person_id: int
    town: str
    amount: int
    name: str
    account: str
    account_key: bytes | None


def payees_of(batch: PaymentBatch) -> list[Payee]:
    """Every line of a batch that sends money, by town and in the order drawn.

    The account is the newest one that two people put right after a return of the same enrolment, or
    that a clerk accepted from a roster, else the one the person was enrolled with. Three queries.
    """
    corrected = _corrected(batch)
    accepted = accepted_accounts(sub_item=batch.sub_item, period=batch.period)
    rows = (
        PaymentLine.objects.unscoped(_WHY)
        .filter(batch=batch, voided=False, amount__gt=F("set_off"))
        .order_by("town", "id")
        .values_list(
            "id", "person_id", "town", "enrolment_id", "person__id_key", "person__name_sealed",
            "enrolment__account_sealed", "enrolment__account_key", "enrolment__person__id_key",
            F("amount") - F("set_off"),
        )
    )  # fmt: skip
    return [_payee(row, corrected, accepted) for row in rows.iterator(20_000)]


def _payee(
    row: tuple,  # type: ignore[type-arg]
    corrected: dict[int, PayeeCorrection],
    accepted: dict[int, AcceptedAccount],
) -> Payee:
    line, person, town, enrolment, key, name_sealed, account_sealed, account_key, owner, amount = (
        row
    )
    anchor = bytes(key)
    name = unseal("person.name", bytes(name_sealed), anchor)
    changed = accepted.get(enrolment)
    if changed is not None:
        account_sealed, account_key = changed.account_sealed, changed.account_key
    # Of a merged record the enrolment is its own, whoever stands for the person.
    account = (
        unseal("enrolment.account", bytes(account_sealed), bytes(owner)) if account_sealed else ""
    )
    put_right = corrected.get(enrolment)
    if (
        put_right is not None
        and put_right.account_sealed
        and (changed is None or put_right.decision.act_id > changed.act_id)
    ):
        account = unseal("correction.account", bytes(put_right.account_sealed), anchor)
        account_key = put_right.account_key
        if put_right.holder_sealed:
            name = unseal("correction.holder", bytes(put_right.holder_sealed), anchor)
    found = bytes(account_key) if account_key and account else None
    return Payee(line, person, town, amount, name, account, found)


def _corrected(batch: PaymentBatch) -> dict[int, PayeeCorrection]:
    """Enrolment -> its newest accepted correction that names another account."""
    accepted = CorrectionDecision.objects.unscoped(_WHY).filter(
        decision=CorrectionDecision.Decision.ACCEPTED
    )
    found = (
        PayeeCorrection.objects.unscoped(_WHY)
        .filter(
            enrolment__sub_item=batch.sub_item,
            account_sealed__isnull=False,
            pk__in=accepted.values("correction_id"),
        )
        .select_related("decision")
        .order_by("decision__act_id")
    )
    return {each.enrolment_id: each for each in found}
