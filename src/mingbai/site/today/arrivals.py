"""Files just received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse

from mingbai.intake.models import Receipt
from mingbai.intake.queries import receipts
from mingbai.site.today.asked import Asked

_ARRIVALS: Final = 6


@dataclass(frozen=True)
class Arrival:
    """A file just received."""

    name: str
    office: str
    address: str
    at: datetime
    tag: str
    tone: str


def arrivals_of(asked: Asked) -> tuple[Arrival, ...]:
    """The newest files open to the asker."""
    return tuple(_arrival(each) for each in receipts(to=asked.to)[:_ARRIVALS])


def _arrival(receipt: Receipt) -> Arrival:
    wrong = receipt.outcome == Receipt.Outcome.ACCEPTED and receipt.rejected_count
    return Arrival(
        name=receipt.original_name,
        office=receipt.office.short_name,
        address=reverse("intake:receipt", args=[receipt.pk]),
        at=receipt.received_at,
        tag=f"退回 {receipt.rejected_count} 行" if wrong else receipt.get_outcome_display(),
        tone=receipt.badge,
    )
