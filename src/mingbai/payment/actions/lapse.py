"""Claims on money that the bank took back: what is still open lapses, by the same act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Max

from mingbai.base.models import Act, User
from mingbai.base.scope import ScopedQuerySet
from mingbai.payment.actions.transfers import record_transfers
from mingbai.payment.models import PaymentLine, Recovery, RecoveryStep
from mingbai.payment.queries.arrival import first_line, has_arrived
from mingbai.payment.queries.recoveries import with_progress

_WHY: Final = "what may be claimed back is one truth for everybody"
_SAID: Final = "银行退票，钱没有到本人手里；重发到账后再看是否追回"


@dataclass(frozen=True)
class Done:
    """The act that took the money back, and whose it is."""

    by: User
    at: datetime
    act: Act


def lapse_claims_on(lines: Iterable[PaymentLine], done: Done) -> list[RecoveryStep]:
    """Close what is open of the claims on lines that the bank took back.

    Inside the caller's transaction, after the outcomes were written. A proposal stays a proposal,
    and can only be refused.
    """
    found = {first_line(line).pk for line in lines}
    return _lapse(Recovery.objects.unscoped(_WHY).filter(line__in=found), done)


def lapse_freed_claims(voided: Iterable[PaymentLine], done: Done) -> list[RecoveryStep]:
    """Close what a voided batch no longer keeps back for claims whose money came back meanwhile."""
    found = {line.recovery_id for line in voided if line.recovery_id is not None}
    return _lapse(Recovery.objects.unscoped(_WHY).filter(pk__in=found), done)


def _lapse(claims: ScopedQuerySet[Recovery], done: Done) -> list[RecoveryStep]:
    decided = with_progress(claims.filter(steps__step="decided"))
    opened = decided.filter(left_amount__gt=0).select_related("line__batch").order_by("pk")
    return [_close(each, done) for each in opened if not has_arrived(each.line)]


def _close(claim: Any, done: Done) -> RecoveryStep:
    moved = {"lapsed": claim.left_amount}
    record_transfers(batch=claim.line.batch, amounts=moved, act=done.act, recovery=claim)
    steps = RecoveryStep.objects.unscoped(_WHY).filter(recovery=claim)
    return RecoveryStep.objects.create(
        recovery=claim,
        number=(steps.aggregate(last=Max("number"))["last"] or 0) + 1,
        step=RecoveryStep.Step.LAPSED,
        amount=claim.left_amount,
        document=_SAID,
        maker_id=claim.made_by_id,
        step_by=done.by,
        step_at=done.at,
        act=done.act,
    )
