"""What comparison saved: money kept back in time, and what was paid all the same."""

from __future__ import annotations

from datetime import date
from typing import Final

from mingbai.base.scope import Asker
from mingbai.payment.queries.batches import paid_shares, settled_lines
from mingbai.registry.queries.savings import Place, Stake, confirmed_places, confirmed_stakes

_STEP: Final = 500


def paid_on(
    places: set[Place], *, to: Asker, year: int, cutoff: date, as_of: int
) -> dict[Place, int]:
    """What people were paid on these rows by a day (分): what the bank took back is not among it.

    What was set off counts as paid. One query for 500 files.
    """
    files = sorted({file for file, _, _ in places})
    paid: dict[Place, int] = {}
    batches = paid_shares(to=to, year=year, cutoff=cutoff, as_of=as_of).values("batch_id")
    for start in range(0, len(files), _STEP):
        lines = settled_lines(to=to, cutoff=cutoff, as_of=as_of).filter(
            origin_file__in=files[start : start + _STEP], voided=False, batch__in=batches
        )
        told = ("origin_file_id", "origin_sheet", "origin_line", "amount")
        for file, sheet, line, amount in lines.values_list(*told).iterator(20_000):
            place = (file or 0, sheet or 0, line or 0)
            if place in places:
                paid[place] = paid.get(place, 0) + amount
    return paid


def stakes_of(*, to: Asker, year: int, cutoff: date, as_of: int) -> list[Stake]:
    """The money behind each confirmed finding as known at a ledger entry, by number."""
    places = confirmed_places(to=to, year=year, as_of=as_of)
    paid = paid_on(places, to=to, year=year, cutoff=cutoff, as_of=as_of)
    return confirmed_stakes(to=to, year=year, paid=paid, as_of=as_of)
