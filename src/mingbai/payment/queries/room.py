"""How much a sub-item may still approve in a year: budget, money arrived, what is committed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Coalesce

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.funds.queries import add_up, totals
from mingbai.payment.models import BatchStep, FundingDecision, PaymentBatch

_WHY: Final = "what a sub-item has committed is one sum for everybody"
_HOUSE: Final = Asker.system("funds are held against batches for the whole county")


@dataclass(frozen=True)
class Room:
    """A sub-item's funds of a year in 分; ``decided`` is what decisions in force add."""

    budget: int
    arrived: int
    committed: int
    decided: int

    @property
    def limit(self) -> int:
        """What batches may come to without a decision: the smaller of budget and arrived."""
        return min(self.budget, self.arrived)

    @property
    def left(self) -> int:
        """What may still be approved without a decision; negative where a decision was used."""
        return self.limit - self.committed


def find_room(*, sub_item: str, year: int, on: date, besides: int | None = None) -> Room:
    """The room of a sub-item on a day; ``besides`` leaves one batch out of what is committed.

    Committed are approved and paid batches, less what was set off; what is paid again was counted
    the first time. Three queries.
    """
    funds = [part for part in totals(to=_HOUSE, year=year) if part.sub_item == sub_item]
    whole = add_up(tuple(funds), sub_item=sub_item)
    batches = committed_batches().filter(sub_item=sub_item, year=year)
    if besides is not None:
        batches = batches.exclude(pk=besides)
    sums = batches.aggregate(total=Sum(F("expected_amount") - F("set_off_amount")))
    decided = decisions_in_force(sub_item=sub_item, year=year, on=on)
    more = decided.aggregate(total=Sum("amount"))["total"] or 0
    return Room(whole.budget, whole.arrived, sums["total"] or 0, more)


def fundings_seen(*, to: Asker, year: int) -> ScopedQuerySet[Any]:
    """Decisions of a year, newest first, with ``signed_by``, the name of the second hand or ""."""
    found = FundingDecision.objects.seen_by(to).filter(year=year).select_related("made_by")
    signed = Coalesce(F("approval__approved_by__display_name"), Value(""))
    return found.annotate(signed_by=signed).order_by("-id")


def committed_batches() -> ScopedQuerySet[PaymentBatch]:
    """Batches whose money is spoken for: approved, not voided, not paid again."""
    steps = BatchStep.objects.unscoped(_WHY).filter(batch=OuterRef("pk"))
    return PaymentBatch.objects.unscoped(_WHY).filter(
        Exists(steps.filter(step="approved")),
        ~Exists(steps.filter(step="voided")),
        ~Q(kind="repaid"),
    )


def decisions_in_force(*, sub_item: str, year: int, on: date) -> ScopedQuerySet[FundingDecision]:
    """Countersigned decisions of a sub-item and year that have not run out, oldest first."""
    found = FundingDecision.objects.unscoped(_WHY).filter(
        sub_item=sub_item, year=year, approval__isnull=False, until_date__gte=on
    )
    return found.order_by("id")
