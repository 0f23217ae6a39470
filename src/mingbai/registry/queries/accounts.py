"""Which account an enrolment is paid to in a month, where a reported one was taken over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mingbai.registry.models import RecordChange

_WHY: Final = "the account paid to is one for everybody"


@dataclass(frozen=True, repr=False)
class AcceptedAccount:
    """A sealed account (purpose ``enrolment.account``, anchor the ``id_key`` of the enrolment's own
    person), its key, and the act that accepted it.
    """

    account_sealed: bytes
    account_key: bytes
    act_id: int


def accepted_accounts(*, sub_item: str, period: int) -> dict[int, AcceptedAccount]:
    """Enrolment -> its account in a month, of those who got their first one after they were
    enrolled, or whose account a clerk let change.

    Of several the one from the latest month counts. Only the changed ones: one small query.
    """
    rows = (
        RecordChange.objects.unscoped(_WHY)
        .filter(
            kind=RecordChange.Kind.ACCOUNT,
            decision__in=(RecordChange.Decision.ACCEPTED, RecordChange.Decision.FOLLOWED),
            enrolment__sub_item=sub_item,
            from_period__lte=period,
        )
        .order_by("from_period", "decision_act_id")
        .values_list("enrolment_id", "value_sealed", "value_key", "decision_act_id")
    )
    return {
        enrolment: AcceptedAccount(bytes(sealed), bytes(key), act or 0)
        for enrolment, sealed, key, act in rows
        if enrolment is not None
    }
